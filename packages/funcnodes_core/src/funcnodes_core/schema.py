"""Everything that is saved or sent, as `TypedDict`s; no behaviour.

The first half has the keys that earlier releases wrote, which `serialize` keeps; the second half
has the shapes of the worker's protocol, which the worker checks with msgspec.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

__all__ = [
    "EdgeWire",
    "ErrorWire",
    "FrontendWire",
    "FullLibJSON",
    "FullNodeSpaceJSON",
    "FullStateWire",
    "GroupJSON",
    "GroupWire",
    "IOWire",
    "LibraryWire",
    "NodeClassWire",
    "NodeIOSerialization",
    "NodeInputSerialization",
    "NodeJSON",
    "NodeMode",
    "NodeOutputSerialization",
    "NodeSpaceJSON",
    "NodeSpaceWire",
    "NodeStatus",
    "NodeWire",
    "SerializedNodeClass",
    "SerializedShelf",
    "ShelfWire",
    "TypeWire",
    "WorkerWire",
]

# a name, or a dict with type array/object/enum/type, anyOf or allOf
TypeWire: TypeAlias = str | dict[str, Any]
NodeMode: TypeAlias = Literal["active", "muted", "bypassed"]
NodeStatus: TypeAlias = Literal["idle", "waiting", "running", "done", "failed", "muted", "stale"]


# -- what `serialize` gives ----------------------------------------------------------------


class NodeIOSerialization(TypedDict, total=False):
    """What an input and an output have in common."""

    id: str
    uuid: str
    is_input: bool
    name: str
    description: str | None
    type: TypeWire
    allow_multiple: bool
    value: Any
    hidden: bool
    emit_value_set: bool
    render_options: dict[str, Any]
    value_options: dict[str, Any]


class NodeInputSerialization(NodeIOSerialization, total=False):
    """An input."""

    required: bool
    does_trigger: bool
    default: Any


class NodeOutputSerialization(NodeIOSerialization, total=False):
    """An output."""


class NodeJSON(TypedDict):
    """A node of a graph; `id` is its uuid, `node_id` that of its class."""

    name: str
    id: str
    node_id: str
    node_name: str
    io: dict[str, Any]
    reset_inputs_on_trigger: NotRequired[bool]
    description: NotRequired[str]
    render_options: NotRequired[dict[str, Any]]
    properties: NotRequired[dict[str, Any]]
    mode: NotRequired[NodeMode]


class GroupJSON(TypedDict):
    """A group: nodes and groups that belong together; a node is in one group at most."""

    node_ids: list[str]
    child_groups: list[str]
    parent_group: str | None
    meta: dict[str, Any]
    position: list[float]


class NodeSpaceJSON(TypedDict):
    """A graph; an edge is `[source node, its port, target node, its port]`."""

    nodes: list[NodeJSON]
    edges: list[list[str]]
    prop: dict[str, Any]
    groups: NotRequired[dict[str, GroupJSON]]


class SerializedNodeClass(TypedDict):
    """A node class as a library offers it."""

    node_id: str
    node_name: str
    description: str
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]


class SerializedShelf(TypedDict):
    """A shelf with its classes."""

    nodes: list[SerializedNodeClass]
    subshelves: list[SerializedShelf]
    name: str
    description: str


class FullLibJSON(TypedDict):
    """A library."""

    shelves: list[SerializedShelf]


class FullNodeSpaceJSON(NodeSpaceJSON):
    """A graph and its library."""

    lib: FullLibJSON


# -- what the worker sends -----------------------------------------------------------------


class FrontendWire(TypedDict, total=False):
    """Where a node stands on the canvas."""

    pos: list[float]
    size: list[float]
    collapsed: bool


class ErrorWire(TypedDict):
    """Why a node's last run failed."""

    error: str
    traceback: str


class IOWire(TypedDict):
    """A port; `value` is a preview."""

    id: str
    name: str
    type: TypeWire
    value: Any
    default: Any
    required: bool
    connected: bool
    hidden: bool
    does_trigger: bool
    render_options: dict[str, Any]
    value_options: dict[str, Any]


class NodeWire(TypedDict):
    """A node with its ports."""

    node_id: str
    uuid: str
    name: str
    description: str
    inputs: dict[str, IOWire]
    outputs: dict[str, IOWire]
    status: NodeStatus
    frontend: FrontendWire
    mode: NodeMode
    progress: dict[str, Any] | None
    error: ErrorWire | None
    properties: dict[str, Any]


class EdgeWire(TypedDict):
    """A wire: `[uuid, port id]` of both ends."""

    src: list[str]
    dst: list[str]


class GroupWire(TypedDict):
    """A group."""

    id: str
    name: str
    nodes: list[str]
    groups: list[str]


class NodeClassWire(TypedDict):
    """A node class in the library."""

    node_id: str
    name: str
    description: str
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]


class ShelfWire(TypedDict):
    """A shelf in the library."""

    name: str
    description: str
    nodes: list[NodeClassWire]
    subshelves: list[ShelfWire]


class LibraryWire(TypedDict):
    """The library."""

    shelves: list[ShelfWire]


class NodeSpaceWire(TypedDict):
    """The graph."""

    nodes: list[NodeWire]
    edges: list[EdgeWire]
    groups: list[GroupWire]
    prop: dict[str, Any]


class WorkerWire(TypedDict):
    """Who answers."""

    uuid: str
    name: str


class FullStateWire(TypedDict):
    """All that a client needs to show the graph."""

    nodespace: NodeSpaceWire
    lib: LibraryWire
    worker: WorkerWire
    seq: int
    rev: int
