"""Graphs of nodes."""

from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.nodespace.observer import Edge, SpaceObserver
from funcnodes_core.nodespace.placeholder import PlaceHolderNode

__all__ = ["Edge", "NodeSpace", "PlaceHolderNode", "SpaceObserver"]
