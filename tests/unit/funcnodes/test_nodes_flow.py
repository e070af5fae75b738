"""Branches and loops: what runs, how often, with which values."""

from __future__ import annotations

from typing import Any

import pytest

from funcnodes.nodes import flow as _flow  # noqa: F401 - registers the nodes
from funcnodes_core import Node, NodeDecorator, NodeSpace, NoValue

pytestmark = pytest.mark.anyio

calls: list[Any] = []


@NodeDecorator("test.flow.double")
def double(value: int) -> int:
    """Doubles, and writes down that it ran."""
    calls.append(value)
    return 2 * value


@NodeDecorator("test.flow.pair")
def pair(a: int, b: int) -> list[int]:
    """A pair, and a note that it ran."""
    calls.append((a, b))
    return [a, b]


@NodeDecorator("test.flow.is_even")
def is_even(value: int) -> bool:
    """Whether a number is even."""
    return value % 2 == 0


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    calls.clear()


def add(space: NodeSpace, node_id: str) -> Node:
    return space.add_node_by_id(node_id, trigger_on_create=False)


def wire(src: Node, output: str, dst: Node, name: str) -> None:
    src.outputs[output].connect(dst.inputs[name])


async def settle(space: NodeSpace) -> None:
    await space.await_done()
    failed = [node.last_error for node in space.nodes if node.last_error is not None]
    assert not failed, failed[0].traceback


@pytest.mark.parametrize(("condition", "taken"), [(True, "on_true"), (False, "on_false")])
async def test_if_sends_one_way_and_empties_the_other(space: NodeSpace, condition: bool, taken: str) -> None:
    branch = add(space, "funcnodes.if")
    ends = {name: space.add_node_instance(double()) for name in ("on_true", "on_false")}
    for name, end in ends.items():
        wire(branch, name, end, "value")

    branch.inputs["value"].set_value(4)
    branch.inputs["condition"].set_value(condition)
    await settle(space)

    assert calls == [4]
    assert ends[taken].outputs["out"].value == 8
    assert branch.outputs["on_false" if condition else "on_true"].value is NoValue


async def test_a_closed_gate_keeps_the_last_value(space: NodeSpace) -> None:
    gate, end = add(space, "funcnodes.gate"), space.add_node_instance(double())
    wire(gate, "out", end, "value")

    gate.inputs["value"].set_value(1)
    await settle(space)
    gate.inputs["is_open"].set_value(False)
    await settle(space)
    gate.inputs["value"].set_value(2)
    await settle(space)

    assert calls == [1]
    assert end.outputs["out"].value == 2


async def test_switch_refuses_a_case_that_is_not_there(space: NodeSpace) -> None:
    node = add(space, "funcnodes.switch")

    node.inputs["value"].set_value(1)
    node.inputs["case"].set_value(9)
    await node

    assert node.last_error is not None
    assert "no case 9" in node.last_error.error


@pytest.mark.parametrize("collect_first", [True, False])
async def test_for_runs_its_body_once_an_item_and_collects_in_order(
    space: NodeSpace, collect_first: bool
) -> None:
    loop, body = add(space, "funcnodes.for"), space.add_node_instance(double())
    wires = [(body, "out", loop, "collect"), (loop, "item", body, "value")]
    for src, output, dst, name in wires if collect_first else reversed(wires):
        wire(src, output, dst, name)

    loop.inputs["items"].set_value([1, 2, 3])
    await settle(space)

    assert calls == [1, 2, 3]
    assert loop.outputs["done"].value == [2, 4, 6]
    assert loop.run_count == 1


@pytest.mark.parametrize("swapped", [False, True])
async def test_a_diamond_in_the_body_joins_once_an_item(space: NodeSpace, swapped: bool) -> None:
    loop, long_way, join = (
        add(space, "funcnodes.for"), space.add_node_instance(double()), space.add_node_instance(pair()),
    )  # fmt: skip
    wires = [(loop, "item", join, "a"), (loop, "item", long_way, "value"), (long_way, "out", join, "b")]
    for src, output, dst, name in reversed(wires) if swapped else wires:
        wire(src, output, dst, name)
    wire(join, "out", loop, "collect")

    loop.inputs["items"].set_value([1, 2])
    await settle(space)

    assert [call for call in calls if isinstance(call, tuple)] == [(1, 2), (2, 4)]
    assert loop.outputs["done"].value == [[1, 2], [2, 4]]


async def test_an_if_in_the_body_filters(space: NodeSpace) -> None:
    loop, test, branch = (
        add(space, "funcnodes.for"),
        space.add_node_instance(is_even()),
        add(space, "funcnodes.if"),
    )
    wire(loop, "item", test, "value")
    wire(loop, "item", branch, "value")
    wire(test, "out", branch, "condition")
    wire(branch, "on_true", loop, "collect")

    loop.inputs["items"].set_value([1, 2, 3, 4])
    await settle(space)

    assert loop.outputs["done"].value == [2, 4]


async def test_loops_nest(space: NodeSpace) -> None:
    outer, inner, body = (
        add(space, "funcnodes.for"),
        add(space, "funcnodes.for"),
        space.add_node_instance(double()),
    )
    wire(outer, "item", inner, "items")
    wire(inner, "item", body, "value")
    wire(body, "out", inner, "collect")
    wire(inner, "done", outer, "collect")

    outer.inputs["items"].set_value([[1, 2], [3], []])
    await settle(space)

    assert outer.outputs["done"].value == [[2, 4], [6], []]


async def test_what_follows_done_runs_once_after_the_loop(space: NodeSpace) -> None:
    loop, body, count = (
        add(space, "funcnodes.for"), space.add_node_instance(double()), add(space, "funcnodes.list_length"),
    )  # fmt: skip
    wire(loop, "item", body, "value")
    wire(body, "out", loop, "collect")
    wire(loop, "done", count, "items")

    loop.inputs["items"].set_value([5, 6])
    await settle(space)

    assert count.outputs["out"].value == 2
    assert count.run_count == 1


async def test_an_empty_list_is_done_at_once(space: NodeSpace) -> None:
    loop = add(space, "funcnodes.for")

    loop.inputs["items"].set_value([])
    await settle(space)

    assert loop.outputs["done"].value == []
    assert loop.outputs["item"].value is NoValue


async def test_while_goes_round_until_the_body_says_stop(space: NodeSpace) -> None:
    loop, body, test = (
        add(space, "funcnodes.while"),
        space.add_node_instance(double()),
        add(space, "funcnodes.compare"),
    )
    wire(loop, "value", body, "value")
    wire(body, "out", loop, "next")
    wire(body, "out", test, "a")
    wire(test, "out", loop, "again")
    test.inputs["operator"].set_value("<")
    test.inputs["b"].set_value(100)

    loop.inputs["start"].set_value(3)
    await settle(space)

    assert calls == [3, 6, 12, 24, 48, 96]
    assert loop.outputs["done"].value == 192


async def test_a_while_that_does_not_end_is_an_error(space: NodeSpace) -> None:
    loop, body, always = (
        add(space, "funcnodes.while"),
        space.add_node_instance(double()),
        add(space, "funcnodes.compare"),
    )
    wire(loop, "value", body, "value")
    wire(body, "out", always, "a")
    wire(always, "out", loop, "again")
    always.inputs["operator"].set_value("!=")
    loop.inputs["limit"].set_value(5)

    loop.inputs["start"].set_value(1)
    await space.await_done()

    assert loop.last_error is not None
    assert "within 5 rounds" in loop.last_error.error
    assert len(calls) == 5
