"""Rules 10 and 22: costs, counted in calls, grow with what is marked and not with the graph."""

import asyncio
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import funcnodes_core
from funcnodes_core import Node, NodeDecorator, NodeSpace, NoValue, run_until_complete, scheduler

pytestmark = pytest.mark.anyio

OURS = str(Path(funcnodes_core.__file__).parent)


@NodeDecorator("test.costs.three")
def three(a: int, b: int = 0, c: int = 0) -> int:
    return a + b + c


@pytest.fixture(autouse=True)
def one_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine too, one drain does it all."""
    monkeypatch.setattr(scheduler, "SLICE_S", 60)


def calls(work: Callable[[], Any]) -> int:
    """How many calls into our files some work makes."""
    count = 0

    def note(frame: FrameType, event: str, _: Any) -> None:
        nonlocal count
        count += event == "call" and frame.f_code.co_filename.startswith(OURS)

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def layers(depth: int) -> list[Node]:
    """Three nodes a layer, each fed by all of the layer above."""
    nodes = [three() for _ in range(3 * depth)]
    for row in range(3, 3 * depth, 3):
        for target in nodes[row : row + 3]:
            for port, source in zip("abc", nodes[row - 3 : row], strict=True):
                source.outputs["out"].connect(target.inputs[port])
    return nodes


def one_wave(nodes: list[Node]) -> int:
    """Calls of one wave through everything."""
    for node in nodes[:3]:
        node.inputs["a"].value = 1
    made = calls(scheduler.scheduler_of(asyncio.get_running_loop())._drain)
    assert not nodes[-1]._live
    return made


async def test_a_wave_costs_in_proportion_to_its_nodes_and_wires() -> None:
    first: list[int] = []
    second: list[int] = []
    for depth, out in ((40, first), (80, second)):
        nodes = layers(depth)
        out += [one_wave(nodes), one_wave(nodes)]  # the first looks for cycles, too

    assert second[0] / first[0] == pytest.approx(2, rel=0.1)
    assert second[1] / first[1] == pytest.approx(2, rel=0.1)
    assert second[1] / 240 < 40


async def test_a_change_costs_nothing_of_what_it_does_not_reach() -> None:
    small, large = layers(10), layers(100)
    one_wave(small)
    one_wave(large)
    found = []
    for nodes in (small, large):
        nodes[-1].inputs["_triggerinput"].value = None
        found.append(calls(scheduler.scheduler_of(asyncio.get_running_loop())._drain))

    assert found[0] == found[1]


async def test_adding_connecting_and_removing_cost_the_same_in_a_large_graph() -> None:
    found = []
    for size in (10, 500):
        space = NodeSpace()
        nodes = [space.add_node_instance(three()) for _ in range(size)]
        for left, right in itertools.pairwise(nodes):
            left.outputs["out"].connect(right.inputs["a"])
        new = three()

        def work(space: NodeSpace = space, new: Node = new, last: Node = nodes[-1]) -> None:
            space.add_node_instance(new)
            last.outputs["out"].connect(new.inputs["a"])
            space.remove_node_instance(new)

        found.append(calls(work))

    assert found[0] == found[1]


async def test_the_drain_hands_the_loop_back_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    ran: list[float] = []

    @NodeDecorator("test.costs.tick")
    def tick(x: int) -> int:
        nonlocal now
        now += 0.002  # each run takes two milliseconds
        ran.append(now)
        return x

    monkeypatch.setattr(scheduler, "SLICE_S", 0.005)
    for module in (scheduler, sys.modules["funcnodes_core.node.run"]):
        monkeypatch.setattr(module, "perf_counter", lambda: now)
    nodes = [tick() for _ in range(30)]
    for left, right in itertools.pairwise(nodes):
        left.outputs["out"].connect(right.inputs["x"])
    nodes[0].inputs["x"].value = 1
    in_a_turn = []
    while nodes[-1].run_count == 0:
        before = len(ran)
        await asyncio.sleep(0)
        in_a_turn.append(len(ran) - before)

    assert max(in_a_turn) == 3  # the one during which five milliseconds are over is the last
    assert sum(in_a_turn) == 30


async def test_a_large_wave_is_marked_in_slices_and_a_change_in_between_finds_it_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nodes = [three() for _ in range(2000)]
    for source, target in itertools.pairwise(nodes):
        source.outputs["out"].connect(target.inputs["a"])
    engine = scheduler.scheduler_of(asyncio.get_running_loop())
    monkeypatch.setattr(scheduler, "SLICE_S", -1)  # each step ends a slice

    nodes[0].inputs["a"].value = 7
    slices = 0
    while not engine.half_marked:
        await asyncio.sleep(0)
        slices += 1
    nodes[1000].outputs["out"].disconnect(nodes[1001].inputs["a"])
    whole = not engine.half_marked
    async with asyncio.timeout(20):
        await run_until_complete(*nodes)

    assert whole
    assert slices > 10  # looking at the nodes came first, and was cut into slices too
    assert nodes[1000].outputs["out"].value == 7
    assert nodes[1001].outputs["out"].value is NoValue
    assert not engine.live
    assert not engine._waiting
