"""Rule 25, the graph's thread blocked: a node that computes there is broken off from another thread, and only it."""

import asyncio
import random
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from engine_nodes import Slow, at_rest, inc, join, runs, turns, wire
from graph_loop import GraphLoop, graph_loop

import funcnodes_core as fn
from funcnodes_core import Node, NodeDecorator, NodeInput, NodeOutput, NodeSpace, NodeTriggerError, NoValue
from funcnodes_core.exceptions import NodeCancelledError, RunInterrupted
from funcnodes_core.node import interrupt
from funcnodes_core.node import run as run_module
from funcnodes_core.node.interrupt import Turn, break_off, can_interrupt, running_on

pytestmark = pytest.mark.anyio


@pytest.fixture
def graph() -> Iterator[GraphLoop]:
    with graph_loop() as made:
        yield made


@NodeDecorator("test.engine.stop.spin")
def spin(begun: threading.Event, often: bool = True) -> int:
    """Computes for ever, or not at all."""
    begun.set()
    while often:
        pass
    return 1


@NodeDecorator("test.engine.stop.sums")
def sums(n: int) -> int:
    return sum(i * i for i in range(n))


@NodeDecorator("test.engine.stop.blocked")
def blocked(begun: threading.Event, gate: Any) -> int:
    """Waits in C until the gate opens."""
    begun.set()
    gate.acquire()
    return 1


@NodeDecorator("test.engine.stop.stubborn")
def stubborn(begun: threading.Event, tries: list[int], gate: threading.Event) -> int:
    """Takes every exception for none of its business."""
    begun.set()
    while not gate.is_set():
        try:
            while not gate.is_set():
                tuple(range(100))
        except BaseException:  # noqa: BLE001 - what some functions do
            tries.append(1)
    return 1


@NodeDecorator("test.engine.stop.tidy")
def tidy(begun: threading.Event, notes: list[str]) -> int:
    begun.set()
    try:
        while True:
            pass
    except Exception:
        notes.append("an exception of its own")
        raise
    finally:
        for number in range(300_000):
            str(number)
        notes.append("tidied")


@NodeDecorator("test.engine.stop.blocks_async")
async def blocks_async(begun: threading.Event) -> int:
    begun.set()
    while True:
        pass


def grow(graph: GraphLoop, *classes: Any) -> tuple[NodeSpace, list[Node]]:
    """A graph over there with a node of each class."""

    def make() -> tuple[NodeSpace, list[Node]]:
        space = NodeSpace()
        return space, [space.add_node_instance(cls()) for cls in classes]

    return graph.do(make)


def start(graph: GraphLoop, node: Node, **values: Any) -> None:
    """Let a node run over there; returns when its function does."""
    begun = threading.Event()

    def ask() -> None:
        for io_id, value in values.items():
            node.inputs[io_id].set_value(value, does_trigger=False)
        node.inputs["begun"].set_value(begun)

    graph.post(ask)
    assert begun.wait(20)


async def test_a_node_that_computes_without_end_is_cancelled_and_the_graph_goes_on(graph: GraphLoop) -> None:
    space, (node, after, other) = grow(graph, spin, inc, inc)
    graph.do(lambda: wire(node, after))
    start(graph, node)
    began = time.monotonic()

    assert running_on(graph.thread_id) is node
    assert await node.cancel() == "cancelled"

    assert time.monotonic() - began < 1
    assert node.last_error is not None
    assert isinstance(node.last_error.exception, NodeCancelledError)
    assert "in spin" in node.last_error.traceback
    assert after.stale
    graph.do(lambda: other.inputs["x"].set_value(1))
    graph.do(lambda: node.inputs["often"].set_value(False))
    graph.wait(space.await_done())
    assert other.outputs["out"].value == 2
    assert after.outputs["out"].value == 2
    assert running_on(graph.thread_id) is None
    assert await node.cancel() == "not_running"
    assert not graph.troubles
    graph.do(lambda: at_rest([node, after, other]))


async def test_an_async_node_that_never_awaits_is_cancelled_too(graph: GraphLoop) -> None:
    _, (node,) = grow(graph, blocks_async)
    start(graph, node)

    assert await node.cancel() == "cancelled"

    graph.do(lambda: at_rest([node]))
    assert not graph.troubles


async def test_stop_from_another_thread_ends_one_after_the_other_and_empties_the_queue(
    graph: GraphLoop,
) -> None:
    space, (first, second, last) = grow(graph, spin, spin, inc)
    graph.do(lambda: wire(second, last))
    begun = threading.Event()

    def ask() -> None:
        first.inputs["begun"].value = begun
        second.inputs["begun"].value = begun
        last.inputs["x"].value = 1

    graph.post(ask)
    assert begun.wait(20)

    answers = await space.stop(5)

    assert set(answers.values()) == {"cancelled"}
    assert set(answers) <= {first.uuid, second.uuid}
    assert space.idle()
    assert last.run_count == 0
    assert last.stale
    graph.do(lambda: at_rest([first, second, last]))


async def test_only_the_named_node_is_broken_off(graph: GraphLoop) -> None:
    _, (node, other) = grow(graph, spin, spin)
    start(graph, node)

    assert await other.cancel(0.05) == "not_running"
    assert running_on(graph.thread_id) is node
    assert await node.cancel() == "cancelled"


async def test_a_call_into_c_is_stuck_and_ends_when_it_returns(graph: GraphLoop) -> None:
    space, (node, after) = grow(graph, blocked, inc)
    graph.do(lambda: wire(node, after))
    gate = threading.Lock()
    gate.acquire()
    start(graph, node, gate=gate)

    assert await node.cancel(0.1) == "stuck"
    assert await space.stop(0.1) == {node.uuid: "stuck"}
    assert node.in_trigger
    gate.release()
    graph.wait(space.await_done())

    assert node.last_error is not None
    assert isinstance(node.last_error.exception, NodeCancelledError)
    assert after.run_count == 0
    assert not interrupt.SENT_INTERRUPTS
    graph.do(lambda: at_rest([node, after]))


async def test_what_waits_for_c_in_one_graph_does_not_keep_others_from_being_stopped(
    graph: GraphLoop,
) -> None:
    gate = threading.Lock()
    gate.acquire()
    with graph_loop() as second:
        space, (stuck,) = grow(graph, blocked)
        _, (spins,) = grow(second, spin)
        start(graph, stuck, gate=gate)
        start(second, spins)

        assert await stuck.cancel(0.05) == "stuck"
        assert await spins.cancel() == "cancelled"
        gate.release()
        graph.wait(space.await_done())

    assert stuck.status_word == "failed"


async def test_a_function_that_catches_everything_is_tried_again_and_then_stuck(graph: GraphLoop) -> None:
    space, (node,) = grow(graph, stubborn)
    tries: list[int] = []
    gate = threading.Event()
    start(graph, node, tries=tries, gate=gate)

    assert await node.cancel(0.3) == "stuck"

    assert len(tries) >= 2
    gate.set()
    graph.wait(space.await_done())
    assert node.outputs["out"].value == 1
    graph.do(lambda: at_rest([node]))


async def test_a_function_may_clean_up(graph: GraphLoop) -> None:
    _, (node,) = grow(graph, tidy)
    notes: list[str] = []
    start(graph, node, notes=notes)

    assert await node.cancel(20) == "cancelled"

    assert notes == ["tidied"]


async def test_cancelling_itself_inside_of_an_inline_run_is_stuck() -> None:
    answers: list[Any] = []

    @NodeDecorator("test.engine.stop.itself")
    def itself(x: int, node: Node) -> int:
        stopping = node.cancel()
        with pytest.raises(StopIteration) as answer:
            stopping.send(None)
        answers.append(answer.value.value)
        return x

    node = itself()
    node.inputs["x"].value = 1
    await node

    assert answers == ["stuck"]
    assert node.outputs["out"].value == 1


async def test_without_the_means_to_interrupt_it_is_stuck(
    graph: GraphLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, (node,) = grow(graph, stubborn)
    gate = threading.Event()
    start(graph, node, tries=[], gate=gate)
    monkeypatch.setattr(interrupt, "_sender", lambda: None)

    assert not can_interrupt()
    assert await node.cancel(0.05) == "stuck"

    gate.set()
    graph.wait(space.await_done())
    assert node.outputs["out"].value == 1


def test_a_thread_is_never_broken_off_by_itself() -> None:
    struck: list[Any] = []

    break_off(threading.get_ident(), lambda node, frame: True, Turn(), 1, struck)

    assert not struck


def test_the_engine_itself_is_never_broken_off(graph: GraphLoop) -> None:
    """A node that only sends stands in the engine most of the time."""

    class Sends(Node):
        node_id = "test.engine.stop.sends"
        begun = NodeInput(type="Any")
        out = NodeOutput(type=int)

        async def func(self, begun: threading.Event) -> None:
            begun.set()
            number = 0
            while True:
                number += 1
                self.outputs["out"].value = number

    space, (node, after) = grow(graph, Sends, inc)
    graph.do(lambda: wire(node, after))
    start(graph, node)

    assert asyncio.run(node.cancel(20)) == "cancelled"

    graph.wait(space.await_done())
    graph.do(lambda: at_rest([node, after]))
    assert not graph.troubles


# -- many interrupts


class Feeder:
    """Sets the inputs of a graph again and again, one turn of the loop after the other."""

    def __init__(self, graph: GraphLoop, sources: list[Node]) -> None:
        self.graph, self.sources = graph, sources
        self.goes_on = True
        self.random = random.Random(7)
        graph.post(self.feed)

    def feed(self) -> None:
        for node in self.sources:
            node.inputs[next(iter(node.inputs))].value = self.random.choice((10, 1000, 30_000))
        if self.goes_on:
            self.graph.loop.call_soon(self.feed)


def busy_graph(space: NodeSpace) -> list[Node]:
    """Two sources, a diamond, an async node and a join of all."""

    @NodeDecorator("test.engine.stop.sleepless")
    async def sleepless(x: int) -> int:
        await asyncio.sleep(0)
        return sum(range(x % 1000))

    nodes: list[Node] = [sums(), sums(), inc(), sums(), sleepless(), join(), join()]
    one, two, up, long, away, middle, last = (space.add_node_instance(node) for node in nodes)
    wire(one, up, middle.inputs["a"])
    wire(one, middle.inputs["b"])
    wire(middle.outputs["out"], last.inputs["a"])
    wire(two, away, last.inputs["b"])
    long.inputs["n"].set_value(1000, does_trigger=False)
    wire(up.outputs["_triggeroutput"], long.inputs["_triggerinput"])
    return nodes


@pytest.fixture
def _threads_alternate() -> Iterator[None]:
    """Otherwise a thread is only ever looked at where it gives way by itself, between two runs."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def bombard(graph: GraphLoop, count: int) -> None:
    """Interrupt whatever runs, many times, and check what is left."""
    space, _ = grow(graph)
    nodes = graph.do(lambda: busy_graph(space))
    wrong: list[BaseException] = []
    space.on("node_trigger_error", lambda src, node, error, tb: wrong.append(error.original))
    feeder = Feeder(graph, nodes[:2])
    struck: list[Any] = []
    while len(struck) < count:
        break_off(graph.thread_id, lambda node, frame: True, Turn(), 0.002, struck)
    graph.do(lambda: setattr(feeder, "goes_on", False))
    graph.wait(space.await_done())

    assert wrong
    assert {type(error) for error in wrong} == {NodeCancelledError}
    assert len({node.uuid for node in struck}) >= 3
    assert not graph.troubles
    graph.do(lambda: at_rest(nodes))
    graph.do(lambda: [node.inputs["n"].set_value(5) for node in nodes[:2]])
    graph.wait(space.await_done())
    assert nodes[6].inputs["a"].value == (31, 30)
    assert nodes[6].outputs["out"].value == ((31, 30), 435)
    assert not any(node.last_error or node.stale for node in nodes)
    graph.do(lambda: at_rest(nodes))


@pytest.mark.usefixtures("_threads_alternate")
def test_a_hundred_interrupts_leave_the_graph_as_it_should_be(graph: GraphLoop) -> None:
    bombard(graph, 100)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_threads_alternate")
def test_ten_thousand_interrupts_leave_the_graph_as_it_should_be(graph: GraphLoop) -> None:
    bombard(graph, 10_000)


async def test_an_interrupt_that_comes_where_none_is_sent_is_dropped_and_nothing_is_lost() -> None:
    """The drain outlives what can only come from elsewhere."""

    class Disturbed(Node):
        node_id = "test.engine.stop.disturbed"
        x = NodeInput(type=int)
        out = NodeOutput(type=int)

        async def func(self, x: int) -> None:
            self.outputs["out"].value = x

        def _begin(self, scheduler: Any) -> None:
            if not self.__dict__.setdefault("disturbed", []):
                self.__dict__["disturbed"].append(1)
                raise RunInterrupted
            super()._begin(scheduler)

    node, other = Disturbed(), inc()
    node.inputs["x"].value = other.inputs["x"].value = 1

    async with asyncio.timeout(5):
        await other
        await node

    assert (node.outputs["out"].value, other.outputs["out"].value) == (1, 2)
    at_rest([node, other])


# -- within the deadline


class Refuses(Node):
    """Does not let itself be cancelled until the gate opens."""

    node_id = "test.engine.stop.refuses"
    gate = NodeInput(type="Any")
    out = NodeOutput(type=int)

    async def func(self, gate: asyncio.Event) -> None:
        while not gate.is_set():
            try:
                await gate.wait()
            except asyncio.CancelledError:
                continue
        self.outputs["out"].value = 1


async def test_a_run_that_does_not_let_itself_be_cancelled_is_stuck_and_the_others_end() -> None:
    @NodeDecorator("test.engine.stop.threaded", separate_thread=True)
    def threaded(gate: threading.Event) -> int:
        gate.wait(20)
        return 1

    gate, door = asyncio.Event(), threading.Event()
    space = NodeSpace()
    stubborn_one, waits, thread, queued = (
        space.add_node_instance(node) for node in (Refuses(), Slow(), threaded(), inc(pretrigger_delay=60))
    )
    stubborn_one.inputs["gate"].value = gate
    thread.inputs["gate"].value = door
    waits.inputs["x"].value = queued.inputs["x"].value = 1
    await turns()
    began = time.monotonic()

    answers = await space.stop(0.1)

    assert time.monotonic() - began < 5
    assert answers == {stubborn_one.uuid: "stuck", waits.uuid: "cancelled", thread.uuid: "cancelled"}
    assert queued.stale
    gate.set()
    door.set()
    async with asyncio.timeout(20):
        await space.await_done()
    assert stubborn_one.outputs["out"].value == 1
    assert thread.outputs["out"].value is NoValue
    at_rest([stubborn_one, waits, thread, queued])


async def test_a_stop_asked_for_while_the_loop_ends_says_how_it_went() -> None:
    begun = threading.Event()
    made: list[Node] = []
    results: list[Any] = []

    def script() -> None:
        node = spin()
        made.append(node)
        with pytest.raises(NodeTriggerError, match="was stopped"):
            fn.run(node, {node.inputs["begun"]: begun})
        results.append("ended")

    thread = threading.Thread(target=script)
    thread.start()
    assert begun.wait(20)
    node = made[0]

    assert await node.cancel(5) == "cancelled"
    await asyncio.to_thread(thread.join, 20)

    assert results == ["ended"]
    assert await node.cancel() == "not_running"


@pytest.mark.parametrize("is_async", [False, True])
async def test_an_interrupt_that_comes_as_the_function_returns_ends_that_run(
    is_async: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sent in the last moment, it comes at the first step of the run's end."""
    end, late = run_module._end, [True]

    def end_late(*args: Any) -> None:
        if late:
            late.clear()
            raise RunInterrupted
        end(*args)

    async def awaits(x: int) -> int:
        return x + 1

    node: Node = NodeDecorator("test.engine.stop.awaits")(awaits)() if is_async else inc()
    after = inc()
    space = NodeSpace()
    for each in (node, after):
        space.add_node_instance(each)
    wire(node.outputs["_triggeroutput"], after.inputs["x"])
    monkeypatch.setattr(run_module, "_end", end_late)
    node.inputs["x"].value = 1
    async with asyncio.timeout(5):
        await space.await_done()

    assert node.last_error is not None
    assert isinstance(node.last_error.exception, NodeCancelledError)
    assert runs(after) == []
    node.inputs["x"].value = 2
    async with asyncio.timeout(5):
        await space.await_done()
    assert node.last_error is None
    at_rest([node, after])
