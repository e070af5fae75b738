"""Rules 1, 2 and 16: requests that cannot be met at once, mirrors of nodes that take no part in a wave."""

import asyncio
from typing import Any

import pytest
from engine_nodes import Slow, Stream, at_rest, inc, join, open_gate, runs, turns, wire

from funcnodes_core import NodeDecorator, NoValue

pytestmark = pytest.mark.anyio


@NodeDecorator("test.requests.switch", outputs=[{"name": "even"}, {"name": "odd"}])
def switch(x: int) -> tuple[Any, Any]:
    return (NoValue, x) if x % 2 else (x, NoValue)


async def test_a_request_that_came_too_early_in_a_wave_waits_for_the_next_triggering_value() -> None:
    source, node = switch(), join()
    node.inputs["b"].does_trigger = False
    node.inputs["a"].default = "nothing"
    wire(source.outputs["even"], node.inputs["b"])
    wire(source.outputs["odd"], node.inputs["a"])
    node.inputs["a"].default = "nothing"

    source.inputs["x"].value = 1
    await turns()
    assert node._requested
    source.inputs["x"].value = 2  # `b` has a value now, and nothing that triggers has come
    await turns()

    assert runs(node) == []
    assert node._requested
    node.inputs["a"].set_value("new")
    await turns()
    assert runs(node) == [("new", 2)]
    at_rest([source, node])


async def test_a_mirror_of_a_running_streams_input_is_let_go_with_the_wire_that_feeds_it() -> None:
    source, stream, last = inc(), Stream(), join()
    wire(source, stream)
    wire(stream.outputs["out"], last.inputs["a"])
    stream.inputs["n"].forward(last.inputs["b"])

    source.inputs["x"].value = 1
    await turns(1)
    source.inputs["x"].value = 2  # while the stream runs, which is not marked then
    async with asyncio.timeout(5):
        await last.await_until_complete()
        await stream.await_until_complete()

    assert runs(last)[-1] == (2, 3)
    assert stream.run_count == 2
    at_rest([source, stream, last])


async def test_a_mirror_of_a_muted_nodes_input_waits_for_nobody_else() -> None:
    source, muted, last, slow = inc(), inc(), join(), Slow()
    wire(source, muted)
    muted.inputs["x"].forward(last.inputs["a"])
    last.inputs["b"].value = 0
    muted.disabled = True
    slow.inputs["x"].value = 1  # something else, that takes long
    source.inputs["x"].value = 1

    await turns()

    assert runs(last) == [(2, 0)]
    await open_gate(slow)
    at_rest([source, muted, last, slow])


def test_a_mirror_gives_way_to_a_wire_and_to_another_mirror() -> None:
    first, second, target, behind = inc(), inc(), inc(), inc()
    first.inputs["x"].forward(target.inputs["x"])
    target.inputs["x"].forward(behind.inputs["x"])

    second.inputs["x"].forward(target.inputs["x"], replace=True)
    assert first.inputs["x"].get_forward_connections() == []
    first.outputs["out"].connect(target.inputs["x"], replace=True)

    assert second.inputs["x"].get_forward_connections() == []
    assert target.inputs["x"].connections == [first.outputs["out"]]
    assert target.inputs["x"].get_forward_connections() == [behind.inputs["x"]]
