"""Groups as clients see them."""

from __future__ import annotations

import msgspec

from funcnodes_worker.edits import Record
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.protocol.shapes import GroupState

__all__ = ["group_states"]


def group_states(model: GraphModel) -> dict[str, GroupState]:
    """The groups as clients see them, by id."""
    if not model.groups:
        return {}
    nodes: dict[str, list[str]] = {}
    for uuid, node in model.nodes.items():
        nodes.setdefault(node.get("group", ""), []).append(uuid)
    inner: dict[str, list[str]] = {}
    for group_id, group in model.groups.items():
        inner.setdefault(group.get("parent", ""), []).append(group_id)
    return {
        gid: _group_state(gid, group, nodes.get(gid, []), inner.get(gid, []))
        for gid, group in model.groups.items()
    }


def _group_state(group_id: str, group: Record, nodes: list[str], groups: list[str]) -> GroupState:
    known = {key: value for key, value in group.items() if key in GroupState.__struct_fields__}
    try:
        return msgspec.convert({**known, "id": group_id, "nodes": nodes, "groups": groups}, GroupState)
    except msgspec.ValidationError:  # a file from elsewhere with a name that is a number, say
        return GroupState(id=group_id, nodes=nodes, groups=groups)
