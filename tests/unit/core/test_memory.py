"""Nodes, wires and runs leave nothing behind, and nothing that only the collector could find."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

from funcnodes_core import Node, NodeDecorator, NodeInput, NodeSpace, SpaceObserver

pytestmark = pytest.mark.anyio


@NodeDecorator("memory.add")
def add(a: int, b: int = 1) -> int:
    return a + b


@NodeDecorator("memory.later")
async def later(a: int) -> int:
    return a + 1


@NodeDecorator("memory.stream")
def stream(a: int) -> Iterator[int]:
    yield a
    yield a + 1


@NodeDecorator("memory.own")
def own(a: int, node: Node) -> int:
    node.set_property("seen", a)
    return a + 1


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Only counting of references frees anything."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()
    gc.collect()


def chain(space: NodeSpace, classes: list[type[Node]], length: int) -> list[Node]:
    nodes = [space.add_node_instance(classes[i % len(classes)]()) for i in range(length)]
    for source, target in pairwise(nodes):
        source.outputs["out"].connect(target.inputs["a"])
    return nodes


def objects() -> tuple[int, int]:
    """How many objects the collector knows, and how many blocks of memory are taken."""
    return len(gc.get_objects()), sys.getallocatedblocks()


async def rounds(times: int, one: Callable[[], object]) -> list[tuple[int, int]]:
    counts = []
    for _ in range(times):
        result = one()
        if hasattr(result, "__await__"):
            await result
        del result
        counts.append(objects())
    return counts


@pytest.mark.usefixtures("no_collector")
async def test_ten_thousand_nodes_come_and_go_ten_times_without_growth() -> None:
    space = NodeSpace()

    async def one() -> None:
        nodes = chain(space, [add], 10_000)
        nodes[0].inputs["a"].value = 0
        await space.await_done()
        assert nodes[-1].outputs["out"].value == 10_000
        for node in nodes:
            space.remove_node_by_id(node.uuid)

    counts = await rounds(10, one)

    grown = [later - first for first, later in zip(counts[1], counts[-1], strict=True)]
    assert max(grown) < 200, counts
    assert gc.collect() < 50


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("classes", [[later], [stream], [own], [add, later, own]])
@pytest.mark.parametrize("heard", [False, True])
async def test_every_kind_of_node_goes_when_it_is_removed(classes: list[type[Node]], heard: bool) -> None:
    space = NodeSpace()
    if heard:
        space.observe(SpaceObserver())
        space.on("*", lambda **event: None)

    async def one() -> None:
        # each stream doubles the runs of the next
        nodes = chain(space, classes, 4 if stream in classes else 50)
        nodes[0].inputs["a"].value = 0
        await space.await_done()
        assert nodes[-1].run_count
        space.clear()

    counts = await rounds(6, one)

    grown = [later - first for first, later in zip(counts[2], counts[-1], strict=True)]
    assert max(grown) < 50, counts
    assert gc.collect() < 50


@pytest.mark.usefixtures("no_collector")
async def test_wires_and_mirrors_go_when_they_are_taken_away() -> None:
    first, second, third = add(), add(), add()

    def one() -> None:
        for _ in range(200):
            first.outputs["out"].connect(second.inputs["a"])
            second.inputs["b"].forward(third.inputs["b"])
            second.inputs["a"].disconnect()
            second.inputs["b"].unforward(third.inputs["b"])

    counts = await rounds(5, one)

    grown = [later - first for first, later in zip(counts[1], counts[-1], strict=True)]
    assert max(grown) < 50, counts
    assert gc.collect() < 50


@pytest.mark.usefixtures("no_collector")
async def test_setting_and_running_leaves_nothing() -> None:
    space = NodeSpace()
    nodes = chain(space, [add, later], 10)
    await space.await_done()

    async def one() -> None:
        for value in range(100):
            nodes[0].inputs["a"].value = value
            await space.await_done()

    counts = await rounds(5, one)

    grown = [later - first for first, later in zip(counts[1], counts[-1], strict=True)]
    assert max(grown) < 50, counts
    assert gc.collect() < 50


@pytest.mark.usefixtures("no_collector")
async def test_loading_again_and_again_leaves_nothing() -> None:
    space = NodeSpace()
    chain(space, [add, own], 100)
    space.groups.add_group("g", [space.nodes[0].uuid])
    saved = space.serialize()

    counts = await rounds(5, lambda: space.deserialize(saved))

    grown = [later - first for first, later in zip(counts[1], counts[-1], strict=True)]
    assert max(grown) < 50, counts
    assert gc.collect() < 50


def test_a_node_that_nobody_holds_is_gone_at_once() -> None:
    gc.collect()
    gc.disable()
    try:
        node = add(io_options={"b": {"default": NodeInput.DefaultFactory(lambda port: 1)}})
        ref = node._ref
        del node
        assert ref() is None
    finally:
        gc.enable()
