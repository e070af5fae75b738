"""A graph as JSON: the short way gives what the long one gives."""

from __future__ import annotations

import json
from typing import Any

import pytest

import funcnodes_core as fn
from funcnodes_core.codec.json import JSONEncoder


@fn.NodeDecorator("graph_json.add")
def add(a: Any, b: int = 1) -> int:
    return a + b


@pytest.fixture
def space() -> fn.NodeSpace:
    made = fn.NodeSpace()
    made.lib.add_shelf(fn.Shelf(name="sums", description="", nodes=[add]))
    nodes = [made.add_node_instance(add()) for _ in range(3)]
    nodes[0].outputs["out"].connect(nodes[1].inputs["a"])
    return made


@pytest.mark.parametrize(
    "value", [1, float("nan"), b"bytes", fn.NoValue, [1.5, (1, {2}), {"deep": float("nan")}], {"x": b""}]
)
def test_a_graph_is_what_full_serialize_says(space: fn.NodeSpace, value: Any) -> None:
    space.nodes[2].inputs["a"].restore(value)
    space.nodes[2].properties["kept"] = value

    expected = JSONEncoder.apply_custom_encoding(space.full_serialize())

    assert json.dumps(space, cls=JSONEncoder) == json.dumps(expected)


def test_encoding_changes_nothing_in_the_graph(space: fn.NodeSpace) -> None:
    kept = {"deep": [fn.NoValue, 1]}
    space.nodes[0].properties["kept"] = kept

    assert json.loads(json.dumps(space, cls=JSONEncoder))["nodes"][0]["properties"]["kept"] == {
        "deep": ["<NoValue>", 1]
    }
    assert kept["deep"][0] is fn.NoValue


def test_a_graph_that_describes_itself_otherwise_is_asked() -> None:
    class Own(fn.NodeSpace):
        def full_serialize(self, with_io_values: bool = False) -> dict[str, Any]:
            return {"own": True}

    assert json.loads(json.dumps(Own(), cls=JSONEncoder)) == {"own": True}


def test_a_graph_that_contains_itself_is_refused(space: fn.NodeSpace) -> None:
    circle: list[Any] = []
    circle.append(circle)
    space.nodes[0].properties["circle"] = circle

    with pytest.raises(ValueError, match=r"[Cc]ircular"):
        json.dumps(space, cls=JSONEncoder)


def test_encoders_added_later_see_text_inside_graphs(space: fn.NodeSpace) -> None:
    def shout(text: str, _preview: bool) -> fn.Encdata:
        return fn.Encdata(text.upper(), done=True, handeled=True)

    space.nodes[0].properties["word"] = "low"
    json.dumps(space, cls=JSONEncoder)
    JSONEncoder.add_encoder(shout, [str])
    try:
        assert '"LOW"' in json.dumps(space, cls=JSONEncoder)
    finally:
        JSONEncoder.encoder_registry.remove(shout)
    assert '"low"' in json.dumps(space, cls=JSONEncoder)


def test_a_changed_port_says_so_and_its_siblings_do_not(space: fn.NodeSpace) -> None:
    first, second, _third = space.nodes
    first.inputs["b"].full_serialize()
    first.inputs["b"].name = "other"
    first.inputs["b"].update_value_options(min=3)

    assert first.inputs["b"].full_serialize()["name"] == "other"
    assert first.inputs["b"].full_serialize()["value_options"]["min"] == 3
    assert second.inputs["b"].full_serialize()["name"] == "b"
    assert "min" not in second.inputs["b"].full_serialize()["value_options"]
    first.inputs["b"].name = "again"
    assert first.inputs["b"].full_serialize()["name"] == "again"


def test_loading_keeps_shared_what_was_not_changed(space: fn.NodeSpace) -> None:
    space.nodes[0].inputs["b"].hidden = True
    loaded = fn.NodeSpace()
    loaded.lib.add_shelf(fn.Shelf(name="sums", description="", nodes=[add]))

    loaded.deserialize(space.serialize())

    assert [node.inputs["b"].hidden for node in loaded.nodes] == [True, False, False]
    assert loaded.nodes[1].inputs["b"]._spec is loaded.nodes[2].inputs["b"]._spec
