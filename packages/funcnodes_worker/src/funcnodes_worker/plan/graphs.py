"""Planning whole graphs: clear, load, copy and paste."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct, field

from funcnodes_core.ids import new_uuid
from funcnodes_worker.edits import (
    Edge,
    Edit,
    PutEdge,
    PutGroup,
    PutNode,
    Record,
    RemoveEdge,
    RemoveGroup,
    RemoveNode,
    SetField,
)
from funcnodes_worker.errors import BadArgumentsError
from funcnodes_worker.persistence.blobs import BlobSource
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.secrets import is_secret
from funcnodes_worker.persistence.snapshot import NodeRecord, check_model
from funcnodes_worker.persistence.values import check_exact, pack, unpack
from funcnodes_worker.plan.groups import outermost_first

__all__ = ["Fragment", "make_fragment", "plan_clear", "plan_paste", "plan_replace", "read_fragment"]

FRAGMENT_KIND = "funcnodes fragment"


class Fragment(Struct, kw_only=True):
    """A piece of a graph that can stand in a text: nodes with values, the edges between them, their groups."""

    nodes: list[dict[str, Any]]
    edges: list[Edge] = field(default_factory=list)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    kind: str = FRAGMENT_KIND
    format: int = 3


def plan_clear(model: GraphModel) -> list[Edit]:
    """Nodes, edges, groups and properties all go, last first: so they come back in their order."""
    edits: list[Edit] = [RemoveEdge(edge) for edge in reversed(model.edges)]
    edits += [RemoveNode(node) for node in reversed(model.nodes.values())]
    edits += [RemoveGroup(gid, group) for gid, group in reversed(outermost_first(model.groups))]
    edits += [model.set(("props", key), UNSET) for key in reversed(model.props)]
    return edits


def plan_replace(model: GraphModel, new: GraphModel, blobs: BlobSource) -> list[Edit]:
    """Another graph takes the place of this one; its large values go into the blob store.

    Raises:
        OSError: a large value cannot be stored.
    """
    edits = plan_clear(model)
    edits += [PutGroup(gid, group) for gid, group in outermost_first(new.groups)]
    edits += [PutNode(_with_values(node, lambda value: pack(value, blobs))) for node in new.nodes.values()]
    edits += [PutEdge(edge) for edge in new.edges]
    edits += [SetField(("props", key), UNSET, value) for key, value in new.props.items()]
    return edits


def make_fragment(model: GraphModel, blobs: BlobSource, uuids: Sequence[str]) -> Fragment:
    """Nodes as a fragment; of their groups those that are copied whole.

    Raises:
        NotFoundError: a node is not there.
    """
    wanted = dict.fromkeys(uuids)
    nodes = [_with_values(model.node(uuid), lambda packed: unpack(packed, blobs)) for uuid in wanted]
    groups = _whole_groups(model, wanted)
    for node in nodes:
        if node.get("group") not in groups:
            node.pop("group", None)
    kept = {gid: _inside(model.groups[gid], groups) for gid in model.groups if gid in groups}
    edges = [edge for edge in model.edges if edge[0] in wanted and edge[2] in wanted]
    return Fragment(nodes=nodes, edges=edges, groups=kept)


def _whole_groups(model: GraphModel, wanted: Iterable[str]) -> set[str]:
    inside = set(wanted)
    whole: set[str] = set()
    changed = True
    while changed:
        found = {
            gid
            for gid in model.groups
            if inside.issuperset(model.members(gid)) and whole.issuperset(model.subgroups(gid))
        }
        changed, whole = found != whole, found
    return whole


def _inside(group: Record, kept: set[str]) -> Record:
    return {key: value for key, value in group.items() if key != "parent" or value in kept}


def _with_values(node: Record, change: Callable[[Any], Any]) -> Record:
    ports = {
        io_id: {
            key: change(value) if key in ("value", "default") else value
            for key, value in port.items()
            if not is_secret(
                value
            )  # neither copied nor taken from elsewhere: a reference opens what it names
        }
        for io_id, port in node.get("io", {}).items()
    }
    return {**node, "properties": dict(node.get("properties", {})), "io": ports}


def read_fragment(data: Any) -> Fragment:
    """The fragment in JSON data.

    Raises:
        BadArgumentsError: it is none, or does not hold together.
    """
    try:
        fragment = msgspec.convert(data, Fragment)
        for node in fragment.nodes:
            msgspec.convert(node, NodeRecord)
        if fragment.kind != FRAGMENT_KIND:
            raise ValueError("this is no piece of a graph")
        check_model(GraphModel(fragment.nodes, fragment.edges, fragment.groups))
    except ValueError as exc:
        raise BadArgumentsError(f"kwargs.fragment: {exc}") from exc
    return fragment


def plan_paste(
    fragment: Fragment, blobs: BlobSource, pos: tuple[float, float] | None, parent: str | None
) -> tuple[dict[str, str], list[Edit]]:
    """A fragment becomes part of the graph under new ids.

    Args:
        pos: where the upper left corner of the piece comes to lie; where it was, a little lower, without.
        parent: the group to paste into.

    Returns:
        The new ids by the old ones, and the edits.
    """
    new_ids = {node["uuid"]: new_uuid() for node in fragment.nodes}
    group_ids = {gid: new_uuid() for gid in fragment.groups}
    shift = _shift(fragment.nodes, pos)
    edits: list[Edit] = []
    for gid, group in outermost_first(fragment.groups):
        above = group_ids.get(group.get("parent", ""), parent)
        placed = _moved(group, "pos", shift)
        edits.append(PutGroup(group_ids[gid], {**placed, **({"parent": above} if above else {})}))
    for node in fragment.nodes:
        record = _with_values(node, lambda exact: _packed(exact, blobs))
        record["uuid"] = new_ids[node["uuid"]]
        record["properties"] = _moved(record["properties"], "frontend:pos", shift)
        group_id = group_ids.get(node.get("group", ""), parent)
        if group_id:
            record["group"] = group_id
        edits.append(PutNode(record))
    edits += [PutEdge((new_ids[e[0]], e[1], new_ids[e[2]], e[3])) for e in fragment.edges]
    return new_ids, edits


def _packed(exact: Any, blobs: BlobSource) -> Any:
    check_exact(exact)
    return pack(exact, blobs)


def _shift(nodes: Sequence[Record], pos: tuple[float, float] | None) -> tuple[float, float]:
    if pos is None:
        return 40.0, 40.0
    places = [at for node in nodes if (at := _place(node.get("properties", {}).get("frontend:pos")))]
    if not places:
        return 0.0, 0.0
    return pos[0] - min(at[0] for at in places), pos[1] - min(at[1] for at in places)


def _moved(record: Record, key: str, shift: tuple[float, float]) -> Record:
    at = _place(record.get(key))
    return {**record, key: [at[0] + shift[0], at[1] + shift[1]]} if at else dict(record)


def _place(value: Any) -> tuple[float, float] | None:
    if (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(isinstance(x, (int, float)) for x in value)
    ):
        return float(value[0]), float(value[1])
    return None
