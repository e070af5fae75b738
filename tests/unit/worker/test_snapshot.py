"""Snapshots: nothing is lost, keys have their place, and what cannot be read is refused with a reason."""

from __future__ import annotations

import json
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from funcnodes_worker.edits import SetField
from funcnodes_worker.errors import DocumentFormatError
from funcnodes_worker.journal import Commit, PortValue
from funcnodes_worker.persistence import store as store_module
from funcnodes_worker.persistence.blobs import BlobStore, MemoryBlobs, blob_names
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.snapshot import Snapshot, dump_snapshot, parse_snapshot
from funcnodes_worker.persistence.store import DocumentStore
from funcnodes_worker.persistence.values import BLOB, INLINE_BYTES, load_value, pack, store_value


def snapshot() -> Snapshot:
    nodes: list[dict[str, Any]] = [
        {
            "uuid": "a",
            "node_id": "t.n",
            "name": "Ä",
            "properties": {"frontend:pos": [1.5, 2], "colour": "red"},
            "io": {"x": {"value": {"$fn:float": "nan"}, "hidden": True}, "y": {"value": None}},
            "group": "g",
            "extra": {"node_name": "N"},
        },
        {"uuid": "b", "node_id": "t.n", "name": "", "properties": {}, "io": {}},
    ]
    model = GraphModel(
        nodes, [("a", "out", "b", "x")], {"g": {"name": "G"}, "h": {"parent": "g"}}, {"k": [1]}
    )
    settled = {
        ("a", "out"): PortValue(uuid="a", io="out", value=3),
        ("b", "out"): PortValue(uuid="b", io="out", mime="text/plain", data="?"),
    }
    return Snapshot(
        model=model, rev=7, settled=settled, settled_rev=6, id="space", extra={"from elsewhere": {"z": 1}}
    )


def test_snapshot_comes_back_as_it_was() -> None:
    before = snapshot()

    after = parse_snapshot(json.loads(dump_snapshot(before)))

    assert after == before


def test_writing_twice_gives_the_same_bytes() -> None:
    text = dump_snapshot(snapshot())

    assert dump_snapshot(parse_snapshot(json.loads(text))) == text


def test_layout_and_values_have_sections_of_their_own() -> None:
    data = json.loads(dump_snapshot(snapshot()))

    assert data["layout"] == {"a": {"pos": [1.5, 2]}}
    assert data["values"]["a"]["y"] is None
    assert data["nodes"][0]["io"] == {"x": {"hidden": True}}
    assert "io" not in data["nodes"][1]
    assert list(data)[:5] == ["format", "kind", "rev", "settled_rev", "id"]


def test_empty_graph_is_a_graph() -> None:
    empty = Snapshot(model=GraphModel())

    assert parse_snapshot(json.loads(dump_snapshot(empty))) == empty


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "recipe"}, "no FuncNodes graph"),
        ({"format": 99}, "format 99"),
        ({"nodes": [{"uuid": 5, "node_id": "x"}]}, "uuid"),
        ({"nodes": {}}, "array"),
        ({"nodes": [{"uuid": "a", "node_id": "x", "mode": "odd"}]}, "mode"),
        ({"nodes": [{"uuid": "a", "node_id": "x", "io": {"p": {"hidden": "yes"}}}]}, "hidden"),
        ({"edges": [["a", "out", "nowhere", "x"]]}, "nowhere"),
        ({"groups": {"g": {"parent": "h"}, "h": {"parent": "g"}}}, "parent"),
        ({"groups": {}}, "group"),
    ],
)
def test_what_does_not_hold_together_is_refused(change: dict[str, Any], reason: str) -> None:
    data = json.loads(dump_snapshot(snapshot())) | change

    with pytest.raises(DocumentFormatError, match=reason):
        parse_snapshot(data)


def test_large_values_are_references(tmp_path: Any) -> None:
    blobs = BlobStore(tmp_path / "values")
    value = ["x" * 100] * 1000

    packed = store_value(value, blobs)

    assert list(packed) == [BLOB]
    assert load_value(packed, blobs) == value
    assert blob_names(json.dumps(packed).encode()) == blobs.names()
    assert pack("x" * (INLINE_BYTES - 10), blobs) == "x" * (INLINE_BYTES - 10)


def test_unused_blobs_are_collected(tmp_path: Any) -> None:
    blobs = BlobStore(tmp_path / "values")
    kept, _ = blobs.put(b"kept"), blobs.put(b"gone")

    assert blobs.keep_only([kept]) == 1
    assert blobs.names() == {kept}


@pytest.mark.parametrize("damage", [b"other", None])
def test_damaged_blob_is_named(tmp_path: Any, damage: bytes | None) -> None:
    blobs = BlobStore(tmp_path / "values")
    name = blobs.put(b"data")
    (tmp_path / "values" / name).unlink()
    if damage:
        (tmp_path / "values" / name).write_bytes(damage)

    with pytest.raises(ValueError, match=name):
        blobs.get(name)
    with pytest.raises(ValueError, match="name of a stored value"):
        blobs.get("../../etc/passwd")


def test_blobs_in_memory_answer_like_those_on_disk() -> None:
    blobs = MemoryBlobs()

    assert load_value(store_value(b"\x00" * 70_000, blobs), blobs) == b"\x00" * 70_000
    with pytest.raises(ValueError, match="missing"):
        blobs.get("0" * 64)


def test_the_order_in_which_things_came_makes_no_other_file() -> None:
    before = snapshot()
    model = before.model.draft()
    model.groups = dict(
        reversed([(gid, dict(reversed(group.items()))) for gid, group in model.groups.items()])
    )
    model.props = dict(reversed(model.props.items()))
    model.nodes = {
        uuid: {
            **dict(reversed(node.items())),
            "properties": dict(reversed(node.get("properties", {}).items())),
        }
        for uuid, node in model.nodes.items()
    }
    after = copy(before)
    after.model = model
    after.settled = dict(reversed(before.settled.items()))

    assert dump_snapshot(after) == dump_snapshot(before)


def test_files_that_have_not_changed_are_not_read_again_for_their_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "SEGMENT_BYTES", 0)  # each snapshot closes a segment
    read: list[bytes] = []

    def watched(text: bytes) -> set[str]:
        read.append(text)
        return blob_names(text)

    monkeypatch.setattr(store_module, "blob_names", watched)
    store = DocumentStore(tmp_path)
    store.open()
    for rev in range(1, 5):
        name = store.blobs.put(b"%d" % rev)
        edit = SetField(("props", "k"), UNSET, {"$fn:blob": name})
        store.write([Commit(rev=rev, edits=[edit])])
        store.save_snapshot()
    store.close()

    assert len(store.blobs.names()) == 4, "the journal may bring all of them back"
    segments = [text for text in read if b'"k":"commit"' in text]
    assert len(segments) == 4, "each segment once, though four snapshots were written"
