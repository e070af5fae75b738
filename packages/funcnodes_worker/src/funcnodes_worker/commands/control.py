"""Running and stopping."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Literal

from msgspec import Struct

from funcnodes_core.exceptions import NodeNotFoundError
from funcnodes_core.node import Node
from funcnodes_core.node import why as core_why
from funcnodes_core.node.control import stopped_how
from funcnodes_worker.context import GraphContext, ReadContext
from funcnodes_worker.errors import NotFoundError
from funcnodes_worker.protocol.events import WorkerUpdated
from funcnodes_worker.rpc.registry import Success, command

__all__ = ["Asked", "Reason", "Stopped"]

How = Literal["cancelled", "killed", "not_running", "stuck"]


class Stopped(Struct, kw_only=True, omit_defaults=True):
    """How a stop went: "stuck" when something did not end in time.

    `restart` offers what would end that: another process with the same graph. Nothing that was answered is lost by it;
    edits that wait behind the stuck node are not answered yet.
    """

    success: bool
    how: How
    restart: bool = False


class Asked(Struct, kw_only=True):
    """The nodes that were asked for a run."""

    nodes: list[str]
    success: bool = True


class Reason(Struct, kw_only=True):
    """Why a node runs or does not run, as a sentence; `nodes` are those that it names."""

    status: str
    text: str
    nodes: list[str]


@command(scope="run", on="graph")
def trigger_node(ctx: GraphContext, uuid: str) -> Success:
    """Ask a node for a run; it starts when every required input has a value. While paused it runs alone."""
    node = _node(ctx, uuid)
    if ctx.space.paused and node.ready_to_trigger():
        node.trigger()
    else:
        node.request_trigger()
    return Success()


def _stuck() -> Stopped:
    return Stopped(success=False, how="stuck", restart=True)


@command(scope="run", on="graph", late=_stuck)
def stop_node(ctx: GraphContext, uuid: str, deadline_s: float = 1.0) -> Stopped | Awaitable[Stopped]:
    """Stop the run of a node; it counts as failed. "stuck": it did not end in time, and ends as soon as it can."""
    node = _node(ctx, uuid)
    if node.in_trigger:
        return _cancel(node, deadline_s)
    return _stopped([how for other in ctx.struck if other is node and (how := stopped_how(other))])


async def _cancel(node: Node, deadline_s: float) -> Stopped:
    return _stopped([await node.cancel(deadline_s)])


@command(scope="run", on="graph", late=_stuck)
def stop_all(ctx: GraphContext, deadline_s: float = 1.0) -> Awaitable[Stopped]:
    """Stop everything that runs or waits for its turn."""
    answers = [how for node in ctx.struck if (how := stopped_how(node))]
    if not ctx.space.idle():
        answers.append("cancelled")
    return _stop_all(ctx.space.stop(deadline_s), answers)


async def _stop_all(stopping: Awaitable[dict[str, str]], answers: list[str]) -> Stopped:
    return _stopped([*answers, *(await stopping).values()])


@command(scope="run", on="graph")
def pause(ctx: GraphContext) -> Success:
    """Start no node from now on; what runs goes on to its end."""
    ctx.space.pause()
    ctx.document.feed.post(WorkerUpdated(paused=True))
    return Success()


@command(scope="run", on="graph")
def resume(ctx: GraphContext) -> Success:
    """Start what was asked for during the pause."""
    ctx.space.resume()
    ctx.document.feed.post(WorkerUpdated(paused=False))
    return Success()


@command(scope="run", on="graph")
def run_stale(ctx: GraphContext, uuid: str | None = None) -> Asked:
    """Run what is older than what feeds it: all of it, or what one node needs."""
    asked = ctx.space.run_stale(None if uuid is None else _node(ctx, uuid))
    return Asked(nodes=[node.uuid for node in asked])


def _why_meanwhile(ctx: ReadContext, uuid: str) -> Reason:
    node = ctx.projection.get_node(uuid)
    blocker = ctx.worker.blocker() or "another node"
    if node.status == "running":
        text = "it runs"
    elif node.status == "muted":
        text = "it is muted"
    elif node.status == "waiting":
        text = f"waiting: {blocker!r} keeps the graph from everything else"
    elif node.error is not None:
        text = f"its last run failed: {node.error.error}"
    else:
        text = f"{blocker!r} keeps the graph from everything else: ask again when it has ended"
    return Reason(status=node.status, text=text, nodes=[])


@command(scope="view", on="graph", meanwhile=_why_meanwhile)
def why(ctx: GraphContext, uuid: str) -> Reason:
    """Why a node runs or does not run."""
    node = _node(ctx, uuid)
    found = core_why(node)
    text = (ctx.externals.why_missing(node.node_id) if found.status == "missing" else None) or found.text
    return Reason(status=found.status, text=text, nodes=[other.uuid for other in found.nodes])


def _node(ctx: GraphContext, uuid: str) -> Node:
    try:
        return ctx.space.get_node_by_id(uuid)
    except NodeNotFoundError as exc:
        raise NotFoundError(f"no node {uuid!r}", uuid=uuid) from exc


def _stopped(answers: list[str]) -> Stopped:
    for how in ("stuck", "killed", "cancelled"):
        if how in answers:
            return Stopped(success=how != "stuck", how=how, restart=how == "stuck")
    return Stopped(success=True, how="not_running")
