"""Rules 11, 12 and what of 25 nodes and graphs answer themselves: failures, stopping, callbacks that fail."""

import asyncio
import sys
from typing import Any

import pytest
from engine_nodes import Slow, at_rest, bad, inc, join, open_gate, runs, turns, wire

from funcnodes_core import Node, NodeInput, NodeOutput, NodeSpace, NodeTriggerError, NoValue, SpaceObserver

pytestmark = pytest.mark.anyio


def in_space(*nodes: Node) -> NodeSpace:
    space = NodeSpace()
    for node in nodes:
        space.add_node_instance(node)
    return space


async def test_a_failed_run_keeps_old_outputs_and_what_it_feeds_does_not_run() -> None:
    source, node, last, other = inc(), bad(), join(), inc()
    space = in_space(source, node, last, other)
    wire(node, last.inputs["a"])
    wire(other.outputs["out"], last.inputs["b"])
    node.inputs["x"].value = 1
    other.inputs["x"].value = 1
    await space.await_done()

    node.inputs["x"].value = "text"
    other.inputs["x"].value = 2
    await space.await_done()

    assert node.outputs["out"].value == 1
    assert node.status_word == "failed"
    assert node.last_error is not None
    assert node.last_error.error == "ValueError: cannot take text"
    assert "raise ValueError" in node.last_error.traceback
    assert runs(last) == [(1, 2)]
    assert last.stale
    at_rest([source, node, last, other])


async def test_later_waves_run_with_the_old_value_and_stay_stale_until_it_succeeds() -> None:
    node, last, after = bad(), join(), inc()
    space = in_space(node, last, after)
    wire(node, last.inputs["a"])
    last.inputs["b"].value = 0
    node.inputs["x"].value = 1
    await space.await_done()
    node.inputs["x"].value = "text"
    await space.await_done()

    last.inputs["b"].value = 5
    await space.await_done()
    assert runs(last) == [(1, 0), (1, 5)]
    assert last.stale

    node.inputs["x"].value = 2
    await space.await_done()
    assert runs(last)[-1] == (2, 5)
    assert not last.stale
    assert node.last_error is None


async def test_the_whole_rest_of_the_chain_is_stale_and_names_the_cause() -> None:
    nodes = [bad(), inc(), inc(), inc()]
    space = in_space(*nodes)
    wire(*nodes)
    nodes[0].inputs["x"].value = 1
    await space.await_done()

    nodes[0].inputs["x"].value = "text"
    await space.await_done()

    assert [node.stale for node in nodes] == [True] * 4
    assert all(node._blocked_by is not None for node in nodes[1:])
    assert nodes[1]._blocked_by is nodes[0]


async def test_an_error_is_delivered_once_to_who_awaits() -> None:
    node = bad()
    node.inputs["x"].value = "text"

    with pytest.raises(NodeTriggerError, match="cannot take text") as caught:
        await node

    assert isinstance(caught.value.original, ValueError)
    await node.await_until_complete()


async def test_in_a_space_an_error_is_an_event_and_no_exception() -> None:
    node = bad()
    space = in_space(node)
    heard: list[Any] = []
    space.on("node_trigger_error", lambda src, node, error, tb: heard.append((node, str(error))))
    node.inputs["x"].value = "text"

    await node

    assert heard == [(node, "cannot take text")]


async def test_a_failing_asynchronous_node_releases_what_it_held() -> None:
    class Fails(Node):
        node_id = "test.engine.failure.fails"
        x = NodeInput(type=int)
        out = NodeOutput(type=int)

        async def func(self, x: int) -> None:
            await asyncio.sleep(0)
            raise OSError("disk")

    node, slow, last = Fails(), Slow(), join()
    space = in_space(node, slow, last)
    wire(node, last.inputs["a"])
    wire(slow.outputs["out"], last.inputs["b"])
    last.inputs["a"].value = 0
    node.inputs["x"].value = slow.inputs["x"].value = 1
    await turns()
    await open_gate(slow)
    await space.await_done()

    assert runs(last) == []
    assert last.stale
    at_rest([node, slow, last])


async def test_a_node_fed_before_the_failure_does_not_run_either() -> None:
    class SendsThenFails(Node):
        node_id = "test.engine.failure.sends"
        x = NodeInput(type=int)
        out = NodeOutput(type=int)

        async def func(self, x: int) -> None:
            self.outputs["out"].value = x
            raise OSError("late")

    node, slow, last = SendsThenFails(), Slow(), join()
    space = in_space(node, slow, last)
    wire(node, last.inputs["a"])
    wire(slow.outputs["out"], last.inputs["b"])
    node.inputs["x"].value = slow.inputs["x"].value = 1
    await turns()

    await open_gate(slow)
    await space.await_done()

    assert runs(last) == []
    assert last.stale


async def test_cancelling_a_run_is_a_failure_of_it() -> None:
    node, last = Slow(), inc()
    space = in_space(node, last)
    wire(node, last)
    node.inputs["x"].value = 1
    await turns()

    assert await node.cancel() == "cancelled"
    await space.await_done()

    assert node.status_word == "failed"
    assert node.outputs["out"].value is NoValue
    assert last.stale
    assert await node.cancel() == "not_running"
    at_rest([node, last])


async def test_a_run_cancelled_before_its_first_step_ends_too() -> None:
    node, last = Slow(), inc()
    space = in_space(node, last)
    wire(node, last)
    node.inputs["x"].value = 1
    assert node._scheduler is not None
    node._scheduler._drain()

    assert await node.cancel() == "cancelled"
    async with asyncio.timeout(5):
        await space.await_done()

    assert runs(node) == ([] if sys.version_info < (3, 12) else [1])  # there tasks start at once
    assert not node.in_trigger
    at_rest([node, last])


async def test_stop_empties_the_queue_cancels_and_requeues_nothing() -> None:
    slow, last, other, lazy = Slow(), inc(), inc(), inc(pretrigger_delay=0.01)
    space = in_space(slow, last, other, lazy)
    wire(slow, last)
    slow.inputs["x"].value = 1
    await turns()
    slow.inputs["x"].value = 2
    other.inputs["x"].value = 1
    lazy.inputs["x"].value = 1
    timer = lazy._timer

    answers = await space.stop()
    await turns()

    assert answers == {slow.uuid: "cancelled"}
    assert space.idle()
    assert timer is not None
    assert timer.cancelled()
    assert runs(slow) == [1]
    assert runs(other) == runs(last) == runs(lazy) == []
    assert slow.stale
    assert other.stale
    at_rest([slow, last, other, lazy])


async def test_run_stale_recomputes_what_is_stale_upstream_first() -> None:
    a, b, unrelated = bad(), inc(), bad()
    space = in_space(a, b, unrelated)
    wire(a, b)
    b.inputs["x"].set_value(0, does_trigger=False)
    unrelated.inputs["x"].value = "text"
    a.inputs["x"].value = "text"
    await space.await_done()
    a.inputs["x"].set_value(4, does_trigger=False)

    assert set(space.run_stale(b)) == {a, b}
    await space.await_done()

    assert runs(b) == [4]
    assert not b.stale
    assert runs(unrelated) == ["text"]


async def test_listeners_that_fail_never_stop_a_wave(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(SpaceObserver):
        def run_started(self, node: Node) -> None:
            raise RuntimeError("observer")

        run_done = run_started  # type: ignore[assignment]
        run_failed = run_started  # type: ignore[assignment]
        status_changed = run_started

    first, slow, last, failing = inc(), Slow(), inc(), bad()
    space = in_space(first, slow, last, failing)
    space.observe(Broken())

    def fail(**_: Any) -> None:
        raise RuntimeError("listener")

    for node in (first, slow, last, failing):
        node.on("triggerstart", fail)
        node.on("triggerdone", fail)
        node.on_error(fail)
    space.on("node_trigger_error", fail)
    wire(first, slow, last)
    first.inputs["x"].value = 1
    failing.inputs["x"].value = "text"
    await turns()
    await open_gate(slow)
    async with asyncio.timeout(5):
        await space.await_done()

    assert runs(last) == [3]
    assert failing.status_word == "failed"
    assert "a listener of" in caplog.text
    at_rest([first, slow, last, failing])


async def test_a_callback_that_fails_inside_a_run_fails_that_run() -> None:
    first, second = inc(), inc()
    in_space(first, second)
    wire(first, second)

    def fail(**_: Any) -> None:
        raise RuntimeError("callback")

    second.inputs["x"].on("after_set_value", fail)
    first.inputs["x"].value = 1
    await turns()

    assert first.last_error is not None
    assert first.last_error.error == "RuntimeError: callback"
    assert runs(second) == []
    at_rest([first, second])


async def test_a_request_of_the_wave_that_fails_is_not_run_and_a_later_one_is() -> None:
    for later in (False, True):
        node, last, after = Slow(), join(), inc()
        space = in_space(node, last, after)
        wire(node, last.inputs["a"])
        wire(last.outputs["_triggeroutput"], after.inputs["_triggerinput"])
        after.inputs["x"].set_value(0, does_trigger=False)
        last.inputs["a"].set_value(0, does_trigger=False)
        node.inputs["x"].value = 1
        if not later:
            last.inputs["b"].value = 1
        await turns()
        if later:
            last.inputs["b"].value = 1
            await turns()
        assert runs(last) == []

        await node.cancel()
        async with asyncio.timeout(5):
            await last.await_until_complete()
            await space.await_done()

        # in the wave of the failure it does not run; another change is another wave, with the old value
        assert runs(last) == ([(0, 1)] if later else [])
        assert runs(after) == ([0] if later else [])
        assert last.stale
        at_rest([node, last, after])
        node.inputs["x"].value = 4
        await turns()
        await open_gate(node)
        assert runs(last)[-1] == (5, 1)
        assert not last.stale


async def test_a_later_request_for_what_a_failure_skips_far_downstream_is_run_once() -> None:
    node, middle, last = Slow(), inc(), join()
    space = in_space(node, middle, last)
    wire(node, middle, last.inputs["a"])
    middle.inputs["x"].set_value(0, does_trigger=False)
    last.inputs["a"].set_value(0, does_trigger=False)
    node.inputs["x"].value = 1
    await turns()
    for value in (1, 2):
        last.inputs["b"].value = value
        await turns()

    await node.cancel()
    await space.await_done()

    assert runs(middle) == []
    assert runs(last) == [(0, 2)]
    at_rest([node, middle, last])
