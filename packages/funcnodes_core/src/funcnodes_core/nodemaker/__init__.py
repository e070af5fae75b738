"""Node classes from functions and methods."""

from funcnodes_core.nodemaker.decorator import NodeDecorator, node_class_maker
from funcnodes_core.nodemaker.instance import (
    BoundNodeFunction,
    InstanceNodeFunction,
    NodeClassMixin,
    instance_nodefunction,
)
from funcnodes_core.nodemaker.offload import cancel_requested
from funcnodes_core.nodemaker.signature import signaturewrapper

__all__ = [
    "BoundNodeFunction",
    "InstanceNodeFunction",
    "NodeClassMixin",
    "NodeDecorator",
    "cancel_requested",
    "instance_nodefunction",
    "node_class_maker",
    "signaturewrapper",
]
