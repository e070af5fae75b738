"""Planning groups: a forest over the nodes, in which a node is in at most one group and no group is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET

from funcnodes_core.ids import new_uuid
from funcnodes_worker.edits import Edit, PutGroup, Record, RemoveGroup
from funcnodes_worker.errors import BadArgumentsError, ConflictError
from funcnodes_worker.persistence.model import GraphModel

__all__ = [
    "outermost_first",
    "plan_group_nodes",
    "plan_remove_group",
    "plan_update_group",
    "without_empty_groups",
]


def plan_group_nodes(
    model: GraphModel,
    nodes: Sequence[str],
    groups: Sequence[str],
    group_id: str | None,
    fields: Mapping[str, Any],
) -> tuple[str, list[Edit]]:
    """A new group of nodes and groups, under the nearest group that holds all of them.

    Raises:
        NotFoundError: a member is not there.
        BadArgumentsError: there are no members.
        ConflictError: the id is taken.
    """
    nodes, groups = list(dict.fromkeys(nodes)), list(dict.fromkeys(groups))
    if not nodes and not groups:
        raise BadArgumentsError("kwargs.nodes: a group needs members")
    if group_id is not None and (group_id in model.groups or not group_id):
        raise ConflictError(f"the group id {group_id!r} is taken", group=group_id)
    above = [_chain(model, model.node(uuid).get("group")) for uuid in nodes]
    above += [_chain(model, model.group(gid).get("parent")) for gid in groups]
    parent = _common(above)
    new_id = group_id or new_uuid()
    record: Record = {key: value for key, value in fields.items() if value is not UNSET and value is not None}
    if parent is not None:
        record["parent"] = parent
    edits: list[Edit] = [PutGroup(new_id, record)]
    edits += [model.set(("nodes", uuid, "group"), new_id) for uuid in nodes]
    edits += [model.set(("groups", gid, "parent"), new_id) for gid in groups]
    return new_id, without_empty_groups(model, edits)


def plan_update_group(
    model: GraphModel, group_id: str, nodes: Sequence[str] | None, fields: Mapping[str, Any]
) -> list[Edit]:
    """Another name, colour, place and so on; with `nodes` other direct members.

    Raises:
        NotFoundError: the group, its new parent or a member is not there.
        ConflictError: the group would be inside itself.
    """
    model.group(group_id)
    edits: list[Edit] = []
    for key, value in fields.items():
        if value is UNSET:
            continue
        if key == "parent" and value is not None:
            model.group(value)
            if group_id in _chain(model, value):
                raise ConflictError(f"group {group_id!r} would be inside itself", group=group_id)
        edit = model.set(("groups", group_id, key), UNSET if value is None else value)
        edits += [edit] if edit.before != edit.after else []
    if nodes is not None:
        wanted = dict.fromkeys(nodes)
        for uuid in wanted:
            if model.node(uuid).get("group") != group_id:
                edits.append(model.set(("nodes", uuid, "group"), group_id))
        up = model.group(group_id).get("parent", UNSET)
        edits += [model.set(("nodes", u, "group"), up) for u in model.members(group_id) if u not in wanted]
    return without_empty_groups(model, edits)


def plan_remove_group(model: GraphModel, group_id: str) -> list[Edit]:
    """A group goes; its members move into the group above.

    Raises:
        NotFoundError: it is not there.
    """
    group = model.group(group_id)
    up = group.get("parent", UNSET)
    edits: list[Edit] = [model.set(("nodes", uuid, "group"), up) for uuid in model.members(group_id)]
    edits += [model.set(("groups", gid, "parent"), up) for gid in model.subgroups(group_id)]
    return [*edits, RemoveGroup(group_id, group)]


def without_empty_groups(model: GraphModel, edits: list[Edit]) -> list[Edit]:
    """`edits`, and the removal of every group that they leave without members."""
    if not model.groups:
        return edits
    draft = model.draft()
    draft.apply_all(edits)
    full = {node.get("group") for node in draft.nodes.values()}
    more: list[Edit] = []
    found = True
    while found:
        parents = {group.get("parent") for group in draft.groups.values()}
        empty = [gid for gid in draft.groups if gid not in full and gid not in parents]
        removals: list[Edit] = [RemoveGroup(gid, draft.groups[gid]) for gid in empty]
        draft.apply_all(removals)
        more += removals
        found = bool(empty)
    return edits + more


def outermost_first(groups: Mapping[str, Record]) -> list[tuple[str, Record]]:
    """Groups in the order in which they can be put: each behind the one around it; removed in the reverse order."""
    placed: dict[str, Record] = {}

    def place(group_id: str) -> None:
        way = []
        while group_id in groups and group_id not in placed and group_id not in way:
            way.append(group_id)
            group_id = groups[group_id].get("parent", "")
        placed.update((gid, groups[gid]) for gid in reversed(way))

    for group_id in groups:
        place(group_id)
    return list(placed.items())


def _chain(model: GraphModel, group_id: str | None) -> list[str]:
    """A group and all groups above it, innermost first."""
    chain = []
    while group_id is not None:
        chain.append(group_id)
        group_id = model.groups[group_id].get("parent")
    return chain


def _common(chains: Sequence[Sequence[str]]) -> str | None:
    """The innermost group that all chains share."""
    first, *others = chains
    return next((gid for gid in first if all(gid in other for other in others)), None)
