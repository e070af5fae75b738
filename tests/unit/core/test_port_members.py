"""Ports have the members that scripts and node modules use."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from funcnodes_core import Node, NodeDecorator, NodeInput, NodeOutput, NoValue, io
from funcnodes_core.exceptions import (
    MultipleConnectionsError,
    NodeConnectionError,
    NodeNotFoundError,
)
from funcnodes_core.nodespace import NodeSpace, PlaceHolderNode


@NodeDecorator("ports.show", name="Show")
def Show(x: int, mode: Literal["a", "b"] | None = None) -> int:
    return x


class Callbacks(Node):
    """Its input tells what it is given."""

    node_id = "ports.callbacks"
    seen: list[tuple[bool, Any]] = []
    x = NodeInput(
        default=1,
        on={"after_set_value": lambda src, result: Callbacks.seen.append((src.node is None, result))},
    )

    async def func(self, x: int) -> None: ...


def test_an_id_is_made_up_and_names_default_to_it() -> None:
    port, named = NodeInput(), NodeInput(uuid="a", type=int)

    assert port.id.startswith("_")
    assert port.name == port.uuid == port.id
    assert (named.id, named.uuid, named.name) == ("a", "a", "a")


def test_value_and_is_input_are_taken_and_ignored_other_words_are_not() -> None:
    assert NodeInput(value=3, is_input=False).value is NoValue
    assert NodeInput(value=3, is_input=False).is_input()
    with pytest.raises(TypeError):
        NodeInput(nonsense=1)
    with pytest.raises(TypeError):
        NodeOutput(nonsense=1)


def test_defaults_of_inputs_and_outputs() -> None:
    inp, out = NodeInput(id="i"), NodeOutput(id="o")

    assert (inp.does_trigger, inp.required, inp.allow_multiple) == (True, True, False)
    assert out.allow_multiple


def test_a_type_that_is_not_there_is_kept_as_it_is_written() -> None:
    assert NodeInput(type="no_such_module.Type")._sertype == "no_such_module.Type"


def test_setting_no_value_as_default_brings_back_that_of_the_class() -> None:
    port = Show().inputs["mode"]
    port.default = "b"
    assert port.value == "b"

    port.default = NoValue

    assert port.value is port.class_default is None


def test_a_default_can_be_made_when_it_is_asked_for() -> None:
    port = NodeInput(id="late", default=NodeInput.DefaultFactory(lambda port: port.id.upper()))

    assert port.value == "LATE"


def test_less_than_sets_the_value_and_greater_connects() -> None:
    first, second = Show(), Show()

    assert first.inputs["x"] < 3
    assert first.outputs["out"] > second.inputs["x"]

    assert first.inputs["x"].value == 3
    assert second.inputs["x"].is_connected()
    assert second.inputs["x"].connections == [first.outputs["out"]]


def test_connecting_gives_the_edge_and_either_end_may_begin() -> None:
    first, second = Show(uuid="f"), Show(uuid="s")

    assert second.inputs["x"].connect(first.outputs["out"]) == ["f", "out", "s", "x"]
    assert first.outputs["out"].connect(second.inputs["x"]) is None, "the same pair again is nothing new"
    assert len(first.outputs["out"].connections) == 1


def test_connecting_shows_a_hidden_port_and_hands_on_the_value() -> None:
    first, second = Show(), Show()
    second.inputs["x"].hidden = True
    first.outputs["out"].value = 7

    first.outputs["out"].c(second.inputs["x"])

    assert not second.inputs["x"].hidden
    assert second.inputs["x"].value == 7


def test_a_taken_input_is_refused_unless_replaced() -> None:
    first, other, second = Show(), Show(), Show()
    first.outputs["out"].connect(second.inputs["x"])

    with pytest.raises(MultipleConnectionsError):
        other.outputs["out"].connect(second.inputs["x"])
    with pytest.raises(NodeConnectionError):
        other.outputs["out"].connect(first.outputs["out"])
    other.outputs["out"].connect(second.inputs["x"], replace=True)

    assert second.inputs["x"].connections == [other.outputs["out"]]


def test_disconnecting_the_last_wire_brings_the_default_back() -> None:
    first, second = Show(), Show()
    first.outputs["out"].connect(second.inputs["mode"], check=False)
    first.outputs["out"].value = "b"

    second.inputs["mode"].d()

    assert second.inputs["mode"].value is None
    assert not second.inputs["mode"].is_connected()


def test_an_input_mirrors_another() -> None:
    first, second = Show(), Show()

    second.inputs["x"].forwards_from(first.inputs["x"])
    first.inputs["x"].value = 9

    assert second.inputs["x"].value == 9
    assert first.inputs["x"].get_forward_connections() == [second.inputs["x"]]
    first.inputs["x"].unforward(second.inputs["x"])
    assert first.inputs["x"].get_forward_connections() == []


def test_whether_a_connection_is_allowed_can_be_asked() -> None:
    first, second = Show(), Show()

    assert io.raise_allow_connections(first.outputs["out"], second.inputs["x"]) is True
    first.outputs["out"].connect(second.inputs["x"])
    with pytest.raises(MultipleConnectionsError):
        io.raise_allow_connections(Show().outputs["out"], second.inputs["x"])
    with pytest.raises(NodeConnectionError):
        io.raise_allow_connections(first.outputs["out"], second.outputs["out"])


def test_options_come_from_the_type_and_are_laid_over() -> None:
    node = Show()

    assert node.inputs["x"].value_options == {"step": 1}
    assert node.inputs["mode"].value_options["options"] == io.EnumOf(
        type="enum", values=["a", "b"], keys=["a", "b"], nullable=True
    )
    assert node.inputs["x"].update_value_options(min=0) == {"step": 1, "min": 0}
    node.inputs["x"].value_options = {"options": [1, 2]}
    assert node.inputs["x"].value_options == {"step": 1, "options": [1, 2]}
    assert node.inputs["x"].update_value_options(options=None)["options"] is None


def test_callbacks_are_called_twice_while_a_node_is_made() -> None:
    Callbacks.seen.clear()

    Callbacks()

    assert Callbacks.seen == [(True, 1), (False, 1)]


def test_what_a_callback_raises_reaches_the_caller_and_nothing_is_asked() -> None:
    node = Show()

    def refuse(src: Any, result: Any) -> None:
        raise LookupError("no")

    node.inputs["x"].on("after_set_value", refuse)

    with pytest.raises(LookupError):
        node.inputs["x"].value = 1

    assert not node.status()["requests_trigger"]
    assert node.inputs["x"].value == 1


def test_a_port_that_keeps_silent_tells_nobody() -> None:
    port, seen = NodeInput(id="x", emit_value_set=False), []
    port.on("after_set_value", lambda src, result: seen.append(result))

    port.value = 1

    assert seen == []


def test_a_port_takes_further_attributes() -> None:
    port = Show().inputs["x"]

    port.default_value = 3

    assert port.default_value == 3


def test_the_class_side_and_the_whole_of_a_port() -> None:
    port = Show().inputs["x"]

    assert port.serialize_class() == {"type": "int", "description": None, "uuid": "x"}
    whole = port.to_dict()
    assert whole == port.serialize(drop=False)
    assert {
        "id": "x",
        "uuid": "x",
        "name": "x",
        "type": "int",
        "is_input": True,
        "required": True,
        "does_trigger": True,
        "hidden": False,
        "allow_multiple": False,
        "value_options": {"step": 1},
        "description": None,
    }.items() <= whole.items()
    assert "on" not in whole
    assert "on" in port.to_dict(include_on=True)


def test_a_path_of_values_is_there_once_a_value_is() -> None:
    node = Show()
    assert node.inputs["x"].datapath is None
    assert node.outputs["out"].datapath is None

    node.inputs["x"].set_value(1, does_trigger=False)
    node.outputs["out"].value = 1

    assert node.inputs["x"].datapath.done()
    assert node.outputs["out"].datapath.done()


def test_properties_of_a_graph_are_json_and_some_are_secret() -> None:
    space = NodeSpace()
    space.set_property("shown", {"a": 1})
    space.set_secret_property("files_dir", "/somewhere")

    assert space.get_property("shown") == {"a": 1}
    assert space.get_property("files_dir") == "/somewhere"
    assert space.get_property("nothing") is None
    assert space.serialize()["prop"] == {"shown": {"a": 1}}
    with pytest.raises(ValueError, match="JSON"):
        space.set_property("no", object())
    space.remove_property("shown")
    assert space.get_property("shown") is None


def test_a_graph_refuses_a_known_uuid_and_names_an_unknown_one() -> None:
    space = NodeSpace()
    node = space.add_node_instance(Show(uuid="one"))

    with pytest.raises(ValueError, match="one"):
        space.add_node_instance(Show(uuid="one"))
    with pytest.raises(NodeNotFoundError):
        space.get_node_by_id("two")
    assert space.get_node_by_id("one") is node


def test_nodes_of_unknown_classes_keep_their_data() -> None:
    saved = {
        "id": "p",
        "name": "lost",
        "node_id": "no.such",
        "node_name": "Lost",
        "io": {},
        "properties": {"k": 1},
    }
    space = NodeSpace()

    space.deserialize({"nodes": [saved], "edges": [], "prop": {}})

    assert isinstance(space.get_node_by_id("p"), PlaceHolderNode)
    assert saved.items() <= space.serialize()["nodes"][0].items()


@pytest.mark.anyio
async def test_an_error_in_a_graph_is_an_event() -> None:
    @NodeDecorator("ports.fails")
    def fails(x: int) -> int:
        raise ArithmeticError("as it must")

    space, seen = NodeSpace(), []
    node = space.add_node_instance(fails())
    space.on("node_trigger_error", lambda src, **data: seen.append(data))
    node.inputs["x"].value = 1

    await node

    assert len(seen) == 1
    assert set(seen[0]) == {"node", "error", "tb"}
    assert str(seen[0]["error"]) == "as it must"
