"""Rules 6 to 8, 10, 12 and 15: waves, holds, changes that arrive while a wave runs."""

import asyncio
from typing import Any

import pytest
from engine_nodes import Slow, Ticker, Unless, at_rest, inc, join, open_gate, runs, turns, wire

from funcnodes_core import Node, NodeInput, NodeOutput, NodeSpace, NoValue

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("order", ["short first", "long first"])
async def test_a_join_never_sees_one_new_and_one_old_input(order: str) -> None:
    source, a, last = inc(), inc(), join()
    if order == "short first":
        wire(source.outputs["out"], last.inputs["b"])
        wire(source, a, last.inputs["a"])
    else:
        wire(source, a, last.inputs["a"])
        wire(source.outputs["out"], last.inputs["b"])

    for value in range(3):
        source.inputs["x"].value = value
        await last

    assert runs(last) == [(2 + v, 1 + v) for v in range(3)]


async def test_unequal_lengths_and_durations_meet_in_one_run() -> None:
    source, last = inc(), join()
    left, right = [Slow(), inc(), Slow()], [Slow()]
    wire(source, *left, last.inputs["a"])
    wire(source, *right, last.inputs["b"])
    source.inputs["x"].value = 0
    await turns()

    await open_gate(right[0])
    await open_gate(left[0])
    assert runs(last) == []
    await open_gate(left[2])

    assert runs(last) == [(4, 2)]
    at_rest([source, *left, *right, last])


async def test_a_direct_set_on_a_join_waits_for_what_is_on_its_way() -> None:
    slow, last = Slow(), join()
    wire(slow.outputs["out"], last.inputs["a"])
    slow.inputs["x"].value = 1
    await turns()

    last.inputs["b"].value = "direct"
    await turns()
    assert runs(last) == []
    await open_gate(slow)

    assert runs(last) == [(2, "direct")]


async def test_if_releases_exactly_what_it_sent_to() -> None:
    branch, yes, no, last = Unless(), inc(), inc(), join()
    wire(branch.outputs["yes"], yes.inputs["x"])
    wire(branch.outputs["no"], no.inputs["x"])
    wire(yes.outputs["out"], last.inputs["a"])
    wire(no.outputs["out"], last.inputs["b"])
    last.inputs["a"].default = last.inputs["b"].default = "none"
    branch.inputs["x"].value = 1
    branch.inputs["test"].value = True
    await last
    branch.inputs["test"].value = False
    await last

    assert runs(yes) == [1]
    assert runs(no) == [1]
    assert len(runs(last)) == 2
    at_rest([branch, yes, no, last])


async def test_a_value_that_does_not_trigger_releases_without_a_run() -> None:
    source, quiet, last = inc(), inc(), join()
    quiet.inputs["x"].does_trigger = False
    wire(source, quiet, last.inputs["a"])
    wire(source.outputs["out"], last.inputs["b"])
    last.inputs["a"].default = "old"
    source.inputs["x"].value = 1

    await turns()

    assert runs(quiet) == []
    assert runs(last) == [(NoValue, 2)] or len(runs(last)) <= 1
    at_rest([source, quiet, last])


async def test_an_unready_node_on_the_way_holds_nobody() -> None:
    source, stuck, last = inc(), join(), join()
    wire(source.outputs["out"], stuck.inputs["a"])
    wire(stuck.outputs["out"], last.inputs["a"])
    wire(source.outputs["out"], last.inputs["b"])
    last.inputs["a"].default = 0
    last.inputs["a"].set_value(0, does_trigger=False)

    source.inputs["x"].value = 1
    await turns()

    assert runs(last) == [(0, 2)]
    assert stuck._requested
    at_rest([source, stuck, last])


async def test_changes_that_keep_arriving_starve_no_join() -> None:
    source, slow, last = inc(), Slow(), join()
    wire(source, slow, last.inputs["a"])
    wire(source.outputs["out"], last.inputs["b"])

    for value in range(30):
        source.inputs["x"].value = value
        await turns(2)
        if value % 3 == 2:
            await open_gate(slow)

    assert len(runs(last)) >= 8
    assert all(a == b + 1 for a, b in runs(last))
    while last._live:
        await open_gate(slow)
    assert runs(last)[-1] == (31, 30)
    at_rest([source, slow, last])


async def test_a_newer_change_is_kept_until_the_join_has_started_and_the_newest_wins() -> None:
    source, slow, last = inc(), Slow(), join()
    wire(source, slow, last.inputs["a"])
    wire(source.outputs["out"], last.inputs["b"])
    source.inputs["x"].value = 0
    await turns()

    source.inputs["x"].value = 10
    await turns()
    source.inputs["x"].value = 20
    await turns()
    assert runs(source) == [0]
    await open_gate(slow)
    await open_gate(slow)

    assert runs(source) == [0, 20]
    assert runs(last) == [(2, 1), (22, 21)]


async def test_an_independent_change_joins_a_wave_that_it_has_not_taken_part_in() -> None:
    slow, other, last = Slow(), inc(), join()
    wire(slow.outputs["out"], last.inputs["a"])
    wire(other.outputs["out"], last.inputs["b"])
    other.inputs["x"].value = 0
    await other
    slow.inputs["x"].value = 1
    await turns()

    other.inputs["x"].value = 5
    await turns()
    await open_gate(slow)

    assert runs(last) == [(2, 6)]


async def test_a_request_during_the_own_run_gives_one_further_run() -> None:
    node, last = Slow(), inc()
    wire(node, last)
    node.inputs["x"].value = 1
    await turns()

    for value in (2, 3, 4):
        node.inputs["x"].value = value
    await open_gate(node)
    assert runs(last) == [2]
    await open_gate(node)

    assert runs(node) == [1, 4]
    assert runs(last) == [2, 5]
    at_rest([node, last])


async def test_a_wire_added_during_a_wave_takes_part() -> None:
    slow, last = Slow(), join()
    other = Slow()
    wire(slow.outputs["out"], last.inputs["a"])
    slow.inputs["x"].value = other.inputs["x"].value = 1
    last.inputs["b"].value = "old"
    await turns()

    wire(other.outputs["out"], last.inputs["b"])
    await open_gate(slow)
    assert runs(last) == []
    await open_gate(other)

    assert runs(last) == [(2, 2)]
    at_rest([slow, other, last])


async def test_a_mirror_added_during_a_wave_holds_as_what_it_mirrors() -> None:
    slow, first, second, third = Slow(), inc(), join(), Slow()
    wire(slow.outputs["out"], first.inputs["x"])
    wire(third.outputs["out"], second.inputs["b"])
    slow.inputs["x"].value = third.inputs["x"].value = 1
    await turns()
    first.inputs["x"].forward(second.inputs["a"])

    await open_gate(third)
    assert runs(second) == []
    await open_gate(slow)

    assert runs(second) == [(2, 2)]
    at_rest([slow, first, second, third])


async def test_a_mirror_of_a_running_node_added_during_its_run_blocks_nobody() -> None:
    running, waiting, other = Slow(), join(), Slow()
    wire(other.outputs["out"], waiting.inputs["b"])
    running.inputs["x"].value = other.inputs["x"].value = 1
    await turns()
    running.inputs["x"].forward(waiting.inputs["a"])

    await open_gate(running)
    await open_gate(other)

    assert runs(waiting) == [(1, 2)]
    at_rest([running, waiting, other])


async def test_a_wire_taken_away_during_a_wave_holds_nobody_any_more() -> None:
    slow, quick, last = Slow(), inc(), join()
    wire(slow.outputs["out"], last.inputs["a"])
    wire(quick.outputs["out"], last.inputs["b"])
    slow.inputs["x"].value = quick.inputs["x"].value = 1
    await turns()

    slow.outputs["out"].disconnect(last.inputs["a"])
    last.inputs["a"].value = "own"
    await turns()

    assert runs(last) == [("own", 2)]
    await open_gate(slow)
    at_rest([slow, quick, last])


async def test_a_mirror_of_a_node_that_never_ran_can_be_taken_away_while_it_is_held() -> None:
    slow, muted, last, quick = Slow(), inc(), join(), inc()
    muted.disabled = True
    wire(slow.outputs["out"], muted.inputs["x"])
    wire(quick.outputs["out"], last.inputs["b"])
    muted.inputs["x"].forward(last.inputs["a"])
    slow.inputs["x"].value = quick.inputs["x"].value = 1
    await turns()

    muted.inputs["x"].unforward(last.inputs["a"])
    last.inputs["a"].value = "own"
    await turns()

    assert runs(last) == [("own", 2)]
    await open_gate(slow)
    at_rest([slow, muted, last, quick])


async def test_removing_a_running_node_drops_its_result_and_ends_its_holds() -> None:
    space = NodeSpace()
    slow, quick, last = Slow(), inc(), join()
    for node in (slow, quick, last):
        space.add_node_instance(node)
    wire(slow.outputs["out"], last.inputs["a"])
    wire(quick.outputs["out"], last.inputs["b"])
    last.inputs["a"].value = 0
    slow.inputs["x"].value = quick.inputs["x"].value = 1
    await turns()

    space.remove_node_instance(slow)
    last.inputs["a"].value = "kept"
    async with asyncio.timeout(5):
        await space.await_done()
    await turns()

    assert runs(last) == [("kept", 2)]
    assert slow.outputs["out"].value is NoValue
    at_rest([slow, quick, last])


async def test_an_explicit_trigger_starts_at_once_ignoring_holds() -> None:
    slow, last = Slow(), join()
    wire(slow.outputs["out"], last.inputs["a"])
    last.inputs["a"].value, last.inputs["b"].value = 0, 0
    await last
    slow.inputs["x"].value = 1
    last.inputs["b"].value = 1
    await turns()
    assert len(runs(last)) == 1

    await asyncio.wait_for(_result(last), 5)
    assert runs(last)[1] == (0, 1)
    await open_gate(slow)

    assert runs(last)[2:] == [(2, 1)]
    at_rest([slow, last])


async def _result(node: Node) -> Any:
    # what it returned is there before all that it waits for is
    stack = node.trigger()
    await turns()
    return len(stack)


async def test_a_triggered_node_that_waits_does_not_run_twice_at_the_same_time() -> None:
    first, second = Slow(), Slow()
    wire(first, second)
    second.inputs["x"].value = 5
    await second.__dict__.get("nothing", turns())
    await open_gate(second)
    first.inputs["x"].value = 1
    await turns()

    second.trigger()
    await turns()
    await open_gate(first)
    assert len(runs(second)) == 2
    await open_gate(second)
    assert len(runs(second)) == 3
    await open_gate(second)

    assert runs(second) == [5, 5, 2]
    at_rest([first, second])


async def test_an_endless_source_keeps_sending_when_something_above_it_changes() -> None:
    above, ticker, body = inc(), Ticker(), inc()
    wire(above, ticker, body)
    above.inputs["x"].value = 0
    await turns()
    await open_gate(ticker)
    assert runs(body) == [1]

    above.inputs["x"].value = 5
    await turns()
    for _ in range(4):
        await open_gate(ticker)

    assert len(runs(body)) >= 4
    assert runs(body)[-1] == 5
    assert await ticker.cancel() == "cancelled"
    await turns()
    assert runs(ticker)[-1] == 6  # what was kept for its end
    await ticker.cancel()
    await turns()


async def test_reset_inputs_and_waves_go_together() -> None:
    class Once(Node):
        node_id = "test.engine.waves.once"
        default_reset_inputs_on_trigger = True
        a = NodeInput(type=int)
        b = NodeInput(type=int)
        out = NodeOutput(type=int)

        async def func(self, a: int, b: int) -> None:
            self.outputs["out"].value = a + b

    source, node = inc(), Once()
    source.outputs["out"].connect(node.inputs["a"])
    source.inputs["x"].value = 1
    node.inputs["b"].value = 1
    await turns()

    assert node.outputs["out"].value == 3
    assert node.inputs["a"].value is NoValue
    assert node.run_count == 1
    assert not node.stale
    at_rest([source, node])
