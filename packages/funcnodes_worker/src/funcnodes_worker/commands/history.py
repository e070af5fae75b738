"""Undo, redo and the history."""

from __future__ import annotations

from msgspec import UNSET, Struct

from funcnodes_worker.context import GraphContext
from funcnodes_worker.document import Undone
from funcnodes_worker.edits import PutNode, RemoveNode, targets
from funcnodes_worker.persistence.history import Scope, Step
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.rpc.registry import command

__all__ = ["HistoryEntry"]

_MOST_NODES = 20


class HistoryEntry(Struct, kw_only=True):
    """One step of the history, which one undo takes back.

    Attributes:
        rev: names the step.
        at: when, in seconds since the epoch.
        by: id of the client.
        undone: it is taken back, and can be redone.
        nodes: names of nodes that it touched, up to 20.
    """

    rev: int
    at: float
    by: str
    cmd: str
    undone: bool
    nodes: list[str]


@command(scope="edit", mutates=True)
def undo(ctx: GraphContext, steps: int = 1, scope: Scope = "all", force: bool = False) -> Undone:
    """Take the newest steps back: those of all clients, or mine.

    What another client has changed later is not overwritten unless `force` says so.
    """
    return _note(ctx, ctx.document.undo(steps, scope, ctx.by, force, ctx.cmd_id))


@command(scope="edit", mutates=True)
def redo(ctx: GraphContext, steps: int = 1, scope: Scope = "all", force: bool = False) -> Undone:
    """Bring the steps again that were undone last."""
    return _note(ctx, ctx.document.redo(steps, scope, ctx.by, force, ctx.cmd_id))


@command(scope="view", on="graph")
def get_history(ctx: GraphContext, since: int = 0, limit: int = 200) -> list[HistoryEntry]:
    """The newest steps after a revision, oldest first."""
    model = ctx.document.model
    steps = [step for step in ctx.document.history if step.last_rev > since]
    return [_entry(step, model) for step in steps[-limit:]] if limit > 0 else []


def _note(ctx: GraphContext, undone: Undone) -> Undone:
    ctx.rev = undone.rev
    return undone


def _entry(step: Step, model: GraphModel) -> HistoryEntry:
    known = {edit.node["uuid"]: edit.node for edit in step.edits if isinstance(edit, (PutNode, RemoveNode))}
    touched = {path[1]: None for path in sorted(targets(step.edits)) if path[0] == "nodes"}
    records = [model.nodes.get(uuid) or known.get(uuid, {}) for uuid in touched]
    return HistoryEntry(
        rev=step.rev,
        at=step.at,
        by=step.by,
        cmd=step.cmd,
        undone=step.undone_by is not UNSET,
        nodes=[str(record.get("name", "")) for record in records][:_MOST_NODES],
    )
