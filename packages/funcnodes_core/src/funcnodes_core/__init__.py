"""funcnodes_core."""
