"""Commands about connections."""

from __future__ import annotations

from funcnodes_worker.context import GraphContext
from funcnodes_worker.plan.edges import plan_add_edge, plan_remove_edge
from funcnodes_worker.rpc.registry import Success, command

__all__: list[str] = []


@command(scope="edit", mutates=True)
def add_edge(
    ctx: GraphContext, src_uuid: str, src_io: str, dst_uuid: str, dst_io: str, replace: bool = False
) -> Success:
    """Connect an output with an input (or mirror an input to another); `replace` takes away what is in the way."""
    edge = (src_uuid, src_io, dst_uuid, dst_io)
    ctx.commit(plan_add_edge(ctx.document.model, ctx.space, edge, replace))
    return Success()


@command(scope="edit", mutates=True)
def remove_edge(ctx: GraphContext, src_uuid: str, src_io: str, dst_uuid: str, dst_io: str) -> Success:
    """Take a connection away."""
    ctx.commit(plan_remove_edge(ctx.document.model, (src_uuid, src_io, dst_uuid, dst_io)))
    return Success()
