"""The snapshot files of one document: the newest, the last few, and what an earlier release has left.

A file that cannot be read is renamed `<name>.damaged-<time>`, never overwritten, and the next older one is taken.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path

from funcnodes_core.files import write_atomic
from funcnodes_worker.errors import DocumentFormatError, JournalError
from funcnodes_worker.journal import set_aside
from funcnodes_worker.paths import free_name
from funcnodes_worker.persistence.export import parse_graph
from funcnodes_worker.persistence.snapshot import Snapshot

__all__ = ["SnapshotFiles"]

KEPT_SNAPSHOTS = 5


class SnapshotFiles:
    """`nodespace.json` and the folder `snapshots/` beside it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "nodespace.json"
        self.older = folder / "snapshots"

    def all(self) -> list[Path]:
        """Those that are there, newest first."""
        kept = sorted(self.older.glob("[0-9]*.json"), reverse=True)
        return [path for path in [self.path, *kept] if path.exists()]

    def last_rev(self) -> int:
        """The highest revision that a kept snapshot was written at."""
        stems = [path.stem for path in self.older.glob("[0-9]*.json")]
        return max((int(stem) for stem in stems if stem.isdecimal()), default=0)

    def newest(self, warnings: list[str]) -> Snapshot | None:
        """The newest that can be read; one without an id came into this folder by hand.

        Raises:
            JournalError: the disk refused.
        """
        for path in self.all():
            try:
                snapshot, notes, legacy = parse_graph(path.read_bytes(), path.name)
            except (DocumentFormatError, IsADirectoryError) as exc:
                aside = set_aside(path)
                warnings.append(
                    f"{exc}; it was kept as {aside.name} and an older state plus the journal is used"
                )
                continue
            except OSError as exc:
                raise JournalError(exc.errno, f"cannot read the graph: {exc.strerror}", str(path)) from exc
            warnings += notes
            if legacy:
                _keep_legacy(path)
                snapshot.id = ""
            return snapshot
        return None

    def write(self, text: bytes, rev: int) -> None:
        """Writes the newest, whole or not at all, and keeps the last few.

        Raises:
            OSError: the disk refused; the one before is untouched.
        """
        write_atomic(self.path, text)
        self.older.mkdir(exist_ok=True)
        kept = self.older / f"{rev:012d}.json"
        kept.unlink(missing_ok=True)
        try:
            os.link(self.path, kept)
        except OSError:  # a file system without hard links
            shutil.copyfile(self.path, kept)
        for old in sorted(self.older.glob("[0-9]*.json"), reverse=True)[KEPT_SNAPSHOTS:]:
            old.unlink()


def _keep_legacy(path: Path) -> None:
    """A file of an earlier release stays beside ours, for those who go back."""
    copy = path.with_name(f"{path.stem}.earlier{path.suffix}")
    try:
        earlier = path.parent.glob(f"{copy.stem}*{copy.suffix}")
        if not any(filecmp.cmp(path, other, shallow=False) for other in earlier):
            shutil.copyfile(path, free_name(copy))
    except OSError as exc:
        raise JournalError(exc.errno, f"cannot keep the earlier graph ({exc.strerror})", str(copy)) from exc
