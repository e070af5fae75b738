"""Rule 30 and item 5 of using the engine by itself: other loops, notebooks, wrong use that is answered."""

import asyncio
import contextlib
import gc
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from engine_nodes import Slow, at_rest, bad, inc, join, open_gate, runs, turns, wire

import funcnodes_core as fn
from funcnodes_core import IONotFoundError, NodeDecorator, NodeSpace, NodeTriggerError, run_until_complete
from funcnodes_core.exceptions import NodeNotFoundError


def plain_loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def other_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return plain_loop()  # uvloop does not exist there
    import uvloop

    return uvloop.new_event_loop()


def run_on(make: Callable[[], asyncio.AbstractEventLoop], main: Coroutine[Any, Any, Any], debug: bool) -> Any:
    with asyncio.Runner(debug=debug, loop_factory=make) as runner:
        return runner.run(main)


async def everything() -> list[Any]:
    """A wave with a slow branch, a stream, values of another thread, a failure, a stop."""
    space = NodeSpace()
    first, slow, last = (space.add_node_instance(cls()) for cls in (inc, Slow, join))
    wire(first, slow, last.inputs["a"])
    wire(first.outputs["out"], last.inputs["b"])
    first.inputs["x"].value = 1
    await turns()
    await open_gate(slow)
    await space.await_done()

    await asyncio.get_running_loop().run_in_executor(None, first.inputs["x"].set_value, 5)
    await turns()
    await open_gate(slow)
    await space.await_done()

    failing, lazy = space.add_node_instance(bad()), space.add_node_instance(inc(pretrigger_delay=0.001))
    failing.inputs["x"].value = "text"
    lazy.inputs["x"].value = 1
    await space.await_done()
    first.inputs["x"].value = 7
    await turns()
    answers = await space.stop()
    at_rest(space.nodes)
    return [runs(last), failing.status_word, runs(lazy), answers[slow.uuid]]


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("loop", [plain_loop, other_loop])
def test_it_does_the_same_on_every_loop(loop: Any, debug: bool, caplog: pytest.LogCaptureFixture) -> None:
    found = run_on(loop, everything(), debug)

    assert found == [[(3, 2), (7, 6)], "failed", [1], "cancelled"]
    assert "never" not in caplog.text
    gc.collect()


def test_a_loop_is_really_another_one() -> None:
    async def name() -> str:
        return type(asyncio.get_running_loop()).__module__

    assert run_on(other_loop, name(), False).startswith("asyncio" if sys.platform == "win32" else "uvloop")


def test_one_graph_goes_from_loop_to_loop() -> None:
    space = NodeSpace()
    a, b = (space.add_node_instance(inc(name=name)) for name in "ab")
    wire(a, b)

    async def go(value: int) -> dict[str, Any]:
        return await fn.arun(space, {"a.x": value})

    found = [run_on(make, go(i), False) for i, make in enumerate([plain_loop, other_loop, plain_loop])]

    assert found == [{"b.out": 2}, {"b.out": 3}, {"b.out": 4}]
    assert fn.run(space, {"a.x": 9}) == {"b.out": 11}


def test_in_a_notebook_top_level_await_works_and_run_says_so() -> None:
    # cells are run one after the other by a loop that goes on in between
    loop = asyncio.new_event_loop()
    space = NodeSpace()
    node = space.add_node_instance(inc(name="n"))

    async def cell_that_sets() -> None:
        node.inputs["x"].value = 1

    async def cell_that_runs() -> Any:
        with pytest.raises(RuntimeError, match=r"await fn\.arun\(\.\.\.\)"):
            fn.run(space)
        return await fn.arun(space, {"n.x": 5})

    async def cell_that_looks() -> Any:
        await turns(2)  # between cells the loop goes on
        return node.outputs["out"].value

    with contextlib.closing(loop):
        loop.run_until_complete(cell_that_sets())
        assert loop.run_until_complete(cell_that_looks()) == 2
        assert loop.run_until_complete(cell_that_runs()) == {"n.out": 6}


def test_run_takes_a_node_a_list_or_a_graph() -> None:
    space = NodeSpace()
    node = space.add_node_instance(inc(name="n"))
    loose = inc(name="n")

    assert (
        fn.run(space, {"n.x": 1}) == fn.run(loose, {"n.x": 1}) == fn.run([loose], {"n.x": 1}) == {"n.out": 2}
    )
    assert fn.run(node, {node.uuid + ".x": 4}) == {"n.out": 5}
    assert fn.run(node) == {"n.out": 5}
    assert fn.run(NodeSpace()) == {}


def test_run_raises_the_error_of_a_single_node_and_the_next_run_is_good() -> None:
    node = bad(name="b")

    with pytest.raises(NodeTriggerError, match="cannot take text") as caught:
        fn.run(node, {"b.x": "text"})

    assert isinstance(caught.value.original, ValueError)
    assert fn.run(node, {"b.x": 2}) == {"b.out": 2}


@pytest.mark.anyio
async def test_run_until_complete_waits_for_all_given_and_raises_the_first_error() -> None:
    slow, quick, failing = Slow(), inc(), bad()
    for node, value in ((slow, 1), (quick, 1), (failing, "text")):
        node.inputs["x"].value = value
    waiter = asyncio.ensure_future(run_until_complete(slow, quick, failing))
    await turns()
    assert not waiter.done()

    await open_gate(slow)

    with pytest.raises(NodeTriggerError, match="cannot take text"):
        await waiter
    at_rest([slow, quick, failing])


# -- wrong use ---------------------------------------------------------------------------


def test_an_unknown_input_is_answered_with_the_known_ones() -> None:
    node = join(name="both")
    space = NodeSpace()
    space.add_node_instance(node)

    for wrong in (
        lambda: node.inputs["c"],
        lambda: node.get_input("c"),
        lambda: fn.run(space, {"both.c": 1}),
    ):
        with pytest.raises(IONotFoundError, match="'both' has no input 'c'") as caught:
            wrong()
        assert "'a', 'b'" in str(caught.value)
        assert "_trigger" not in str(caught.value)
    with pytest.raises(IONotFoundError, match="has no port 'c'; it has 'out', 'a', 'b'"):
        node["c"] = 5
    with pytest.raises(KeyError, match="'both' has no output 'result'; it has 'out'"):
        node.outputs["result"]


def test_an_unknown_node_is_answered_with_the_known_ones() -> None:
    space = NodeSpace()
    space.add_node_instance(inc(name="first"))

    with pytest.raises(NodeNotFoundError, match=r"no node 'frist' .*'first'"):
        fn.run(space, {"frist.x": 1})
    with pytest.raises(IONotFoundError, match=r"expected NODE\.IO"):
        fn.run(space, {"first": 1})


def test_nothing_is_set_when_one_of_the_addresses_is_wrong() -> None:
    node = join(name="both")

    with pytest.raises(IONotFoundError):
        fn.run(node, {"both.a": 1, "both.c": 1})

    assert node.inputs["a"].value is fn.NoValue


def test_a_value_in_the_place_of_a_port_is_refused() -> None:
    node = inc()

    with pytest.raises(TypeError, match=r"\['x'\]\.value = "):
        node.inputs["x"] = 5  # type: ignore[assignment]

    assert node.inputs.get("nothing") is None
    assert "nothing" not in node.inputs


def test_calling_a_node_class_like_its_function_is_refused_with_what_to_do() -> None:
    with pytest.raises(TypeError, match=r"o_func"):
        inc(5)  # type: ignore[arg-type]


def test_a_class_instead_of_a_node_is_refused_with_what_to_do() -> None:
    with pytest.raises(TypeError, match=r"make a node of it"):
        fn.run(inc)  # type: ignore[arg-type]


# -- tasks -------------------------------------------------------------------------------


@NodeDecorator("test.scripts.quick")
async def quick(x: int) -> int:
    return x + 1


@pytest.mark.anyio
async def test_an_async_node_starts_at_once_where_python_offers_it() -> None:
    node, behind = quick(), inc()
    wire(node, behind)
    node.inputs["x"].value = 1

    await turns(1)  # the drain, and nothing else

    assert runs(behind) == ([2] if sys.version_info >= (3, 12) else [])
    await behind.await_until_complete()
    assert runs(behind) == [2]
    at_rest([node, behind])


@pytest.mark.anyio
async def test_a_task_factory_of_the_program_makes_the_tasks_of_nodes_too() -> None:
    made: list[Any] = []
    loop = asyncio.get_running_loop()

    def factory(loop: asyncio.AbstractEventLoop, coro: Any, **kwargs: Any) -> asyncio.Task[Any]:
        made.append(coro)
        return asyncio.Task(coro, loop=loop, **kwargs)

    loop.set_task_factory(factory)
    node = quick()
    node.inputs["x"].value = 1
    await turns()
    loop.set_task_factory(None)

    assert len(made) == 1
    assert node.outputs["out"].value == 2


@pytest.mark.anyio
async def test_a_node_removed_by_a_listener_as_it_starts_does_not_run() -> None:
    space = NodeSpace()
    node = space.add_node_instance(quick())
    node.on("triggerstart", lambda src: space.remove_node_instance(node))
    node.inputs["x"].value = 1

    await turns()

    assert node.outputs["out"].value is fn.NoValue
    assert space.idle()
    at_rest([node])
