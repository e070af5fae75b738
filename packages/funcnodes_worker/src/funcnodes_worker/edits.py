"""Edits: the few reversible records that every change of a graph is made of.

A command is planned into a list of edits, the journal keeps them, undo applies their inverses and recovery
replays them: none of these knows commands. Every edit carries what it replaces, so its inverse needs no state.

A field is named by a path into the records of `persistence.model.GraphModel`::

    ("nodes", uuid, "name")                 ("nodes", uuid, "io", io_id, "value")
    ("nodes", uuid, "properties", key)      ("groups", group_id, "name")      ("props", key)

`UNSET` for `before` or `after` means that the field is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import UNSET, Struct

__all__ = [
    "Edge",
    "Edit",
    "FieldPath",
    "PutEdge",
    "PutGroup",
    "PutNode",
    "Record",
    "RemoveEdge",
    "RemoveGroup",
    "RemoveNode",
    "SetField",
    "invert",
    "invert_all",
    "merge",
    "targets",
    "touches_groups",
]

Record = dict[str, Any]
"""A node or group as plain JSON data."""

Edge = tuple[str, str, str, str]
"""Source node, source port, destination node, destination port."""

FieldPath = tuple[str, ...]


class PutNode(Struct, tag_field="edit", tag="put_node", frozen=True):
    """A node appears, without edges."""

    node: Record


class RemoveNode(Struct, tag_field="edit", tag="remove_node", frozen=True):
    """A node goes; its edges have gone before by edits of their own."""

    node: Record


class PutEdge(Struct, tag_field="edit", tag="put_edge", frozen=True):
    """Two ports become connected."""

    edge: Edge


class RemoveEdge(Struct, tag_field="edit", tag="remove_edge", frozen=True):
    """Two ports become disconnected."""

    edge: Edge


class PutGroup(Struct, tag_field="edit", tag="put_group", frozen=True):
    """A group appears, without members."""

    id: str
    group: Record


class RemoveGroup(Struct, tag_field="edit", tag="remove_group", frozen=True):
    """A group goes; its members have left before by edits of their own."""

    id: str
    group: Record


class SetField(Struct, tag_field="edit", tag="set", frozen=True, omit_defaults=True):
    """One field of a record changes."""

    target: FieldPath
    before: Any = UNSET
    after: Any = UNSET


Edit = PutNode | RemoveNode | PutEdge | RemoveEdge | PutGroup | RemoveGroup | SetField


def invert(edit: Edit) -> Edit:
    """The edit that takes `edit` back."""
    match edit:
        case PutNode(node=node):
            return RemoveNode(node)
        case RemoveNode(node=node):
            return PutNode(node)
        case PutEdge(edge=edge):
            return RemoveEdge(edge)
        case RemoveEdge(edge=edge):
            return PutEdge(edge)
        case PutGroup(id=group_id, group=group):
            return RemoveGroup(group_id, group)
        case RemoveGroup(id=group_id, group=group):
            return PutGroup(group_id, group)
        case SetField(target=target, before=before, after=after):
            return SetField(target, after, before)


def invert_all(edits: Sequence[Edit]) -> list[Edit]:
    """The edits that take all of `edits` back, last first."""
    return [invert(edit) for edit in reversed(edits)]


def targets(edits: Iterable[Edit]) -> set[FieldPath]:
    """What these edits touch: field paths, and paths of whole nodes, groups and edges."""
    touched: set[FieldPath] = set()
    for edit in edits:
        match edit:
            case PutNode(node=node) | RemoveNode(node=node):
                touched.add(("nodes", node["uuid"]))
            case PutGroup(id=group_id) | RemoveGroup(id=group_id):
                touched.add(("groups", group_id))
            case PutEdge(edge=edge) | RemoveEdge(edge=edge):
                touched.add(("edges", *edge))
            case SetField(target=target):
                touched.add(target)
    return touched


def touches_groups(edits: Iterable[Edit]) -> bool:
    """Whether edits change a group or who is in one."""
    for edit in edits:
        match edit:
            case PutGroup() | RemoveGroup() | SetField(target=("groups", *_) | ("nodes", _, "group")):
                return True
            case PutNode(node=node) | RemoveNode(node=node) if "group" in node:
                return True
    return False


def merge(first: Sequence[Edit], second: Sequence[Edit]) -> list[Edit]:
    """One list with the effect of both; repeated sets of a field become one where nothing else lies between."""
    merged = list(first)
    if not all(isinstance(edit, SetField) for edit in (*first, *second)):
        return merged + list(second)
    place = {edit.target: i for i, edit in enumerate(merged) if isinstance(edit, SetField)}
    for edit in second:
        if not isinstance(edit, SetField):
            continue
        at = place.get(edit.target)
        earlier = merged[at] if at is not None else None
        if at is not None and isinstance(earlier, SetField):
            merged[at] = SetField(edit.target, earlier.before, edit.after)
        else:
            place[edit.target] = len(merged)
            merged.append(edit)
    return merged
