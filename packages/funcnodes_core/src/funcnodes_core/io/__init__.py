"""Ports of nodes and the wires between them."""

from funcnodes_core.exceptions import (
    ForwardLoopError,
    IONotFoundError,
    MultipleConnectionsError,
    NodeAlreadyDefinedError,
    NodeConnectionError,
    NodeIOError,
    SameNodeConnectionError,
)
from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.connection import Link, can_connect, raise_allow_connections
from funcnodes_core.io.datapath import DataPath
from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.options import (
    EnumOf,
    InputMeta,
    IOOptions,
    NodeInputOptions,
    NodeOutputOptions,
    OutputMeta,
    ValueOptions,
)
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.sentinels import NoValue, NoValueType

__all__ = [
    "DataPath",
    "EnumOf",
    "ForwardLoopError",
    "IONotFoundError",
    "IOOptions",
    "InputMeta",
    "Link",
    "MultipleConnectionsError",
    "NoValue",
    "NoValueType",
    "NodeAlreadyDefinedError",
    "NodeConnectionError",
    "NodeIO",
    "NodeIOError",
    "NodeInput",
    "NodeInputOptions",
    "NodeOutput",
    "NodeOutputOptions",
    "OutputMeta",
    "SameNodeConnectionError",
    "ValueOptions",
    "can_connect",
    "raise_allow_connections",
]
