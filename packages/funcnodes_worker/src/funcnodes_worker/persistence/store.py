"""One document on disk: the newest readable snapshot, and the journal of what came after it.

Knows nothing of nodes: it holds plain records. What was written survives the death of the process at any moment.

::

    nodespace.json          the newest snapshot          snapshots/<rev>.json   the last few
    nodespace.journal       edits since some snapshot    values/                large values
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct, field

from funcnodes_core.ids import new_uuid
from funcnodes_worker.edits import PutEdge, RemoveEdge, SetField, targets
from funcnodes_worker.errors import JournalError
from funcnodes_worker.journal import (
    Commit,
    Durability,
    Journal,
    PortValue,
    Settled,
    last_rev,
    set_aside,
    without_values,
)
from funcnodes_worker.persistence.blobs import BlobStore, blob_names
from funcnodes_worker.persistence.history import MAX_STEPS, History
from funcnodes_worker.persistence.kept import SnapshotFiles
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.snapshot import Snapshot, dump_snapshot

__all__ = ["DocumentStore", "OpenReport"]

MAX_JOURNAL_BYTES = 256 * 1024 * 1024
SEGMENT_BYTES = 4 * 1024 * 1024
BLOB_GROWTH_BYTES = 256 * 1024 * 1024


class OpenReport(Struct, kw_only=True):
    """What opening a document found.

    Attributes:
        warnings: a sentence about everything that was damaged, cut off or left out.
        missing: ids of node classes that are not there.
        touched: nodes that were changed after their values had been written.
    """

    warnings: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)


class DocumentStore:
    """Snapshot, journal, history and large values of one graph, in one folder.

    Attributes:
        model: the graph as plain records; replaced, never changed, by a write.
        settled: what ports held when the graph was last at rest, by (node uuid, port id).
        id: names the graph in snapshot and journal, which belong together only under the same id.
        read_only_reason: why the last write failed; None when it did not.
    """

    def __init__(self, folder: Path, durability: Durability = "grouped") -> None:
        self.folder = folder
        self.model = GraphModel()
        self.rev = 0
        self.settled: dict[tuple[str, str], PortValue] = {}
        self.settled_rev = 0
        self.id = ""
        self.extra: dict[str, object] = {}
        self.history = History()
        self.blobs = BlobStore(folder / "values")
        self.read_only_reason: str | None = None
        self._files = SnapshotFiles(folder)
        self._journal = Journal(folder / "nodespace.journal", durability)
        self._snapshot_rev = 0
        self._unsaved = False
        self._nameless = False
        self._blobs_in: dict[tuple[str, int, int], set[str]] = {}
        self._gap_from: int | None = None
        self._last_seen_rev = 0

    @property
    def path(self) -> Path:
        """The snapshot file."""
        return self._files.path

    @property
    def journal_bytes(self) -> int:
        """Length of the journal's current segment."""
        return self._journal.size_bytes

    # -- opening

    def open(self) -> OpenReport:
        """Reads what is there. Files that cannot be read are renamed `<name>.damaged-<time>` and reported.

        Raises:
            JournalError: the folder cannot be written, or a file in it not be read.
        """
        report = OpenReport()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise JournalError(
                exc.errno, f"cannot make the folder: {exc.strerror}", str(self.folder)
            ) from exc
        self._make_room(report.warnings)
        self._take(self._files.newest(report.warnings))
        self._last_seen_rev = self._files.last_rev()
        self._journal.graph = self.id = self.id or self._journal_id() or new_uuid()
        reading = self._journal.open()
        report.warnings += reading.warnings
        for entry in reading.entries:
            if isinstance(entry, Commit):
                self._replay(entry, report)
            else:
                self._take_settled(entry, gone_only=entry.rev < self._snapshot_rev)
        replayed = self.rev
        # revisions are never given twice, also when the edits behind them are lost or of another graph
        self.rev = max(self.rev, self._last_seen_rev)
        if self._gap_from is not None:
            self.history = History()
        first = next((entry.rev for entry in reading.entries if isinstance(entry, Commit)), self.rev + 1)
        self.history.forgotten = self.history.forgotten or first > 1
        self._unsaved = self._unsaved or bool(report.warnings) or self._nameless
        self._note_touched(report)
        if self._nameless or self.rev > replayed:  # the journal goes on from what the snapshot says
            self._unsaved = True
            self.save_snapshot()
        return report

    def _make_room(self, warnings: list[str]) -> None:
        """A file that lies where a folder of ours must be is set aside."""
        for folder in (self._files.older, self.blobs.folder):
            if folder.exists() and not folder.is_dir():
                warnings.append(f"{folder.name} is no folder; it was kept as {set_aside(folder).name}")

    def _journal_id(self) -> str:
        """Without a snapshot the journal says which graph this is; a snapshot without an id has another journal."""
        return "" if self._nameless else self._journal.graph_on_disk()

    def _take(self, snapshot: Snapshot | None) -> None:
        if snapshot is None:
            return
        self._nameless = not snapshot.id
        self.model, self.rev, self.id = snapshot.model, snapshot.rev, snapshot.id
        self.settled, self.settled_rev = snapshot.settled, snapshot.settled_rev
        self.extra = snapshot.extra
        self._snapshot_rev = snapshot.rev

    def _replay(self, commit: Commit, report: OpenReport) -> None:
        if commit.rev <= self.rev:
            self.history.record(commit)
            return
        if commit.rev != self.rev + 1:
            if self._gap_from is None:
                self._gap_from = self.rev + 1
                report.warnings.append(
                    f"revision {self._gap_from} is missing from the journal; what came later is lost"
                )
            self._last_seen_rev = max(commit.rev, self._last_seen_rev)
            return
        self.history.record(commit)
        draft = self.model.draft()
        try:
            draft.apply_all(commit.edits)
        except ValueError as exc:
            report.warnings.append(f"revision {commit.rev} does not fit the graph and was left out: {exc}")
        else:
            self.model = draft
            self._forget_settled(commit)
        self.rev = commit.rev

    def _take_settled(self, entry: Settled, *, gone_only: bool = False) -> None:
        """Takes values over; `gone_only` those of nodes that the snapshot has not: an undo may bring them back."""
        self.settled_rev = max(entry.rev, self.settled_rev)
        for port in entry.ports:
            if not (gone_only and port.uuid in self.model.nodes):
                self.settled[port.uuid, port.io] = port

    def _forget_settled(self, commit: Commit) -> None:
        """What an input held before it was set or connected is of no use any more."""
        for edit in commit.edits:
            if isinstance(edit, (PutEdge, RemoveEdge)):
                self.settled.pop((edit.edge[2], edit.edge[3]), None)
            elif isinstance(edit, SetField):
                path = edit.target
                if path[0] == "nodes" and path[2:3] == ("io",) and path[-1] in ("value", "default"):
                    self.settled.pop((path[1], path[3]), None)

    def _note_touched(self, report: OpenReport) -> None:
        for step in self.history:
            if step.last_rev > self.settled_rev:
                for path in targets(step.edits):
                    if path[0] == "nodes" and (len(path) < 3 or path[2] == "io"):
                        report.touched.add(path[1])
                    elif path[0] == "edges":
                        report.touched.add(path[3])
        report.touched &= self.model.nodes.keys()

    # -- writing

    def write(self, commits: Sequence[Commit]) -> None:
        """Journals commits in one write, then takes them over; on any error nothing has changed.

        Raises:
            ConflictError: an edit does not fit.
            JournalError: the disk refused; `read_only_reason` says why until a write succeeds.
        """
        draft = self.model.draft()
        for commit in commits:
            draft.apply_all(commit.edits)
        self._append(commits)
        self.model = draft
        for commit in commits:
            self.rev = commit.rev
            self.history.record(commit)
            self._forget_settled(commit)

    def write_settled(self, ports: list[PortValue], rev: int) -> None:
        """Journals what ports held when the graph had come to rest at a revision.

        Raises:
            JournalError: the disk refused.
        """
        entry = Settled(rev=rev, ports=ports)
        self._append([entry])
        self._take_settled(entry)

    def _append(self, entries: Sequence[Commit | Settled]) -> None:
        try:
            self._journal.append(entries)
        except JournalError as exc:
            self.read_only_reason = str(exc)
            raise
        self.read_only_reason = None
        self._unsaved = True

    # -- snapshots

    def wants_snapshot(self) -> bool:
        """Whether a snapshot would shorten the next opening, or free much of the disk."""
        grown = self._journal.size_bytes > SEGMENT_BYTES or self.blobs.grown_bytes > BLOB_GROWTH_BYTES
        return self._unsaved and grown

    def snapshot(self) -> Snapshot:
        """The document as it is."""
        settled = {key: port for key, port in self.settled.items() if key[0] in self.model.nodes}
        return Snapshot(
            model=self.model,
            rev=self.rev,
            settled=settled,
            settled_rev=self.settled_rev,
            id=self.id,
            extra=dict(self.extra),
        )

    def save_snapshot(self, *, collect: bool = True) -> None:
        """Writes the snapshot, keeps the last few, and drops journal and values that nobody needs any more.

        Args:
            collect: false while values are being stored that no file refers to yet.

        Raises:
            JournalError: the disk refused; the snapshot before is untouched.
        """
        if not self._unsaved and self.path.exists():
            return
        try:
            self._files.write(dump_snapshot(self.snapshot()), self.rev)
            if self._journal.size_bytes > SEGMENT_BYTES:
                self._journal.rotate(self.rev)
            self._drop_old_segments()
            if collect and self.blobs.names():
                self.blobs.keep_only(self._wanted_blobs())
        except OSError as exc:
            raise JournalError(
                exc.errno, f"the snapshot cannot be written ({exc.strerror})", str(exc.filename or self.path)
            ) from exc
        self._snapshot_rev = self.rev
        self._unsaved = False

    def replace_extra(self, extra: dict[str, object]) -> None:
        """Writes a snapshot with something else beside the graph.

        Raises:
            JournalError: the disk refused; nothing has changed.
        """
        before, self.extra = self.extra, extra
        self._unsaved = True
        try:
            self.save_snapshot(collect=False)
        except JournalError as exc:
            self.extra = before
            self.read_only_reason = str(exc)
            raise
        self.read_only_reason = None

    def _drop_old_segments(self) -> None:
        """Segments go when 1000 later steps are kept, or when all of them together are too large."""
        segments = self._journal.segments()
        full = len(self.history) >= MAX_STEPS
        total = sum(segment.stat().st_size for segment in segments)
        for segment in segments:
            beyond = full and last_rev(segment) < self.history.oldest_rev()
            if not beyond and total <= MAX_JOURNAL_BYTES:
                break
            total -= segment.stat().st_size
            segment.unlink()
            self.history.forgotten = True

    def _wanted_blobs(self) -> set[str]:
        """What snapshots, edits that can be undone, and the newest values of ports refer to."""
        known, self._blobs_in = self._blobs_in, {}
        journal = {*self._journal.segments(), self._journal.path}
        for path in [*self._files.all(), *journal]:
            if path.exists():
                stat = path.stat()
                key = (path.name, stat.st_size, stat.st_mtime_ns)  # what has not changed is not read again
                if key not in known:
                    text = path.read_bytes()
                    known[key] = blob_names(without_values(text) if path in journal else text)
                self._blobs_in[key] = known[key]
        return blob_names(msgspec.json.encode(list(self.settled.values()))).union(*self._blobs_in.values())

    def close(self) -> None:
        """Closes the journal; the document stays readable."""
        self._journal.close()


def now() -> float:
    """The time that commits are stamped with, in seconds since the epoch."""
    return round(time.time(), 3)
