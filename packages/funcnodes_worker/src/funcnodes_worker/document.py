"""The document: a graph whose every change is journaled before it happens.

On the graph's thread only. A command plans edits; `commit` writes them in one journal entry, then applies them to
the model and the space. If the write fails, nothing is applied. Undo and redo are commits of inverse edits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from msgspec import UNSET, Struct

from funcnodes_core.exceptions import DamagedFileError
from funcnodes_core.node import Node
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_worker.edits import Edge, Edit, PutNode, RemoveEdge, SetField, touches_groups
from funcnodes_worker.errors import ConflictError, JournalError
from funcnodes_worker.feed import Feed, render_type
from funcnodes_worker.groupview import group_states
from funcnodes_worker.journal import Commit, Durability, PortValue
from funcnodes_worker.marks import Nobody
from funcnodes_worker.own_changes import OwnChanges, tell_records
from funcnodes_worker.persistence.blobs import blob_names
from funcnodes_worker.persistence.export import LoadedGraph
from funcnodes_worker.persistence.history import History, Scope
from funcnodes_worker.persistence.live import LiveGraph, groups_for_space
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.renew import ClassWatch
from funcnodes_worker.persistence.restored import kept_previews, stale_nodes
from funcnodes_worker.persistence.secrets import GraphSecrets
from funcnodes_worker.persistence.settle import Settler
from funcnodes_worker.persistence.snapshot import dump_snapshot
from funcnodes_worker.persistence.store import DocumentStore, OpenReport, now
from funcnodes_worker.plan.checks import input_taken
from funcnodes_worker.plan.graphs import plan_replace
from funcnodes_worker.plan.undo import plan_steps
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.secretstore import SecretStore

__all__ = ["EXTERNALS_KEY", "Document", "Undone"]

_LOG = logging.getLogger("funcnodes.worker.document")
CmdId = str | int | None
CLEAR = "clear"
"""The command whose commit removes everything there is."""

EXTERNALS_KEY = "external_workers"
"""Under which a graph's file names the external workers, as earlier releases did."""


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
        executor: what encodes values; the loop's own by default.
        secrets: where those of inputs lie; in memory only without it.

    Attributes:
        folder, name: where its files lie, and what an export is called.
        files_dir: where the files of the graph's nodes lie.
        classes: is told when node classes have come or gone.
    """

    def __init__(
        self,
        space: NodeSpace,
        folder: Path,
        *,
        durability: Durability = "grouped",
        feed: Feed | None = None,
        executor: Executor | None = None,
        secrets: SecretStore | None = None,
    ) -> None:
        self.space = space
        self.folder, self.name = folder, folder.name
        self.files_dir = folder / "files"
        self.feed = feed if feed is not None else Feed(Nobody())
        self.store = DocumentStore(folder, durability)
        self._live = LiveGraph(space, self.store.blobs, secrets=GraphSecrets(secrets))
        self.secrets = self._live.secrets
        self._own = OwnChanges(space, self.store, self.feed, self._tell_read_only)
        self.classes = ClassWatch(self._live, self.store, self.feed.value_changed)
        self._settler = Settler(space, self.store, render_type, executor)
        self._settler.after_write = self._after_settling
        self._open = False
        self._end_observing: Callable[[], None] = lambda: None
        self._told: str | None = None

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
        for warning in report.warnings:
            _LOG.warning("%s", warning)
        self._live.build(self.model, self.store.settled)
        report.warnings += self._live.warnings
        report.missing = list(self._live.missing)
        for uuid in stale_nodes(self.store, report.touched):
            self.space.get_node_by_id(uuid).mark_stale()
        self.feed.begin_at(self.rev)
        self.feed.publish(self.space, self.model)
        for preview in kept_previews(self.space, self.store):
            self.feed.post(preview)
        self.feed.value_set = self._settler.value_changed
        self.feed.node_set, self.feed.key_set = self._own.node_changed, self._own.property_changed
        self._end_observing = self.space.observe(self.feed)
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
            self._own.flush()
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

    # -- changes

    def commit(
        self,
        edits: Sequence[Edit],
        *,
        by: str = "",
        cmd: str = "",
        cmd_id: CmdId = None,
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
        )
        self._perform([commit])
        return self.rev

    def replace(
        self, loaded: LoadedGraph, *, by: str = "", cmd: str = "load_data", cmd_id: CmdId = None
    ) -> OpenReport:
        """Puts a graph that was read in the place of this one, as one commit. Runs nothing.

        Raises:
            JournalError: the disk refused; nothing has changed.
        """
        new = loaded.snapshot
        for name in blob_names(dump_snapshot(new)):
            with suppress(DamagedFileError):  # the value is reported as lost when its port is built
                self.store.blobs.put(loaded.blobs.get(name))
        self._live.missing.clear()
        edits = plan_replace(self.model, new.model, self.store.blobs)
        commit = Commit(rev=self.rev + 1, edits=edits, by=by, cmd=cmd, cmd_id=cmd_id, at=now(), quiet=True)
        if edits:
            self._perform([commit], list(new.settled.values()))
        requires = loaded.config.get("package_dependencies")
        # who takes over the file's external workers is told of them apart
        own = {EXTERNALS_KEY: self.store.extra[EXTERNALS_KEY]} if EXTERNALS_KEY in self.store.extra else {}
        others = {key: value for key, value in new.extra.items() if key != EXTERNALS_KEY}
        self.store.extra = {**others, **own, **({"requires": requires} if requires else {})}
        self._save_or_log()
        return OpenReport(warnings=list(self._live.warnings), missing=list(self._live.missing))

    def replace_extra(self, extra: dict[str, Any]) -> None:
        """Writes what is said beside the graph into its file, at once. It cannot be undone.

        Raises:
            JournalError: the disk refused; nothing has changed.
        """
        try:
            self.store.replace_extra(extra)
        finally:
            self._tell_read_only()

    def undo(
        self,
        steps: int = 1,
        scope: Scope = "all",
        by: str = "",
        force: bool = False,
        cmd_id: CmdId = None,
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
        cmd_id: CmdId = None,
    ) -> Undone:
        """Brings the steps again that were undone last; errors as for `undo`."""
        return self._travel(steps, scope, by, force, cmd_id, back=False)

    def _travel(self, steps: int, scope: Scope, by: str, force: bool, cmd_id: CmdId, *, back: bool) -> Undone:
        def taken(edge: Edge, model: GraphModel) -> bool:
            return input_taken(self.space, edge, model)

        planned = plan_steps(self.history, self.model, steps, scope, by, taken, force=force, back=back)
        if not planned:
            raise ConflictError(_nothing_left(self.history, back))
        self._perform(
            [
                Commit(
                    rev=self.rev + number,
                    edits=edits,
                    by=by,
                    cmd="undo" if back else "redo",
                    cmd_id=cmd_id,
                    at=now(),
                    undoes=step.rev if back else UNSET,
                    redoes=UNSET if back else step.rev,
                    quiet=step.quiet,
                )
                for number, (step, edits) in enumerate(planned, start=1)
            ]
        )
        return Undone(rev=self.rev, undone=[step.rev for step, _ in planned])

    def _perform(self, commits: list[Commit], settled: list[PortValue] | None = None) -> None:
        edits = [edit for commit in commits for edit in commit.edits]
        nodes = self._live.prepare(edits)
        clears = commits[0].cmd == CLEAR
        groups_before = group_states(self.model) if not clears and touches_groups(edits) else None
        try:
            self.store.write(commits)
        finally:
            self._tell_read_only()
        if settled:
            self.store.write_settled(settled, self.rev)
        for commit in commits:
            with self.feed.acting(commit.rev, commit.by, commit.cmd_id):
                if clears:
                    self._clear()
                self._apply(commit, nodes, only_fields=clears)
        last = commits[-1]
        with self.feed.acting(self.rev, last.by, last.cmd_id):
            if groups_before is not None:
                self._groups_changed(groups_before)
            tell_records(self.feed, self.space, edits)
        self._settler.wake()

    def _clear(self) -> None:
        """Empties the space; clients are told in one event instead of one for each node and edge."""
        self._end_observing()
        self.space.clear()
        self._end_observing = self.space.observe(self.feed)
        self.feed.cleared()

    def _apply(self, commit: Commit, nodes: dict[str, Node], *, only_fields: bool = False) -> None:
        self._live.warnings.clear()
        edits = [edit for edit in commit.edits if isinstance(edit, SetField)] if only_fields else commit.edits
        with self.space.loading() if commit.quiet else nullcontext():
            fresh = [self._apply_one(edit, nodes) for edit in edits]
        for node in fresh if not commit.quiet else []:
            if node is not None and node.nodespace is self.space and node.ready():
                node.request_trigger()

    def _apply_one(self, edit: Edit, nodes: dict[str, Node]) -> Node | None:
        """Applies one edit; gives a node that was put, shall run by itself and has never had a value."""
        self._live.apply(edit, nodes)
        if isinstance(edit, RemoveEdge):
            _, _, uuid, io_id = edit.edge
            self._live.fall_back(uuid, io_id, self.model.field(("nodes", uuid, "io", io_id, "value")))
        if not isinstance(edit, PutNode):
            return None
        node = nodes[edit.node["uuid"]]
        # before its edges come: they hand on what the outputs hold
        if self._live.restore(node.uuid, self.store.settled):
            self.feed.values_of(node)
            return None
        return node if node.default_trigger_on_create else None

    def _groups_changed(self, before: dict[str, Any]) -> None:
        # also when they are the same as before: a node that went and came back has left its group in the space
        self.space.groups.deserialize(groups_for_space(self.model))
        after = group_states(self.model)
        for group_id in before.keys() - after.keys():
            self.feed.post(ev.GroupRemoved(id=group_id))
        for group_id, state in after.items():
            if group_id not in before:
                self.feed.post(ev.GroupAdded(group=state))
            elif before[group_id] != state:
                self.feed.post(ev.GroupUpdated(group=state))

    def _tell_read_only(self) -> None:
        if self._told != self.read_only_reason:
            self._told = self.read_only_reason
            self.feed.post(ev.WorkerUpdated(read_only=self._told))

    def _after_settling(self) -> None:
        self._tell_read_only()
        if self.store.wants_snapshot():
            self._save_or_log()

    def _save_or_log(self) -> None:
        try:
            self.store.save_snapshot(collect=not self._settler.busy)
        except JournalError as exc:
            _LOG.error("%s", exc)


def _nothing_left(history: History, back: bool) -> str:
    if not back:
        return "there is nothing to redo"
    if history.forgotten:
        return f"there is nothing to undo: the history goes back to revision {history.oldest_rev()}"
    return "there is nothing to undo"
