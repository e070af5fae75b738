"""The document: what was acknowledged is there again, nothing runs on opening, and undo takes back exactly its own."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import funcnodes_core as fn
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_worker.errors import ConflictError, JournalError, NotFoundError, UndoConflictError
from funcnodes_worker.persistence import kept, store
from funcnodes_worker.protocol import events as ev

pytestmark = pytest.mark.anyio

Open = Callable[..., Any]


def chain(bench: Any) -> Any:
    """x feeds y."""
    bench.do("add_node", node_id="doc.add", uuid="x", frontend={"pos": [1, 2]})
    bench.do("add_node", node_id="doc.add", uuid="y", name="Y")
    bench.do("add_edge", src_uuid="x", src_io="out", dst_uuid="y", dst_io="a")
    bench.do("update_node_input", uuid="x", input_id="a", value=5)
    return bench


async def settled(bench: Any) -> None:
    """The values of the graph at rest are on disk."""
    await bench.space.await_done()
    async with asyncio.timeout(5):
        written = asyncio.Event()
        bench.document._settler.after_write = written.set
        while bench.document.store.settled_rev < bench.document.rev:
            written.clear()
            await written.wait()


async def test_graph_values_and_history_are_there_again(bench: Open, runs: list[str]) -> None:
    first = chain(bench())
    await settled(first)
    runs.clear()

    again = bench()
    await again.space.await_done()

    assert again.report.warnings == []
    assert again.document.model == first.document.model
    assert again.document.rev == first.document.rev == 4
    assert (again.value("y", "out"), again.value("y", "a"), again.value("x", "a")) == (7, 6, 5)
    assert runs == []
    assert [node.status_word for node in again.space.nodes] == ["idle", "idle"]
    again.do("undo")
    assert again.document.model.field(("nodes", "x", "io")) == {}


async def test_close_writes_everything_into_the_snapshot(
    bench: Open, runs: list[str], tmp_path: Path
) -> None:
    first = chain(bench())
    await first.space.await_done()

    first.document.close()
    (tmp_path / "graph" / "nodespace.journal").unlink()
    again = bench()

    assert again.document.model == first.document.model
    assert again.value("y", "out") == 7
    assert again.document.rev == 4


async def test_opening_runs_no_node_not_even_one_that_runs_at_once(bench: Open, runs: list[str]) -> None:
    first = bench()
    first.do("add_node", node_id="doc.constant", uuid="c")
    first.do("add_node", node_id="doc.add", uuid="x")
    first.do("add_edge", src_uuid="x", src_io="b", dst_uuid="c", dst_io="_triggerinput")
    await settled(first)
    assert runs == ["constant", "constant"] or runs == ["constant"]
    runs.clear()

    again = bench()
    await again.space.await_done()

    assert runs == []
    assert again.value("c", "out") == 42


async def test_values_that_are_older_than_what_feeds_them_are_stale(bench: Open, runs: list[str]) -> None:
    first = chain(bench())
    await settled(first)
    first.do("update_node_input", uuid="x", input_id="a", value=10)  # and the process dies before it runs

    again = bench()

    assert [node.status_word for node in again.space.nodes] == ["stale", "stale"]
    again.do("run_stale")
    await again.space.await_done()
    assert again.value("y", "out") == 12


async def test_a_value_without_an_exact_form_shows_its_last_preview(bench: Open, runs: list[str]) -> None:
    first = bench()
    first.do("add_node", node_id="doc.pair", uuid="p")
    first.do("update_node_input", uuid="p", input_id="a", value=3)
    await settled(first)

    again = bench()

    shown = again.events(ev.IoValueChanged)
    assert again.space.get_node_by_id("p").status_word == "stale"
    assert [(one.io_id, one.complete) for one in shown] == [("out", False)]
    assert "3" in str(shown[0].preview) or "Pair" in str(shown[0].preview)


async def test_pictures_tuples_and_sets_come_back_as_what_they_were(bench: Open) -> None:
    first = bench()
    first.do("add_node", node_id="doc.kinds", uuid="k")
    first.do("update_node_input", uuid="k", input_id="a", value=3)
    await settled(first)
    outputs = {
        io_id: port.value
        for io_id, port in first.space.get_node_by_id("k").outputs.items()
        if io_id[0] != "_"
    }

    again = bench()
    node = again.space.get_node_by_id("k")

    assert outputs["nested"] == [{"a": 3, "b": [b"x", float("inf")]}]
    for io_id, value in outputs.items():
        assert node.outputs[io_id].value == value
        assert type(node.outputs[io_id].value) is type(value)
    assert node.status_word == "idle"


async def test_a_class_that_arrives_takes_the_place_of_its_placeholder(bench: Open) -> None:
    first = bench()
    first.do(
        "load_data",
        data={"nodes": [{"id": "n", "node_id": "doc.later", "io": {"a": {"value": 4}}}], "edges": []},
    )
    assert isinstance(first.space.get_node_by_id("n"), PlaceHolderNode)

    @fn.NodeDecorator("doc.later")
    def later(a: int) -> int:
        return a

    again = bench()

    assert type(again.space.get_node_by_id("n")) is later
    assert again.value("n", "a") == 4
    assert again.report.missing == []


async def test_a_graph_of_an_earlier_release_is_opened_and_kept_beside_ours(
    bench: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "graph"
    folder.mkdir()
    old = {
        "backend": {
            "nodes": [{"id": "n", "node_id": "doc.add", "name": "N", "io": {"a": {"default": 2}}}],
            "edges": [],
        }
    }
    (folder / "nodespace.json").write_text(json.dumps(old))

    first = bench()
    first.document.close()
    again = bench()

    assert json.loads((folder / "nodespace.earlier.json").read_text()) == old
    assert json.loads((folder / "nodespace.json").read_text())["format"] == 3
    assert again.value("n", "a") == 2


async def test_journal_is_cut_into_segments_and_old_values_go(
    bench: Open, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(store, "SEGMENT_BYTES", 2000)
    monkeypatch.setattr(store, "MAX_JOURNAL_BYTES", 12_000)
    monkeypatch.setattr(kept, "KEPT_SNAPSHOTS", 2)
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="x")
    for value in range(60):
        one.do(
            "update_node_input", uuid="x", input_id="b", value=["v" * 70_000, value] if value < 3 else value
        )
        one.do("update_node", uuid="x", description=f"{value} " * 100)
        if value % 5 == 0:
            one.document.save_snapshot()
    folder = tmp_path / "graph"

    again = bench()

    assert again.document.model == one.document.model
    assert len(list((folder / "snapshots").iterdir())) == 2
    assert sum(path.stat().st_size for path in folder.glob("nodespace.journal.*")) <= 14_000
    assert list((folder / "values").iterdir()) == []
    assert again.document.history.forgotten
    again.do("undo", steps=1000)
    with pytest.raises(ConflictError, match="goes back to revision"):
        again.do("undo")


async def test_a_large_value_lies_in_a_file_of_its_own(bench: Open, tmp_path: Path) -> None:
    first = bench()
    first.do("add_node", node_id="doc.add", uuid="x")
    first.do("update_node_input", uuid="x", input_id="b", value="long" * 50_000)

    again = bench()

    assert again.value("x", "b") == "long" * 50_000
    assert len(list((tmp_path / "graph" / "values").iterdir())) == 1
    assert (tmp_path / "graph" / "nodespace.journal").stat().st_size < 2000


KILLED = """
import asyncio, os, signal, sys
sys.path.insert(0, sys.argv[1])
from conftest import Bench
from pathlib import Path
async def main():
    bench = Bench(Path(sys.argv[2]))
    for i in range(int(sys.argv[3])):
        bench.do("add_node", node_id="doc.add", uuid=f"n{i}")
        bench.do("update_node_input", uuid=f"n{i}", input_id="a", value=i)
    print(bench.document.rev, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


def test_sigkill_loses_nothing_that_was_acknowledged(bench: Open, tmp_path: Path) -> None:
    folder = str(tmp_path / "graph")
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), folder, "25"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    again = bench()

    assert result.returncode == -signal.SIGKILL, result.stderr
    assert again.document.rev == int(result.stdout) == 50
    assert [again.value(f"n{i}", "a") for i in range(25)] == list(range(25))


async def test_full_disk_changes_nothing_and_says_so(small_disk: Any, bench: Open) -> None:
    one = chain(bench(small_disk.path, "full"))
    before = one.document.model
    small_disk.fill()

    with pytest.raises(JournalError, match="cannot be written"):
        one.do("add_node", node_id="doc.add", uuid="z", name="n" * 8000)
    with pytest.raises(JournalError):
        one.document.save_snapshot()
    with pytest.raises(JournalError, match="large value cannot be stored"):
        one.do("update_node_input", uuid="x", input_id="b", value="v" * 100_000)
    small = list((small_disk.path / "graph").glob(".*"))

    assert one.document.model == before
    assert one.document.rev == 4
    assert len(one.space.nodes) == 2
    assert "journal" in (one.document.read_only_reason or "")
    assert "cannot" in one.events(ev.WorkerUpdated)[0].read_only
    assert small == []

    small_disk.free()
    one.do("add_node", node_id="doc.add", uuid="z")
    one.document.store.close()
    again = bench(small_disk.path)

    assert one.document.read_only_reason is None
    assert one.events(ev.WorkerUpdated)[-1].read_only is None
    assert again.document.model == one.document.model
    assert again.report.warnings == []
    again.document.store.close()


async def test_damaged_snapshot_is_set_aside_and_the_journal_brings_all_back(
    bench: Open, tmp_path: Path
) -> None:
    first = chain(bench())
    first.document.close()
    path = tmp_path / "graph" / "nodespace.json"
    path.write_bytes(path.read_bytes()[:100])
    for older in (tmp_path / "graph" / "snapshots").iterdir():
        older.write_text("not JSON")

    again = bench()

    assert again.document.model == first.document.model
    assert len([w for w in again.report.warnings if "kept as" in w]) == 2
    assert len(list(path.parent.glob("nodespace.json.damaged-*"))) == 1
    assert json.loads(path.read_bytes())["rev"] == 4


async def test_without_snapshot_and_with_half_a_journal_nothing_wrong_is_built(
    bench: Open, tmp_path: Path
) -> None:
    first = chain(bench())
    first.document.save_snapshot()
    first.document.store._journal.rotate(4)
    first.do("update_node", uuid="x", name="later")
    folder = tmp_path / "graph"
    for path in (
        folder / "nodespace.json",
        *(folder / "snapshots").iterdir(),
        *folder.glob("nodespace.journal.*"),
    ):
        path.unlink()

    again = bench()

    assert again.space.nodes == []
    assert "revision 1 is missing" in again.report.warnings[0]
    assert again.do("add_node", node_id="doc.add")
    assert again.document.rev == 6


async def test_constructor_that_fails_changes_nothing(bench: Open) -> None:
    one = bench()

    with pytest.raises(ConflictError, match="no such device"):
        one.do("add_node", node_id="doc.broken")

    assert one.document.rev == 0
    assert one.space.nodes == []


async def test_callback_that_fails_neither_undoes_a_set_nor_keeps_a_graph_closed(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.picky", uuid="p")
    one.do("update_node_input", uuid="p", input_id="a", value=13)
    one.do("add_node", node_id="doc.add", uuid="x")

    again = bench()

    assert one.value("p", "a") == again.value("p", "a") == 13
    assert "unlucky" in again.report.warnings[0]
    assert len(again.space.nodes) == 2


async def test_what_the_graph_does_behind_the_document_is_a_warning(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="x")
    one.space.remove_node_by_id("x")  # as a node of a module might do

    one.do("remove_node", uuid="x")

    assert "was not applied whole" in one.document._live.warnings[0]
    assert one.document.model.nodes == {}


async def test_missing_class_keeps_its_place_with_data_and_edges(bench: Open) -> None:
    one = bench()
    data = {
        "backend": {
            "nodes": [
                {
                    "id": "m",
                    "node_id": "not.there",
                    "name": "M",
                    "io": {"in": {"is_input": True, "default": 4}},
                    "odd": 1,
                },
                {"id": "x", "node_id": "doc.add", "name": "X", "io": {}},
            ],
            "edges": [["m", "result", "x", "a"], ["x", "out", "m", "in2"]],
        }
    }
    loaded = one.do("load_data", data=data)
    saved = one.do("save")

    again = bench()
    reloaded = again.do("load_data", data=saved)

    assert loaded.missing == reloaded.missing == again.report.missing == ["not.there"]
    assert isinstance(again.space.get_node_by_id("m"), PlaceHolderNode)
    assert {tuple(edge) for edge in again.space.edges} == {
        ("m", "result", "x", "a"),
        ("x", "out", "m", "in2"),
    }
    assert again.document.model.nodes["m"]["extra"] == {"odd": 1}
    assert again.value("m", "in") == 4


# -- undo


async def test_undo_takes_back_what_a_command_did_and_redo_does_it_again(
    bench: Open, runs: list[str]
) -> None:
    one = chain(bench())
    await one.space.await_done()
    whole = one.document.model

    one.do("remove_node", uuid="x")
    assert one.value("y", "a") is not None
    removed = one.document.model
    one.do("undo")
    await one.space.await_done()

    assert one.document.model == whole
    assert one.value("y", "out") == 7
    one.do("redo")
    assert one.document.model == removed
    with pytest.raises(ConflictError, match="nothing to redo"):
        one.do("redo")


async def test_undo_of_a_removed_source_brings_its_value_back_without_running_it(
    bench: Open, runs: list[str]
) -> None:
    one = bench()
    one.do("add_node", node_id="doc.constant", uuid="c")
    await settled(one)
    one.do("remove_node", uuid="c")
    runs.clear()

    one.do("undo")
    await one.space.await_done()

    assert one.value("c", "out") == 42
    assert runs == []


@pytest.mark.parametrize("command", [{"cmd": "clear"}, {"cmd": "remove_node", "uuid": "y"}])
async def test_undo_brings_values_back_also_after_a_restart(command: dict[str, Any], bench: Open) -> None:
    one = chain(bench())
    await settled(one)
    one.do(**command)
    one.document.close()

    again = bench()
    again.do("undo")

    assert (again.value("y", "out"), again.value("y", "a"), again.value("x", "out")) == (7, 6, 6)


async def test_commands_of_one_gesture_are_one_step(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="x")
    for value in range(5):
        one.do("update_node_input", uuid="x", input_id="a", value=value, gesture="drag")
    assert one.document.rev == 6

    undone = one.do("undo")

    assert undone.undone == [2]
    assert one.document.model.field(("nodes", "x", "io")) == {}
    assert one.do("undo", scope="all").rev == 8
    assert one.space.nodes == []


async def test_undo_of_mine_leaves_what_others_did(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="x")
    one.do("add_node", node_id="doc.add", uuid="y", by="you")

    one.do("undo", scope="mine")

    assert [node.uuid for node in one.space.nodes] == ["y"]
    with pytest.raises(ConflictError, match="nothing to undo"):
        one.do("undo", scope="mine")


async def test_undo_over_a_later_change_of_another_client_needs_force(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="x")
    one.do("update_node", uuid="x", name="mine")
    one.do("update_node", uuid="x", name="yours", by="you")

    with pytest.raises(UndoConflictError, match=r"x\.name was changed later by you") as caught:
        one.do("undo", scope="mine")
    assert caught.value.data == {"field": "x.name", "target": ["nodes", "x", "name"], "by": "you"}
    assert one.document.rev == 3

    one.do("undo", scope="mine", force=True)
    assert one.document.model.nodes["x"]["name"] == "Add"


async def test_undo_of_an_add_with_later_edges_of_others_needs_force(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="y", by="you")
    one.do("add_node", node_id="doc.add", uuid="x")
    one.do("add_edge", src_uuid="x", src_io="out", dst_uuid="y", dst_io="a", by="you")

    with pytest.raises(UndoConflictError):
        one.do("undo", scope="mine")
    one.do("undo", scope="mine", force=True)

    assert list(one.document.model.nodes) == ["y"]
    assert one.space.edges == []


async def test_my_next_edit_clears_what_i_could_redo(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="x")
    one.do("undo")
    one.do("add_node", node_id="doc.add", uuid="y")

    with pytest.raises(ConflictError, match="nothing to redo"):
        one.do("redo")


async def test_load_can_be_undone_with_values_and_without_running(bench: Open, runs: list[str]) -> None:
    one = chain(bench())
    await settled(one)
    whole = one.document.model
    runs.clear()

    one.do("load_data", data={"nodes": [{"id": "c", "node_id": "doc.constant", "name": "c"}], "edges": []})
    assert [node.uuid for node in one.space.nodes] == ["c"]
    one.do("undo")
    await one.space.await_done()

    assert one.document.model == whole
    assert one.value("y", "out") == 7
    assert runs == []


async def test_undo_past_what_is_kept_says_so(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="x")
    one.document.history.forgotten = True
    one.do("undo")

    with pytest.raises(ConflictError, match="goes back to revision"):
        one.do("undo")


async def test_commit_that_does_not_fit_writes_nothing(bench: Open, tmp_path: Path) -> None:
    one = bench()
    for command, kwargs in (
        ("remove_node", {"uuid": "no"}),
        ("update_node", {"uuid": "no", "name": "n"}),
        ("update_node_input", {"uuid": "no", "input_id": "a", "value": 1}),
        ("remove_edge", {"src_uuid": "a", "src_io": "o", "dst_uuid": "b", "dst_io": "i"}),
        ("remove_group", {"id": "g"}),
    ):
        with pytest.raises(NotFoundError):
            one.do(command, **kwargs)

    assert (tmp_path / "graph" / "nodespace.journal").stat().st_size == 0


async def test_a_graph_that_takes_the_place_of_one_with_the_same_groups_has_them(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="a")
    one.do("group_nodes", nodes=["a"], id="g")
    data = one.do("save")

    one.do("load_data", data=data)

    assert list(one.space.groups.serialize()) == ["g"]
    assert one.space.groups.serialize()["g"]["node_ids"] == ["a"]


async def test_groups_inside_groups_come_and_go_in_an_order_that_can_be_undone_and_redone(
    bench: Open,
) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="a")
    one.do("group_nodes", nodes=["a"], id="inner")
    one.do("group_nodes", nodes=[], groups=["inner"], id="outer")
    data = one.do("save")
    fragment = msgspec.to_builtins(one.do("copy_nodes", uuids=["a"]))
    for command in ({"cmd": "clear"}, {"cmd": "load_data", "data": data}):
        one.do(**command)
        after = one.document.model
        one.do("undo")
        one.do("redo")
        assert one.document.model == after
    before = one.document.model

    one.do("paste_nodes", fragment=fragment)
    one.do("undo")

    assert one.document.model == before


async def test_a_gesture_is_one_step_also_when_others_work_meanwhile(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="a")
    one.do("add_node", node_id="doc.add", uuid="b")

    for number in range(1, 6):
        one.do("update_node", uuid="a", frontend={"pos": [number, 0]}, gesture="drag")
        one.do("update_node", uuid="b", frontend={"pos": [0, number]}, gesture="drag", by="you")

    again = bench()
    for made in (one, again):
        assert [(step.by, step.rev, step.last_rev) for step in made.document.history][2:] == [
            ("me", 3, 11),
            ("you", 4, 12),
        ]
    one.do("undo", scope="mine")
    assert "frontend:pos" not in one.document.model.node("a")["properties"]
    assert one.document.model.node("b")["properties"]["frontend:pos"] == [0, 5]


async def test_a_gesture_ends_where_somebody_else_touches_the_same(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="a")
    for by in ("me", "you", "me"):
        one.do("update_node", uuid="a", name=f"by {by}", gesture="type", by=by)

    assert [step.by for step in one.document.history] == ["me", "me", "you", "me"]


async def test_a_gesture_does_not_reach_over_an_undo(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="a")
    one.do("update_node", uuid="a", name="one", gesture="type")
    one.do("undo", by="you")
    one.do("update_node", uuid="a", name="two", gesture="type")

    one.do("undo", scope="mine")

    assert one.document.model.node("a")["name"] == "Add"


async def test_an_input_that_was_set_while_connected_holds_that_when_the_wire_goes(bench: Open) -> None:
    """As after a restart: the record of the document is what counts."""
    one = bench()
    for uuid in "xy":
        one.do("add_node", node_id="doc.add", uuid=uuid)
    edge = {"src_uuid": "x", "src_io": "out", "dst_uuid": "y", "dst_io": "a"}
    one.do("add_edge", **edge)
    one.do("update_node_input", uuid="y", input_id="a", value=7)

    one.do("remove_edge", **edge)

    assert one.value("y", "a") == 7
    one.document.store.close()
    assert bench().value("y", "a") == 7
