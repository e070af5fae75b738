"""A document's folder in which somebody or something has been at work: all is kept, and what goes on goes on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from funcnodes_worker.edits import PutNode
from funcnodes_worker.errors import JournalError
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


@pytest.mark.parametrize("name", ["snapshots", "values"])
def test_a_file_in_the_place_of_a_folder_is_kept_beside(folder: Path, name: str) -> None:
    if (folder / name).exists():
        shutil.rmtree(folder / name)
    (folder / name).write_text("mine")

    store, report = opened(folder)
    put(store)
    store.save_snapshot()

    (kept,) = folder.glob(f"{name}.damaged-*")
    assert kept.read_text() == "mine"
    assert report.warnings == [f"{name} is no folder; it was kept as {kept.name}"]
    assert (folder / "snapshots").is_dir()


def test_an_error_names_the_file_that_it_is_about(folder: Path) -> None:
    store, _ = opened(folder)
    put(store)
    shutil.rmtree(folder / "snapshots")
    (folder / "snapshots").write_text("made while the worker runs")

    with pytest.raises(JournalError) as caught:
        store.save_snapshot()

    assert caught.value.filename == str(folder / "snapshots")


def graph_of_another(folder: Path) -> Path:
    """The snapshot of a graph of one node, at revision 1."""
    store = DocumentStore(folder)
    store.open()
    store.write(
        [
            Commit(
                rev=1,
                edits=[PutNode({"uuid": "o", "node_id": "x", "name": "", "properties": {}, "io": {}})],
            )
        ]
    )
    store.save_snapshot()
    store.close()
    return folder / "nodespace.json"


EARLIER = json.dumps({"backend": {"nodes": [{"id": "o", "node_id": "x", "io": {}}], "edges": []}})


@pytest.mark.parametrize("kind", ["ours", "earlier", "without id"])
def test_a_graph_that_was_copied_into_the_folder_gets_no_edits_of_the_one_before(
    folder: Path, tmp_path: Path, kind: str
) -> None:
    text = graph_of_another(tmp_path / "other").read_text() if kind != "earlier" else EARLIER
    if kind == "without id":
        text = json.dumps({**json.loads(text), "id": ""})
    (folder / "nodespace.json").unlink()
    (folder / "nodespace.json").write_text(text)

    store, report = opened(folder)

    (kept,) = folder.glob("nodespace.journal.damaged-*")
    assert report.warnings == [
        f"nodespace.journal is the journal of another graph; it was kept as {kept.name}"
    ]
    assert list(store.model.nodes) == ["o"]
    assert not list(store.history)
    assert store.rev >= 5, "a revision is never given twice in a folder"
    put(store)
    store.close()
    again, second = opened(folder)
    assert not second.warnings
    assert len(again.model.nodes) == 2
    assert len(again.history) == 1


def test_without_a_snapshot_the_journal_says_which_graph_it_is(folder: Path) -> None:
    before, _ = opened(folder)
    before.close()
    (folder / "nodespace.json").unlink()
    shutil.rmtree(folder / "snapshots")

    store, report = opened(folder)

    assert not report.warnings
    assert store.id == before.id != ""
    assert len(store.model.nodes) == 10


def test_every_graph_of_an_earlier_release_is_kept_beside_ours(folder: Path) -> None:
    for number in (1, 2, 2):
        (folder / "nodespace.json").unlink()
        (folder / "nodespace.json").write_text(EARLIER.replace('"x"', f'"x{number}"'))
        opened(folder)[0].close()

    kept = sorted(folder.glob("nodespace.earlier*.json"))
    assert sorted('"x1"' in path.read_text() for path in kept) == [False, True]


def test_an_edit_after_a_crash_of_the_first_opening_is_kept(tmp_path: Path) -> None:
    (tmp_path / "nodespace.json").write_text(EARLIER)
    store, _ = opened(tmp_path)
    put(store)  # and then the process dies

    again, report = opened(tmp_path)

    assert not report.warnings
    assert list(again.model.nodes) == ["o", "n1"]
