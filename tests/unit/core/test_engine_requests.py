"""Rules 1 and 2: what becomes of a request that cannot be met at once."""

from typing import Any

import pytest
from engine_nodes import at_rest, join, runs, turns, wire

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
