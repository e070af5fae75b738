"""The journal: whole entries or none, and what is wrong with a file is said and kept."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from msgspec import UNSET

from funcnodes_worker.edits import SetField
from funcnodes_worker.errors import JournalError
from funcnodes_worker.journal import Commit, Journal, PortValue, Settled, encode_entry


def commit(rev: int, size: int = 1) -> Commit:
    return Commit(rev=rev, edits=[SetField(("props", "k"), UNSET, "x" * size)], by="me")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nodespace.journal"


def written(path: Path, count: int) -> list[Commit]:
    journal = Journal(path)
    journal.open()
    commits = [commit(rev) for rev in range(1, count + 1)]
    journal.append(commits)
    journal.close()
    return commits


@pytest.mark.parametrize("durability", ["grouped", "full"])
def test_entries_come_back_in_order(path: Path, durability: str) -> None:
    journal = Journal(path, durability)  # type: ignore[arg-type]
    journal.open()
    entries = [commit(1), Settled(rev=1, ports=[PortValue(uuid="n", io="out", value=None)]), commit(2)]

    journal.append(entries)
    journal.close()

    reading = Journal(path).open()
    assert reading.entries == entries
    assert reading.warnings == []


def test_torn_last_line_is_cut_off(path: Path) -> None:
    commits = written(path, 3)
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])

    journal = Journal(path)
    reading = journal.open()
    journal.append([commit(3)])
    journal.close()

    assert reading.entries == commits[:2]
    assert "cut off" in reading.warnings[0]
    assert path.read_bytes() == whole


def test_damage_in_the_middle_is_set_aside(path: Path) -> None:
    commits = written(path, 3)
    raw = path.read_bytes()
    first = len(encode_entry(commits[0]))
    path.write_bytes(raw[: first + 30] + b"#" + raw[first + 31 :])

    reading = Journal(path).open()

    damaged = list(path.parent.glob("nodespace.journal.damaged-*"))
    assert reading.entries == commits[:1]
    assert len(damaged) == 1
    assert damaged[0].name in reading.warnings[0]
    assert path.read_bytes() == raw[:first]


def test_rotated_segments_are_read_in_order(path: Path) -> None:
    journal = Journal(path)
    journal.open()
    for rev in range(1, 13):
        journal.append([commit(rev)])
        if rev % 5 == 0:
            journal.rotate(rev)
    journal.close()

    reading = Journal(path).open()

    assert [entry.rev for entry in reading.entries] == list(range(1, 13))
    assert [segment.name[-3:] for segment in Journal(path).segments()] == ["005", "010"]


def test_damaged_segment_sets_aside_what_follows(path: Path) -> None:
    journal = Journal(path)
    journal.open()
    for rev in (1, 2, 3):
        journal.append([commit(rev)])
        if rev < 3:
            journal.rotate(rev)
    journal.close()
    (segment := Journal(path).segments()[1]).write_bytes(b"nonsense\n")

    reading = Journal(path).open()

    assert [entry.rev for entry in reading.entries] == [1]
    assert list(path.parent.glob(f"{segment.name}.damaged-*"))
    assert list(path.parent.glob("nodespace.journal.damaged-*"))


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from funcnodes_worker.edits import SetField
from funcnodes_worker.errors import JournalError
from funcnodes_worker.journal import Commit, Journal
from msgspec import UNSET

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(Path(sys.argv[1]), "full")
journal.open()
def put(rev, size):
    journal.append([Commit(rev=rev, edits=[SetField(("props", "k"), UNSET, "x" * size)])])
put(1, 10)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    put(2, 8000)
except JournalError as exc:
    print(exc)
else:
    sys.exit("the write should have failed")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
put(2, 20)
"""


def test_failed_append_leaves_whole_entries_and_the_next_one_works(path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True
    )

    reading = Journal(path).open()

    assert "nothing was changed" in result.stdout
    assert [entry.rev for entry in reading.entries] == [1, 2]
    assert reading.warnings == []


HALF_WRITTEN = """
import os, resource, signal, sys
from pathlib import Path
from funcnodes_worker.edits import SetField
from funcnodes_worker.errors import JournalError
from funcnodes_worker.journal import Commit, Journal
from msgspec import UNSET

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal(Path(sys.argv[1]))
journal.open()
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
sizes = {1: 10, 2: 8000}
try:
    journal.append([Commit(rev=rev, edits=[SetField(("props", "k"), UNSET, "x" * n)]) for rev, n in sizes.items()])
except JournalError:
    os._exit(0)
"""


def test_no_entry_of_a_refused_append_comes_back_after_a_crash(path: Path) -> None:
    subprocess.run([sys.executable, "-c", HALF_WRITTEN, str(path)], check=True)

    reading = Journal(path).open()

    assert path.stat().st_size == 0
    assert reading.entries == []


def test_journal_in_a_missing_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot write the journal"):
        Journal(tmp_path / "gone" / "nodespace.journal").open()


def test_full_durability_waits_for_the_disk_and_grouped_syncs_once_for_many(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    after_burst = threading.Event()
    fsync = os.fsync

    def watched(fd: int) -> None:
        fsync(fd)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return  # the folder, for the name of the new file
        synced.append(os.fstat(fd).st_size)
        if synced[-1] == path.stat().st_size:
            after_burst.set()

    monkeypatch.setattr(os, "fsync", watched)
    full = Journal(path, "full")
    full.open()
    for rev in range(1, 4):
        full.append([commit(rev)])
    assert len(synced) == 3, "one for each append, before it returns"
    assert synced[-1] == path.stat().st_size
    full.close()

    grouped = Journal(path)
    grouped.open()
    synced.clear()
    after_burst.clear()
    for rev in range(4, 504):
        grouped.append([commit(rev)])
    assert after_burst.wait(10), "nothing but the first append asks for it"
    assert len(synced) < 100
    grouped.close()


def test_a_sync_that_failed_is_told_by_the_next_append(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = threading.Event()

    def refuse(fd: int) -> None:
        tried.set()
        raise OSError(5, "Input/output error")

    journal = Journal(path)
    journal.open()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        journal.append([commit(1)])
        assert tried.wait(10)
        while journal._syncer is not None and journal._syncer._error is None:
            continue
        with pytest.raises(JournalError, match="Input/output error"):
            journal.append([commit(2)])

    journal.append([commit(2)])
    journal.close()
    assert [entry.rev for entry in Journal(path).open().entries] == [1, 2]
