"""funcnodes."""
