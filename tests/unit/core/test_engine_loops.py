"""Rules 7, 9, 17 and 18: For, While, streams and free cycles."""

import asyncio
from typing import Any

import pytest
from engine_nodes import Loop, Slow, Stream, at_rest, inc, join, open_gate, runs, turns, wire

from funcnodes_core import Node, NodeDecorator, NodeInput, NodeOutput, NodeSpace, NoValue

pytestmark = pytest.mark.anyio


@NodeDecorator("test.engine.loops.spread")
def spread(x: int) -> list[int]:
    return [x * 10, x * 10 + 1]


class While(Node):
    """Sends a value round until the body says that it is enough."""

    node_id = "test.engine.loops.while"
    start = NodeInput(type=int)
    back = NodeInput(does_trigger=False, required=False)
    do = NodeOutput()
    done = NodeOutput()

    async def func(self, start: int, back: Any = None) -> None:
        value = start
        while value < 5:
            self.outputs["do"].value = value
            path = self.outputs["do"].connections[0].datapath
            while not path.done([self]):
                await asyncio.sleep(0)
            value = self.inputs["back"].value
        self.outputs["done"].value = value


def diamond_body(loop: Node, order: str) -> tuple[Node, Node, Node]:
    a, b, last = inc(), Slow(), join()
    for node in (a, b) if order == "short first" else (b, a):
        loop.outputs["do"].connect(node.inputs["x"])
    pairs = [(a, "a"), (b, "b")]
    for node, port in pairs if order == "short first" else reversed(pairs):
        node.outputs["out"].connect(last.inputs[port])
    last.outputs["out"].connect(loop.inputs["collector"])
    return a, b, last


@pytest.mark.parametrize("order", ["short first", "long first"])
async def test_a_diamond_in_a_for_body_runs_its_join_once_per_item(order: str) -> None:
    loop = Loop()
    nodes = diamond_body(loop, order)
    loop.inputs["items"].value = [1, 2, 3]
    await turns()

    for _ in range(3):
        await open_gate(nodes[1])
        await turns(20)

    assert loop.outputs["done"].value == [(2, 2), (3, 3), (4, 4)]
    assert len(runs(nodes[2])) == 3
    at_rest([loop, *nodes])


@pytest.mark.parametrize("first", ["done", "body"])
async def test_a_join_of_done_with_the_body_runs_once_at_the_end(first: str) -> None:
    loop, body, last = Loop(), inc(), join()
    loop.outputs["do"].connect(body.inputs["x"])
    body.outputs["out"].connect(loop.inputs["collector"])
    wires = [(loop.outputs["done"], last.inputs["a"]), (body.outputs["out"], last.inputs["b"])]
    for source, target in wires if first == "done" else reversed(wires):
        source.connect(target)
    loop.inputs["items"].value = [1, 2, 3]

    await turns(40)

    assert runs(last) == [([2, 3, 4], 4)]
    at_rest([loop, body, last])


async def test_two_loops_that_meet_in_one_join_do_not_wait_for_each_other() -> None:
    one, two, last = Loop(), Loop(), join()
    body, other = inc(), Slow()
    for loop, node in ((one, body), (two, other)):
        loop.outputs["do"].connect(node.inputs["x"])
        node.outputs["out"].connect(loop.inputs["collector"])
    three = Ends()
    wire(one.outputs["done"], three.inputs["a"])
    wire(two.outputs["done"], three.inputs["b"])
    wire(body.outputs["out"], three.inputs["c"])
    wire(three.outputs["out"], last.inputs["a"])
    last.inputs["b"].value = 0
    one.inputs["items"].value = [1, 2]
    two.inputs["items"].value = [5, 6]

    await turns(30)
    assert one.outputs["done"].value == [2, 3]
    await open_gate(other)
    await turns(20)
    await open_gate(other)
    await turns(20)

    assert three.outputs["out"].value == ([2, 3], [6, 7], 3)
    assert three.run_count == 1
    at_rest([one, two, body, other, three, last])


@NodeDecorator("test.engine.loops.ends")
def Ends(a: Any, b: Any, c: Any) -> Any:
    return (a, b, c)


async def test_nested_loops_collect_per_item() -> None:
    outer, inner, split, body = Loop(), Loop(), spread(), Slow()
    outer.outputs["do"].connect(split.inputs["x"])
    split.outputs["out"].connect(inner.inputs["items"])
    inner.outputs["do"].connect(body.inputs["x"])
    body.outputs["out"].connect(inner.inputs["collector"])
    inner.outputs["done"].connect(outer.inputs["collector"])
    outer.inputs["items"].value = [1, 2]
    await turns(20)

    for _ in range(4):
        await open_gate(body)
        await turns(20)

    assert outer.outputs["done"].value == [[11, 12], [21, 22]]
    at_rest([outer, inner, split, body])


async def test_while_goes_round_until_it_is_enough() -> None:
    loop, body, last = While(), inc(), join()
    loop.outputs["do"].connect(body.inputs["x"])
    body.outputs["out"].connect(loop.inputs["back"])
    loop.outputs["done"].connect(last.inputs["a"])
    body.outputs["out"].connect(last.inputs["b"])
    loop.inputs["start"].value = 0

    await turns(60)

    assert loop.outputs["done"].value == 5
    assert runs(last) == [(5, 5)]
    at_rest([loop, body, last])


async def test_a_change_above_a_loop_waits_for_its_end_and_no_item_is_lost() -> None:
    above, loop, body = Items(), Loop(), Slow()
    above.outputs["out"].connect(loop.inputs["items"])
    loop.outputs["do"].connect(body.inputs["x"])
    body.outputs["out"].connect(loop.inputs["collector"])
    above.inputs["n"].value = 2
    await turns(10)
    seen: list[Any] = []
    loop.outputs["done"].on("after_set_value", lambda src, result: seen.append(result))

    above.inputs["n"].value = 3
    await turns(10)
    for _ in range(5):
        await open_gate(body)
        await turns(20)

    assert seen == [[1, 2], [1, 2, 3]]
    assert runs(body) == [0, 1, 0, 1, 2]
    at_rest([above, loop, body])


@NodeDecorator("test.engine.loops.items")
def Items(n: int) -> list[int]:
    return list(range(n))


async def test_a_stream_sends_the_next_value_when_the_last_has_settled() -> None:
    stream, body, last = Stream(), Slow(), join()
    wire(stream, body)
    wire(stream.outputs["out"], last.inputs["b"])
    wire(body.outputs["out"], last.inputs["a"])
    stream.inputs["n"].value = 3
    await turns(10)

    for _ in range(3):
        assert len(runs(body)) - len(runs(last)) == 1
        await open_gate(body)
        await turns(20)

    assert runs(last) == [(1, 0), (2, 1), (3, 2)]
    at_rest([stream, body, last])


async def test_a_stream_does_not_wait_for_what_waits_for_its_end() -> None:
    stream, body, last = Stream(), Slow(), join()
    wire(stream, body)
    wire(body.outputs["out"], last.inputs["a"])
    wire(stream.outputs["_triggeroutput"], last.inputs["b"])
    stream.inputs["n"].value = 2
    await turns(10)

    await open_gate(body)
    await turns(20)
    await open_gate(body)
    await turns(20)

    assert runs(body) == [0, 1]
    assert [a for a, _ in runs(last)] == [2]
    at_rest([stream, body, last])


async def test_a_change_above_a_stream_starts_it_again_at_its_end() -> None:
    above, stream, body = inc(), Stream(), Slow()
    wire(above, stream, body)
    above.inputs["x"].value = 1
    await turns(10)

    above.inputs["x"].value = 0
    await turns(10)
    for _ in range(3):
        await open_gate(body)
        await turns(20)

    assert runs(stream) == [2, 1]
    assert runs(body) == [0, 1, 0]
    at_rest([above, stream, body])


async def test_a_returned_generator_is_a_value() -> None:
    @NodeDecorator("test.engine.loops.generator")
    def numbers(n: int) -> Any:
        return (i for i in range(n))

    node = numbers()
    node.inputs["n"].value = 3

    await node

    assert list(node.outputs["out"].value) == [0, 1, 2]
    assert node.run_count == 1


async def test_a_plain_generator_function_streams() -> None:
    @NodeDecorator("test.engine.loops.plainstream")
    def count(n: int) -> Any:
        yield from range(n)

    source, sink = count(), inc()
    wire(source, sink)
    source.inputs["n"].value = 3

    await source
    await sink.await_until_complete()

    assert runs(sink) == [0, 1, 2]


async def test_a_cycle_of_three_runs_from_the_one_that_was_asked_and_settles() -> None:
    @NodeDecorator("test.engine.loops.upto", outputs=[{"name": "out"}])
    def upto(x: int, y: int = 0) -> Any:
        value = max(x, y)
        return value + 1 if value < 9 else NoValue

    a, b, c = upto(), upto(), upto()
    a.outputs["out"].connect(b.inputs["x"])
    b.outputs["out"].connect(c.inputs["x"])
    c.outputs["out"].connect(a.inputs["y"])
    a.inputs["x"].value = 0

    await turns(20)

    assert not a._live
    assert a.run_count + b.run_count + c.run_count == 10
    at_rest([a, b, c])


async def test_a_cycle_that_never_settles_keeps_the_loop_responsive_and_starves_nobody() -> None:
    space = NodeSpace()
    a, b, slow, last = (space.add_node_instance(node) for node in (inc(), inc(), Slow(), inc()))
    wire(slow, last)
    a.outputs["out"].connect(b.inputs["x"])
    b.outputs["out"].connect(a.inputs["x"])
    a.inputs["x"].value = 0
    slow.inputs["x"].value = 1
    await turns(3)

    slow.inputs["x"].value = 2
    await open_gate(slow)
    await open_gate(slow)
    other = inc()
    other.inputs["x"].value = 7
    await turns(3)

    assert runs(last) == [2, 3]
    assert runs(other) == [7]
    assert a.run_count > 3
    async with asyncio.timeout(5):
        await space.stop()
    count = a.run_count
    await turns(10)
    assert a.run_count == count
    assert space.idle()


async def test_a_muted_node_that_closes_a_cycle_when_it_is_unmuted_blocks_nobody() -> None:
    a, b = Limited(), Limited()
    a.outputs["out"].connect(b.inputs["x"])
    b.outputs["out"].connect(a.inputs["y"])
    b.disabled = True
    a.inputs["x"].value = 0
    await turns(10)
    b.disabled = False
    await turns(10)

    a.inputs["x"].value = 1
    await turns(20)

    assert not a._live
    assert not b._live
    at_rest([a, b])


@NodeDecorator("test.engine.loops.limited")
def Limited(x: int, y: int = 0) -> Any:
    return max(x, y) + 1 if max(x, y) < 6 else NoValue


async def test_awaiting_inside_a_run_releases_what_the_run_holds() -> None:
    class Impatient(Node):
        node_id = "test.engine.loops.impatient"
        x = NodeInput(type=int)
        out = NodeOutput(type=int)

        async def func(self, x: int) -> None:
            await self.__dict__["other"]
            self.outputs["out"].value = x

    for direct in (True, False):
        node, between, other = Impatient(), inc(), join()
        node.__dict__["other"] = other
        other.inputs["a"].value, other.inputs["b"].value = 0, 0
        await other
        if direct:
            wire(node.outputs["out"], other.inputs["a"])
        else:
            wire(node, between, other.inputs["a"])
        other.inputs["a"].set_value(0, does_trigger=False)
        node.inputs["x"].value = 1

        async with asyncio.timeout(5):
            await node
            await other.await_until_complete()

        assert runs(other)[0] == (0, 0)
        assert runs(other)[-1][0] == (1 if direct else 2)
        at_rest([node, between, other])


@NodeDecorator("test.engine.loops.later")
async def later(x: Any) -> Any:
    for _ in range(5):
        await asyncio.sleep(0)
    return f"{x}!"


@NodeDecorator("test.engine.loops.pair")
def pair(x: str) -> list[str]:
    return [f"{x}a", f"{x}b"]


def body(loop: Node) -> Node:
    """An asynchronous node between `do` and `collector`."""
    node = later()
    loop.outputs["do"].connect(node.inputs["x"])
    node.outputs["out"].connect(loop.inputs["collector"])
    return node


async def test_a_loop_waits_for_an_asynchronous_body() -> None:
    loop = Loop()
    node = body(loop)
    loop.inputs["items"].value = ["a", "b", "c"]

    async with asyncio.timeout(10):
        await loop

    assert loop.outputs["done"].value == ["a!", "b!", "c!"]
    assert node.run_count == 3


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
