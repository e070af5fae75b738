"""Nodes that send, wait for what follows, and collect: the shape of For in published modules."""

import asyncio
from typing import Any

import pytest

from funcnodes_core import Node, NodeDecorator, NodeInput, NodeOutput, NoValue


class Loop(Node):
    node_id = "test.loops.loop"
    items = NodeInput(type=list)
    do = NodeOutput()
    collector = NodeInput(does_trigger=False, required=False)
    done = NodeOutput(type=list)

    async def func(self, items: list[Any], collector: Any = None) -> None:
        results = []
        for item in items:
            self.outputs["do"].set_value(item, does_trigger=True)
            paths = [port.datapath for port in self.outputs["do"].connections]
            while not all(path.done(breaking_nodes=[self]) for path in paths):
                await asyncio.sleep(0)
            value = self.inputs["collector"].value
            if value is not NoValue:
                results.append(value)
                self.inputs["collector"].value = NoValue
        self.outputs["done"].value = results


@NodeDecorator("test.loops.later")
async def later(x: Any) -> Any:
    for _ in range(5):
        await asyncio.sleep(0)
    return f"{x}!"


@NodeDecorator("test.loops.pair")
def pair(x: str) -> list[str]:
    return [f"{x}a", f"{x}b"]


def body(loop: Node) -> Node:
    """An asynchronous node between `do` and `collector`."""
    node = later()
    loop.outputs["do"].connect(node.inputs["x"])
    node.outputs["out"].connect(loop.inputs["collector"])
    return node


@pytest.mark.anyio
async def test_a_loop_waits_for_an_asynchronous_body() -> None:
    loop = Loop()
    node = body(loop)
    loop.inputs["items"].value = ["a", "b", "c"]

    async with asyncio.timeout(10):
        await loop

    assert loop.outputs["done"].value == ["a!", "b!", "c!"]
    assert node.run_count == 3


@pytest.mark.anyio
async def test_a_loop_inside_a_loop_collects_per_item() -> None:
    outer, inner, split = Loop(), Loop(), pair()
    node = body(inner)
    outer.outputs["do"].connect(split.inputs["x"])
    split.outputs["out"].connect(inner.inputs["items"])
    inner.outputs["done"].connect(outer.inputs["collector"])
    outer.inputs["items"].value = ["x", "y"]

    async with asyncio.timeout(10):
        await outer

    assert outer.outputs["done"].value == [["xa!", "xb!"], ["ya!", "yb!"]]
    assert node.run_count == 4
