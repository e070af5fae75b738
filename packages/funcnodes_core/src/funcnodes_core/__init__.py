"""Visual, reactive programming for Python: the graph engine.

    import funcnodes_core as fn

    @fn.NodeDecorator("add")
    def add(a: int, b: int) -> int:
        return a + b

    node = add()
    print(fn.run(node, {node.inputs["a"]: 1, node.inputs["b"]: 2}))

Importing it does no work: no file, no thread, no running loop.
"""

import sys as _sys

from exposedfunctionality import controlled_wrapper

from funcnodes_core import (
    _logging as logging,
)
from funcnodes_core import (
    config,
    decorator,
    exceptions,
    io,
    lib,
    nodemaker,
)
from funcnodes_core._jobs import cancel_requested
from funcnodes_core._logging import FUNCNODES_LOGGER, get_logger, set_log_format
from funcnodes_core._setup import AVAILABLE_MODULES, setup
from funcnodes_core.codec.binary import ByteEncoder, BytesEncdata
from funcnodes_core.codec.json import Encdata, JSONDecoder, JSONEncoder
from funcnodes_core.data import DataEnum
from funcnodes_core.eventmanager import EventEmitterMixin, emit_after, emit_before
from funcnodes_core.exceptions import NodeTriggerError
from funcnodes_core.io import (
    InputMeta,
    IONotFoundError,
    IOOptions,
    MultipleConnectionsError,
    NodeConnectionError,
    NodeInput,
    NodeInputOptions,
    NodeIO,
    NodeOutput,
    NodeOutputOptions,
    NoValue,
    OutputMeta,
    SameNodeConnectionError,
)
from funcnodes_core.lib import (
    Library,
    NodeClassNotFoundError,
    Shelf,
    find_shelf,
    flatten_shelf,
    flatten_shelves,
)
from funcnodes_core.node import (
    Node,
    NodeMode,
    get_deep_connected_nodeset,
    get_nodeclass,
    run_until_complete,
    why,
)
from funcnodes_core.nodemaker import NodeClassMixin, NodeDecorator, instance_nodefunction, signaturewrapper
from funcnodes_core.nodespace import Edge, NodeSpace, PlaceHolderNode, SpaceObserver
from funcnodes_core.nodespace.script import arun, run
from funcnodes_core.renderoptions import RenderOptions
from funcnodes_core.schema import (
    FullLibJSON,
    FullNodeSpaceJSON,
    NodeInputSerialization,
    NodeIOSerialization,
    NodeJSON,
    NodeOutputSerialization,
    NodeSpaceJSON,
)
from funcnodes_core.utils import plugins
from funcnodes_core.utils import special_types as types
from funcnodes_core.utils.functions import make_run_in_new_process, make_run_in_new_thread

__version__ = "3.0.0"

# node modules import the core from here
decorator.fn = _sys.modules[__name__]

__all__ = [
    "AVAILABLE_MODULES",
    "FUNCNODES_LOGGER",
    "ByteEncoder",
    "BytesEncdata",
    "DataEnum",
    "Edge",
    "Encdata",
    "EventEmitterMixin",
    "FullLibJSON",
    "FullNodeSpaceJSON",
    "IONotFoundError",
    "IOOptions",
    "InputMeta",
    "JSONDecoder",
    "JSONEncoder",
    "Library",
    "MultipleConnectionsError",
    "NoValue",
    "Node",
    "NodeClassMixin",
    "NodeClassNotFoundError",
    "NodeConnectionError",
    "NodeDecorator",
    "NodeIO",
    "NodeIOSerialization",
    "NodeInput",
    "NodeInputOptions",
    "NodeInputSerialization",
    "NodeJSON",
    "NodeMode",
    "NodeOutput",
    "NodeOutputOptions",
    "NodeOutputSerialization",
    "NodeSpace",
    "NodeSpaceJSON",
    "NodeTriggerError",
    "OutputMeta",
    "PlaceHolderNode",
    "RenderOptions",
    "SameNodeConnectionError",
    "Shelf",
    "SpaceObserver",
    "__version__",
    "arun",
    "cancel_requested",
    "config",
    "controlled_wrapper",
    "decorator",
    "emit_after",
    "emit_before",
    "exceptions",
    "find_shelf",
    "flatten_shelf",
    "flatten_shelves",
    "get_deep_connected_nodeset",
    "get_logger",
    "get_nodeclass",
    "instance_nodefunction",
    "io",
    "lib",
    "logging",
    "make_run_in_new_process",
    "make_run_in_new_thread",
    "nodemaker",
    "plugins",
    "run",
    "run_until_complete",
    "set_log_format",
    "setup",
    "signaturewrapper",
    "types",
    "why",
]
