"""Rule 28: why a node ran, or why it does not."""

import asyncio

import pytest
from engine_nodes import Slow, bad, inc, join, open_gate, turns, wire

from funcnodes_core import Node, NodeSpace, why
from funcnodes_core.nodespace.placeholder import PlaceHolderNode

pytestmark = pytest.mark.anyio


def in_space(*nodes: Node) -> NodeSpace:
    space = NodeSpace()
    for node in nodes:
        space.add_node_instance(node)
    return space


async def test_it_names_the_input_and_the_change_that_made_a_node_run() -> None:
    first, middle, last = inc(name="first"), inc(name="middle"), inc(name="last")
    in_space(first, middle, last)
    wire(first, middle, last)
    assert why(first).text == "waiting for a value at 'x'"

    first.inputs["x"].value = 1
    await turns()

    assert why(first).text == "it ran because 'x' got a value"
    assert why(middle).text == "it ran because 'x' got a value from 'first', whose 'x' was set"
    assert why(last) == (
        "done",
        "it ran because 'x' got a value from 'middle', after 'x' of 'first' was set",
        (middle, first),
    )
    assert str(why(first)) == why(first).text
    middle.inputs["x"].value = 5
    await turns()
    assert why(last).nodes == (middle, first)


async def test_a_run_asked_for_by_hand_is_said_to_be() -> None:
    node = inc()
    node.inputs["x"].set_value(1, does_trigger=False)
    assert why(node).text == "nobody asked"

    await node

    assert why(node).text == "it ran, asked for by hand"


async def test_a_running_node_says_what_made_it_run_and_others_that_they_wait_for_it() -> None:
    slow, last = Slow(name="slow"), join(name="last")
    in_space(slow, last)
    wire(slow, last.inputs["a"])
    last.inputs["a"].set_value(0, does_trigger=False)
    slow.inputs["x"].value = 1
    last.inputs["b"].value = 1
    await turns()

    assert why(slow) == ("running", "it runs because 'x' got a value", ())
    assert why(last) == ("waiting", "waiting for 'slow'", (slow,))
    await open_gate(slow)
    assert why(last).status == "done"


async def test_what_waits_behind_a_forwarded_input_names_the_node_that_runs() -> None:
    slow, mirror, last = Slow(name="slow"), inc(name="mirror"), join(name="last")
    in_space(slow, mirror, last)
    wire(slow, mirror)
    mirror.inputs["x"].forward(last.inputs["a"])
    last.inputs["a"].set_value(0, does_trigger=False)
    slow.inputs["x"].value = 1
    last.inputs["b"].value = 1
    await turns()

    assert why(last).text == "waiting for 'slow'"
    await open_gate(slow)


async def test_a_change_kept_for_later_names_what_must_run_first() -> None:
    quick, slow, last = inc(name="quick"), Slow(name="slow"), join(name="last")
    in_space(quick, slow, last)
    wire(quick, last.inputs["a"])
    wire(slow, last.inputs["b"])
    quick.inputs["x"].value = slow.inputs["x"].value = 1
    await turns()
    quick.inputs["x"].value = 2
    await turns()

    assert why(quick) == ("waiting", "waiting until 'last' has run for an earlier change", (last,))
    await open_gate(slow)
    assert why(quick).status == "done"


async def test_it_tells_debounce_muting_pause_and_turn_apart() -> None:
    late, muted, paused, soon = inc(pretrigger_delay=60), inc(), inc(), inc()
    space = in_space(paused)
    muted.mode = "muted"
    assert why(muted).text == "it is muted"
    space.pause()
    for node in (late, muted, paused, soon):
        node.inputs["x"].value = 1

    assert why(late).text == "waiting until nothing has changed for 60 s"
    assert why(muted) == ("muted", "it is muted, and remembers that it was asked", ())
    assert why(paused).text == "the graph is paused"
    assert why(soon).text == "waiting for its turn"
    late.trigger()
    await turns()
    assert why(late).status == "done"


async def test_failures_and_what_they_block_are_named() -> None:
    node, last, after = bad(name="the bad one"), join(), inc()
    space = in_space(node, last, after)
    wire(node, last.inputs["a"])
    wire(last, after)
    last.inputs["b"].set_value(1, does_trigger=False)

    node.inputs["x"].value = "text"
    await space.await_done()

    assert why(node) == ("failed", "its last run failed: ValueError: cannot take text", ())
    assert why(after).text == "waiting for a value at 'x'"
    node.inputs["x"].value = 1
    await space.await_done()
    node.inputs["x"].value = "text"
    await space.await_done()
    assert why(last) == ("stale", "blocked by the failure of 'the bad one'", (node,))
    last.inputs["b"].value = 2
    await space.await_done()
    assert last.status_word == "stale"
    assert why(last) == ("stale", "'the bad one' is stale", (node,))


async def test_a_stop_is_named_as_such() -> None:
    slow, last = Slow(name="slow"), inc()
    space = in_space(slow, last)
    wire(slow, last)
    last.inputs["x"].set_value(0, does_trigger=False)
    slow.inputs["x"].value = 1
    await turns()

    await slow.cancel()
    await space.await_done()

    assert why(last).text == "blocked by the stop of 'slow'"
    last.mark_stale()
    slow.inputs["x"].value = 2
    await turns()
    await space.stop()
    assert why(slow).text == "its last run was stopped"


async def test_of_many_nodes_some_are_named() -> None:
    slows = [Slow(name=f"slow {number}") for number in range(5)]
    last = inc(name="last")
    in_space(*slows, last)
    last.inputs["x"]._own().allow_multiple = True
    for slow in slows:
        slow.outputs["out"].connect(last.inputs["x"])
    last.inputs["x"].set_value(0, does_trigger=False)
    for slow in slows:
        slow.inputs["x"].value = 1
    await turns()

    assert why(last).text == "waiting for 'slow 0', 'slow 1', 'slow 2' and 2 more"
    for slow in slows:
        await open_gate(slow)


async def test_a_circle_has_no_beginning_to_name() -> None:
    node = Slow(name="round")
    wire(node, node.inputs["x"])
    node.inputs["x"].value = 1
    await turns()
    await open_gate(node)

    assert why(node).text.startswith("it runs because 'x' got a value from 'round'")
    await node.cancel()


def test_a_node_whose_class_is_missing_says_so() -> None:
    assert why(PlaceHolderNode({"node_id": "gone.node"})).text == "its class 'gone.node' is not installed"


async def test_a_node_that_was_taken_out_of_the_queue_is_stale() -> None:
    node = inc()
    space = in_space(node)
    node.inputs["x"].value = 1

    await space.stop()

    assert why(node).text == "something upstream has changed since it ran, or its run was taken back"
    async with asyncio.timeout(5):
        space.run_stale()
        await space.await_done()
    assert why(node).text == "it ran because 'x' got a value"
