"""Graph files that nobody should have written: refused by name, or read with a word about what was left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from funcnodes_worker.errors import DocumentFormatError
from funcnodes_worker.persistence.export import parse_graph
from funcnodes_worker.persistence.snapshot import dump_snapshot

NODE = {"uuid": "n", "node_id": "t.add"}


def ours(**parts: Any) -> bytes:
    return json.dumps(
        {"format": 3, "kind": "funcnodes graph", "nodes": [NODE], "edges": [], **parts}
    ).encode()


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"properties": {"x": float("nan")}}, "not JSON compliant"),
        ({"values": {"n": {"a": float("inf")}}}, "not JSON compliant"),
        ({"id": "\ud800"}, "surrogates"),
        ({"properties": {"x": nested(300)}}, "nested too deeply"),
        ({"nodes": [NODE, NODE]}, "more than once: 'n'"),
        ({"nodes": [{**NODE, "uuid": ""}]}, "empty id"),
        ({"nodes": [{**NODE, "io": {"": {}}}]}, "empty id"),
        ({"edges": [["n", "", "n", "a"]]}, "without a port"),
        ({"edges": [["n", "out", "gone", "a"]]}, "'gone'"),
    ],
)
def test_what_could_not_be_written_again_is_refused_by_name(parts: dict[str, Any], said: str) -> None:
    data = ours(**parts)

    with pytest.raises(DocumentFormatError, match=said) as caught:
        parse_graph(data, "graph.json")

    assert "graph.json" in str(caught.value)


def test_nesting_beyond_what_a_parser_takes_is_refused_by_name() -> None:
    with pytest.raises(DocumentFormatError, match=r"graph\.json"):
        parse_graph(b"[" * 100_000 + b"]" * 100_000, "graph.json")


def test_numbers_that_are_not_finite_are_read_from_earlier_releases() -> None:
    port = {"is_input": True, "value": float("nan"), "value_options": {"max": float("inf"), "min": 1}}
    data = json.dumps({"nodes": [{"id": "n", "node_id": "x", "io": {"a": port}}], "edges": []}).encode()

    snapshot, warnings, legacy = parse_graph(data, "graph.json")
    written = json.loads(dump_snapshot(snapshot))

    assert legacy
    assert not warnings
    assert written["values"] == {"n": {"a": {"$fn:float": "nan"}}}
    assert written["nodes"][0]["io"]["a"]["value_options"] == {"max": None, "min": 1}


@pytest.mark.parametrize(
    "odd",
    [
        {"edges": True},
        {"edges": {"a": 1}},
        {"groups": [1]},
        {"groups": {"g": {"node_ids": 5, "child_groups": [[1]], "parent_group": [1]}}},
        {"prop": 3},
    ],
)
def test_odd_parts_of_an_earlier_file_leave_the_rest_whole(odd: dict[str, Any]) -> None:
    data = json.dumps({"nodes": [{"id": "n", "node_id": "x", "io": True}], **odd}).encode()

    snapshot, _, _ = parse_graph(data, "graph.json")

    assert list(snapshot.model.nodes) == ["n"]
    assert parse_graph(dump_snapshot(snapshot), "again")[0].model == snapshot.model


def test_a_second_node_of_an_id_and_an_edge_without_a_port_are_left_out_and_said() -> None:
    nodes = [{"id": "n", "node_id": "x", "name": "first"}, {"id": "n", "node_id": "y"}]
    data = json.dumps({"nodes": nodes, "edges": [["n", "", "n", "a"]]}).encode()

    snapshot, warnings, _ = parse_graph(data, "graph.json")

    assert [node["name"] for node in snapshot.model.nodes.values()] == ["first"]
    assert not snapshot.model.edges
    assert len(warnings) == 2
    assert "'n'" in warnings[0]
