"""The records of a graph as clients see them (protocol.md section 5)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

__all__ = [
    "NO_VALUE",
    "DropTarget",
    "EdgeState",
    "ExternalWorkerState",
    "FrontendState",
    "GroupState",
    "IOState",
    "JsonType",
    "LibraryNode",
    "LibraryPort",
    "LibraryState",
    "LogLevel",
    "LogLine",
    "NodeFailure",
    "NodeMode",
    "NodeState",
    "NodeStatus",
    "OutputStream",
    "Progress",
    "Retries",
    "ShelfState",
    "TimeoutSeconds",
]

NO_VALUE = "<NoValue>"
"""How "nothing here yet" is written in JSON."""

JsonType = Any
"""The wire form of a type: a name, or `{"type": "array", ...}`, `{"anyOf": [...]}` and so on."""

NodeStatus = Literal["idle", "waiting", "running", "done", "failed", "muted", "stale"]
LogLevel = Literal["debug", "info", "warning", "error"]
OutputStream = Literal["stdout", "stderr"]
NodeMode = Literal["active", "muted", "bypassed"]
TimeoutSeconds = Annotated[float, Meta(gt=0)]
Retries = Annotated[int, Meta(ge=0)]


class FrontendState(Struct, kw_only=True, omit_defaults=True):
    """Where and how large an editor draws a node."""

    pos: tuple[float, float] | UnsetType = UNSET
    size: tuple[float, float] | UnsetType = UNSET
    collapsed: bool | UnsetType = UNSET


class Progress(Struct, kw_only=True, omit_defaults=True):
    """How far a node's run is; the counting fields are tqdm's."""

    progress: float | None = None
    message: str = ""
    n: float | UnsetType = UNSET
    total: float | UnsetType | None = UNSET
    elapsed: float | UnsetType = UNSET
    rate: float | UnsetType | None = UNSET
    unit: str | UnsetType = UNSET
    prefix: str | UnsetType = UNSET
    postfix: str | UnsetType | None = UNSET


class NodeFailure(Struct, kw_only=True):
    """Why the last run of a node failed."""

    error: str
    traceback: str = ""


class IOState(Struct, kw_only=True, gc=False):
    """One port. `value` is a preview: what the port shows, `complete` when it is the whole value.

    A value that is not JSON has `value` null and `href`, where its bytes can be fetched.
    """

    id: str
    name: str
    type: JsonType = "Any"
    value: Any = NO_VALUE
    mime: str = "application/json"
    complete: bool = True
    href: str | UnsetType = UNSET
    default: Any = NO_VALUE
    required: bool = True
    connected: bool = False
    hidden: bool = False
    does_trigger: bool = True
    render_options: dict[str, Any] = field(default_factory=dict)
    value_options: dict[str, Any] = field(default_factory=dict)
    description: str = ""


class NodeState(Struct, kw_only=True):
    """One node."""

    uuid: str
    node_id: str
    name: str
    description: str = ""
    inputs: dict[str, IOState] = field(default_factory=dict)
    outputs: dict[str, IOState] = field(default_factory=dict)
    status: NodeStatus = "idle"
    frontend: FrontendState = field(default_factory=FrontendState)
    mode: NodeMode = "active"
    progress: Progress | None = None
    error: NodeFailure | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    render_options: dict[str, Any] = field(default_factory=dict)
    reset_inputs_on_trigger: bool = False
    timeout_s: float | None = None
    retries: int = 0
    placeholder: bool = False
    duration_s: float | None = None


class EdgeState(Struct, kw_only=True, frozen=True):
    """One connection, as pairs of node uuid and port id."""

    src: tuple[str, str]
    dst: tuple[str, str]


class GroupState(Struct, kw_only=True):
    """One group; `nodes` and `groups` are its direct members."""

    id: str
    name: str = ""
    nodes: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    parent: str | None = None
    colour: str | None = None
    collapsed: bool = False
    pos: tuple[float, float] | None = None
    size: tuple[float, float] | None = None
    meta: dict[str, Any] = field(default_factory=dict)


class LibraryPort(Struct, kw_only=True):
    """One port of a node class."""

    id: str
    name: str
    type: JsonType = "Any"
    description: str = ""
    required: bool = True


class DropTarget(Struct, kw_only=True):
    """Which files a node class reads: by how their names end, and the input that takes the path."""

    suffixes: list[str]
    input: str


class LibraryNode(Struct, kw_only=True):
    """One node class that can be added; `drop` makes it what a file becomes that is dropped on the canvas."""

    node_id: str
    name: str
    description: str = ""
    inputs: list[LibraryPort] = field(default_factory=list)
    outputs: list[LibraryPort] = field(default_factory=list)
    drop: DropTarget | None = None


class ShelfState(Struct, kw_only=True):
    """One shelf of the library."""

    name: str
    description: str = ""
    nodes: list[LibraryNode] = field(default_factory=list)
    subshelves: list[ShelfState] = field(default_factory=list)


class LibraryState(Struct, kw_only=True):
    """The library: every node class that this worker can add."""

    shelves: list[ShelfState] = field(default_factory=list)


class ExternalWorkerState(Struct, kw_only=True):
    """One external worker: an object of a node module that lives beside the graph and offers nodes of its own.

    Attributes:
        classid: the `NODECLASSID` of its class; `missing` when no installed module offers that.
        running: it is there and its loop runs; otherwise its nodes are placeholders.
        error: what its loop last failed with; null while all goes well.
    """

    uuid: str
    classid: str
    name: str
    running: bool = False
    missing: bool = False
    error: str | None = None


class LogLine(Struct, kw_only=True, omit_defaults=True, frozen=True):
    """One line of the log; `n` counts them, `node` is the node whose code said it, `stream` what it printed to."""

    n: int
    time: float
    level: LogLevel
    text: str
    logger: str = ""
    node: str | UnsetType = UNSET
    stream: OutputStream | UnsetType = UNSET
