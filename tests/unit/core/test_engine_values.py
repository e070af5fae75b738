"""Rules 1 to 5 and 15 to 17: values, setting them, mirrors and data paths."""

import asyncio
import copy
import itertools
import json
import pickle
from typing import Any

import pytest
from engine_nodes import Slow, at_rest, inc, join, open_gate, runs, turns, wire

from funcnodes_core import JSONEncoder, Node, NodeInput, NodeSpace, NoValue
from funcnodes_core.exceptions import ForwardLoopError, SameNodeConnectionError
from funcnodes_core.sentinels import NoValueType

pytestmark = pytest.mark.anyio


def test_novalue_is_one_object_that_survives_pickle_copy_and_json() -> None:
    assert NoValue is not None
    assert bool(NoValue)
    assert NoValueType() is NoValue
    assert pickle.loads(pickle.dumps(NoValue)) is NoValue
    assert copy.copy(NoValue) is NoValue
    assert copy.deepcopy({"x": NoValue})["x"] is NoValue
    assert json.loads(json.dumps(NoValue, cls=JSONEncoder)) == "<NoValue>"


async def test_novalue_resets_what_it_reaches_and_runs_nothing() -> None:
    first, second = inc(), inc()
    wire(first, second)
    second.inputs["x"].default = 7
    first.inputs["x"].value = 1
    await second
    before = len(runs(second))

    first.outputs["out"].value = NoValue
    await turns()

    assert second.inputs["x"].value is NoValue or second.inputs["x"].value == 7
    assert len(runs(second)) == before


async def test_novalue_that_makes_a_queued_node_unready_leaves_its_request_and_staleness() -> None:
    node = inc()
    node.inputs["x"].value = 1
    await node

    node.inputs["x"].value = 2
    node.inputs["x"].value = NoValue
    await turns()

    assert runs(node) == [1]
    assert node._requested
    assert node.stale
    node.inputs["x"].value = 3
    await node
    assert runs(node) == [1, 3]
    assert not node.stale
    at_rest([node])


async def test_a_node_made_unready_by_a_reset_input_is_stale() -> None:
    node = inc()
    node.inputs["x"].value = 1
    await node

    node.inputs["x"].value = NoValue

    assert node.status_word == "stale"


async def test_a_hopeless_node_holds_nobody() -> None:
    # `middle` loses an input for good; what is behind it must not wait for its other source
    quick, slow, middle, last = inc(), Slow(), join(), join()
    wire(quick.outputs["out"], middle.inputs["a"])
    wire(slow.outputs["out"], middle.inputs["b"])
    wire(middle.outputs["out"], last.inputs["a"])
    last.inputs["a"].default = "nothing"
    wire(quick.outputs["_triggeroutput"], last.inputs["b"])
    quick.inputs["x"].value = slow.inputs["x"].value = 1
    await turns()
    quick.outputs["out"].value = NoValue

    await turns()

    assert len(runs(last)) == 1
    await open_gate(slow)
    assert runs(middle) == []
    at_rest([quick, slow, middle, last])


async def test_setting_stores_tells_and_runs_nothing_before_it_returns() -> None:
    node = inc()
    order: list[Any] = []
    node.inputs["x"].on("after_set_value", lambda src, result: order.append(("first", result, src.value)))
    node.inputs["x"].on("after_set_value", lambda src, result: order.append("second"))

    node.inputs["x"].set_value(5)
    order.append("returned")

    assert order == [("first", 5, 5), "second", "returned"]
    assert runs(node) == []
    await turns()
    assert runs(node) == [5]


async def test_a_failing_callback_propagates_and_nothing_is_asked() -> None:
    node = inc()

    def fail(**_: Any) -> None:
        raise LookupError("no")

    node.inputs["x"].on("after_set_value", fail)

    with pytest.raises(LookupError):
        node.inputs["x"].value = 1

    await turns()
    assert runs(node) == []


def test_without_a_loop_the_request_stays_until_something_downstream_is_awaited() -> None:
    first, second = inc(), inc()
    wire(first, second)

    first.inputs["x"].value = 1

    assert runs(first) == []
    asyncio.run(_await(second))
    assert runs(second) == [2]


async def _await(node: Node) -> None:
    await node


def test_without_a_loop_the_request_stays_until_the_space_is_awaited() -> None:
    space = NodeSpace()
    node = space.add_node_instance(inc())
    node.inputs["x"].value = 1

    asyncio.run(space.await_done())

    assert runs(node) == [1]
    assert space.idle()


async def test_many_sets_in_one_block_are_one_run_with_the_newest_values() -> None:
    node = join()
    for value in range(5):
        node.inputs["a"].value = value
        node.inputs["b"].value = -value

    await node

    assert runs(node) == [(4, -4)]


async def test_sends_of_a_synchronous_run_are_one_change_and_the_last_wins() -> None:
    class Chatty(Node):
        node_id = "test.engine.values.chatty"
        x = NodeInput(type=int)
        from funcnodes_core import NodeOutput

        out = NodeOutput(type=int)

        async def func(self, x: int) -> None:
            for value in range(x):
                self.outputs["out"].value = value

    source, sink = Chatty(), inc()
    wire(source, sink)
    source.inputs["x"].value = 4

    await sink

    assert runs(sink)[-1] == 3
    at_rest([source, sink])


async def test_values_are_passed_by_reference() -> None:
    value = object()
    first, second = join(), join()
    first.outputs["out"].connect(second.inputs["a"])

    first.outputs["out"].value = value

    assert second.inputs["a"].value is value


async def test_a_debounced_node_runs_once_when_changes_have_stopped() -> None:
    node = inc(pretrigger_delay=0.01)
    other = inc()
    for value in range(4):
        node.inputs["x"].value = value
        other.inputs["x"].value = value
        await other

    assert runs(node) == []
    await node
    assert runs(node) == [3]
    at_rest([node, other])


async def test_a_debounced_request_is_used_up_by_a_run_that_comes_before() -> None:
    first, node = inc(), inc(pretrigger_delay=0.01)
    node.inputs["x"].value = 1
    timer = node._timer
    wire(first.outputs["out"], node.inputs["x"])
    first.inputs["x"].value = 5
    await node

    assert runs(node) == [6]
    assert timer is not None
    assert timer.cancelled()
    at_rest([first, node])


async def test_a_removed_node_forgets_its_debounced_request() -> None:
    space = NodeSpace()
    node = space.add_node_instance(inc(pretrigger_delay=0.01))
    node.inputs["x"].value = 1
    timer = node._timer

    space.remove_node_instance(node)

    assert timer is not None
    assert timer.cancelled()
    assert space.idle()


async def test_false_travels_downstream_and_nobody_runs() -> None:
    first, second = inc(), inc()
    mirror = inc()
    wire(first, second)
    second.inputs["x"].forward(mirror.inputs["x"])

    first.outputs["out"].set_value(9, does_trigger=False)
    await turns()

    assert second.inputs["x"].value == mirror.inputs["x"].value == 9
    assert runs(second) == runs(mirror) == []


async def test_true_overrides_the_own_flag_of_an_input_and_is_not_passed_on() -> None:
    node, behind = inc(), inc()
    node.inputs["x"].does_trigger = behind.inputs["x"].does_trigger = False
    node.inputs["x"].forward(behind.inputs["x"])

    node.inputs["x"].value = 1
    await turns()
    assert runs(node) == []

    node.inputs["x"].set_value(2, does_trigger=True)
    await turns()
    assert runs(node) == [2]
    assert runs(behind) == []

    source = inc()
    sink = inc()
    sink.inputs["x"].does_trigger = False
    wire(source, sink)
    source.outputs["out"].set_value(3, does_trigger=True)
    await turns()
    assert runs(sink) == []


async def test_mirrors_carry_values_along_a_long_chain_without_recursion() -> None:
    nodes = [inc() for _ in range(10_000)]
    for left, right in itertools.pairwise(nodes):
        left.inputs["x"].forward(right.inputs["x"])

    nodes[0].inputs["x"].value = 3
    await turns(3)
    async with asyncio.timeout(30):
        await nodes[-1].await_until_complete()

    assert nodes[-1].inputs["x"].value == 3
    assert runs(nodes[-1]) == [3]


async def test_loops_of_mirrors_are_refused() -> None:
    a, b, c = inc(), inc(), inc()
    a.inputs["x"].forward(b.inputs["x"])
    b.inputs["x"].forward(c.inputs["x"])

    with pytest.raises(ForwardLoopError):
        c.inputs["x"].forward(a.inputs["x"])
    with pytest.raises(SameNodeConnectionError):
        a.inputs["x"].forward(a.inputs["x"])

    assert c.inputs["x"].get_forward_connections() == []


async def test_a_data_path_is_done_when_nothing_follows_any_more() -> None:
    source, slow, last = inc(), Slow(), inc()
    wire(source, slow, last)
    assert source.inputs["x"].datapath is None
    source.inputs["x"].value = 1

    path = source.inputs["x"].datapath
    assert path is not None
    assert not path.done()
    assert not path.done(breaking_nodes=[slow])
    await turns()
    assert not path.done()
    assert path.done(breaking_nodes=[slow])
    await open_gate(slow)

    assert path.done()
    assert runs(last) == [3]
