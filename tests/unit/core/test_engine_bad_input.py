"""What is wrong in a graph has a defined outcome, says so, and leaves the rest of the graph usable."""

import asyncio
import contextlib
import gc
import itertools
import json
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from engine_nodes import Loop, Slow, at_rest, bad, inc, join, open_gate, runs, turns, wire

import funcnodes_core as fn
from funcnodes_core import JSONEncoder, Node, NodeDecorator, NodeInput, NodeOutput, NodeSpace, NoValue
from funcnodes_core.exceptions import (
    DuplicateNodeError,
    EdgeNotFoundError,
    ForwardLoopError,
    InTriggerError,
    IONotFoundError,
    MultipleConnectionsError,
    NodeClassNotFoundError,
    NodeConnectionError,
    NodeNotFoundError,
    SameNodeConnectionError,
)

pytestmark = pytest.mark.anyio


def in_space(*nodes: Node) -> NodeSpace:
    space = NodeSpace()
    for node in nodes:
        space.add_node_instance(node)
    return space


async def still_works(space: NodeSpace, *nodes: Node) -> None:
    """The space takes and runs a new node, and the given ones are at rest."""
    fresh = space.add_node_instance(inc())
    fresh.inputs["x"].value = 41
    async with asyncio.timeout(10):
        await space.await_done()
    assert fresh.outputs["out"].value == 42
    space.remove_node_instance(fresh)
    at_rest(nodes)


# -- what is not there, and what is there twice


async def test_unknown_ids_are_named_and_change_nothing() -> None:
    node = inc()
    space = in_space(node)

    with pytest.raises(NodeClassNotFoundError, match=r"no\.such\.class"):
        space.add_node_by_id("no.such.class")
    with pytest.raises(NodeNotFoundError, match="'nobody'"):
        space.get_node_by_id("nobody")
    with pytest.raises(NodeNotFoundError, match="'nobody'"):
        space.remove_node_by_id("nobody")
    with pytest.raises(NodeNotFoundError, match="'nobody'"):
        space.connect("nobody", "out", node.uuid, "x")
    with pytest.raises(IONotFoundError, match="no input 'y'; it has 'x'"):
        node.get_input("y")
    with pytest.raises(IONotFoundError):
        space.connect(node.uuid, "out", node.uuid, "y")
    with pytest.raises(EdgeNotFoundError):
        space.disconnect(node.uuid, "out", node.uuid, "x")

    assert space.nodes == [node]
    await still_works(space, node)


async def test_a_uuid_is_taken_once_and_a_node_is_in_one_graph() -> None:
    node = inc(uuid="one")
    space, other = in_space(node), NodeSpace()

    with pytest.raises(DuplicateNodeError, match="'one'"):
        space.add_node_instance(inc(uuid="one"))
    with pytest.raises(DuplicateNodeError, match="'one'"):
        space.add_node_by_id(inc.node_id, uuid="one")
    with pytest.raises(DuplicateNodeError, match="another graph"):
        other.add_node_instance(node)

    assert space.nodes == [node]
    assert other.nodes == []
    assert other.idle()
    await still_works(space, node)


async def test_a_saved_graph_with_a_uuid_twice_is_refused_and_the_graph_stays() -> None:
    node = inc(uuid="one")
    space = in_space(node)
    saved = space.serialize()
    saved["nodes"] = saved["nodes"] * 2

    with pytest.raises(ValueError, match="'one'"):
        space.deserialize(saved)

    assert space.nodes == [node]
    await still_works(space, node)


@pytest.mark.parametrize(
    "data",
    [{"nodes": 5}, {"nodes": [5]}, {"nodes": [{}]}, {"nodes": [], "edges": 5}, {"nodes": {"a": 1}, "edges": []}],
)  # fmt: skip
async def test_what_is_no_graph_is_refused_and_the_graph_stays(data: dict[str, Any]) -> None:
    node = inc()
    space = in_space(node)

    with pytest.raises(ValueError, match="saved"):
        space.deserialize(data)

    assert space.nodes == [node]
    await still_works(space, node)


# -- what cannot be connected


async def test_what_cannot_be_connected_says_why_and_is_not() -> None:
    @NodeDecorator("test.bad.numbers")
    def numbers(x: int, text: str) -> int:
        return x

    source, target, third = inc(), numbers(), inc()
    space = in_space(source, target, third)

    with pytest.raises(NodeConnectionError, match="int"):
        source.outputs["out"].connect(target.inputs["text"])
    with pytest.raises(NodeConnectionError):
        source.outputs["out"].connect(third.outputs["out"])
    source.outputs["out"].connect(target.inputs["x"])
    with pytest.raises(MultipleConnectionsError):
        third.outputs["out"].connect(target.inputs["x"])
    with pytest.raises(SameNodeConnectionError):
        target.inputs["x"].forward(target.inputs["text"])
    with pytest.raises(NodeConnectionError, match="cannot be connected"):
        _ = source.inputs["x"] > 5

    assert [tuple(edge) for edge in space.edges] == [(source.uuid, "out", target.uuid, "x")]
    assert not third.outputs["out"].links
    await still_works(space, source, target, third)


async def test_forwards_run_in_no_circle_of_any_length() -> None:
    nodes = [inc() for _ in range(4)]
    space = in_space(*nodes)
    for left, right in itertools.pairwise(nodes):
        left.inputs["x"].forward(right.inputs["x"])

    for target in nodes[:-1]:
        with pytest.raises(ForwardLoopError, match="circle"):
            nodes[-1].inputs["x"].forward(target.inputs["x"])
    with pytest.raises(SameNodeConnectionError):
        nodes[0].inputs["x"].forward(nodes[0].inputs["x"])

    nodes[0].inputs["x"].value = 1
    await space.await_done()
    assert [node.outputs["out"].value for node in nodes] == [2] * 4
    await still_works(space, *nodes)


async def test_a_node_that_feeds_itself_can_be_stopped_and_removed() -> None:
    node, other = inc(), inc()
    space = in_space(node, other)
    wire(node, node.inputs["x"])
    node.inputs["x"].value = 0
    await turns(20)
    assert node.run_count > 2

    await space.stop()
    assert space.idle()
    node.inputs["x"].value = 0
    await turns(3)
    space.remove_node_instance(node)

    await still_works(space, node, other)


# -- values and defaults that are not what they should be


async def test_defaults_that_are_not_json_work_and_are_saved_as_text() -> None:
    class Thing:
        def __call__(self) -> int:
            return 7

    class Takes(Node):
        node_id = "test.bad.defaults"
        thing = NodeInput(type="Any", default=Thing())
        many = NodeInput(type="Any", default=frozenset((1,)))
        out = NodeOutput(type=int)

        async def func(self, thing: Any, many: Any) -> None:
            self.outputs["out"].value = thing() + len(many)

    node = Takes()
    space = in_space(node)
    await space.await_done()
    assert node.outputs["out"].value == 8

    node.inputs["thing"].default = Thing()
    json.dumps(space.serialize(), cls=JSONEncoder)
    json.dumps(space.full_serialize(with_io_values=True), cls=JSONEncoder)
    json.dumps(Takes.serialize_cls(), cls=JSONEncoder)
    await still_works(space, node)


async def test_a_default_factory_that_raises_fails_the_run() -> None:
    def fails(port: NodeInput) -> Any:
        raise LookupError("no default today")

    class Takes(Node):
        node_id = "test.bad.factory"
        x = NodeInput(type=int, default=NodeInput.DefaultFactory(fails))
        y = NodeInput(type=int)
        out = NodeOutput(type=int)

        async def func(self, x: int, y: int) -> None: ...

    node = Takes(trigger_on_create=False)
    space = in_space(node)
    node.inputs["y"].value = 1
    await space.await_done()

    assert node.last_error is not None
    assert node.last_error.error == "LookupError: no default today"
    await still_works(space, node)


# -- callbacks that raise


def refuse(**_: Any) -> None:
    raise LookupError("callback")


async def test_an_error_of_a_callback_reaches_who_sets_and_the_value_is_there() -> None:
    node = inc()
    space = in_space(node)
    node.inputs["x"].on("after_set_value", refuse)

    with pytest.raises(LookupError, match="callback"):
        node.inputs["x"].value = 1

    assert node.inputs["x"].value == 1
    node.inputs["x"].off("after_set_value", refuse)
    await still_works(space, node)
    node.inputs["x"].value = 2
    await space.await_done()
    assert runs(node) == [2]


async def test_an_error_of_a_callback_of_an_output_fails_the_run_that_sends() -> None:
    node, after = inc(), inc()
    space = in_space(node, after)
    wire(node, after)
    node.outputs["out"].on("after_set_value", refuse)
    node.inputs["x"].value = 1
    await space.await_done()

    assert node.status_word == "failed"
    assert runs(after) == []
    await still_works(space, node, after)


@pytest.mark.parametrize("event", ["node_added", "node_removed", "edge_added", "node_trigger_error"])
async def test_listeners_of_a_graph_that_raise_do_not_break_it(event: str) -> None:
    node, after = bad(), inc()
    space = NodeSpace()
    space.on(event, refuse)

    for action in (
        lambda: space.add_node_instance(node),
        lambda: space.add_node_instance(after),
        lambda: wire(node, after),
        lambda: node.inputs["x"].set_value("text"),
    ):
        with contextlib.suppress(LookupError):
            action()
    await turns()
    space.off(event, refuse)
    await space.await_done()

    assert space.nodes == [node, after]
    assert len(space.edges) == 1
    node.inputs["x"].value = 1
    await space.await_done()
    assert after.outputs["out"].value == 2
    await still_works(space, node, after)


# -- functions that raise what is no Exception


class Own(BaseException):
    pass


FATES: list[Any] = [
    Own,
    SystemExit,
    GeneratorExit,
    asyncio.CancelledError,
    StopIteration,
    StopAsyncIteration,
    KeyError,
]


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("kind", ["sync", "async", "thread", "stream"])
async def test_a_function_may_raise_anything_and_only_its_run_fails(fate: Any, kind: str) -> None:
    def plain(x: int) -> int:
        if x:
            raise fate
        return x

    async def awaits(x: int) -> int:
        await asyncio.sleep(0)
        return plain(x)

    async def streams(x: int) -> AsyncIterator[int]:
        yield plain(x)

    func: Callable[..., Any] = {"sync": plain, "async": awaits, "thread": plain, "stream": streams}[kind]
    node = NodeDecorator(f"test.bad.raises.{kind}.{fate.__name__}", separate_thread=kind == "thread")(func)()
    after, other = inc(), inc()
    space = in_space(node, after, other)
    wire(node, after)
    node.inputs["x"].value = other.inputs["x"].value = 1
    async with asyncio.timeout(10):
        await space.await_done()

    assert node.status_word == "failed"
    assert runs(after) == []
    assert runs(other) == [1]
    node.inputs["x"].value = 0
    async with asyncio.timeout(10):
        await space.await_done()
    assert node.last_error is None
    assert runs(after) == [0]
    await still_works(space, node, after, other)


@pytest.mark.parametrize("is_async", [False, True])
def test_ctrl_c_ends_the_script_and_the_graph_runs_again(is_async: bool) -> None:
    def plain(x: int) -> int:
        if x:
            raise KeyboardInterrupt
        return x

    async def awaits(x: int) -> int:
        return plain(x)

    node = NodeDecorator(f"test.bad.ctrl_c.{is_async}")(awaits if is_async else plain)()
    after = inc()
    space = in_space(node, after)
    wire(node, after)

    with pytest.raises(KeyboardInterrupt):
        fn.run(space, {node.inputs["x"]: 1})

    assert after.run_count == 0
    assert fn.run(space, {node.inputs["x"]: 0}) == {f"{after.name}.out": 1}
    at_rest([node, after])


# -- nodes that go away while they run


async def test_a_running_node_that_is_removed_gives_nothing_and_holds_nobody() -> None:
    node, other, last = Slow(), inc(), join()
    space = in_space(node, other, last)
    wire(node, last.inputs["a"])
    wire(other, last.inputs["b"])
    last.inputs["a"].set_value(0, does_trigger=False)
    node.inputs["x"].value = other.inputs["x"].value = 1
    await turns()
    assert runs(last) == []

    space.remove_node_instance(node)
    async with asyncio.timeout(10):
        await space.await_done()

    assert node.outputs["out"].value is NoValue
    assert node._run is None
    assert last.inputs["a"].value is NoValue
    last.inputs["a"].value = 5
    await space.await_done()
    assert runs(last) == [(5, 2)]
    await still_works(space, node, other, last)


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_node_may_remove_itself_in_its_own_run(kind: str) -> None:
    def plain(x: int, node: Node) -> int:
        space.remove_node_instance(node)
        return x

    async def awaits(x: int, node: Node) -> int:
        await asyncio.sleep(0)
        space.remove_node_instance(node)
        await asyncio.sleep(0)
        return x

    node = NodeDecorator(f"test.bad.removes.{kind}")(plain if kind == "sync" else awaits)()
    after = inc()
    space = in_space(node, after)
    wire(node, after)
    node.inputs["x"].value = 1
    async with asyncio.timeout(10):
        await space.await_done()
    await turns()

    assert space.nodes == [after]
    assert runs(after) == []
    await still_works(space, node, after)


async def test_the_result_of_a_thread_whose_node_was_removed_is_dropped() -> None:
    begun, gate, sent = threading.Event(), threading.Event(), threading.Event()

    @NodeDecorator("test.bad.thread", separate_thread=True)
    def threaded(x: int, node: Node) -> int:
        begun.set()
        gate.wait(20)
        node.outputs["out"].value = x
        sent.set()
        return x

    node, after = threaded(), inc()
    space = in_space(node, after)
    wire(node, after)
    node.inputs["x"].value = 1
    while not begun.is_set():
        await asyncio.sleep(0)
    space.remove_node_instance(node)
    await turns()
    gate.set()
    while not sent.is_set():
        await asyncio.sleep(0)
    await turns()

    assert node.outputs["out"].value is NoValue
    await still_works(space, node, after)


async def test_the_late_sends_of_a_stopped_thread_are_dropped() -> None:
    begun, gate, sent = threading.Event(), threading.Event(), threading.Event()
    told: list[bool] = []

    @NodeDecorator("test.bad.late", separate_thread=True)
    def late(x: int, node: Node) -> int:
        begun.set()
        gate.wait(20)
        told.append(fn.cancel_requested())
        node.outputs["out"].value = x
        sent.set()
        return x

    node, after = late(), inc()
    space = in_space(node, after)
    wire(node, after)
    node.inputs["x"].value = 1
    while not begun.is_set():
        await asyncio.sleep(0)

    assert await node.cancel() == "cancelled"
    gate.set()
    while not sent.is_set():
        await asyncio.sleep(0)
    await turns()

    assert told == [True]
    assert not fn.cancel_requested()
    assert node.outputs["out"].value is NoValue
    assert runs(after) == []
    await still_works(space, node, after)


async def test_a_removed_loop_leaves_its_body_at_rest() -> None:
    loop, body = Loop(), Slow()
    space = in_space(loop, body)
    wire(loop.outputs["do"], body.inputs["x"])
    wire(body.outputs["out"], loop.inputs["collector"])
    loop.inputs["items"].value = [1, 2]
    await turns()
    assert body.in_trigger

    space.remove_node_instance(loop)
    await turns()
    await open_gate(body)

    await still_works(space, loop, body)


async def test_a_running_node_is_not_triggered_a_second_time() -> None:
    node = Slow()
    space = in_space(node)
    node.inputs["x"].value = 1
    await turns()

    with pytest.raises(InTriggerError):
        node.trigger()

    await open_gate(node)
    await still_works(space, node)


# -- graphs and loops that go away


async def test_a_graph_that_is_forgotten_in_mid_wave_is_freed_and_the_loop_goes_on() -> None:
    slow, last = Slow(), inc()
    space = in_space(slow, last)
    wire(slow, last)
    slow.inputs["x"].value = 1
    await turns()
    freed = [weakref.ref(each) for each in (space, slow, last)]
    gate = slow.__dict__["gates"][0]

    del space, slow, last
    gc.collect()
    gate.set_result(None)  # the run is what still holds on to them
    del gate
    await turns()
    gc.collect()

    assert [ref() for ref in freed] == [None, None, None]
    fresh = inc()
    await still_works(in_space(fresh), fresh)


async def test_a_graph_that_is_forgotten_before_its_run_is_freed_too() -> None:
    node = inc(pretrigger_delay=0)
    space = in_space(node)
    node.inputs["x"].value = 1
    freed = [weakref.ref(space), weakref.ref(node)]

    del space, node
    await turns()
    gc.collect()

    assert [ref() for ref in freed] == [None, None]


@pytest.mark.parametrize("cleanly", [True, False])
@pytest.mark.parametrize("asks_more", [True, False])
def test_a_loop_that_ends_in_mid_wave_leaves_a_graph_that_runs_on_the_next(
    cleanly: bool, asks_more: bool
) -> None:
    slow, last, other = Slow(), join(), inc()
    space = in_space(slow, last, other)
    wire(slow, last.inputs["a"])
    wire(other, last.inputs["b"])

    async def begin() -> None:
        slow.inputs["x"].value = other.inputs["x"].value = 1
        await turns()
        if asks_more:
            slow.inputs["x"].value = 2
            other.inputs["x"].value = 2

    loop = asyncio.new_event_loop()
    loop.run_until_complete(begin())
    assert slow.in_trigger
    if cleanly:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    else:
        for task in asyncio.all_tasks(loop):
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # it is what the test is about
    loop.close()
    slow.__dict__["gates"].clear()  # they belong to that loop

    async def again() -> None:
        slow.inputs["x"].value = other.inputs["x"].value = 5
        await turns()
        await open_gate(slow)
        async with asyncio.timeout(10):
            await space.await_done()

    asyncio.run(again())

    assert runs(last)[-1] == (6, 6)
    at_rest([slow, last, other])


def test_setting_values_after_the_loop_was_closed_is_remembered_for_the_next() -> None:
    first, last = inc(), inc()
    space = in_space(first, last)
    wire(first, last)
    fn.run(space, {first.inputs["x"]: 1})

    first.inputs["x"].value = 2
    assert runs(first) == [1]
    asyncio.run(space.await_done())

    assert runs(last) == [2, 3]
    at_rest([first, last])


def test_a_thread_node_whose_loop_is_closed_ends_without_a_word() -> None:
    begun, gate, ended = threading.Event(), threading.Event(), threading.Event()

    @NodeDecorator("test.bad.closed", separate_thread=True)
    def threaded(x: int, node: Node) -> int:
        begun.set()
        gate.wait(20)
        node.outputs["out"].value = x
        ended.set()
        return x

    node = threaded()
    space = in_space(node)

    async def begin() -> None:
        node.inputs["x"].value = 1
        while not begun.is_set():
            await asyncio.sleep(0)

    asyncio.run(begin())
    gate.set()
    assert ended.wait(20)

    gate.set()
    asyncio.run(space.await_done())
    assert fn.run(space, {node.inputs["x"]: 2}) == {f"{node.name}.out": 2}
    at_rest([node])


# -- listeners that end the process, or the script


@pytest.mark.parametrize("event", ["triggerstart", "triggerdone", "error"])
async def test_a_listener_that_exits_ends_nothing(event: str) -> None:
    def leave(**_: Any) -> None:
        sys.exit(3)

    node, after = bad(), inc()
    space = in_space(node, after)
    wire(node, after)
    if event == "error":
        node.on_error(leave)
    else:
        node.on(event, leave)
    for value in ("text", 1):
        node.inputs["x"].value = value
        async with asyncio.timeout(10):
            await space.await_done()

    assert runs(after) == [1]
    await still_works(space, node, after)


async def test_a_callback_of_the_trigger_output_that_exits_fails_the_run() -> None:
    def leave(**_: Any) -> None:
        sys.exit(3)

    node = inc()
    space = in_space(node)
    node.outputs["_triggeroutput"].on("after_set_value", leave)
    node.inputs["x"].value = 1
    async with asyncio.timeout(10):
        await space.await_done()

    assert node.last_error is not None
    assert node.last_error.error == "SystemExit: 3"
    await still_works(space, node)


@pytest.mark.parametrize("event", ["triggerdone", "triggerstart"])
def test_ctrl_c_in_a_listener_leaves_the_graph_usable(event: str) -> None:
    def interrupt(**_: Any) -> None:
        raise KeyboardInterrupt

    node, after = inc(), inc()
    space = in_space(node, after)
    wire(node, after)
    node.on(event, interrupt)
    with pytest.raises(KeyboardInterrupt):
        fn.run(space, {node.inputs["x"]: 1})
    node.off(event, interrupt)

    assert fn.run(space, {node.inputs["x"]: 2}) == {f"{after.name}.out": 4}
    at_rest([node, after])
