"""Graphs of earlier releases: every form that files.md names is read, nothing of it is lost."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

import funcnodes_core as fn
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_worker.errors import DocumentFormatError
from funcnodes_worker.persistence.blobs import MemoryBlobs
from funcnodes_worker.persistence.export import LoadedGraph, extract_files, load_graph_file, save_graph_file
from funcnodes_worker.persistence.legacy import is_legacy, parse_legacy
from funcnodes_worker.persistence.live import build_space

REAL_FILE = Path(__file__).parents[4] / "shared" / "data" / "csv.fnw"

STATE: dict[str, Any] = {
    "backend": {
        "nodes": [
            {
                "name": "Add(n1)",
                "id": "n1",
                "node_id": "old.add",
                "node_name": "Add",
                "io": {
                    "a": {"is_input": True, "default": 3, "emit_value_set": True},
                    "b": {"is_input": True, "value": 4, "default": 9, "hidden": True, "name": "B"},
                    "c": {"is_input": True, "default": "<NoValue>"},
                    "out": {"is_input": False, "value": 7},
                },
                "reset_inputs_on_trigger": True,
                "description": "adds",
                "render_options": {"data": {"src": "out"}},
                "properties": {"frontend:pos": [1, 2], "frontend:collapsed": True},
                "something new": 1,
            },
            {"name": "x", "id": "n2", "node_id": "old.show", "node_name": "Show", "io": {}},
        ],
        "edges": [["n1", "out", "n2", "x"], ["n1", "a", "n2", "y"]],
        "prop": {"p": 1},
        "groups": {
            "g1": {
                "node_ids": ["n1"],
                "child_groups": ["g2"],
                "parent_group": None,
                "meta": {"name": "One"},
                "position": [5, 6],
            },
            "g2": {"node_ids": ["n2"], "child_groups": [], "parent_group": "g1", "meta": {}},
        },
    },
    "view": {"renderoptions": {"typemap": {}}},
    "meta": {"id": "space", "version": "0.3.47"},
    "external_workers": {"cls": ["uuid"]},
}


def test_every_field_has_a_place() -> None:
    snapshot, warnings = parse_legacy(STATE)

    node = snapshot.model.nodes["n1"]
    assert warnings == []
    assert node["io"]["a"]["value"] == 3
    assert node["io"]["b"] == {"is_input": True, "value": 4, "hidden": True, "name": "B"}
    assert "value" not in node["io"]["c"]
    assert "value" not in node["io"]["out"]
    assert node["reset_inputs_on_trigger"] is True
    assert node["properties"]["frontend:pos"] == [1, 2]
    assert node["extra"] == {"something new": 1, "node_name": "Add"}
    assert list(snapshot.model.edges) == [("n1", "out", "n2", "x"), ("n1", "a", "n2", "y")]
    assert snapshot.model.props == {"p": 1}
    assert snapshot.id == "space"
    assert snapshot.extra["earlier"]["external_workers"] == {"cls": ["uuid"]}


def test_groups_become_parents_and_members() -> None:
    snapshot, _ = parse_legacy(STATE)

    assert snapshot.model.groups == {"g1": {"name": "One", "pos": [5, 6]}, "g2": {"parent": "g1"}}
    assert snapshot.model.members("g1") == ["n1"]
    assert snapshot.model.subgroups("g1") == ["g2"]


def test_older_files_hold_positions_in_the_view() -> None:
    old = {
        "backend": {"nodes": [{"id": "n", "node_id": "x", "name": "n"}], "edges": []},
        "view": {"nodes": {"n": {"pos": [3, 4], "size": [5, 6]}}},
        "dependencies": {"m": {}},
    }

    snapshot, _ = parse_legacy(old)

    assert snapshot.model.nodes["n"]["properties"] == {"frontend:pos": [3, 4], "frontend:size": [5, 6]}
    assert snapshot.extra["earlier"]["dependencies"] == {"m": {}}


def test_what_makes_no_sense_is_left_out_and_said() -> None:
    odd = {
        "nodes": [{"id": "n", "node_id": "x"}, {"name": "no id"}, 5],
        "edges": [["n", "o", "gone", "i"], ["n"], None],
        "groups": {"a": {"parent_group": "b"}, "b": {"parent_group": "a"}, "c": 5},
    }

    snapshot, warnings = parse_legacy(odd)

    assert list(snapshot.model.nodes) == ["n"]
    assert snapshot.model.edges == {}
    assert len(snapshot.model.groups) == 2
    assert len(warnings) == 6


def test_a_value_that_looks_like_a_marker_is_escaped() -> None:
    data = {"nodes": [{"id": "n", "node_id": "x", "io": {"a": {"is_input": True, "value": {"$fn:int": 1}}}}]}

    snapshot, _ = parse_legacy(data)

    assert snapshot.model.nodes["n"]["io"]["a"]["value"] == {"$fn:dict": {"$fn:int": 1}}


@pytest.mark.parametrize("data", [{"backend": {"nodes": {}}}, {"backend": 3}])
def test_a_file_without_nodes_is_refused(data: dict[str, Any]) -> None:
    assert is_legacy(data)
    with pytest.raises(DocumentFormatError):
        parse_legacy(data)


def fnw(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


def test_fnw_is_read_and_written_again(tmp_path: Path) -> None:
    config = {
        "type": "PyodideWorker",
        "name": "root",
        "uuid": "u",
        "host": "h",
        "env_path": "/x",
        "update_on_startup": {"funcnodes": True},
        "package_dependencies": {"funcnodes-files": {"version": ">=1"}, "funcnodes-core": {}},
    }
    old = fnw(
        tmp_path / "old.fnw", config=json.dumps(config), state=json.dumps(STATE), **{"files__a.txt": b"hello"}
    )

    loaded = load_graph_file(old)
    save_graph_file(loaded, tmp_path / "new.fnw")
    again = load_graph_file(tmp_path / "new.fnw")

    assert loaded.legacy
    assert loaded.config == {"name": "root", "package_dependencies": {"funcnodes-files": {"version": ">=1"}}}
    assert not again.legacy
    assert again.snapshot == loaded.snapshot
    assert again.config == loaded.config
    assert extract_files(again, tmp_path / "files") == ["a.txt"]
    assert (tmp_path / "files" / "a.txt").read_bytes() == b"hello"


def test_graph_is_saved_as_json_with_its_large_values(tmp_path: Path) -> None:
    big = {"nodes": [{"id": "n", "node_id": "x", "io": {"a": {"is_input": True, "value": "x" * 70_000}}}]}
    (tmp_path / "old.json").write_text(json.dumps(big))

    save_graph_file(load_graph_file(tmp_path / "old.json"), tmp_path / "new.json")
    again = load_graph_file(tmp_path / "new.json")

    assert again.snapshot.model.nodes["n"]["io"]["a"]["value"] == "x" * 70_000


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x"])
def test_fnw_with_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad.fnw"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("state", json.dumps(STATE))
        archive.writestr("files/" + name if not name.startswith("/") else name, b"x")

    with pytest.raises(DocumentFormatError, match="leaves the folder"):
        load_graph_file(path)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["files/a", "files/a/b"], "'files/a' both as a file and as a folder"),
        (["files/" + "n" * 300], "too long"),
    ],
)
def test_fnw_whose_files_no_folder_can_hold_is_refused(tmp_path: Path, names: list[str], said: str) -> None:
    with zipfile.ZipFile(tmp_path / "odd.fnw", "w") as archive:
        for name in ["state", *names]:
            archive.writestr(name, json.dumps(STATE))

    with pytest.raises(DocumentFormatError, match=said):
        load_graph_file(tmp_path / "odd.fnw")


def test_fnw_that_unpacks_to_far_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.fnw"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("state", b"0" * 20_000_000)

    with pytest.raises(DocumentFormatError, match="tightly"):
        load_graph_file(path)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"a": 1}', b"\xff\xfe", b"[" * 100_000])
def test_other_files_are_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "flow.json").write_bytes(content)

    with pytest.raises(DocumentFormatError, match=r"flow\.json"):
        load_graph_file(tmp_path / "flow.json")


@pytest.mark.skipif(
    not REAL_FILE.exists(), reason="the real file of an earlier release is not part of the repository"
)
def test_real_file_keeps_its_nodes_and_edges(tmp_path: Path) -> None:
    loaded = load_graph_file(REAL_FILE)

    save_graph_file(loaded, tmp_path / "again.fnw")
    again = load_graph_file(tmp_path / "again.fnw")

    assert (len(loaded.snapshot.model.nodes), len(loaded.snapshot.model.edges)) == (16, 21)
    assert loaded.warnings == []
    assert again.snapshot == loaded.snapshot
    assert len(again.files) == 1


def test_a_graph_of_an_earlier_release_is_a_graph_of_placeholders_and_nodes() -> None:
    add = fn.NodeDecorator("old.add", name="Add")(plus)
    space = fn.NodeSpace()
    space.add_shelf(fn.Shelf(name="Old", nodes=[add]))
    state = json.loads(json.dumps(STATE))
    state["backend"]["nodes"].append({"name": "y", "id": "n3", "node_id": "old.add", "io": {}})
    state["backend"]["edges"].append(["n1", "a", "n3", "a"])
    snapshot, warnings = parse_legacy(state)
    loaded = LoadedGraph(path=Path(), snapshot=snapshot, blobs=MemoryBlobs(), warnings=warnings, legacy=True)

    report = build_space(loaded, space)

    assert report.missing == ["old.show"]
    first, gone, last = (space.get_node_by_id(uuid) for uuid in ("n1", "n2", "n3"))
    assert (first["a"].value, first["b"].value, first["b"].hidden, first["b"].name) == (3, 4, True, "B")
    assert (first.description, first.reset_inputs_on_trigger) == ("adds", True)
    assert isinstance(gone, PlaceHolderNode)
    assert {(edge.src, edge.src_io, edge.dst, edge.dst_io) for edge in space.edges} == {
        ("n1", "out", "n2", "x"),
        ("n1", "a", "n2", "y"),
        ("n1", "a", "n3", "a"),
    }
    first["a"].set_value(8, does_trigger=False)
    assert last["a"].value == 8, "an edge between inputs shows the same value at both"
    assert not first.in_trigger_soon, "opening runs nothing"


def plus(a: int, b: int = 1) -> int:
    """The sum."""
    return a + b
