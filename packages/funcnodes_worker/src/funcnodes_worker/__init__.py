"""funcnodes_worker."""
