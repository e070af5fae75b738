"""The commands of the graph: what they change, what they refuse, and that each can be taken back."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from funcnodes_core.exceptions import NodeClassNotFoundError
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_core.sentinels import NoValue
from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.errors import BadArgumentsError, ConflictError, NotFoundError
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.shapes import FrontendState

pytestmark = pytest.mark.anyio

Open = Callable[..., Any]
REAL_FILE = Path(__file__).parents[4] / "shared" / "data" / "csv.fnw"


@pytest.fixture
def three(bench: Open) -> Any:
    """x feeds y; z stands alone."""
    one = bench()
    for uuid in "xyz":
        one.do("add_node", node_id="doc.add", uuid=uuid)
    one.do("add_edge", src_uuid="x", src_io="out", dst_uuid="y", dst_io="a")
    return one


def edge(src: str, dst: str, into: str = "a", out: str = "out") -> dict[str, str]:
    return {"src_uuid": src, "src_io": out, "dst_uuid": dst, "dst_io": into}


MUTATIONS: list[tuple[str, dict[str, Any]]] = [
    ("add_node", {"node_id": "doc.constant"}),
    ("remove_node", {"uuid": "x"}),
    (
        "update_node",
        {"uuid": "x", "name": "N", "frontend": {"pos": [1, 2], "collapsed": True}, "properties": {"p": 1}},
    ),
    ("update_node", {"uuid": "x", "input_id": "b", "value": {"$fn:float": "inf"}, "description": "d"}),
    ("update_node", {"uuid": "x", "reset_inputs_on_trigger": True}),
    ("update_node_input", {"uuid": "x", "input_id": "a", "value": 3}),
    ("update_io", {"uuid": "x", "io_id": "a", "name": "A", "hidden": True, "value_options": {"min": 1}}),
    ("update_io", {"uuid": "x", "io_id": "out", "render_options": {"type": "table"}}),
    ("update_io", {"uuid": "x", "io_id": "a", "default": 9}),
    ("set_node_mode", {"uuid": "x", "mode": "muted"}),
    ("update_node", {"uuid": "x", "timeout_s": 2.5, "retries": 3}),
    ("add_edge", edge("z", "y", "b")),
    ("add_edge", {**edge("z", "y"), "replace": True}),
    ("add_edge", edge("x", "z", "b", "b")),
    ("remove_edge", edge("x", "y")),
    ("group_nodes", {"nodes": ["x", "y"], "name": "G", "colour": "#fff"}),
    ("update_group", {"id": "g", "name": "H", "collapsed": True, "pos": [3, 4]}),
    ("update_group", {"id": "g", "nodes": ["y"]}),
    ("remove_group", {"id": "g"}),
    ("clear", {}),
    ("load_data", {"data": {"nodes": [{"id": "q", "node_id": "doc.add", "name": "q"}], "edges": []}}),
]


def shown(bench: Any) -> Any:
    """What clients would see of the structure, straight from the nodes."""
    nodes = {}
    for node in bench.space.nodes:
        ports = {**node.inputs, **node.outputs}
        about = {
            i: (p.name, p.hidden, p.value_options, p.render_options, p.value is NoValue)
            for i, p in ports.items()
        }
        fields = (
            node.name,
            node.description,
            node.mode,
            node.timeout_s,
            node.retries,
            node.reset_inputs_on_trigger,
            dict(node.properties),
        )
        nodes[node.uuid] = (fields, about)
    return nodes, set(bench.space.edges), bench.space.groups.serialize(), bench.space.properties


@pytest.mark.parametrize(("cmd", "kwargs"), MUTATIONS, ids=[f"{i}-{m[0]}" for i, m in enumerate(MUTATIONS)])
async def test_every_mutation_can_be_taken_back_and_done_again(
    three: Any, cmd: str, kwargs: dict[str, Any]
) -> None:
    three.do("group_nodes", nodes=["z"], id="g", name="G")
    three.do("update_group", id="g", nodes=["z", "y"])
    await three.space.await_done()
    model, sight = three.document.model, shown(three)

    three.do(cmd, **kwargs)
    after, sight_after = three.document.model, shown(three)
    three.do("undo")
    back, sight_back = three.document.model, shown(three)
    three.do("redo")

    assert after != model
    assert back == model
    assert sight_back == sight
    assert three.document.model == after
    assert shown(three) == sight_after


def test_mutations_above_are_all_there_are() -> None:
    tried = {cmd for cmd, _ in MUTATIONS} | {"undo", "redo", "paste_nodes", "import_worker"}

    assert {command.name for command in REGISTRY if command.mutates} == tried


async def test_every_command_is_documented_and_has_a_scope() -> None:
    for command in REGISTRY:
        assert command.doc, command.name
        assert command.scope in ("view", "knobs", "run", "edit", "install", "admin")


@pytest.mark.parametrize(
    ("error", "cmd", "kwargs"),
    [
        (NodeClassNotFoundError, "add_node", {"node_id": "no.such"}),
        (ConflictError, "add_node", {"node_id": "doc.add", "uuid": "x"}),
        (NotFoundError, "update_node_input", {"uuid": "x", "input_id": "no", "value": 1}),
        (BadArgumentsError, "update_node_input", {"uuid": "x", "input_id": "a", "value": {"$fn:int": "x"}}),
        (BadArgumentsError, "update_node", {"uuid": "x", "value": 1}),
        (BadArgumentsError, "update_node", {"uuid": "x", "io_id": "out", "io_type": "output", "value": 1}),
        (NotFoundError, "update_io", {"uuid": "x", "io_id": "no", "name": "n"}),
        (ConflictError, "update_io", {"uuid": "x", "io_id": "out", "default": 1}),
        (ConflictError, "add_edge", edge("z", "y")),
        (NotFoundError, "add_edge", edge("z", "y", "no")),
        (NotFoundError, "add_edge", edge("nobody", "y", "b")),
        (ConflictError, "add_edge", edge("x", "x", "b", "a")),
        (BadArgumentsError, "group_nodes", {"nodes": []}),
        (NotFoundError, "group_nodes", {"nodes": ["no"]}),
        (NotFoundError, "update_group", {"id": "no"}),
        (NotFoundError, "copy_nodes", {"uuids": ["no"]}),
        (BadArgumentsError, "paste_nodes", {"fragment": {"nodes": [{"uuid": 1}]}}),
        (BadArgumentsError, "load_data", {"data": "{"}),
        (BadArgumentsError, "load_data", {"data": {"kind": "funcnodes graph", "format": 99, "nodes": []}}),
        (BadArgumentsError, "import_worker", {"data": "***"}),
        (BadArgumentsError, "import_worker", {"data": "AAAA"}),
        (NotFoundError, "trigger_node", {"uuid": "no"}),
        (NotFoundError, "why", {"uuid": "no"}),
    ],
)
async def test_what_makes_no_sense_changes_nothing(
    three: Any, error: type[Exception], cmd: str, kwargs: dict[str, Any]
) -> None:
    rev = three.document.rev

    with pytest.raises(error):
        three.do(cmd, **kwargs)

    assert three.document.rev == rev


async def test_a_value_that_is_set_to_nothing_is_the_default_again(three: Any, runs: list[str]) -> None:
    three.do("update_node_input", uuid="x", input_id="a", value=1)
    three.do("update_node_input", uuid="x", input_id="b", value=10)
    await three.space.await_done()
    assert three.value("y", "out") == 12

    three.do("update_node_input", uuid="x", input_id="b", value="<NoValue>")
    await three.space.await_done()

    assert three.value("x", "b") == 1
    assert three.value("y", "out") == 3


async def test_connecting_gives_up_the_value_that_was_set_and_undo_brings_it_back(three: Any) -> None:
    three.do("update_node_input", uuid="z", input_id="a", value=7)

    three.do("add_edge", **edge("x", "z"))
    given_up = three.value("z", "a")
    three.do("undo")

    assert given_up is NoValue
    assert three.value("z", "a") == 7


async def test_groups_stay_a_forest_without_empty_ones(three: Any) -> None:
    inner = three.do("group_nodes", nodes=["x"], id="inner").id
    outer = three.do("group_nodes", nodes=["y"], groups=["inner"], id="outer").id
    with pytest.raises(ConflictError, match="inside itself"):
        three.do("update_group", id=outer, parent=inner)

    three.do("group_nodes", nodes=["x"], id="third")

    assert {gid: group.get("parent") for gid, group in three.document.model.groups.items()} == {
        "outer": None,
        "inner": "outer",
        "third": "inner",
    }
    three.do("update_group", id="third", parent="outer")
    assert set(three.document.model.groups) == {"outer", "third"}
    three.do("remove_node", uuid="x")
    three.do("remove_node", uuid="y")
    assert three.document.model.groups == {}
    told = [type(one).__name__ for one in three.events(ev.Event) if "Group" in type(one).__name__]
    assert told.count("GroupRemoved") == 3


async def test_copy_and_paste_keep_values_inner_edges_and_whole_groups(three: Any) -> None:
    three.do("update_node_input", uuid="x", input_id="a", value={"$fn:bytes": "AAA="})
    three.do("update_node", uuid="x", frontend={"pos": [10, 20]})
    three.do("update_node", uuid="y", frontend={"pos": [30, 10]})
    three.do("group_nodes", nodes=["x", "y"], id="g", name="G")

    fragment = json.loads(msgspec.json.encode(three.do("copy_nodes", uuids=["x", "y"])))
    pasted = three.do("paste_nodes", fragment=fragment, pos=[100, 100])
    x, y = pasted.by_old["x"], pasted.by_old["y"]

    model = three.document.model
    assert three.value(x, "a") == b"\0\0"
    assert (x, "out", y, "a") in model.edges
    assert model.nodes[x]["properties"]["frontend:pos"] == [100, 110]
    assert model.nodes[y]["properties"]["frontend:pos"] == [120, 100]
    assert model.groups[model.nodes[x]["group"]]["name"] == "G"
    assert model.nodes[x]["group"] == model.nodes[y]["group"] != "g"
    three.do("undo")
    assert x not in three.document.model.nodes
    assert "group" not in json.loads(msgspec.json.encode(three.do("copy_nodes", uuids=["x"])))["nodes"][0]


async def test_save_gives_what_load_takes(three: Any, runs: list[str]) -> None:
    three.do("update_node_input", uuid="x", input_id="a", value="v" * 70_000)
    three.do("group_nodes", nodes=["x"], id="g")
    saved = three.do("save")
    model = three.document.model
    three.do("clear")

    loaded = three.do("load_data", data=json.dumps(saved))
    assert (loaded.nodes, loaded.edges, loaded.warnings) == (3, 1, [])
    assert three.value("x", "a") == "v" * 70_000
    assert three.document.model == model
    assert [type(one).event for one in three.events(ev.Event) if type(one).event.startswith("nodespace_")][
        -2:
    ] == [
        "nodespace_cleared",
        "nodespace_loaded",
    ]


async def test_loading_keeps_edges_that_never_fit_and_says_so(three: Any) -> None:
    three.do("add_node", node_id="doc.kinds", uuid="k")
    saved = json.loads(json.dumps(three.do("save"), default=list))
    saved["edges"] += [["k", "nested", "z", "a"], ["k", "picture", "z", "b"], ["k", "gone", "y", "b"]]

    loaded = three.do("load_data", data=json.dumps(saved))

    assert ("k", "picture", "z", "b") in three.space.edges
    assert ("k", "gone", "y", "b") not in three.space.edges
    assert {("k", "picture", "z", "b"), ("k", "gone", "y", "b")} <= set(three.document.model.edges)
    assert len(loaded.warnings) == 2
    assert any("kept although 'SVG' never fits 'int'" in text for text in loaded.warnings)


async def test_export_and_import_carry_graph_values_and_files(
    three: Any, bench: Open, tmp_path: Path
) -> None:
    three.do("update_node_input", uuid="x", input_id="a", value="v" * 70_000)
    files = three.document.files_dir
    (files / "sub").mkdir(parents=True)
    (files / "sub" / "a.txt").write_text("hello")

    exported = three.do("export_worker", include_files=True)
    bare = three.do("export_worker")
    other = bench(tmp_path / "other")
    loaded = other.do("import_worker", data=exported.data)

    assert exported.filename.endswith(".fnw")
    assert len(bare.data) < len(exported.data)
    assert loaded.files == ["sub/a.txt"]
    assert (other.document.files_dir / "sub" / "a.txt").read_text() == "hello"
    assert other.value("x", "a") == "v" * 70_000
    assert other.document.model == three.document.model


@pytest.mark.skipif(
    not REAL_FILE.exists(), reason="the real file of an earlier release is not part of the repository"
)
async def test_real_file_opens_with_placeholders_and_all_edges_and_keeps_them(
    bench: Open, tmp_path: Path
) -> None:
    one = bench()

    loaded = one.do("import_worker", data=base64.b64encode(REAL_FILE.read_bytes()).decode())
    saved = one.do("export_worker", include_files=True)
    again = bench(tmp_path / "again")
    reloaded = again.do("import_worker", data=saved.data)

    for bench_, report in ((one, loaded), (again, reloaded)):
        assert (report.nodes, report.edges, report.warnings) == (16, 21, [])
        assert len(bench_.space.edges) == 21
        assert all(isinstance(node, PlaceHolderNode) for node in bench_.space.nodes)
        assert len(report.files) == 1
        assert set(report.requires) == {"funcnodes-files", "funcnodes-pandas"}
    assert again.document.model == one.document.model


async def test_runs_are_asked_for_paused_and_explained(three: Any, runs: list[str]) -> None:
    three.do("trigger_node", uuid="x")
    assert three.do("why", uuid="x").text == "waiting for a value at 'a'"
    three.do("pause")
    three.do("update_node_input", uuid="x", input_id="a", value=1)
    assert three.do("why", uuid="x").text == "the graph is paused"
    assert runs == []

    three.do("resume")
    await three.space.await_done()

    assert runs == ["add", "add"]
    assert three.do("why", uuid="y").status == "done"
    assert three.do("why", uuid="y").text == "it ran because 'a' got a value from 'Add', whose 'a' was set"
    assert [one.paused for one in three.events(ev.WorkerUpdated)] == [True, False]
    assert three.do("stop_node", uuid="x").how == "not_running"
    assert (await three.do("stop_all")).how == "not_running"


async def test_stop_all_ends_what_waits(three: Any, runs: list[str]) -> None:
    three.do("update_node_input", uuid="x", input_id="a", value=1)

    stopped = await three.do("stop_all")

    assert (stopped.success, stopped.how) == (True, "cancelled")
    assert three.space.idle()
    assert three.do("run_stale").nodes == ["x"]


async def test_history_names_what_was_done(three: Any) -> None:
    three.do("update_node", uuid="x", name="Ex")
    three.do("undo")

    entries = three.do("get_history")

    assert [(entry.cmd, entry.undone) for entry in entries][-2:] == [
        ("add_edge", False),
        ("update_node", True),
    ]
    assert entries[-1].nodes == ["Add"]
    assert [entry.rev for entry in three.do("get_history", since=4)] == [5]
    three.do("remove_node", uuid="x")
    assert three.do("get_history", limit=1)[0].nodes == ["Add"]


async def test_events_carry_revision_client_and_command(three: Any) -> None:
    three.do("update_node", uuid="x", frontend={"pos": [5, 6]}, by="you")

    change = three.changes[-1]

    assert (change.rev, change.by, change.cmd_id) == (5, "you", "c")
    assert change.what.frontend == FrontendState(pos=(5.0, 6.0))


async def test_a_new_node_is_told_before_its_values_and_edges(three: Any) -> None:
    kinds = [type(change.what).__name__ for change in three.changes]

    assert kinds.index("NodeAdded") < kinds.index("ValueChanged")
    assert kinds.index("EdgeAdded") > max(i for i, kind in enumerate(kinds) if kind == "NodeAdded")


async def test_values_are_on_disk_within_a_second_of_rest(three: Any, runs: list[str], bench: Open) -> None:
    three.do("update_node_input", uuid="x", input_id="a", value=1)
    await three.space.await_done()
    written = asyncio.Event()
    three.document._settler.after_write = written.set

    async with asyncio.timeout(1.0):
        await written.wait()

    assert bench().value("y", "out") == 3
