"""The groups of a graph."""

from funcnodes_core.grouping_logic import GroupingLogic

__all__ = ["GroupingLogic"]
