"""What a run costs: figures that are reported (`make bench`) and asserted at five times their size.

Growth and counts are asserted as they are: they do not depend on the machine.
"""

from __future__ import annotations

import asyncio
import math
import statistics
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from types import FrameType

import pytest

import funcnodes_core as fn

pytestmark = pytest.mark.anyio

TARGET_US_PER_NODE = 15.0
SLACK = 5.0
MOST_CALLS = 60
LINEAR = 1.35  # a fit over a decade on a busy machine; anything quadratic is near 2


@fn.NodeDecorator("bench.increment")
def increment(x: int) -> int:
    """Adds one."""
    return x + 1


def chain(length: int) -> list[fn.Node]:
    """Nodes in a row, each fed by the one before."""
    nodes: list[fn.Node] = [increment() for _ in range(length)]
    for before, after in pairwise(nodes):
        before.outputs["out"].connect(after.inputs["x"])
    return nodes


def fan(width: int) -> list[fn.Node]:
    """One node that feeds many."""
    nodes: list[fn.Node] = [increment() for _ in range(width + 1)]
    for node in nodes[1:]:
        nodes[0].outputs["out"].connect(node.inputs["x"])
    return nodes


async def settle_s(nodes: list[fn.Node], rounds: int = 5) -> float:
    """Median time from a set of the first node's input until all nodes are at rest."""
    times = []
    for number in range(rounds):
        begin = time.perf_counter()
        nodes[0].inputs["x"].set_value(number)
        await fn.run_until_complete(*nodes)
        times.append(time.perf_counter() - begin)
    assert nodes[-1].outputs["out"].value is not fn.NoValue
    return statistics.median(times)


async def exponent(make: Callable[[int], list[fn.Node]], small: int, large: int) -> float:
    """The power of the size with which the time to settle grows; the best of three tries."""
    tries = []
    for _ in range(3):
        first, second = await settle_s(make(small)), await settle_s(make(large))
        tries.append(math.log(second / first) / math.log(large / small))
    return min(tries)


async def test_a_chain_of_1000_settles_in_time() -> None:
    us_per_node = await settle_s(chain(1000)) * 1e6 / 1000

    print(f"\nchain of 1000 nodes: {us_per_node:.2f} us a node (target {TARGET_US_PER_NODE})")
    assert us_per_node < TARGET_US_PER_NODE * SLACK


@pytest.mark.parametrize("make", [chain, fan], ids=["chain", "fan-out"])
async def test_the_time_to_settle_grows_with_the_size(make: Callable[[int], list[fn.Node]]) -> None:
    power = await exponent(make, 1_000, 10_000)

    print(f"\n{make.__name__}: time ~ size ^ {power:.2f}")
    assert power < LINEAR


@pytest.mark.slow
async def test_a_chain_of_100_000_neither_recurses_nor_slows_down() -> None:
    nodes = chain(100_000)

    seconds = await settle_s(nodes, rounds=1)

    print(f"\nchain of 100 000 nodes: {seconds * 10:.2f} us a node")
    assert nodes[-1].outputs["out"].value == 100_000
    assert seconds * 1e6 / 100_000 < TARGET_US_PER_NODE * SLACK


async def test_a_long_chain_hands_the_loop_back() -> None:
    """Nobody waits longer for the loop than a drain's slice and a good deal more."""
    nodes = chain(20_000)
    gaps: list[float] = []

    async def watch() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            gaps.append(now - last)
            last = now

    watcher = asyncio.ensure_future(watch())
    await settle_s(nodes, rounds=1)
    watcher.cancel()

    typical = statistics.median(sorted(gaps)[-20:])
    print(f"\nlongest waits for the loop: {typical * 1000:.1f} ms")
    assert len(gaps) > 5
    assert typical < 0.005 * SLACK


async def test_a_set_of_a_two_node_chain_sends_four_values() -> None:
    nodes, seen = chain(2), []
    await settle_s(nodes, rounds=1)
    for node in nodes:
        for port in (node.inputs["x"], node.outputs["out"]):
            port.on("after_set_value", lambda src, **_: seen.append(src))

    nodes[0].inputs["x"].set_value(7)
    await fn.run_until_complete(*nodes)

    assert len(seen) == 4


async def test_a_set_of_a_two_node_chain_makes_few_calls() -> None:
    nodes = chain(2)
    await settle_s(nodes, rounds=2)
    calls: list[str] = []

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and "funcnodes_core" in frame.f_code.co_filename:
            calls.append(frame.f_code.co_qualname)

    sys.setprofile(count)
    nodes[0].inputs["x"].set_value(7)
    for _ in range(3):  # reading a value would be counted
        await asyncio.sleep(0)
    sys.setprofile(None)

    print(f"\nset of a two-node chain: {len(calls)} Python calls (at most {MOST_CALLS})")
    assert nodes[1].outputs["out"].value == 9
    assert len(calls) <= MOST_CALLS, calls
