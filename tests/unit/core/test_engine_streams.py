"""Rule 18: generator functions send what they yield, one settled value after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterable, Iterator
from typing import Annotated, Any

import pytest
from engine_nodes import Slow, at_rest, bad, inc, open_gate, runs, turns, wire

import funcnodes_core as fn
from funcnodes_core import NodeDecorator, NodeSpace, NodeTriggerError, OutputMeta

pytestmark = pytest.mark.anyio

closed: list[str] = []


@NodeDecorator("test.streams.count")
def count(n: int) -> Iterator[int]:
    """Counts."""
    try:
        yield from range(n)
    finally:
        closed.append("count")


@NodeDecorator("test.streams.later")
async def later(n: int) -> AsyncIterator[int]:
    """Counts, with pauses."""
    try:
        for i in range(n):
            await asyncio.sleep(0)
            yield i
    finally:
        closed.append("later")


@NodeDecorator("test.streams.pairs", outputs=[{"name": "number"}, {"name": "text"}])
def pairs(n: int) -> Generator[tuple[int, str], None, None]:
    for i in range(n):
        yield i, str(i)


@NodeDecorator("test.streams.failing")
def failing(n: int) -> Iterable[int]:
    yield n
    raise OSError("no more")


@NodeDecorator("test.streams.labelled")
async def labelled(n: int) -> Annotated[AsyncGenerator[float, None], OutputMeta(name="level")]:
    yield n / 2


@NodeDecorator("test.streams.untyped")
def untyped(n: int) -> Iterator:  # type: ignore[type-arg]
    yield n


@pytest.fixture(autouse=True)
def nothing_closed() -> None:
    closed.clear()


@pytest.mark.parametrize("kind", [count, later])
async def test_each_value_is_asked_for_when_the_last_has_settled(kind: Any) -> None:
    stream, body, last = kind(), Slow(), inc()
    wire(stream, body, last)
    stream.inputs["n"].value = 2
    await turns(12)
    assert runs(body) == [0]

    await open_gate(body)
    await turns(12)
    assert runs(last) == [1]
    assert runs(body) == [0, 1]
    await open_gate(body)
    await turns(12)

    assert runs(last) == [1, 2]
    assert stream.run_count == 1
    at_rest([stream, body, last])


async def test_items_of_a_tuple_go_to_several_outputs() -> None:
    node = pairs()
    seen: list[Any] = []
    for output in ("number", "text"):
        node.outputs[output].on("after_set_value", lambda src, result: seen.append(result))
    node.inputs["n"].value = 2

    await node

    assert seen == [0, "0", 1, "1"]


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        (count, {"out": "int"}),
        (later, {"out": "int"}),
        (pairs, {"number": "int", "text": "str"}),
        (failing, {"out": "int"}),
        (labelled, {"level": "float"}),
        (untyped, {"out": "Any"}),
    ],
)
def test_an_output_is_of_the_type_of_what_is_yielded(kind: Any, types: dict[str, str]) -> None:
    node = kind()

    assert {port.id: port.serialize_class()["type"] for port in node._data_outputs()} == types


def test_a_stream_of_numbers_fits_where_a_number_does() -> None:
    space = NodeSpace()
    stream, body = space.add_node_instance(count()), space.add_node_instance(inc())

    space.connect(stream.uuid, "out", body.uuid, "x")

    assert fn.run(space, {stream.inputs["n"]: 3}) == {f"{body.name}.out": 3}


@pytest.mark.parametrize("kind", [count, later])
async def test_a_cancelled_stream_closes_its_generator(kind: Any) -> None:
    stream, body = kind(), Slow()
    wire(stream, body)
    stream.inputs["n"].value = 5
    await turns(12)
    assert closed == []

    assert await stream.cancel() == "cancelled"

    assert len(closed) == 1
    assert stream.status_word == "failed"
    await open_gate(body)
    at_rest([stream, body])


async def test_what_a_stream_sent_before_it_failed_stays_and_is_stale() -> None:
    stream, body = failing(), inc()
    wire(stream, body)
    stream.inputs["n"].value = 7

    with pytest.raises(NodeTriggerError, match="no more"):
        await stream

    assert runs(body) == [7]
    assert stream.stale
    assert stream.outputs["out"].value == 7
    at_rest([stream, body])


@NodeDecorator("test.streams.mixed")
def mixed(n: int) -> Iterator[Any]:
    yield n
    yield "text"
    yield n


async def test_the_stream_goes_on_after_an_item_that_cannot_be_taken() -> None:
    stream, body = mixed(), bad()
    wire(stream, body)
    body.on_error(lambda **_: None)
    stream.inputs["n"].value = 1

    await stream

    assert runs(body) == [1, "text", 1]
    assert body.status_word == "done"
    at_rest([stream, body])


async def test_an_empty_stream_sends_nothing_and_holds_nobody() -> None:
    stream, body = count(), inc()
    wire(stream, body)
    stream.inputs["n"].value = 0

    async with asyncio.timeout(5):
        await stream
        await body.await_until_complete()

    assert runs(body) == []
    assert stream.status_word == "done"
    at_rest([stream, body])


async def test_a_generator_in_a_thread_streams_too() -> None:
    stream, body = threaded(), inc()
    wire(stream, body)
    stream.inputs["n"].value = 3

    async with asyncio.timeout(20):
        await stream

    assert runs(body) == [0, 1, 2]


@NodeDecorator("test.streams.threaded", separate_thread=True)
def threaded(n: int) -> Iterator[int]:
    yield from range(n)
