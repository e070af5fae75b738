"""A document's folder in which somebody or something has been at work: all is kept, and what goes on goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from funcnodes_worker.edits import PutNode
from funcnodes_worker.journal import Commit
from funcnodes_worker.persistence.store import DocumentStore, OpenReport


def put(store: DocumentStore) -> None:
    rev = store.rev + 1
    node = {"uuid": f"n{rev}", "node_id": "x", "name": "", "properties": {}, "io": {}}
    store.write([Commit(rev=rev, edits=[PutNode(node)])])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten nodes, of which the snapshot knows five."""
    store = DocumentStore(tmp_path / "data")
    store.open()
    for rev in range(1, 11):
        put(store)
        if rev == 5:
            store.save_snapshot()
    store.close()
    return tmp_path / "data"


def opened(folder: Path) -> tuple[DocumentStore, OpenReport]:
    store = DocumentStore(folder)
    return store, store.open()


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], object]:
    def damage(folder: Path) -> object:
        journal = folder / "nodespace.journal"
        return journal.write_bytes(b"".join(change(journal.read_bytes().splitlines(keepends=True))))

    return damage


def negative(folder: Path) -> object:
    snapshot = folder / "nodespace.json"
    text = json.dumps({**json.loads(snapshot.read_text()), "rev": -5})
    snapshot.unlink()  # it shares its bytes with the copy in snapshots/
    return snapshot.write_text(text)


def folder_for_file(name: str) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()

    return damage


@pytest.mark.parametrize(
    ("damage", "nodes"),
    [
        (lines(lambda all_: [line.replace(b"\n", b"\r\n") for line in all_]), 5),
        (lines(lambda all_: [*all_[:-1], all_[-1][:30] + b"#" + all_[-1][31:]]), 9),
        (lines(lambda all_: [*all_, b"\n", b"what is this\n"]), 10),
        (folder_for_file("nodespace.json"), 10),
        (folder_for_file("nodespace.journal"), 5),
        (folder_for_file("nodespace.journal.000000000003"), 10),
        (negative, 10),
    ],
    ids=["line ends", "last line", "foreign lines", "snapshot", "journal", "segment", "negative rev"],
)
def test_what_cannot_be_read_is_kept_beside_and_later_edits_are_safe(
    folder: Path, damage: Callable[[Path], object], nodes: int
) -> None:
    damage(folder)

    store, report = opened(folder)
    put(store)
    store.save_snapshot()
    put(store)
    store.close()
    again, second = opened(folder)

    assert len(report.warnings) == 1
    assert len(list(folder.rglob("*.damaged-*"))) == 1
    assert len(again.model.nodes) == nodes + 2
    assert not second.warnings


def test_a_torn_end_is_cut_off_and_no_damage(folder: Path) -> None:
    lines(lambda all_: [*all_[:-1], all_[-1][:-10]])(folder)

    store, report = opened(folder)

    assert "cut off" in report.warnings[0]
    assert not list(folder.glob("*.damaged-*"))
    assert len(store.model.nodes) == 9


@pytest.mark.parametrize("name", ["nodespace.journal.²", "nodespace.journal.old", "nodespace.journal."])
def test_files_of_others_are_no_segments(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"?")

    store, report = opened(folder)

    assert not report.warnings
    assert len(store.model.nodes) == 10


def test_revisions_are_never_given_twice_when_the_journal_is_out_of_order(folder: Path) -> None:
    lines(lambda all_: all_[::-1])(folder)

    store, report = opened(folder)

    assert "revision 6 is missing" in report.warnings[0]
    assert store.rev == 10
