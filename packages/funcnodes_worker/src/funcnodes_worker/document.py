"""The document: a graph whose every change is journaled before it happens.

On the graph's thread only. A command plans edits; `commit` writes them in one journal entry, then applies them to
the model and the space. If the write fails, nothing is applied. Undo and redo are commits of inverse edits.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import UNSET, Struct

from funcnodes_core.node import Node
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_worker.edits import Edge, Edit, PutNode, SetField
from funcnodes_worker.errors import ConflictError, JournalError
from funcnodes_worker.feed import Feed, group_state, render_type
from funcnodes_worker.journal import Commit, Durability
from funcnodes_worker.persistence.history import History, Scope, Step
from funcnodes_worker.persistence.live import LiveGraph, groups_for_space
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.settle import Settler
from funcnodes_worker.persistence.store import DocumentStore, OpenReport, now
from funcnodes_worker.persistence.values import unpack
from funcnodes_worker.plan.checks import input_taken
from funcnodes_worker.plan.groups import without_empty_groups
from funcnodes_worker.plan.undo import plan_inverse
from funcnodes_worker.protocol import events as ev

__all__ = ["Document", "Undone"]

_LOG = logging.getLogger("funcnodes.worker.document")
QUIET_COMMANDS = frozenset(("load_data", "import_worker"))


class Undone(Struct, kw_only=True):
    """What an undo or redo has done.

    Attributes:
        undone: the steps, by the revisions that name them in the history.
    """

    rev: int
    undone: list[int]


class Document:
    """One graph, its files and its history.

    Args:
        space: the graph; empty, with its library filled.
        folder: where the files lie.
        durability: "full" waits for the disk at every commit, "grouped" for a few at once.
        feed: is told of everything that happens, once the document is open.
    """

    def __init__(
        self, space: NodeSpace, folder: Path, *, durability: Durability = "grouped", feed: Feed | None = None
    ) -> None:
        self.space = space
        self.feed = feed if feed is not None else Feed(lambda change: None)
        self.store = DocumentStore(folder, durability)
        self._live = LiveGraph(space, self.store.blobs)
        self._settler = Settler(space, self.store, render_type)
        self._settler.after_write = self._after_settling
        self._open = False

    @property
    def rev(self) -> int:
        """The revision of the graph: it only grows, also over undo and restarts."""
        return self.store.rev

    @property
    def model(self) -> GraphModel:
        """The graph as plain records: what planners read. Never change it."""
        return self.store.model

    @property
    def history(self) -> History:
        """The steps that can be undone and redone."""
        return self.store.history

    @property
    def read_only_reason(self) -> str | None:
        """Why the last write failed; None when it did not. The next commit tries again."""
        return self.store.read_only_reason

    # -- life

    def open(self) -> OpenReport:
        """Brings back what the files hold; builds nodes, but runs none. Then tells the feed all of it.

        Raises:
            JournalError: the folder cannot be written.
        """
        report = self.store.open()
        self._live.build(self.model, self.store.settled)
        report.warnings += self._live.warnings
        report.missing = list(self._live.missing)
        self._mark_stale(report.touched)
        for warning in report.warnings:
            _LOG.warning("%s", warning)
        self.feed.rev = self.rev
        self.feed.publish(self.space, self.model)
        self._publish_previews()
        self.space.observe(self._settler)
        self.space.observe(self.feed)
        self._open = True
        if report.warnings:
            self._save_or_log()
        return report

    def close(self) -> None:
        """Writes values and a snapshot; the journal has everything else already."""
        if not self._open:
            return
        self._open = False
        try:
            self._settler.close()
            self.store.save_snapshot()
        except OSError as exc:
            _LOG.error("not everything could be saved: %s", exc)
        self.store.close()

    def save_snapshot(self) -> None:
        """Writes the snapshot now.

        Raises:
            JournalError: the disk refused; the one before is untouched.
        """
        self._settler.close()
        self.store.save_snapshot()

    def _mark_stale(self, touched: set[str]) -> None:
        """Outputs that are older than their inputs, or whose values could not be kept, are stale."""
        stale = {
            key[0] for key, port in self.store.settled.items() if port.value is UNSET
        } & self.model.nodes.keys()
        todo = [uuid for uuid in touched if any(key[0] == uuid for key in self.store.settled)]
        todo += stale
        followers: dict[str, list[str]] = {}
        for edge in self.model.edges:
            followers.setdefault(edge[0], []).append(edge[2])
        while todo:
            uuid = todo.pop()
            if uuid not in stale or uuid in touched:
                touched.discard(uuid)
                stale.add(uuid)
                todo += [other for other in followers.get(uuid, ()) if other not in stale]
        for uuid in stale:
            self.space.get_node_by_id(uuid)._mark_stale(None)

    def _publish_previews(self) -> None:
        """Values that could not be kept show what they last looked like."""
        for (uuid, io_id), port in self.store.settled.items():
            node = self.space._nodes.get(uuid)
            if port.value is not UNSET or node is None:
                continue
            try:
                data = unpack(port.data, self.store.blobs)
            except ValueError as exc:
                _LOG.warning("the preview of %r %r is lost: %s", node.name, io_id, exc)
                continue
            self.feed.post(
                ev.IoValueChanged(
                    node_uuid=uuid,
                    io_id=io_id,
                    io_type="input" if io_id in node.inputs else "output",
                    mime=port.mime,
                    preview=data,
                    complete=False,
                )
            )

    # -- changes

    def commit(
        self,
        edits: Sequence[Edit],
        *,
        by: str = "",
        cmd: str = "",
        cmd_id: str | int | None = None,
        gesture: str | None = None,
    ) -> int:
        """Journals edits in one write, applies them and gives the revision that they made.

        Without edits nothing is written, and the revision is the present one.

        Raises:
            ConflictError: an edit does not fit, or a node's constructor failed; nothing has changed.
            JournalError: the disk refused; nothing has changed, and the graph is read-only until a write succeeds.
        """
        if not edits:
            return self.rev
        commit = Commit(
            rev=self.rev + 1,
            edits=list(edits),
            by=by,
            cmd=cmd,
            cmd_id=cmd_id,
            gesture=gesture,
            at=now(),
            quiet=cmd in QUIET_COMMANDS,
        )
        self._perform([commit])
        return self.rev

    def undo(
        self,
        steps: int = 1,
        scope: Scope = "all",
        by: str = "",
        force: bool = False,
        cmd_id: str | int | None = None,
    ) -> Undone:
        """Takes the newest steps back, all of them or none.

        Raises:
            UndoConflictError: another client changed one of their fields later.
            ConflictError: there is nothing to undo; says so when the journal goes back no further.
            JournalError: the disk refused; nothing has changed.
        """
        return self._travel(steps, scope, by, force, cmd_id, back=True)

    def redo(
        self,
        steps: int = 1,
        scope: Scope = "all",
        by: str = "",
        force: bool = False,
        cmd_id: str | int | None = None,
    ) -> Undone:
        """Brings the steps again that were undone last; errors as for `undo`."""
        return self._travel(steps, scope, by, force, cmd_id, back=False)

    def _travel(
        self, steps: int, scope: Scope, by: str, force: bool, cmd_id: str | int | None, *, back: bool
    ) -> Undone:
        commits: list[Commit] = []
        draft = self.model.draft()
        trail = _Trail(self.history, scope, by, back)
        for _ in range(max(1, steps)):
            step = trail.next_step()
            if step is None:
                break
            edits = self._inverse(step, draft, force, by)
            commits.append(
                Commit(
                    rev=self.rev + len(commits) + 1,
                    edits=edits,
                    by=by,
                    cmd="undo" if back else "redo",
                    cmd_id=cmd_id,
                    at=now(),
                    undoes=step.rev if back else UNSET,
                    redoes=UNSET if back else step.rev,
                    quiet=step.quiet,
                )
            )
        if not commits:
            raise ConflictError(self._nothing_left(back))
        self._perform(commits)
        return Undone(rev=self.rev, undone=trail.taken)

    def _inverse(self, step: Step, draft: GraphModel, force: bool, by: str) -> list[Edit]:
        def author(path: tuple[str, ...]) -> str:
            return self.history.author_after(step.last_rev, path)

        def taken(edge: Edge, model: GraphModel) -> bool:
            return input_taken(self.space, edge, model)

        before = draft.draft()
        edits = plan_inverse(draft, step.edits, author, taken, force)
        whole = without_empty_groups(before, edits)
        draft.apply_all(whole[len(edits) :])
        return whole

    def _nothing_left(self, back: bool) -> str:
        if not back:
            return "there is nothing to redo"
        if self.history.forgotten:
            return f"there is nothing to undo: the history goes back to revision {self.history.oldest_rev()}"
        return "there is nothing to undo"

    def _perform(self, commits: list[Commit]) -> None:
        edits = [edit for commit in commits for edit in commit.edits]
        nodes = self._live.prepare(edits)
        groups_before = _group_states(self.model)
        was_writable = self.read_only_reason is None
        try:
            self.store.write(commits)
        except JournalError as exc:
            self.feed.post(ev.WorkerUpdated(read_only=str(exc)))
            raise
        if not was_writable:
            self.feed.post(ev.WorkerUpdated(read_only=None))
        for commit in commits:
            with self.feed.acting(commit.rev, commit.by, commit.cmd_id):
                self._apply(commit, nodes)
        last = commits[-1]
        with self.feed.acting(self.rev, last.by, last.cmd_id):
            self._groups_changed(groups_before)
            self._records_changed(edits)
        self._settler.wake()

    def _apply(self, commit: Commit, nodes: dict[str, Node]) -> None:
        self._live.warnings.clear()
        if commit.quiet:
            with self._live.quiet():
                for edit in commit.edits:
                    self._live.apply(edit, nodes)
                self._restore(commit, nodes)
            return
        for edit in commit.edits:
            self._live.apply(edit, nodes)
        for uuid in self._restore(commit, nodes):
            node = nodes[uuid]
            if node.default_trigger_on_create and node.ready() and not node.in_trigger_soon:
                node.request_trigger()

    def _restore(self, commit: Commit, nodes: dict[str, Node]) -> list[str]:
        """Gives nodes that come back what their outputs held; returns those that never had a value."""
        fresh = []
        for edit in commit.edits:
            if isinstance(edit, PutNode) and edit.node["uuid"] in self.model.nodes:
                uuid = edit.node["uuid"]
                if self._live.restore(uuid, self.store.settled):
                    self.feed.values_of(nodes[uuid])
                else:
                    fresh.append(uuid)
        return fresh

    def _groups_changed(self, before: dict[str, Any]) -> None:
        after = _group_states(self.model)
        if before == after:
            return
        self.space.groups.deserialize(groups_for_space(self.model))
        for group_id in before.keys() - after.keys():
            self.feed.post(ev.GroupRemoved(id=group_id))
        for group_id, state in after.items():
            if group_id not in before:
                self.feed.post(ev.GroupAdded(group=state))
            elif before[group_id] != state:
                self.feed.post(ev.GroupUpdated(group=state))

    def _records_changed(self, edits: Sequence[Edit]) -> None:
        """Tells what the space does not tell by itself."""
        if any(isinstance(edit, SetField) and edit.target[0] == "props" for edit in edits):
            self.feed.properties_changed(self.space)
        for edit in edits:
            match edit:
                case SetField(target=("nodes", uuid, "description" | "properties" as key, *_)):
                    node = self.space._nodes.get(uuid)
                    if node is not None:
                        self.feed.node_updated(node, (key,))

    def _after_settling(self) -> None:
        if self.store.wants_snapshot():
            self._save_or_log()

    def _save_or_log(self) -> None:
        try:
            self.store.save_snapshot()
        except JournalError as exc:
            _LOG.error("%s", exc)


class _Trail:
    """Which steps several undos (or redos) in a row take, before any of them is written."""

    def __init__(self, history: History, scope: Scope, by: str, back: bool) -> None:
        wanted = [step for step in history if step.done is back and (scope == "all" or step.by == by)]
        # the newest done step is undone first, the step that was undone last is redone first
        key = (lambda step: step.rev) if back else (lambda step: step.last_rev)
        self._left = sorted(wanted, key=key)
        self.taken: list[int] = []

    def next_step(self) -> Step | None:
        if not self._left:
            return None
        step = self._left.pop()
        self.taken.append(step.rev)
        return step


def _group_states(model: GraphModel) -> dict[str, Any]:
    return {group_id: group_state(model, group_id) for group_id in model.groups}
