"""Copy and paste."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from funcnodes_worker.context import GraphContext
from funcnodes_worker.plan.graphs import Fragment, make_fragment, plan_paste, read_fragment
from funcnodes_worker.rpc.registry import command

__all__ = ["Pasted"]


class Pasted(Struct, kw_only=True):
    """The nodes that were made, and their ids by those in the fragment."""

    uuids: list[str]
    by_old: dict[str, str]


@command(scope="edit", on="graph", repeatable=True)
def copy_nodes(ctx: GraphContext, uuids: list[str]) -> Fragment:
    """Nodes with their values, the edges between them, and the groups that are copied whole."""
    return make_fragment(ctx.document.model, ctx.document.store.blobs, uuids)


@command(scope="edit", mutates=True)
def paste_nodes(
    ctx: GraphContext,
    fragment: dict[str, Any],
    pos: tuple[float, float] | None = None,
    group: str | None = None,
) -> Pasted:
    """Add what was copied under new ids, its upper left corner at `pos`."""
    if group is not None:
        ctx.document.model.group(group)
    by_old, edits = plan_paste(read_fragment(fragment), ctx.document.store.blobs, pos, group)
    ctx.commit(edits)
    return Pasted(uuids=list(by_old.values()), by_old=by_old)
