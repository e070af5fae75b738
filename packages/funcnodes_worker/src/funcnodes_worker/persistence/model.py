"""The document as plain records: what edits change, snapshots hold and planners read.

Nodes and groups are JSON dicts that are never changed in place (a change makes a new dict), so `draft()` is a
shallow copy and an older model can be written to disk by another thread while the newer one goes on.

A node record::

    {"uuid", "node_id", "name", "properties": {key: JSON}, "io": {io_id: {"value"?, "default"?, "hidden"?, "name"?,
     "value_options"?, "render_options"?, "is_input"?}}, "group"?: group id, "description"?, "mode"?,
     "reset_inputs_on_trigger"?, "timeout_s"?, "retries"?, "render_options"?, "extra"?: what an earlier release wrote beside these}

`value` and `default` are in the exact form of protocol.md section 5, large ones a reference into the blob store.
A group record: `{"name"?, "parent"?: group id, "colour"?, "collapsed"?, "pos"?, "size"?, "meta"?}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import UNSET

from funcnodes_worker.edits import (
    Edge,
    Edit,
    FieldPath,
    PutEdge,
    PutGroup,
    PutNode,
    Record,
    RemoveEdge,
    RemoveGroup,
    RemoveNode,
    SetField,
)
from funcnodes_worker.errors import ConflictError, NotFoundError

__all__ = ["GraphModel"]

_ALL = frozenset(("nodes", "edges", "groups", "props"))
_PART = {
    PutNode: "nodes", RemoveNode: "nodes", PutEdge: "edges", RemoveEdge: "edges",
    PutGroup: "groups", RemoveGroup: "groups",
}  # fmt: skip


class GraphModel:
    """Nodes, edges, groups and properties of one graph as plain data."""

    __slots__ = ("_shared", "edges", "groups", "nodes", "props")

    def __init__(
        self,
        nodes: Iterable[Record] = (),
        edges: Iterable[Edge] = (),
        groups: dict[str, Record] | None = None,
        props: Record | None = None,
    ) -> None:
        self.nodes: dict[str, Record] = {node["uuid"]: node for node in nodes}
        self.edges: dict[Edge, None] = dict.fromkeys(edges)
        self.groups: dict[str, Record] = dict(groups or {})
        self.props: Record = dict(props or {})
        self._shared: frozenset[str] = frozenset()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GraphModel):
            return NotImplemented
        return (self.nodes, self.edges, self.groups, self.props) == (
            other.nodes,
            other.edges,
            other.groups,
            other.props,
        )

    __hash__ = None  # type: ignore[assignment]  # mutable

    def draft(self) -> GraphModel:
        """A copy to try edits on; everything is shared until one of the two changes it."""
        copy = GraphModel()
        copy.nodes, copy.edges, copy.groups, copy.props = self.nodes, self.edges, self.groups, self.props
        copy._shared = self._shared = _ALL
        return copy

    def _change(self, what: str) -> None:
        """What is about to change becomes this model's own."""
        setattr(self, what, getattr(self, what).copy())
        self._shared -= {what}

    def node(self, uuid: str) -> Record:
        """The record of a node.

        Raises:
            NotFoundError: there is none of that uuid.
        """
        try:
            return self.nodes[uuid]
        except KeyError:
            raise NotFoundError(f"no node {uuid!r}", uuid=uuid) from None

    def group(self, group_id: str) -> Record:
        """The record of a group.

        Raises:
            NotFoundError: there is none of that id.
        """
        try:
            return self.groups[group_id]
        except KeyError:
            raise NotFoundError(f"no group {group_id!r}", group=group_id) from None

    def edges_of(self, uuids: Iterable[str]) -> list[Edge]:
        """The edges that touch any of these nodes, in their order."""
        wanted = set(uuids)
        return [edge for edge in self.edges if edge[0] in wanted or edge[2] in wanted]

    def edges_into(self, uuid: str, io_id: str) -> list[Edge]:
        """The edges that end at one input."""
        return [edge for edge in self.edges if edge[2] == uuid and edge[3] == io_id]

    def members(self, group_id: str) -> list[str]:
        """The nodes that are direct members of a group."""
        return [uuid for uuid, node in self.nodes.items() if node.get("group") == group_id]

    def subgroups(self, group_id: str) -> list[str]:
        """The groups whose parent this group is."""
        return [gid for gid, group in self.groups.items() if group.get("parent") == group_id]

    def field(self, path: FieldPath) -> Any:
        """The value at a path, `UNSET` where there is none."""
        value: Any = getattr(self, path[0])
        for key in path[1:]:
            if not isinstance(value, dict) or key not in value:
                return UNSET
            value = value[key]
        return value

    def set(self, path: FieldPath, after: Any) -> SetField:
        """The edit that gives a field its next value, made from what it holds now."""
        return SetField(path, self.field(path), after)

    def apply_all(self, edits: Iterable[Edit]) -> None:
        """Applies edits one after the other.

        Raises:
            ConflictError: one does not fit; the model is then half changed, so use a draft.
        """
        for edit in edits:
            self.apply(edit)

    def apply(self, edit: Edit) -> None:
        """Applies one edit.

        Raises:
            ConflictError: it does not fit what is there.
        """
        part = edit.target[0] if isinstance(edit, SetField) else _PART[type(edit)]
        if part in self._shared:
            self._change(part)
        match edit:
            case PutNode(node=node):
                _must(node["uuid"] not in self.nodes, "node {!r} exists already", node["uuid"])
                self.nodes[node["uuid"]] = node
            case RemoveNode(node=node):
                _must(node["uuid"] in self.nodes, "node {!r} is not there", node["uuid"])
                del self.nodes[node["uuid"]]
            case PutEdge(edge=edge):
                _must(edge not in self.edges, "edge {!r} exists already", edge)
                _must(edge[0] in self.nodes and edge[2] in self.nodes, "edge {!r} has a loose end", edge)
                self.edges[edge] = None
            case RemoveEdge(edge=edge):
                _must(edge in self.edges, "edge {!r} is not there", edge)
                del self.edges[edge]
            case PutGroup(id=group_id, group=group):
                _must(group_id not in self.groups, "group {!r} exists already", group_id)
                self.groups[group_id] = group
            case RemoveGroup(id=group_id):
                _must(group_id in self.groups, "group {!r} is not there", group_id)
                del self.groups[group_id]
            case SetField(target=target, after=after):
                self._set(target, after)

    def _set(self, path: FieldPath, after: Any) -> None:
        match path:
            case ("props", key):
                _put(self.props, key, after)
            case ("groups", group_id, key):
                _must(group_id in self.groups, "group {!r} is not there", group_id)
                self.groups[group_id] = _with(self.groups[group_id], key, after)
            case ("nodes", uuid, *inner) if inner:
                _must(uuid in self.nodes, "node {!r} is not there", uuid)
                self.nodes[uuid] = _node_with(self.nodes[uuid], inner, after)
            case _:
                raise ConflictError(f"no such field: {path!r}")


def _node_with(node: Record, path: Sequence[str], after: Any) -> Record:
    match path:
        case ("io", io_id, key):
            # a port about which nothing is said leaves no trace, so that an undone set is as if it never was
            ports = node.get("io", {})
            port = _with(ports.get(io_id, {}), key, after)
            return _with(node, "io", _with(ports, io_id, port or UNSET))
        case ("properties", key):
            return _with(node, "properties", _with(node.get("properties", {}), key, after))
        case (key,):
            return _with(node, key, after)
        case _:
            raise ConflictError(f"no such field of a node: {tuple(path)!r}")


def _with(record: Record, key: str, value: Any) -> Record:
    changed = dict(record)
    _put(changed, key, value)
    return changed


def _put(record: Record, key: str, value: Any) -> None:
    if value is UNSET:
        record.pop(key, None)
    else:
        record[key] = value


def _must(fits: bool, text: str, *what: object) -> None:
    if not fits:
        raise ConflictError(text.format(*what))
