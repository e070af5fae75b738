"""What `serialize` gives, as `TypedDict`s with the keys that earlier releases wrote; no behaviour."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

__all__ = [
    "FullLibJSON",
    "FullNodeSpaceJSON",
    "GroupJSON",
    "NodeIOSerialization",
    "NodeInputSerialization",
    "NodeJSON",
    "NodeOutputSerialization",
    "NodeSpaceJSON",
    "SerializedNodeClass",
    "SerializedShelf",
    "TypeWire",
]

# a name, or a dict with type array/object/enum/type, anyOf or allOf
TypeWire: TypeAlias = str | dict[str, Any]


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
    mode: NotRequired[Literal["active", "muted", "bypassed"]]
    timeout_s: NotRequired[float | None]
    retries: NotRequired[int]


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
