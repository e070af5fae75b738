"""What published node modules rely on in nodes: A1 to A3, A10 to A13, C1 to C5, C8 to C10, C16 of the API page."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any

import pytest

import funcnodes_core as fn
from funcnodes_core.exceptions import IONotFoundError
from funcnodes_core.node import NodeConstants, TriggerStack

pytestmark = pytest.mark.anyio


@fn.NodeDecorator("published.add", outputs=[{"name": "sum"}])
def add(a: int, b: int = 1) -> int:
    """Adds.

    And says so at length.
    """
    return a + b


@fn.NodeDecorator("published.parts", outputs=[{"name": "x"}, {"name": "y"}, {"name": "z"}])
def parts(items: Any) -> tuple[Any, Any]:
    return items


@fn.NodeDecorator("published.fails")
def fails(x: Any) -> Any:
    raise ValueError(f"cannot take {x}")


# -- A1


def test_a_shelf_is_a_dataclass_and_no_sequence() -> None:
    shelf = fn.Shelf(name="s", description="d", nodes=[add, add], subshelves=[])

    shelf.name, shelf.nodes = "other", [parts]

    assert (shelf.name, shelf.nodes) == ("other", [parts])
    with pytest.raises(TypeError):
        shelf[0]  # type: ignore[index]


def test_one_shelf_may_stand_in_several_places() -> None:
    inner = fn.Shelf(name="inner", nodes=[add])
    outer = fn.Shelf(name="outer", subshelves=[inner, fn.Shelf(name="second", subshelves=[inner])])
    library = fn.Library()

    library.add_shelf(outer)

    assert fn.flatten_shelf(outer)[0] == [add, add]
    assert library.find_nodeid("published.add") == [["outer", "inner"], ["outer", "second", "inner"]]


# -- A2


async def test_func_returns_the_raw_result_and_sets_what_fits() -> None:
    node = parts()

    assert await node.func([1, 2, 3, 4]) == [1, 2, 3, 4]
    assert [port.value for port in node.outputs.values()][:3] == [1, 2, 3]
    assert await node.func(["new"]) == ["new"]
    assert [node.outputs[io_id].value for io_id in "xyz"] == ["new", 2, 3]


async def test_outputs_are_set_before_the_run_is_done() -> None:
    node, seen = add(), []
    node.outputs["sum"].on("after_set_value", lambda src, result: seen.append(result))
    node.on("triggerdone", lambda src: seen.append("done"))
    node["a"] = 1

    await node

    assert seen == [2, "done"]


async def test_the_undecorated_function_is_called_on_the_class() -> None:
    assert add.o_func(a=2, b=3) == 5
    assert [param["name"] for param in add.func.ef_funcmeta["input_params"]] == ["a", "b"]
    assert add.description == "Adds."
    assert add.func.__wrapped__ is add.o_func


# -- A3


def test_every_node_has_ports_to_trigger_it_by() -> None:
    node = add()
    into, out = node.inputs["_triggerinput"], node.outputs["_triggeroutput"]

    assert (into.name, into.hidden, into.required, into.default) == ("( )", True, False, None)
    assert (out.name, out.hidden) == ("➡", True)
    assert list(node.inputs) == ["a", "b", "_triggerinput"]
    assert node.i is node.inputs
    assert node.o is node.outputs


def test_a_constructor_may_take_nothing_and_use_its_ports() -> None:
    class Own(fn.Node):
        node_id = "published.own"
        a = fn.NodeInput(type=int, default=1)

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.get_input("a").on("after_set_value", self.heard)
            self.seen: list[Any] = []

        def heard(self, src: fn.NodeIO, result: Any) -> None:
            self.seen.append(result)

        async def func(self, a: int) -> None: ...

    node = Own(uuid="u")
    node["a"] = 5

    assert node.seen == [5]
    with pytest.raises(KeyError, match="'a'"):
        node["nothing"]
    with pytest.raises(IONotFoundError):
        node.get_output("a")


async def test_a_stack_that_is_given_is_given_back() -> None:
    node, stack = add(), TriggerStack()
    node.inputs["a"].set_value(1, does_trigger=False)

    assert node.trigger(triggerstack=stack) is stack
    assert await stack == [2]


async def test_a_request_that_could_not_start_is_started_on_demand() -> None:
    node = add()
    assert not node.trigger_if_requested()
    node.request_trigger()
    node.inputs["a"].set_value(1, does_trigger=False)

    assert node.trigger_if_requested()

    await node.await_until_complete()
    assert node.outputs["sum"].value == 2
    assert not node.trigger_if_requested()


def test_ports_tell_their_node_of_wires_and_options() -> None:
    first, second, told = add(), add(), []
    for node in (first, second):
        node.on("*", lambda event, src, **data: told.append((event, data["io"])) if "io" in data else None)

    first.outputs["sum"].connect(second.inputs["a"])
    first.outputs["sum"].disconnect(second.inputs["a"])
    first.inputs["b"].forward(second.inputs["b"])
    first.inputs["b"].unforward(second.inputs["b"])
    first.inputs["a"].update_value_options(min=1)

    names = [event for event, _ in told if event != "after_set_value"]
    assert names == [
        "before_connect",
        "after_connect",
        "before_disconnect",
        "after_disconnect",
        "before_forward",
        "after_forward",
        "before_unforward",
        "after_unforward",
        "after_update_value_options",
    ]
    assert told[0][1] == "sum"
    assert told[-1] == ("after_update_value_options", "a")


async def test_a_node_whose_last_run_was_fast_says_so_when_it_starts() -> None:
    node, told = add(), []
    for event in ("triggerstart", "triggerfast"):
        node.on(event, lambda src, event=event: told.append(event))
    node["a"] = 1
    await node
    assert told == ["triggerstart"]
    node.last_duration_s = NodeConstants.TRIGGER_SPEED_FAST * 2

    await node
    await node

    assert told == ["triggerstart", "triggerstart", "triggerstart", "triggerfast"]


# -- A10, A11


async def test_an_error_has_the_words_and_the_traceback_of_the_original() -> None:
    node = fails()
    node["x"] = "that"

    with pytest.raises(fn.NodeTriggerError) as caught:
        await fn.run_until_complete(node)

    assert str(caught.value) == "cannot take that"
    assert caught.value.__cause__ is None
    assert caught.traceback[-1].name == "fails"
    assert node.outputs["out"].value is fn.NoValue


def test_everything_below_is_found_along_a_hundred_thousand_mirrors() -> None:
    nodes = [add() for _ in range(100_000)]
    for source, target in pairwise(nodes):
        source.inputs["b"].forward(target.inputs["b"])

    assert fn.get_deep_connected_nodeset(nodes[0]) == set(nodes)
    assert fn.get_deep_connected_nodeset(nodes[-1]) == {nodes[-1]}
    known = {nodes[5]}
    assert nodes[4] in fn.get_deep_connected_nodeset(nodes[3], known)


# -- A12, A13


def test_metadata_are_plain_dicts() -> None:
    meta = fn.InputMeta(description="d", hidden=True)
    out = fn.OutputMeta(name="o")

    out["value_options"] = {"min": 0}

    assert isinstance(meta, Mapping)
    assert (type(meta), type(out)) == (dict, dict)
    assert fn.io.EnumOf(type="enum", values=[1], keys=["one"], nullable=False) == {
        "type": "enum",
        "values": [1],
        "keys": ["one"],
        "nullable": False,
    }


def test_any_dict_in_annotated_counts_and_unknown_keys_do_not() -> None:
    @fn.NodeDecorator("published.annotated")
    def annotated(
        a: Annotated[int, fn.InputMeta(name="A", required=False, hidden=True)],
        b: Annotated[str, {"description": "plain", "nonsense": 1}] = "x",
    ) -> Annotated[int, fn.OutputMeta(name="result", description="what comes out")]:
        return a

    node = annotated()

    assert (node.inputs["a"].name, node.inputs["a"].required, node.inputs["a"].hidden) == ("A", False, True)
    assert node.inputs["b"].description == "plain"
    assert node.outputs["result"].description == "what comes out"


def test_the_core_is_imported_from_its_decorator_module() -> None:
    from funcnodes_core.decorator import fn as core

    assert core is fn


# -- C3, C5, C16


class Notes:
    """A callback that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def __call__(self, src: fn.NodeIO, result: Any) -> None:
        self.heard.append(result)


MINE, SHARED = Notes(), Notes()


@fn.NodeDecorator("published.copied")
def copied(a: Annotated[int, fn.InputMeta(on={"after_set_value": MINE})] = 0) -> None: ...


@fn.NodeDecorator("published.shared", default_io_options={"a": {"on": {"after_set_value": SHARED}}})
def replaced(a: Annotated[int, fn.InputMeta(on={"after_set_value": MINE})] = 0) -> None: ...


def test_callbacks_of_annotations_are_copied_and_those_of_options_are_shared() -> None:
    copied().inputs["a"].value = 1
    replaced().inputs["a"].value = 2

    assert MINE.heard == []
    assert SHARED.heard[-1] == 2


def test_options_of_an_instance_win_over_those_of_its_class() -> None:
    @fn.NodeDecorator(
        "published.options",
        default_io_options={"a": {"hidden": True, "value_options": {"min": 0, "max": 9}}},
        default_render_options={"data": {"src": "out", "type": "image"}, "io": {"a": {"type": "color"}}},
    )
    def options(a: int) -> int:
        return a

    given: dict[str, Any] = {"data": {"src": "a"}, "io": {"a": {"set_default": False}}}
    node = options(io_options={"a": {"hidden": False}}, render_options=given)

    assert not node.inputs["a"].hidden
    assert node.inputs["a"].value_options == {"step": 1, "min": 0, "max": 9}
    assert node.inputs["a"].render_options == {"type": "color", "set_default": False}
    assert node.render_options is given
    assert given["data"] == {"src": "a", "type": "image"}
    assert options().inputs["a"].hidden


def test_a_callback_runs_before_the_run_is_asked_for() -> None:
    node, seen = add(), []
    node.inputs["a"].on(
        "after_set_value", lambda src, result: seen.append(src.node.status()["requests_trigger"])
    )

    node.inputs["a"].value = 1

    assert seen == [False]
    assert node.status()["requests_trigger"]


async def test_no_value_on_an_output_resets_what_it_feeds() -> None:
    first, second = add(), add()
    first.outputs["sum"].connect(second.inputs["b"])
    first.outputs["sum"].value = 7
    assert second.inputs["b"].value == 7

    first.outputs["sum"].value = fn.NoValue

    assert second.inputs["b"].value == second.inputs["b"].default == 1


def test_no_value_stands_in_lists_of_options() -> None:
    assert [fn.NoValue, "a"] == [fn.NoValue, "a"]
    assert fn.NoValue != "<NoValue>"
    assert bool(fn.NoValue)
    assert f"{fn.NoValue}" == repr(fn.NoValue) == "<NoValue>"


# -- C8, C9


def test_status_has_the_shape_that_clients_know() -> None:
    node = add()

    status = node.status()

    assert set(status) == {"ready", "ready_state", "in_trigger", "requests_trigger", "inputs", "outputs"}
    assert status["ready_state"]["inputs"]["a"] == {"node": True, "value": False}
    assert set(status["inputs"]["a"]) == {"required", "has_value", "has_node", "ready", "connected"}
    assert status["inputs"]["b"]["has_value"], "a default counts as a value"
    assert not status["ready"]
    node["a"] = 1
    assert node.inputs_ready()
    assert node.ready_state()["inputs"]["a"]["value"]


async def test_a_run_that_fails_keeps_the_old_outputs() -> None:
    @fn.NodeDecorator("published.sometimes")
    def sometimes(x: int) -> int:
        return 10 // x

    node = sometimes()
    node["x"] = 2
    await node
    node["x"] = 0

    with pytest.raises(fn.NodeTriggerError):
        await node

    assert node.outputs["out"].value == 5
    await node.await_until_complete()  # the error was delivered, once


# -- C10


async def test_progress_is_a_tqdm_object_that_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tqdm = pytest.importorskip("tqdm").tqdm
    node, infos = add(), []
    node.on("progress", lambda src, info: infos.append(info))

    with node.progress(total=10, desc="load", unit="B", unit_scale=True, initial=2, mininterval=0) as bar:
        bar.update(3)
        bar.set_description("loading")
        bar.set_postfix_str("soon")
        bar.refresh()
        n = bar.n
        bar.reset()
    steps = list(node.progress([1, 2, 3]))

    assert isinstance(bar, tqdm)
    assert (n, bar.n, bar.total) == (5, 5, 10)
    assert steps == [1, 2, 3]
    assert infos[0]["n"] == 2
    assert infos[0]["unit"] == "B"
    assert infos[-1]["n"] == 3
    assert any(info["prefix"].startswith("loading") for info in infos)
    assert capsys.readouterr() == ("", "")


async def test_the_time_of_a_run_is_in_the_answer_of_a_call() -> None:
    before = time.time()

    answer = await add.inti_call(return_dict=True, a=1, b=2)

    assert answer["sum"] == 3
    assert before <= answer["_triggeroutput"] <= time.time()
