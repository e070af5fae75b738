"""What servers and node authors say to the engine: `loading`, `settled`, `mark_stale`, `triggered_by`."""

from typing import Any

import pytest
from engine_nodes import inc, runs, wire

from funcnodes_core import Node, NodeInput, NodeOutput, NodeSpace

pytestmark = pytest.mark.anyio


class Doubled(Node):
    """Sends a value and reads what a body made of it, twice."""

    node_id = "test.engine.own_words.doubled"
    start = NodeInput(type=int)
    back = NodeInput(type=int, does_trigger=False, required=False)
    value = NodeOutput(type=int)
    done = NodeOutput(type=list)

    async def func(self, start: int, back: Any = None) -> None:
        results = []
        for value in (start, start + 10):
            self.outputs["value"].value = value
            await self.settled()
            results.append(self.inputs["back"].value)
        self.outputs["done"].value = results


async def test_a_run_waits_until_what_it_sent_is_settled() -> None:
    loop, first, second = Doubled(), inc(), inc()
    loop.outputs["value"].connect(first.inputs["x"])
    wire(first, second)
    second.outputs["out"].connect(loop.inputs["back"])

    loop.inputs["start"].value = 1
    await loop

    assert loop.outputs["done"].value == [3, 13]


async def test_requests_made_while_loading_are_dropped() -> None:
    space = NodeSpace()
    node = space.add_node_instance(inc())
    node.mode = "muted"

    with space.loading():
        node.inputs["x"].value = 1
    node.mode = "active"
    await space.await_done()

    assert runs(node) == []
    assert space.idle()


async def test_loading_inside_loading_ends_with_the_outer_one() -> None:
    space = NodeSpace()
    node = space.add_node_instance(inc())

    with space.loading():
        with space.loading(node):
            node.inputs["x"].value = 1
        node.inputs["x"].value = 2
    node.inputs["x"].value = 3
    await space.await_done()

    assert runs(node) == [3]


async def test_a_failure_while_loading_does_not_leave_the_graph_deaf() -> None:
    space = NodeSpace()
    node = space.add_node_instance(inc())

    with pytest.raises(ZeroDivisionError), space.loading():
        _ = 1 / 0
    node.inputs["x"].value = 1
    await space.await_done()

    assert runs(node) == [1]


async def test_marked_stale_until_the_next_run() -> None:
    node = inc()
    node.inputs["x"].value = 1
    await node

    node.mark_stale()
    marked = node.status_word
    await node

    assert (marked, node.status_word) == ("stale", "done")


async def test_the_input_that_asked_for_a_run_is_known() -> None:
    node = inc()
    before = node.triggered_by

    node.inputs["x"].value = 1
    await node

    assert before is None
    assert node.triggered_by is node.inputs["x"]
