"""Rules 27 and 29: muted, bypassed, paused; reset inputs, trigger on create, the trigger ports."""

import asyncio

import pytest
from engine_nodes import Loop, Slow, at_rest, bad, inc, join, open_gate, runs, turns, wire

from funcnodes_core import Node, NodeDecorator, NodeInput, NodeMode, NodeOutput, NodeSpace, NoValue

pytestmark = pytest.mark.anyio


async def test_a_muted_node_remembers_a_request_and_asks_once_when_unmuted() -> None:
    first, muted, last = inc(), inc(), inc()
    wire(first, muted, last)
    first.inputs["x"].value = 0
    await turns()
    muted.mode = NodeMode.MUTED

    for value in (1, 2, 3):
        first.inputs["x"].value = value
        await turns()
    assert runs(muted) == [1]
    assert runs(last) == [2]
    assert muted.status_word == "muted"
    muted.mode = "active"
    await turns()

    assert runs(muted) == [1, 4]
    assert runs(last) == [2, 5]
    at_rest([first, muted, last])


async def test_muting_a_node_that_waits_lets_go_of_what_is_behind_it() -> None:
    slow, muted, last = Slow(), inc(), join()
    wire(slow, muted, last.inputs["a"])
    last.inputs["a"].set_value(0, does_trigger=False)
    last.inputs["b"].value = 0
    slow.inputs["x"].value = 1
    await turns()

    muted.disabled = True
    await turns()

    assert runs(last) == [(0, 0)]
    await open_gate(slow)
    assert runs(muted) == []
    muted.disabled = False
    await turns()
    assert runs(muted) == [2]
    at_rest([slow, muted, last])


@NodeDecorator("test.engine.modes.mixed", outputs=[{"name": "double"}, {"name": "big"}])
def mixed(text: str, number: int, other: int) -> tuple[float, str]:
    return number * 2.0, text.upper()


async def test_a_bypassed_node_gives_each_output_the_first_input_that_fits() -> None:
    texts, numbers, node = Source(), Source(), mixed()
    texts.outputs["text_out"].connect(node.inputs["text"])
    numbers.outputs["number_out"].connect(node.inputs["number"])
    node.inputs["other"].value = 7
    node.mode = NodeMode.BYPASSED

    await turns()
    texts.inputs["text"].value = "abc"
    numbers.inputs["number"].value = 3
    await turns()

    assert node.outputs["big"].value == "abc"
    assert node.outputs["double"].value == 3
    assert node.last_duration_s == 0
    assert node.run_count >= 1
    at_rest([texts, numbers, node])


class Source(Node):
    node_id = "test.engine.modes.source"
    text_in = NodeInput(id="text", type=str, default="")
    number_in = NodeInput(id="number", type=int, default=0)
    text_out = NodeOutput(id="text_out", type=str)
    number_out = NodeOutput(id="number_out", type=int)

    async def func(self, text: str = "", number: int = 0) -> None:
        if text:
            self.outputs["text_out"].value = text
        if number:
            self.outputs["number_out"].value = number


def test_modes_are_saved() -> None:
    node = inc()
    node.mode = NodeMode.BYPASSED

    other = inc()
    other.deserialize(node.serialize())

    assert other.mode is NodeMode.BYPASSED


async def test_pause_keeps_what_was_asked_and_resume_asks_it_as_one_wave() -> None:
    space = NodeSpace()
    a, b, last = (space.add_node_instance(node) for node in (inc(), inc(), join()))
    wire(a.outputs["out"], last.inputs["a"])
    wire(b.outputs["out"], last.inputs["b"])
    space.pause()

    a.inputs["x"].value = 1
    b.inputs["x"].value = 2
    a.inputs["x"].value = 3
    await turns()
    assert runs(a) == runs(b) == []
    assert space.idle()
    space.resume()
    await space.await_done()

    assert runs(a) == [3]
    assert runs(last) == [(4, 3)]
    at_rest([a, b, last])


async def test_pause_lets_runs_finish_and_starts_nothing_behind_them() -> None:
    space = NodeSpace()
    slow, quick, last = (space.add_node_instance(node) for node in (Slow(), inc(), join()))
    wire(slow.outputs["out"], last.inputs["a"])
    wire(quick.outputs["out"], last.inputs["b"])
    slow.inputs["x"].value = quick.inputs["x"].value = 1
    await turns()
    slow.inputs["x"].value = 5
    space.pause()

    await open_gate(slow)
    assert slow.outputs["out"].value == 2
    assert runs(last) == []
    assert runs(slow) == [1]
    space.resume()
    await turns()
    await open_gate(slow)

    assert runs(slow) == [1, 5]
    assert runs(last) == [(6, 2)]
    at_rest([slow, quick, last])


async def test_triggering_a_node_while_paused_runs_that_node_alone() -> None:
    space = NodeSpace()
    a, b = space.add_node_instance(inc()), space.add_node_instance(inc())
    wire(a, b)
    a.inputs["x"].set_value(1, does_trigger=False)
    space.pause()

    assert await a.trigger() == [2]
    await turns()

    assert runs(b) == []
    space.resume()
    await space.await_done()
    assert runs(b) == [2]


async def test_triggering_a_muted_node_is_a_request_that_it_remembers() -> None:
    node = inc()
    node.inputs["x"].set_value(1, does_trigger=False)
    node.mode = NodeMode.MUTED

    async with asyncio.timeout(5):
        await node.trigger()
        await node
    assert runs(node) == []
    assert node.outputs["out"].value is NoValue
    node.mode = NodeMode.ACTIVE
    await turns()

    assert runs(node) == [1]
    at_rest([node])


async def test_a_node_triggered_while_paused_is_not_asked_again_by_resume() -> None:
    space = NodeSpace()
    a, b = space.add_node_instance(inc()), space.add_node_instance(inc())
    wire(a, b)
    space.pause()
    a.inputs["x"].value = 1

    await a.trigger()
    assert (runs(a), runs(b)) == ([1], [])
    space.resume()
    await space.await_done()

    assert (runs(a), runs(b)) == ([1], [2])
    at_rest([a, b])


async def test_a_loop_that_runs_waits_for_what_pause_keeps_from_its_body() -> None:
    space = NodeSpace()
    loop, body = space.add_node_instance(Loop()), space.add_node_instance(inc())
    wire(loop.outputs["do"], body.inputs["x"])
    wire(body.outputs["out"], loop.inputs["collector"])
    loop.inputs["items"].value = [1, 2, 3]
    await turns(2)
    space.pause()
    await turns(20)
    assert loop.in_trigger
    assert len(runs(body)) < 3

    space.resume()
    async with asyncio.timeout(5):
        await space.await_done()

    assert loop.outputs["done"].value == [2, 3, 4]
    at_rest([loop, body])


@pytest.mark.parametrize("end", ["remove", "unready", "stop"])
async def test_nobody_waits_for_what_pause_kept_and_will_not_run(end: str) -> None:
    class Waits(Node):
        node_id = "test.engine.modes.waits"
        x = NodeInput(type=int)
        out = NodeOutput(type=int)

        async def func(self, x: int) -> None:
            self.outputs["out"].value = x
            await self.settled()

    space = NodeSpace()
    node, after = space.add_node_instance(Waits()), space.add_node_instance(inc())
    wire(node, after)
    space.pause()
    node.inputs["x"].set_value(1, does_trigger=False)
    running = node.trigger()
    await turns()
    assert node.in_trigger

    if end == "remove":
        space.remove_node_instance(after)
    elif end == "unready":
        after.inputs["x"].value = NoValue
        space.resume()
    else:
        await space.stop()
    async with asyncio.timeout(5):
        await running
    assert not node.in_trigger


async def test_run_stale_goes_upstream_first_and_leaves_muted_nodes_asked() -> None:
    space = NodeSpace()
    a, b, c = (space.add_node_instance(inc()) for _ in range(3))
    wire(a, b, c)
    a.inputs["x"].value = 1
    await space.await_done()
    for node in (c, a, b):
        node.mark_stale()
    b.mode = NodeMode.MUTED

    assert set(space.run_stale()) == {a, b, c}
    await space.await_done()

    assert runs(a) == [1, 1]
    assert runs(b) == [2]
    b.mode = NodeMode.ACTIVE
    await space.await_done()
    assert runs(b) == [2, 2]
    assert not any(node.stale for node in (a, b, c))
    at_rest([a, b, c])


async def test_stop_forgets_what_pause_kept() -> None:
    space = NodeSpace()
    node = space.add_node_instance(inc())
    space.pause()
    node.inputs["x"].value = 1

    await space.stop()
    space.resume()
    await turns()

    assert runs(node) == []


async def test_a_node_without_required_inputs_runs_when_it_is_created() -> None:
    @NodeDecorator("test.engine.modes.constant")
    def constant(x: int = 4) -> int:
        return x

    eager, lazy = constant(), constant(trigger_on_create=False)
    await turns()

    assert eager.outputs["out"].value == 4
    assert lazy.outputs["out"].value is NoValue


async def test_the_trigger_ports_order_nodes_without_values() -> None:
    slow, after = Slow(), inc()
    wire(slow.outputs["_triggeroutput"], after.inputs["_triggerinput"])
    after.inputs["x"].set_value(1, does_trigger=False)
    slow.inputs["x"].value = 0
    await turns()
    assert runs(after) == []

    await open_gate(slow)

    assert runs(after) == [1]
    assert isinstance(slow.outputs["_triggeroutput"].value, float)
    at_rest([slow, after])


async def test_inputs_are_reset_after_a_run_where_a_node_says_so() -> None:
    node = join(reset_inputs_on_trigger=True)
    node.inputs["a"].value = node.inputs["b"].value = 1

    await node
    node.inputs["a"].value = 2
    async with asyncio.timeout(5):
        await node

    assert runs(node) == [(1, 1)]
    assert node.inputs["b"].value is NoValue
    node.inputs["b"].value = 3
    await node
    assert runs(node) == [(1, 1), (2, 3)]


@pytest.mark.parametrize("again", [1, 2, None], ids=["equal", "other", "none"])
async def test_what_arrives_during_a_run_is_not_reset_with_what_that_run_took(again: int | None) -> None:
    node = Slow(reset_inputs_on_trigger=True)
    node.inputs["x"].value = 1
    await turns()
    if again is not None:
        node.inputs["x"].value = again

    await open_gate(node)

    if again is None:
        assert node.inputs["x"].value is NoValue
    else:
        assert node.inputs["x"].value == again
        await open_gate(node)
        assert runs(node) == [1, again]
        assert node.inputs["x"].value is NoValue
    at_rest([node])


async def test_an_input_that_does_not_trigger_keeps_what_arrived_during_the_run() -> None:
    node = Slow(reset_inputs_on_trigger=True)
    node.inputs["x"].value = 1
    await turns()
    node.inputs["x"].set_value(1, does_trigger=False)

    await open_gate(node)

    assert runs(node) == [1]
    assert node.inputs["x"].value == 1
    await node_again(node)
    assert node.inputs["x"].value is NoValue


async def node_again(node: Node) -> None:
    node.request_trigger()
    await turns()
    await open_gate(node)


async def test_a_run_that_fails_resets_nothing_and_the_flag_may_change() -> None:
    node = bad(reset_inputs_on_trigger=True)
    NodeSpace().add_node_instance(node)
    node.inputs["x"].value = "text"
    await node
    assert node.inputs["x"].value == "text"

    node.reset_inputs_on_trigger = False
    node.inputs["x"].value = 1
    await node
    assert node.inputs["x"].value == 1
    node.reset_inputs_on_trigger = True
    await node
    assert node.inputs["x"].value is NoValue


async def test_setting_the_trigger_input_makes_a_node_run_with_what_it_has() -> None:
    node = inc()
    node.inputs["x"].set_value(5, does_trigger=False)

    node.inputs["_triggerinput"].value = None
    await turns()

    assert runs(node) == [5]
    at_rest([node])


async def test_the_trigger_output_is_sent_after_a_good_run_only() -> None:
    node, after = bad(), inc()
    NodeSpace().add_node_instance(node)
    wire(node.outputs["_triggeroutput"], after.inputs["_triggerinput"])
    after.inputs["x"].set_value(1, does_trigger=False)
    node.inputs["x"].value = "text"
    await turns()
    assert runs(after) == []

    node.inputs["x"].value = 1
    await turns()

    assert runs(after) == [1]


def test_a_node_made_without_a_loop_runs_at_the_first_wait() -> None:
    @NodeDecorator("test.engine.modes.lone")
    def lone(x: int = 4) -> int:
        return x

    node = lone()
    assert node.outputs["out"].value is NoValue

    asyncio.run(node.await_until_complete())

    assert node.outputs["out"].value == 4
