"""Commands about groups."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from funcnodes_worker.context import GraphContext
from funcnodes_worker.plan.groups import plan_group_nodes, plan_remove_group, plan_update_group
from funcnodes_worker.rpc.registry import Success, command

__all__ = ["AddedGroup"]

Place = tuple[float, float]


class AddedGroup(Struct, kw_only=True):
    """The group that was made."""

    id: str


@command(scope="edit", mutates=True)
def group_nodes(
    ctx: GraphContext,
    nodes: list[str],
    groups: list[str] | None = None,
    id: str | None = None,
    name: str = "",
    colour: str | None = None,
    collapsed: bool = False,
    meta: dict[str, Any] | None = None,
) -> AddedGroup:
    """Put nodes and groups into a new group, which lies where all of them were."""
    fields = {"name": name, "colour": colour, "collapsed": collapsed, "meta": meta}
    group_id, edits = plan_group_nodes(ctx.document.model, nodes, groups or [], id, fields)
    ctx.commit(edits)
    return AddedGroup(id=group_id)


@command(scope="edit", mutates=True)
def update_group(
    ctx: GraphContext,
    id: str,
    name: str | UnsetType = UNSET,
    colour: str | UnsetType | None = UNSET,
    collapsed: bool | UnsetType = UNSET,
    parent: str | UnsetType | None = UNSET,
    pos: Place | UnsetType | None = UNSET,
    size: Place | UnsetType | None = UNSET,
    meta: dict[str, Any] | UnsetType = UNSET,
    nodes: list[str] | None = None,
) -> Success:
    """Change a group; with `nodes` its direct members, and a group that is left empty goes."""
    fields: dict[str, Any] = {
        "name": name,
        "colour": colour,
        "collapsed": collapsed,
        "parent": parent,
        "pos": list(pos) if isinstance(pos, tuple) else pos,
        "size": list(size) if isinstance(size, tuple) else size,
        "meta": meta,
    }
    ctx.commit(plan_update_group(ctx.document.model, id, nodes, fields))
    return Success()


@command(scope="edit", mutates=True)
def remove_group(ctx: GraphContext, id: str) -> Success:
    """Remove a group; its members stay, in the group around it."""
    ctx.commit(plan_remove_group(ctx.document.model, id))
    return Success()
