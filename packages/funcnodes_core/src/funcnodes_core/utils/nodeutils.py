"""Running nodes and finding those that follow."""

from funcnodes_core.node.call import get_deep_connected_nodeset, run_until_complete

__all__ = ["get_deep_connected_nodeset", "run_until_complete"]
