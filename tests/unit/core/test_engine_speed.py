"""Rules 21 to 24, 3: counts, not times: what one set costs, and that nothing recurses."""

import asyncio
import itertools
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from engine_nodes import at_rest, inc, runs, turns, wire

import funcnodes_core
from funcnodes_core import NodeDecorator, NodeSpace, scheduler
from funcnodes_core.node.base import Node

pytestmark = pytest.mark.anyio

OURS = str(Path(funcnodes_core.__file__).parent)


@NodeDecorator("test.engine.speed.step")
def step(x: int) -> int:
    return x + 1


def chain(length: int) -> list[Node]:
    nodes = [step() for _ in range(length)]
    for left, right in itertools.pairwise(nodes):
        left.outputs["out"].connect(right.inputs["x"])
    return nodes


async def test_one_set_on_a_chain_of_two_makes_four_value_events() -> None:
    space = NodeSpace()
    for node in chain(2):
        space.add_node_instance(node)
    first, second = space.nodes
    first.inputs["x"].value = 1
    await space.await_done()
    heard: list[Any] = []
    space.on("after_set_value", lambda src, node, io, result: heard.append((node, io, result)))

    first.inputs["x"].value = 5
    await space.await_done()

    assert [event for event in heard if event[1] != "_triggeroutput"] == [
        (first, "x", 5), (first, "out", 6), (second, "x", 6), (second, "out", 7),
    ]  # fmt: skip
    assert len(heard) == 4


@pytest.fixture
def one_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine too, one drain does it all."""
    monkeypatch.setattr(scheduler, "SLICE_S", 60)


@pytest.mark.usefixtures("one_slice")
async def test_one_set_on_a_chain_of_two_makes_at_most_sixty_calls() -> None:
    first, second = chain(2)
    first.inputs["x"].value = 1
    await turns()
    calls = 0

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename.startswith(OURS)

    sys.setprofile(count)
    try:
        first.inputs["x"].value = 5
        await turns(2)
    finally:
        sys.setprofile(None)

    assert second.outputs["out"].value == 7
    assert not second._live
    assert 0 < calls <= 60


@pytest.mark.usefixtures("one_slice")
async def test_a_synchronous_node_makes_no_task_and_takes_no_hop() -> None:
    nodes = chain(50)
    nodes[0].inputs["x"].value = 0
    await turns()
    before = asyncio.all_tasks()

    nodes[0].inputs["x"].value = 10
    await asyncio.sleep(0)

    assert nodes[-1].outputs["out"].value == 60
    assert asyncio.all_tasks() == before


async def test_a_replaced_func_is_called_and_the_old_one_again_after() -> None:
    node = step()
    cls, old = type(node), type(node).func
    node.inputs["x"].value = 1
    await node
    called: list[Any] = []

    async def other(self: Any, **kwargs: Any) -> Any:
        called.append(kwargs)
        return await old(self, **kwargs)

    cls.func = other  # type: ignore[method-assign]
    try:
        node.inputs["x"].value = 2
        await node
    finally:
        cls.func = old  # type: ignore[method-assign]
    assert node.outputs["out"].value == 3
    node.inputs["x"].value = 3
    await node

    assert called == [{"x": 2}]
    assert node.outputs["out"].value == 4


async def test_an_event_that_nobody_hears_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = chain(3)
    made: list[Any] = []
    monkeypatch.setattr(Node, "emit", lambda *args: made.append(args))

    nodes[0].inputs["x"].value = 1
    await turns()

    assert made == []
    assert nodes[-1].outputs["out"].value == 4
    assert nodes[0].outputs["_triggeroutput"].value is funcnodes_core.NoValue


async def test_a_long_chain_hands_the_loop_back_meanwhile() -> None:
    nodes = chain(5_000)
    nodes[0].inputs["x"].value = 0
    turned = 0

    while nodes[-1].run_count == 0:
        turned += 1
        await asyncio.sleep(0)

    assert turned > 2
    assert nodes[-1].outputs["out"].value == 5_000


async def test_a_fan_out_of_ten_thousand_runs_each_once() -> None:
    source = step()
    targets = [inc() for _ in range(10_000)]
    for target in targets:
        source.outputs["out"].connect(target.inputs["x"])

    source.inputs["x"].value = 1
    while source._live or any(target._live for target in targets[-5:]):
        await asyncio.sleep(0)
    await targets[-1].await_until_complete()

    assert all(runs(target) == [2] for target in targets)
    at_rest([source, *targets])


@pytest.mark.slow
async def test_a_chain_of_a_hundred_thousand_nodes_neither_recurses_nor_holds_on() -> None:
    nodes = chain(100_000)

    nodes[0].inputs["x"].value = 0
    async with asyncio.timeout(50):
        await nodes[-1]

    assert nodes[-1].outputs["out"].value == 100_000
    assert nodes[-1].run_count == 1
    at_rest([nodes[0], nodes[50_000], nodes[-1]])


async def test_class_data_is_made_once_per_class() -> None:
    one, two = step(), step()

    assert one.inputs["x"]._spec is two.inputs["x"]._spec
    assert one.inputs["x"].type_spec is two.inputs["x"].type_spec
    wire(one, two)
