"""Nodes have the members that scripts and node modules use."""

from __future__ import annotations

import enum
import time
from typing import Any

import pytest
from engine_nodes import Slow, open_gate, turns

from funcnodes_core import (
    Node,
    NodeDecorator,
    NodeInput,
    NodeOutput,
    NodeSpace,
    NoValue,
    get_deep_connected_nodeset,
)
from funcnodes_core.exceptions import InTriggerError, IONotFoundError, NodeReadyError


@NodeDecorator("members.halve", name="Halve", outputs=[{"name": "half"}])
def Halve(x: float, scale: int = 2) -> float:
    """Half of a number.

    Longer text.
    """
    return x / scale


@NodeDecorator("members.both", name="Both")
def Both(x: int) -> tuple[int, str]:
    return x, str(x)


def test_ports_are_found_by_id() -> None:
    node = Halve()

    assert node["x"] is node.get_input("x") is node.inputs["x"] is node.i["x"]
    assert (
        node.get_output("half") is node.outputs["half"] is node.o["half"] is node.get_input_or_output("half")
    )
    for find in (node.get_input, node.get_output, node.get_input_or_output):
        with pytest.raises(IONotFoundError):
            find("y")
    with pytest.raises(KeyError):
        node["y"]


def test_setting_an_item_sets_the_value() -> None:
    node = Halve()

    node["x"] = 4

    assert node.inputs["x"].value == 4


def test_ports_have_the_order_of_definition_and_the_trigger_ports_come_last() -> None:
    node = Halve()

    assert list(node.inputs) == ["x", "scale", "_triggerinput"]
    assert list(node.outputs) == ["half", "_triggeroutput"]
    trigger, beat = node.inputs["_triggerinput"], node.outputs["_triggeroutput"]
    assert (trigger.name, trigger.value, trigger.required, trigger.hidden) == ("( )", None, False, True)
    assert (beat.name, beat.hidden) == ("➡", True)


def test_the_template_of_the_class_stays_what_instances_do_not_have() -> None:
    node = Slow()

    assert node.x is Slow.x
    assert node.inputs["x"] is not Slow.x
    assert Halve.input_x.name == "x"
    assert Halve.output_half.name == "half"


def test_names_and_ids() -> None:
    node = Halve(uuid="u1")

    assert (node.uuid, node.name) == (
        "u1",
        "HalveNode(u1)" if type(node).__name__ == "HalveNode" else node.name,
    )
    assert node.name == f"{type(node).__name__}(u1)"
    assert node.inputs["x"].full_id == "u1__x"
    node.name = "mine"
    assert node.name == "mine"


def test_an_unnamed_class_has_its_own_name_and_no_id_is_an_error() -> None:
    assert Slow.node_name == "Slow"

    with pytest.raises(AttributeError):
        type("NoId", (Node,), {"func": Slow.func})


@pytest.mark.parametrize("name", ["name", "progress", "triggerstack", "trigger", "nodespace"])
def test_names_that_the_engine_needs_are_refused(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        type("Taken", (Node,), {"node_id": f"members.taken.{name}", "func": Slow.func, name: NodeInput()})


def test_a_port_whose_id_is_taken_gets_a_stroke() -> None:
    @NodeDecorator("members.fix", outputs=[{"name": "out"}])
    def fix(x: float, out: Any = None) -> float:
        return x

    node = fix()

    assert list(node.inputs)[:2] == ["x", "out"]
    assert next(iter(node.outputs)) == "out_"


def test_ports_can_be_added_and_removed() -> None:
    node = Halve()
    more, result = NodeInput(id="more", required=False), NodeOutput(id="result")

    node.add_input(more)
    node.add_output(result)

    assert node.inputs["more"] is more
    assert more.node is node
    node.remove_input(more)
    node.remove_output(result)
    assert "more" not in node.inputs
    assert "result" not in node.outputs


def test_status_says_what_is_missing() -> None:
    node = Halve()

    status = node.status()

    assert status["ready"] is node.ready() is node.inputs_ready() is False
    assert status["ready_state"] == node.ready_state()
    assert node.ready_state()["inputs"]["x"] == {"node": True, "value": False}
    assert status["inputs"]["x"] == {
        "required": True,
        "has_value": False,
        "has_node": True,
        "ready": False,
        "connected": False,
    }
    assert status["inputs"]["scale"]["has_value"], "a default counts"
    assert not status["in_trigger"]
    assert not status["requests_trigger"]


def test_a_request_without_a_loop_is_remembered() -> None:
    node = Halve()

    node["x"] = 1.0

    assert node.status()["requests_trigger"]


@pytest.mark.anyio
async def test_trigger_returns_what_the_run_returned() -> None:
    node = Halve()
    node.inputs["x"].set_value(3.0, does_trigger=False)

    stack = node.trigger()

    assert node.triggerstack is stack
    assert await stack == [1.5]
    assert node.triggerstack is None


@pytest.mark.anyio
async def test_trigger_while_running_is_refused() -> None:
    node = Slow()
    node["x"] = 1
    await turns()

    with pytest.raises(InTriggerError):
        node.trigger()

    assert node.in_trigger_soon
    assert node.is_working
    await open_gate(node)
    await node.await_until_complete()
    assert node.outputs["out"].value == 2


@pytest.mark.anyio
async def test_a_run_leaves_its_time_on_a_trigger_output_that_somebody_hears() -> None:
    node, heard, before = Halve(), [], time.time()
    node.outputs["_triggeroutput"].on("after_set_value", lambda src, result: heard.append(result))
    node["x"] = 1.0

    await node

    assert before <= node.outputs["_triggeroutput"].value <= time.time()
    assert heard == [node.outputs["_triggeroutput"].value]


@pytest.mark.anyio
@pytest.mark.parametrize("call", ["initialize_and_call", "inti_call"])
async def test_a_class_can_be_called(call: str) -> None:
    assert await getattr(Halve, call)(x=3.0) == 1.5
    assert await getattr(Both, call)(x=3) == (3, "3")
    as_dict = await getattr(Both, call)(return_dict=True, x=3)
    assert set(as_dict) == {"out0", "out1", "_triggeroutput"}
    with pytest.raises(NodeReadyError):
        await getattr(Halve, call)()
    assert await getattr(Both, call)(raise_ready=False) in ((NoValue, NoValue), None)


@pytest.mark.anyio
async def test_events_carry_the_port_and_the_result() -> None:
    node, seen = Halve(), []
    node.on("*", lambda event, src, **data: seen.append((event, src is node, data.get("io"))))
    node["x"] = 1.0

    await node

    names = [event for event, _, _ in seen]
    assert seen[0] == ("after_set_value", True, "x")
    told = (
        *("before_request_trigger", "after_request_trigger"),
        *("before_trigger", "triggerstart", "after_trigger", "triggerdone"),
    )
    assert [name for name in names if name in told] == list(told)
    assert ("after_set_value", True, "half") in seen


def test_the_space_is_set_before_it_is_announced() -> None:
    node, space, seen = Halve(), NodeSpace(), []
    node.on("after_set_nodespace", lambda src, result: seen.append((src.nodespace, result)))

    space.add_node_instance(node)

    assert len(seen) == 1
    assert seen[0][0] is space


def test_everything_downstream_is_found() -> None:
    first, second, third = Halve(), Halve(), Halve()
    first.outputs["half"].connect(second.inputs["x"])
    second.outputs["half"].connect(third.inputs["x"])

    assert get_deep_connected_nodeset(first) == {first, second, third}


def test_a_node_goes_into_a_dict_and_back() -> None:
    node = Halve(uuid="u", properties={"pos": [1, 2]}, reset_inputs_on_trigger=True)
    node.name = "mine"
    node["x"] = 5.0
    node.inputs["scale"].hidden = True

    saved = node.serialize()
    other = Halve(uuid="u")
    other.deserialize(saved)

    assert {key: saved[key] for key in ("name", "id", "node_id", "node_name")} == {
        "name": "mine",
        "id": "u",
        "node_id": "members.halve",
        "node_name": "Halve",
    }
    assert saved["reset_inputs_on_trigger"] is True
    assert saved["properties"] == {"pos": [1, 2]}
    assert saved["io"]["x"]["value"] == 5.0
    assert saved["io"]["scale"]["hidden"] is True
    assert other.serialize() == saved


def test_the_full_form_has_ports_order_and_status() -> None:
    full = Halve(uuid="u").full_serialize(with_io_values=True)

    assert full["io_order"][:2] == ["x", "scale"]
    assert full["io"]["scale"]["value"] == 2
    assert full["io"]["x"]["connected"] is False
    assert full["status"]["ready"] is False
    assert full["in_trigger"] is False


def test_the_class_goes_into_a_dict() -> None:
    described = Halve.serialize_cls()

    assert described["node_id"] == "members.halve"
    assert described["node_name"] == "Halve"
    assert described["description"] == Halve.description
    assert [port["uuid"] for port in described["inputs"]] == ["x", "scale"]
    assert [port["uuid"] for port in described["outputs"]] == ["half"]


def test_options_of_a_class_are_laid_over_its_ports() -> None:
    heard: list[Any] = []

    @NodeDecorator(
        "members.options",
        default_io_options={
            "x": {
                "default": 5,
                "value": 3,
                "on": {"after_set_value": lambda src, result: heard.append(result)},
            },
            "no_such_port": {"hidden": True},
            "out": {"hidden": True},
        },
        default_render_options={"io": {"x": {"type": "color"}}, "data": {"src": "out"}},
    )
    def options(x: int = 1) -> int:
        return x

    node, feeder = options(), Both()

    assert node.inputs["x"].value == 5
    assert set(heard) == {5}
    assert node.outputs["out"].hidden
    assert node.inputs["x"].render_options == {"type": "color"}
    assert node.render_options["data"] == {"src": "out"}
    feeder.outputs["out0"].connect(node.inputs["x"])
    node.inputs["x"].disconnect()
    assert node.inputs["x"].value == 1, "the function's own default is back"
    assert options(io_options={"x": {"hidden": True}}).inputs["x"].hidden


def test_an_option_that_ports_do_not_have_is_refused_when_a_node_is_made() -> None:
    @NodeDecorator("members.nonsense", default_io_options={"x": {"nonsense": 1}})
    def nonsense(x: int) -> int:
        return x

    with pytest.raises(TypeError, match="nonsense"):
        nonsense()


def test_defaults_that_are_not_json_are_kept_by_name() -> None:
    class Colour(enum.Enum):
        RED = 1

    @NodeDecorator("members.defaults")
    def defaults(
        colour: Any = Colour.RED,
        call: Any = len,
        some: Any = frozenset({1}),
        none: Any = NoValue,
        pair: Any = (1, 2),
        top: float = float("inf"),
    ) -> None: ...

    values = {io_id: port.value for io_id, port in defaults().inputs.items()}

    assert values["colour"] == "Colour.RED"
    assert values["call"] == "len"
    assert values["some"] == "frozenset({1})"
    assert values["none"] == "<NoValue>"
    assert values["pair"] == (1, 2)
    assert values["top"] == float("inf")
