"""Nodes: what a graph is made of."""

from funcnodes_core.eventmanager import AsyncEventManager
from funcnodes_core.exceptions import (
    InTriggerError,
    IONotFoundError,
    NodeError,
    NodeIdAlreadyExistsError,
    NodeKeyError,
    NodeReadyError,
    NodeTriggerError,
)
from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.node.base import Node
from funcnodes_core.node.call import get_deep_connected_nodeset, run_until_complete
from funcnodes_core.node.meta import NodeMeta
from funcnodes_core.node.mode import NodeMode
from funcnodes_core.node.registry import REGISTERED_NODES, get_nodeclass, register_node
from funcnodes_core.node.run import DirectCall, RunError
from funcnodes_core.node.telling import FAST_S
from funcnodes_core.node.why import Why, why
from funcnodes_core.triggerstack import TriggerStack

__all__ = [
    "REGISTERED_NODES",
    "AsyncEventManager",
    "DirectCall",
    "IONotFoundError",
    "InTriggerError",
    "Node",
    "NodeConstants",
    "NodeError",
    "NodeIdAlreadyExistsError",
    "NodeInput",
    "NodeKeyError",
    "NodeMeta",
    "NodeMode",
    "NodeOutput",
    "NodeReadyError",
    "NodeTriggerError",
    "RunError",
    "TriggerStack",
    "Why",
    "get_deep_connected_nodeset",
    "get_nodeclass",
    "register_node",
    "run_until_complete",
    "why",
]


class NodeConstants:
    """Which runs count as fast, in seconds."""

    TRIGGER_SPEED_FAST = FAST_S
    TRIGGER_SPEED_MEDIUM = 1
