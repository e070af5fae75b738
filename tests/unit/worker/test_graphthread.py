"""The graph's thread."""

from __future__ import annotations

import asyncio
import sys
import threading

import pytest

from funcnodes_worker.graphthread import GraphThread, SameLoop

pytestmark = pytest.mark.anyio


async def test_the_graph_has_a_thread_and_a_loop_of_its_own() -> None:
    graph = GraphThread()
    graph.start()

    thread = await asyncio.wrap_future(graph.run(threading.current_thread))
    loop = await asyncio.wrap_future(graph.run(asyncio.get_running_loop))

    assert thread is not threading.current_thread()
    assert loop is graph.loop
    with pytest.raises(ZeroDivisionError):
        await asyncio.wrap_future(graph.run(lambda: 1 / 0))
    assert graph.stop(5)


async def test_a_callback_that_exits_does_not_end_the_thread() -> None:
    graph = GraphThread()
    graph.start()

    graph.call(sys.exit, 3)

    assert await asyncio.wrap_future(graph.run(lambda: "still there")) == "still there"
    assert graph.stop(5)


async def test_a_thread_that_blocks_is_left_behind() -> None:
    graph = GraphThread()
    graph.start()
    gate = threading.Event()
    graph.call(gate.wait)

    assert not graph.stop(0.05)

    gate.set()
    assert graph.stop(5)


async def test_without_threads_the_graph_shares_the_loop() -> None:
    graph = SameLoop()
    graph.start()

    assert await asyncio.wrap_future(graph.run(threading.current_thread)) is threading.current_thread()
    called = asyncio.Event()
    graph.call(called.set)
    async with asyncio.timeout(5):
        await called.wait()
    assert graph.stop(0)
