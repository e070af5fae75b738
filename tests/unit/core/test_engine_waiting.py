"""Rules 13, 14 and 30: waiting, event loops that come and go, scripts."""

import asyncio
import gc
import subprocess
import sys
import weakref
from typing import Any

import pytest
from engine_nodes import Slow, at_rest, bad, inc, join, open_gate, runs, turns, wire

import funcnodes_core as fn
from funcnodes_core import NodeSpace, NodeTriggerError, NoValue, run_until_complete
from funcnodes_core.scheduler import scheduler_of


@pytest.mark.anyio
async def test_awaiting_an_idle_ready_node_forces_a_run_and_after_a_set_just_one() -> None:
    node = inc()
    node.inputs["x"].value = 1
    await node
    assert runs(node) == [1]

    await node

    assert runs(node) == [1, 1]


@pytest.mark.anyio
async def test_awaiting_an_unready_node_returns_at_once_and_keeps_the_request() -> None:
    node = join()
    node.inputs["a"].value = 1

    async with asyncio.timeout(5):
        await node

    assert node._requested
    assert runs(node) == []


@pytest.mark.anyio
async def test_await_waits_for_what_holds_the_node() -> None:
    slow, last = Slow(), inc()
    wire(slow, last)
    slow.inputs["x"].value = 1
    waiter = asyncio.ensure_future(_await(last))
    await turns()
    assert not waiter.done()

    await open_gate(slow)

    assert waiter.done()
    assert runs(last) == [2]


async def _await(node: fn.Node) -> None:
    await node


@pytest.mark.anyio
async def test_run_until_complete_waits_for_the_given_nodes_only() -> None:
    given, other = inc(), Slow()
    wire(given, other)
    given.inputs["x"].value = 1

    async with asyncio.timeout(5):
        await run_until_complete(given)

    assert runs(given) == [1]
    assert other._live
    await turns()
    await open_gate(other)
    at_rest([given, other])


@pytest.mark.anyio
async def test_a_space_is_done_when_all_of_it_is_at_rest_and_another_space_does_not_matter() -> None:
    one, two = NodeSpace(), NodeSpace()
    node, slow = one.add_node_instance(inc()), two.add_node_instance(Slow())
    slow.inputs["x"].value = node.inputs["x"].value = 1

    async with asyncio.timeout(5):
        await one.await_done()

    assert one.idle()
    assert not two.idle()
    await open_gate(slow)
    assert two.idle()


@pytest.mark.anyio
async def test_wires_may_cross_spaces() -> None:
    one, two = NodeSpace(), NodeSpace()
    a, b = one.add_node_instance(inc()), two.add_node_instance(inc())
    wire(a, b)

    a.inputs["x"].value = 1
    await two.await_done()
    await turns()

    assert runs(b) == [2]


@pytest.mark.anyio
async def test_trigger_gives_what_the_node_returned() -> None:
    node = inc(trigger_on_create=False)
    node.inputs["x"].set_value(4, does_trigger=False)

    assert await node.trigger() == [5]


@pytest.mark.anyio
async def test_trigger_of_a_running_node_is_refused() -> None:
    node = Slow()
    node.inputs["x"].value = 1
    await turns()

    with pytest.raises(fn.exceptions.InTriggerError):
        node.trigger()

    await open_gate(node)


def test_a_graph_goes_on_in_a_new_loop_after_one_that_ended_in_the_middle() -> None:
    space = NodeSpace()
    first, slow, last = (space.add_node_instance(node) for node in (inc(), Slow(), join()))
    wire(first, slow, last.inputs["a"])
    wire(first.outputs["out"], last.inputs["b"])

    async def leave() -> None:
        first.inputs["x"].value = 1
        await turns()
        assert slow.in_trigger

    async def again() -> None:
        first.inputs["x"].value = 10
        await turns()
        await open_gate(slow)
        await space.await_done()
        at_rest(space.nodes)

    asyncio.run(leave())
    asyncio.run(again())

    assert runs(last) == [(12, 11)]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("start", ["first", "last", "new"])
def test_a_loop_closed_under_a_graph_leaves_nothing_behind(start: str) -> None:
    space = NodeSpace()
    first, slow, last = (space.add_node_instance(node) for node in (inc(), Slow(), join()))
    wire(first, slow, last.inputs["a"])
    wire(first.outputs["out"], last.inputs["b"])
    loop = asyncio.new_event_loop()

    async def leave() -> None:
        first.inputs["x"].value = 1
        await turns()

    loop.run_until_complete(leave())
    tasks = asyncio.all_tasks(loop)
    loop.close()
    for task in tasks:
        task._log_destroy_pending = False  # type: ignore[attr-defined]
    del task, tasks
    assert slow.in_trigger

    async def again() -> None:
        if start == "new":
            new = space.add_node_instance(inc())
            new.outputs["out"].connect(last.inputs["b"], replace=True)
            new.inputs["x"].value = 1
            await turns()
        elif start == "last":
            last.inputs["b"].set_value(5)
            await turns()
        first.inputs["x"].value = 10
        await turns()
        await open_gate(slow)
        async with asyncio.timeout(5):
            await space.await_done()
        at_rest(space.nodes)

    slow.__dict__["gates"].clear()
    asyncio.run(again())

    assert runs(last)[-1][0] == 12


def test_a_graph_dropped_in_the_middle_of_a_wave_is_collected() -> None:
    async def main() -> weakref.ref[Any]:
        space = NodeSpace()
        first, slow, last = (space.add_node_instance(node) for node in (inc(), Slow(), inc()))
        wire(first, slow, last)
        first.inputs["x"].value = 1
        await turns()
        await space.stop()
        await turns()
        return weakref.ref(space)

    async def whole() -> bool:
        ref = await main()
        await turns()
        gc.collect()
        return ref() is None

    assert asyncio.run(whole())


def test_nodes_dropped_while_asked_still_run_and_are_collected() -> None:
    async def whole() -> tuple[bool, int]:
        node, behind = inc(), inc()
        wire(node, behind)
        node.inputs["x"].value = 1
        refs = [weakref.ref(node), weakref.ref(behind)]
        del node, behind
        gc.collect()
        await turns()
        gc.collect()
        return all(ref() is None for ref in refs), scheduler_of(asyncio.get_running_loop()).live

    assert asyncio.run(whole()) == (True, 0)


def test_a_finished_loop_is_collected() -> None:
    node = inc()

    async def main() -> weakref.ref[Any]:
        node.inputs["x"].value = 1
        await node
        return weakref.ref(asyncio.get_running_loop())

    ref = asyncio.run(main())
    gc.collect()

    assert ref() is None
    asyncio.run(_await(node))
    assert runs(node) == [1, 1]


def test_it_runs_under_the_debug_mode_of_asyncio(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> list[Any]:
        first, slow, last = inc(), Slow(), join()
        wire(first, slow, last.inputs["a"])
        wire(first.outputs["out"], last.inputs["b"])
        first.inputs["x"].value = 1
        await turns()
        await open_gate(slow)
        await last.await_until_complete()
        at_rest([first, slow, last])
        return runs(last)

    assert asyncio.run(main(), debug=True) == [(3, 2)]
    assert "was never awaited" not in caplog.text
    assert "exception" not in caplog.text.lower()


def test_run_gives_the_outputs_that_feed_nobody() -> None:
    a, b = inc(name="a"), inc(name="b")
    wire(a, b)

    assert fn.run([a, b], {"a.x": 1}) == {"b.out": 3}
    assert fn.run([a, b], {a.inputs["x"]: 5}) == {"b.out": 7}


def test_run_of_a_space_raises_what_failed() -> None:
    space = NodeSpace()
    node = space.add_node_instance(bad(name="bad"))

    with pytest.raises(NodeTriggerError, match="cannot take text"):
        fn.run(space, {"bad.x": "text"})
    assert fn.run(space, {node.inputs["x"]: 3}) == {"bad.out": 3}


@pytest.mark.anyio
async def test_run_inside_a_loop_names_arun() -> None:
    node = inc(name="n")

    with pytest.raises(RuntimeError, match=r"await fn\.arun"):
        fn.run(node, {"n.x": 1})

    assert await fn.arun(node, {"n.x": 1}) == {"n.out": 2}


def test_a_script_needs_no_server_no_configuration_and_no_loop(tmp_path: Any) -> None:
    script = (
        "import funcnodes_core as fn, sys, threading\n"
        "@fn.NodeDecorator('s.add')\n"
        "def add(a: int, b: int) -> int:\n    return a + b\n"
        "n = add(name='n')\n"
        "print(fn.run(n, {'n.a': 1, 'n.b': 2}), threading.active_count(), 'aiohttp' in sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True, text=True, check=True, timeout=50, cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": ""},
    )  # fmt: skip

    assert done.stdout.strip() == "{'n.out': 3} 1 False"
    assert not list(tmp_path.iterdir())


def test_a_failed_await_does_not_leave_the_error_for_the_next() -> None:
    node = bad()

    async def main() -> Any:
        node.inputs["x"].value = "text"
        with pytest.raises(NodeTriggerError):
            await run_until_complete(node)
        node.inputs["x"].value = 1
        await run_until_complete(node)
        return node.outputs["out"].value

    assert asyncio.run(main()) == 1
    assert NoValue is fn.NoValue
