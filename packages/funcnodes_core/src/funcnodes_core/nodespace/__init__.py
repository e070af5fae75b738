"""Graphs of nodes."""

from funcnodes_core.codec.json import JSONEncoder
from funcnodes_core.nodespace._encoding import encode_space
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.nodespace.observer import Edge, SpaceObserver
from funcnodes_core.nodespace.placeholder import PlaceHolderNode

__all__ = ["Edge", "NodeSpace", "PlaceHolderNode", "SpaceObserver"]

JSONEncoder.add_encoder(encode_space, [NodeSpace])
