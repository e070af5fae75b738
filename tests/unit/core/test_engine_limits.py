"""Rules 12 and 25: how long a node may run (`timeout_s`), and how often it is tried again (`retries`)."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_nodes import at_rest, inc, note, runs, turns, wire
from graph_loop import graph_loop

import funcnodes_core as fn
from funcnodes_core import Node, NodeDecorator, NodeInput, NodeOutput, NodeSpace, NodeTriggerError
from funcnodes_core.exceptions import NodeCancelledError, NodeTimeoutError

pytestmark = pytest.mark.anyio

SHORT_S = 0.05


@NodeDecorator("test.engine.limits.spin", timeout_s=SHORT_S)
def spin(x: int) -> int:
    """Computes without end for anything but 0."""
    while x:
        pass
    return 1


@NodeDecorator("test.engine.limits.waits", timeout_s=SHORT_S)
async def waits(x: int) -> int:
    while x:
        await asyncio.sleep(3600)
    return 1


@NodeDecorator("test.engine.limits.never_awaits", timeout_s=SHORT_S)
async def never_awaits(x: int) -> int:
    while x:
        pass
    return 1


@NodeDecorator("test.engine.limits.in_thread", timeout_s=SHORT_S, separate_thread=True)
def in_thread(x: int) -> int:
    while x and not fn.cancel_requested():
        pass
    return 1


@NodeDecorator("test.engine.limits.streams", timeout_s=SHORT_S)
def streams(x: int) -> Iterator[int]:
    yield 1
    while x:
        pass


class Counted:
    """A function's fate by the number of its call: an exception to raise, or a value to give."""

    def __init__(self, *fates: Any) -> None:
        self.fates = list(fates)

    def next(self) -> Any:
        fate = self.fates.pop(0)
        if isinstance(fate, BaseException):
            raise fate
        return fate


@NodeDecorator("test.engine.limits.tries", retries=2)
def tries(fate: Counted, x: int, node: Node) -> Any:
    note(node, x)
    return fate.next()


@NodeDecorator("test.engine.limits.tries_async", retries=2)
async def tries_async(fate: Counted, x: int, node: Node) -> Any:
    note(node, x)
    await asyncio.sleep(0)
    return fate.next()


def in_space(*nodes: Node) -> NodeSpace:
    space = NodeSpace()
    for node in nodes:
        space.add_node_instance(node)
    return space


def error_of(node: Node) -> BaseException | None:
    return node.last_error.exception if node.last_error is not None else None


# -- timeouts


@pytest.mark.parametrize("cls", [spin, waits, never_awaits, in_thread, streams])
async def test_a_run_that_takes_too_long_fails_and_the_graph_goes_on(cls: type[Node]) -> None:
    node, after = cls(), inc()
    space = in_space(node, after)
    wire(node, after)
    node.inputs["x"].value = 1

    async with asyncio.timeout(20):
        await space.await_done()

    assert isinstance(error_of(node), NodeTimeoutError)
    assert isinstance(error_of(node), TimeoutError)
    assert str(error_of(node)).endswith("took longer than 0.05 s")
    assert after.stale or cls is streams  # which has sent something before
    at_rest([node, after])
    node.inputs["x"].value = 0
    async with asyncio.timeout(20):
        await space.await_done()
    assert node.last_error is None
    assert after.outputs["out"].value == 2


async def test_what_computes_is_told_in_the_log_before_it_is_stopped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    node = spin(name="the slow one")
    in_space(node)
    node.inputs["x"].value = 1

    with caplog.at_level(logging.WARNING, "funcnodes"):
        await node

    assert "'the slow one' took longer than 0.05 s: it is stopped" in caplog.text
    assert node.last_error is not None
    assert "in spin" in node.last_error.traceback


def test_a_timeout_works_in_a_plain_script() -> None:
    node = spin()

    with pytest.raises(NodeTriggerError, match=r"took longer than 0\.05 s"):
        fn.run(node, {node.inputs["x"]: 1})


async def test_a_call_into_c_is_told_and_stopped_when_it_returns() -> None:
    told: list[str] = []
    gate = threading.Lock()
    gate.acquire()

    @NodeDecorator("test.engine.limits.blocked")
    def blocked(x: int) -> int:
        gate.acquire()
        return x

    class Told(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno == logging.ERROR:
                told.append(record.getMessage())
                gate.release()

    handler = Told()
    logging.getLogger("funcnodes").addHandler(handler)
    node = blocked()
    space = in_space(node)
    node.timeout_s = SHORT_S
    node.inputs["x"].value = 1
    try:
        async with asyncio.timeout(20):
            await space.await_done()
    finally:
        logging.getLogger("funcnodes").removeHandler(handler)

    assert "cannot be stopped before the call that it is in returns" in told[0]
    assert isinstance(error_of(node), NodeTimeoutError)
    at_rest([node])


async def test_a_process_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    @NodeDecorator("test.engine.limits.in_process", executor="process")
    def in_process(x: int) -> int:
        while x:
            pass
        return 1

    node = in_process()
    space = in_space(node)
    node.inputs["x"].value = 0
    await space.await_done()
    node.timeout_s = SHORT_S
    node.inputs["x"].value = 1

    async with asyncio.timeout(30):
        await space.await_done()

    assert isinstance(error_of(node), NodeTimeoutError)


async def test_a_run_that_is_quick_enough_is_left_alone() -> None:
    node = spin(name="quick")
    node.timeout_s = 3600

    node.inputs["x"].value = 0
    await node

    assert node.outputs["out"].value == 1


async def test_a_timeout_error_of_the_function_itself_stays_what_it_is() -> None:
    @NodeDecorator("test.engine.limits.own", timeout_s=3600)
    async def own(x: int) -> int:
        raise TimeoutError("the server")

    node = own()
    in_space(node)
    node.inputs["x"].value = 1
    await node

    assert type(error_of(node)) is TimeoutError


async def test_a_limited_node_is_cancelled_like_any_other() -> None:
    node = waits()
    node.timeout_s = 3600
    in_space(node)
    node.inputs["x"].value = 1
    await turns()

    assert await node.cancel() == "cancelled"

    assert isinstance(error_of(node), NodeCancelledError)
    with graph_loop() as graph:
        limited = graph.do(lambda: NodeSpace().add_node_instance(spin()))
        graph.do(lambda: setattr(limited, "timeout_s", 3600))
        graph.post(lambda: limited.inputs["x"].set_value(1))
        while not limited.in_trigger:
            await asyncio.sleep(0)
        assert await limited.cancel() == "cancelled"
        assert isinstance(error_of(limited), NodeCancelledError)


# -- retries


@pytest.mark.parametrize("cls", [tries, tries_async])
async def test_a_failing_run_is_tried_again_with_the_same_inputs(cls: type[Node]) -> None:
    node, after = cls(), inc()
    space = in_space(node, after)
    wire(node, after)
    node.inputs["fate"].set_value(Counted(ValueError("one"), OSError("two"), 7), does_trigger=False)
    node.inputs["x"].value = 1
    await space.await_done()

    assert runs(node) == [1, 1, 1]
    assert node.outputs["out"].value == 7
    assert node.last_error is None
    assert node.run_count == 1
    assert runs(after) == [7]
    at_rest([node, after])


async def test_a_change_during_the_tries_is_for_the_next_run() -> None:
    gate = asyncio.Event()

    @NodeDecorator("test.engine.limits.gated", retries=1)
    async def gated(x: int, node: Node) -> int:
        note(node, x)
        if len(runs(node)) == 1:
            await gate.wait()
            raise ValueError("first")
        return x

    node = gated()
    space = in_space(node)
    node.inputs["x"].value = 1
    await turns()
    node.inputs["x"].value = 2
    gate.set()
    await space.await_done()

    assert runs(node) == [1, 1, 2]
    at_rest([node])


@pytest.mark.parametrize("cls", [tries, tries_async])
async def test_after_the_last_try_the_run_has_failed(
    cls: type[Node], caplog: pytest.LogCaptureFixture
) -> None:
    node = cls(name="unlucky")
    space = in_space(node)
    node.inputs["fate"].set_value(Counted(*map(ValueError, "abcd")), does_trigger=False)
    node.inputs["x"].value = 1
    await space.await_done()

    assert runs(node) == [1, 1, 1]
    assert str(error_of(node)) == "c"
    assert "'unlucky' failed (ValueError) and is tried again" in caplog.text


async def test_a_timeout_is_a_failure_that_is_tried_again() -> None:
    @NodeDecorator("test.engine.limits.second_time", timeout_s=SHORT_S, retries=1)
    def second_time(x: int, node: Node) -> int:
        note(node, x)
        while len(runs(node)) == 1:
            pass
        return x

    node = second_time()
    in_space(node)
    node.inputs["x"].value = 4
    async with asyncio.timeout(20):
        await node

    assert runs(node) == [4, 4]
    assert node.outputs["out"].value == 4


async def test_a_stopped_run_is_not_tried_again() -> None:
    node = waits()
    node.timeout_s, node.retries = None, 5
    in_space(node)
    node.inputs["x"].value = 1
    await turns()

    assert await node.cancel() == "cancelled"
    await turns()

    assert not node.in_trigger
    at_rest([node])


async def test_a_generator_is_tried_from_its_beginning() -> None:
    @NodeDecorator("test.engine.limits.flow", retries=1)
    async def flow(x: int, node: Node) -> AsyncIterator[int]:
        note(node, x)
        yield 1
        if len(runs(node)) == 1:
            raise ValueError("in the middle")
        yield 2

    node, after = flow(), inc()
    space = in_space(node, after)
    wire(node, after)
    node.inputs["x"].value = 0
    await space.await_done()

    assert runs(after) == [1, 1, 2]
    assert node.last_error is None


# -- declaring


def test_limits_are_declared_at_the_class_and_changed_at_the_node() -> None:
    class Own(Node):
        node_id = "test.engine.limits.class"
        default_timeout_s = 2.5
        default_retries = 1
        x = NodeInput(type=int)
        out = NodeOutput(type=int)

        async def func(self, x: int) -> None: ...

    assert (Own().timeout_s, Own().retries) == (2.5, 1)
    assert (inc().timeout_s, inc().retries) == (None, 0)
    assert (spin().timeout_s, tries().retries) == (SHORT_S, 2)
    node = Own()
    node.timeout_s, node.retries = None, 3
    assert (node.timeout_s, node.retries) == (None, 3)
    assert (Own().timeout_s, Own().retries) == (2.5, 1)


@pytest.mark.parametrize("make", [inc, spin])
def test_limits_are_saved_where_they_differ_from_the_class(make: type[Node]) -> None:
    plain, changed, same = make(), make(), make()
    changed.timeout_s, changed.retries = 9.0, 4

    same.deserialize(changed.serialize())

    assert "timeout_s" not in plain.serialize()
    assert (same.timeout_s, same.retries) == (9.0, 4)
    changed.timeout_s = None
    fresh = make()
    fresh.deserialize(changed.serialize())
    assert (fresh.timeout_s, fresh.retries) == (None, 4)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("timeout_s", 0, ValueError), ("timeout_s", -1.0, ValueError), ("timeout_s", float("nan"), ValueError),
        ("timeout_s", "2", TypeError), ("retries", -1, ValueError), ("retries", 1.5, TypeError),
        ("retries", True, TypeError),
    ],
)  # fmt: skip
def test_limits_that_are_none_are_refused(name: str, value: Any, error: type[Exception]) -> None:
    node = inc()

    with pytest.raises(error, match=name if error is ValueError else None):
        setattr(node, name, value)

    assert (node.timeout_s, node.retries) == (None, 0)
