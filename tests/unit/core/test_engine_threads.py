"""Rules 13 and 19: values from other threads, structure from one, several loops at once."""

import asyncio
import concurrent.futures
import threading
from typing import Any

import pytest
from engine_nodes import Slow, at_rest, inc, join, open_gate, runs, turns, wire

from funcnodes_core import Node, NodeSpace
from funcnodes_core.exceptions import WrongLoopError, WrongThreadError

pytestmark = pytest.mark.anyio


async def in_thread(call: Any, *args: Any) -> Any:
    """Call something on another thread and wait for its answer."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return await asyncio.wrap_future(pool.submit(call, *args))


async def test_a_set_from_a_thread_stores_at_once_and_runs_on_the_loop() -> None:
    node = inc()
    heard: list[Any] = []
    node.inputs["x"].on("after_set_value", lambda src, result: heard.append(threading.get_ident()))
    stored: list[Any] = []

    def work() -> None:
        for value in range(5):
            node.inputs["x"].set_value(value)
            stored.append(node.inputs["x"].value)

    await in_thread(work)
    await node.await_until_complete()
    await turns()

    assert stored == [0, 1, 2, 3, 4]
    assert set(heard) == {threading.get_ident()}
    assert len(heard) == 5
    assert runs(node)[-1] == 4
    at_rest([node])


async def test_callbacks_of_a_set_from_a_thread_run_in_order_before_the_run() -> None:
    node = inc()
    order: list[Any] = []
    node.inputs["x"].on("after_set_value", lambda src, result: order.append(result))
    node.on("triggerstart", lambda src: order.append("run"))

    await in_thread(lambda: [node.inputs["x"].set_value(value) for value in (1, 2)])
    await turns()

    assert order[0] == 1
    assert order.index(1) < order.index(2)
    assert order[-1] == "run"


async def test_an_error_of_a_callback_becomes_the_error_of_the_node() -> None:
    space = NodeSpace()
    node = space.add_node_instance(inc())

    def fail(**_: Any) -> None:
        raise LookupError("callback")

    node.inputs["x"].on("after_set_value", fail)

    await in_thread(node.inputs["x"].set_value, 1)
    await turns()

    assert node.last_error is not None
    assert node.last_error.error == "LookupError: callback"
    assert runs(node) == []


async def test_outputs_set_from_a_thread_reach_what_they_feed() -> None:
    source, sink = inc(), inc()
    wire(source, sink)

    await in_thread(source.outputs["out"].set_value, 5)
    await turns()

    assert runs(sink) == [5]
    at_rest([source, sink])


async def test_structure_changes_from_another_thread_are_refused_by_name() -> None:
    space = NodeSpace()
    a, b = space.add_node_instance(inc()), space.add_node_instance(inc())
    wire(a, b)

    for change in (
        lambda: a.outputs["out"].disconnect(b.inputs["x"]),
        lambda: space.remove_node_instance(a),
        lambda: space.add_node_instance(inc()),
        lambda: a.inputs["x"].forward(b.inputs["_triggerinput"]),
    ):
        with pytest.raises(WrongThreadError, match="call_threadsafe"):
            await in_thread(change)

    assert len(space.nodes) == 2
    assert len(space.edges) == 1


async def test_call_threadsafe_does_it_on_the_graphs_thread() -> None:
    space = NodeSpace()
    node = inc()

    def work() -> Node:
        return space.call_threadsafe(space.add_node_instance, node).result(10)

    added = await in_thread(work)

    assert added is node
    assert space.nodes == [node]

    def wrong() -> Node:
        return space.call_threadsafe(space.add_node_instance, node).result(10)

    with pytest.raises(ValueError, match="already"):
        await in_thread(wrong)


async def test_progress_may_be_called_from_a_thread() -> None:
    node = inc()
    node.inputs["x"].value = 1
    await node
    heard: list[int] = []
    node.on("progress", lambda src, info: heard.append(threading.get_ident()))

    def work() -> None:
        for _ in node.progress(range(3), mininterval=0):
            pass

    await in_thread(work)
    await turns()

    assert heard
    assert set(heard) == {threading.get_ident()}
    assert node.last_progress is not None
    assert node.last_progress["n"] == 3


def test_two_graphs_run_on_two_loops_in_two_threads() -> None:
    barrier = threading.Barrier(2, timeout=20)

    async def main() -> list[Any]:
        first, slow, last = inc(), Slow(), join()
        wire(first, slow, last.inputs["a"])
        wire(first.outputs["out"], last.inputs["b"])
        for value in range(50):
            first.inputs["x"].value = value
            await turns()
            if value % 10 == 0:
                barrier.wait()
            await open_gate(slow)
        at_rest([first, slow, last])
        return runs(last)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(asyncio.run, main()) for _ in range(2)]
        results = [answer.result(30) for answer in answers]

    assert results[0] == results[1] == [(v + 2, v + 1) for v in range(50)]


def test_wires_do_not_cross_loops_that_run() -> None:
    a, b = inc(), Slow()
    wire(a, b)
    ready, leave = threading.Event(), threading.Event()

    async def other() -> None:
        b.inputs["x"].value = 1
        await turns()
        ready.set()
        await asyncio.get_running_loop().run_in_executor(None, leave.wait, 20)
        await open_gate(b)

    async def main() -> list[Any]:
        errors: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, info: errors.append(info["exception"]))
        a.inputs["x"].value = 1
        await turns()
        with pytest.raises(WrongLoopError):
            await b
        return errors

    thread = threading.Thread(target=lambda: asyncio.run(other()))
    thread.start()
    assert ready.wait(20)
    errors = asyncio.run(main())
    leave.set()
    thread.join(20)

    assert [type(error) for error in errors] == [WrongLoopError]
    assert "runs on" in str(errors[0])
    assert runs(b) == [1]
