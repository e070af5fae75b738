"""Node classes from functions, and what happens when their nodes run."""

import asyncio
import functools
import gc
import inspect
import math
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest

from funcnodes_core.exceptions import NodeIdAlreadyExistsError, NodeTriggerError
from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.node import Node, run_until_complete
from funcnodes_core.node.registry import get_nodeclass
from funcnodes_core.nodemaker.decorator import NodeDecorator, node_class_maker
from funcnodes_core.nodemaker.signature import signaturewrapper
from funcnodes_core.sentinels import NoValue


@NodeDecorator("test.maker.add", name="Add", description="adds two numbers")
def add(a: int, b: int = 1) -> int:
    return a + b


async def ran(node: Node, **values: Any) -> dict[str, Any]:
    """The outputs after a run with these inputs."""
    for io_id, value in values.items():
        node.inputs[io_id].value = value
    await node
    return {io_id: port.value for io_id, port in node.outputs.items() if io_id != "_triggeroutput"}


# ------------------------------------------------------------------ the class


def test_the_result_is_a_registered_node_class() -> None:
    assert isinstance(add, type)
    assert issubclass(add, Node)
    assert get_nodeclass("test.maker.add") is add
    assert (add.node_id, add.node_name, add.description) == ("test.maker.add", "Add", "adds two numbers")
    assert add.__module__ == __name__


def test_templates_func_and_o_func_are_class_attributes() -> None:
    assert isinstance(add.input_a, NodeInput)
    assert isinstance(add.output_out, NodeOutput)
    assert add.o_func(2, 3) == 5
    assert add().o_func(a=2) == 3
    assert inspect.iscoroutinefunction(add.func)
    assert add.func.__wrapped__ is add.o_func
    assert [p["name"] for p in add.func.ef_funcmeta["input_params"]] == ["a", "b"]


def test_ids_of_outputs_may_contain_spaces() -> None:
    @NodeDecorator("test.maker.spaces", outputs=[{"name": "new figure"}])
    def f() -> Any: ...

    assert vars(f)["output_new figure"].id == "new figure"


def test_ports_take_over_what_the_signature_says() -> None:
    @NodeDecorator("test.maker.ports")
    def f(
        a: Annotated[int, {"name": "Label", "hidden": True, "description": "d"}], b: float = 2.0
    ) -> Any: ...

    node = f()

    assert list(node.inputs)[:2] == ["a", "b"]
    a, b = node.inputs["a"], node.inputs["b"]
    assert (a.name, a.hidden, a.description, a.required, a.type_spec) == ("Label", True, "d", True, "int")
    assert (b.value, b.required, b.type_spec) == (2.0, False, "float")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my_node", "MyNode"),
        ("my", "MyNode"),
        ("mynode", "MyNode"),
        ("Interpolation 1d", "Interpolation 1dNode"),
        ("read_CSV", "ReadCsvNode"),
    ],
)
def test_the_class_name_comes_from_the_text(text: str, expected: str) -> None:
    @NodeDecorator(f"test.maker.name.{text}", name=text)
    def f() -> None: ...

    assert f.__name__ == expected


def test_node_name_wins_over_name_and_that_over_the_function() -> None:
    def f() -> None: ...

    def g() -> None: ...

    def h() -> None: ...

    assert NodeDecorator("test.maker.n1", name="N", node_name="NN")(f).node_name == "NN"
    assert NodeDecorator("test.maker.n2", name="N")(g).node_name == "N"
    assert NodeDecorator("test.maker.n3")(h).node_name == "h"


def test_the_description_may_come_from_the_docstring() -> None:
    @NodeDecorator("test.maker.doc")
    def f() -> None:
        """First paragraph.

        Second.
        """

    assert f.description == "First paragraph."
    assert f.__doc__ is not None
    assert "Second." in f.__doc__


def test_node_id_wins_over_id_and_one_is_needed() -> None:
    def f() -> None: ...

    assert NodeDecorator("test.maker.x", node_id="test.maker.y")(f).node_id == "test.maker.y"
    with pytest.raises(ValueError, match="node_id not set"):
        NodeDecorator()(f)


def test_unknown_keywords_are_ignored() -> None:
    @NodeDecorator("test.maker.unknown", nonsense=1)
    def f() -> None: ...

    assert f.node_id == "test.maker.unknown"


def test_defaults_of_the_class_are_set() -> None:
    @NodeDecorator(
        "test.maker.defaults",
        default_io_options={"x": {"hidden": True}},
        default_render_options={"data": {"src": "x"}},
        default_reset_inputs_on_trigger=True,
        default_trigger_on_create=False,
    )
    def f(x: int = 1) -> None: ...

    node = f()

    assert node.inputs["x"].hidden
    assert node.render_options["data"] == {"src": "x"}
    assert node.reset_inputs_on_trigger
    assert f.default_trigger_on_create is False


def test_a_superclass_can_be_given_and_its_ports_come_after() -> None:
    class Base(Node):
        extra = NodeInput(type=int, default=7)
        out = NodeOutput(type=int)

    @NodeDecorator("test.maker.super", superclass=Base)
    def f(x: int) -> int:
        return x

    node = f()

    assert issubclass(f, Base)
    assert [i for i in node.inputs if i != "_triggerinput"] == ["x", "extra"]


def test_the_older_maker_function_makes_the_same() -> None:
    def f(x: int) -> int: ...

    made = node_class_maker("test.maker.older", f)

    assert next(iter(made().outputs)) == "out"
    with pytest.raises(TypeError, match="no function"):
        node_class_maker("test.maker.older2")


def test_one_function_object_may_make_two_classes() -> None:
    def f(x: int) -> int: ...

    first = NodeDecorator("test.maker.twice1", name="One", outputs=[{"name": "y"}])(f)
    second = NodeDecorator("test.maker.twice2", name="Two", outputs=[{"name": "z"}])(f)

    assert next(iter(second().outputs)) == "y"
    assert first is not second
    assert second.node_name == "One"


def test_an_id_that_another_function_has_is_refused() -> None:
    def other() -> None: ...

    with pytest.raises(NodeIdAlreadyExistsError, match=r"test\.maker\.add"):
        NodeDecorator("test.maker.add")(other)


def test_lambdas_work_and_callable_objects_are_refused() -> None:
    made = NodeDecorator("test.maker.lambda")(lambda: 1)

    assert made.node_name == "<lambda>"
    with pytest.raises(TypeError, match="wrap it"):
        NodeDecorator("test.maker.object")(object())  # type: ignore[arg-type]


def test_an_id_is_free_when_only_the_collector_knows_its_class() -> None:
    def f(x: int) -> int: ...
    def g(x: int) -> int: ...

    gc.disable()
    try:
        NodeDecorator("test.maker.collected", name="first")(f)

        second = NodeDecorator("test.maker.collected", name="second")(g)
    finally:
        gc.enable()

    assert get_nodeclass("test.maker.collected") is second


def test_a_class_that_nobody_holds_goes_away() -> None:
    def f(x: int) -> int: ...

    NodeDecorator("test.maker.gone")(f)
    gc.collect()

    with pytest.raises(KeyError, match=r"test\.maker\.gone"):
        get_nodeclass("test.maker.gone")


# --------------------------------------------------------------------- running


@pytest.mark.anyio
async def test_a_sync_function_runs_and_sets_its_output() -> None:
    assert await ran(add(), a=2, b=3) == {"out": 5}


@pytest.mark.anyio
async def test_an_untouched_default_is_passed_as_it_is_stored() -> None:
    seen: list[Any] = []

    @NodeDecorator("test.maker.stored")
    def f(a: Any = NoValue, b: Callable[..., Any] = len) -> None:
        seen.extend([a, b])

    await f()

    assert seen[-2:] == ["<NoValue>", "len"]


@pytest.mark.anyio
async def test_an_optional_input_without_a_value_is_not_passed() -> None:
    @NodeDecorator("test.maker.notpassed")
    def f(a: int, **kwargs: Any) -> dict[str, Any]:
        return kwargs

    assert await ran(f(), a=1) == {"out": {}}


@pytest.mark.anyio
async def test_several_outputs_are_zipped_and_one_gets_the_whole() -> None:
    @NodeDecorator("test.maker.two")
    def two(x: int) -> tuple[int, int]:
        return (x, x + 1, x + 2)[: x + 1]  # type: ignore[return-value]

    @NodeDecorator("test.maker.one")
    def one(x: int) -> tuple[Any]:
        return (x, x)  # type: ignore[return-value]

    assert await ran(two(), x=2) == {"out0": 2, "out1": 3}
    assert await ran(two(), x=0) == {"out0": 0, "out1": NoValue}
    assert await ran(one(), x=1) == {"out0": (1, 1)}


@pytest.mark.anyio
async def test_an_async_function_is_awaited() -> None:
    @NodeDecorator("test.maker.async")
    async def f(x: int) -> int:
        await asyncio.sleep(0)
        return x + 1

    assert await ran(f(), x=1) == {"out": 2}


@pytest.mark.anyio
async def test_the_node_parameter_is_the_node() -> None:
    seen: list[Any] = []

    @NodeDecorator("test.maker.self")
    def f(x: int, node: Any = None) -> None:
        seen.append(node)

    node = f()
    await ran(node, x=1)

    assert "node" not in node.inputs
    assert seen == [node]


@pytest.mark.anyio
async def test_errors_keep_their_message() -> None:
    @NodeDecorator("test.maker.error")
    def f(x: int) -> int:
        raise ValueError("not this")

    node = f()
    node.inputs["x"].value = 1

    with pytest.raises(NodeTriggerError, match="not this"):
        await node


@pytest.mark.anyio
async def test_func_can_be_awaited_directly_with_positions() -> None:
    node = add()

    assert await node.func(2, 5) == 7
    assert node.outputs["out"].value == 7


@pytest.mark.anyio
async def test_func_is_looked_up_when_the_node_runs() -> None:
    @NodeDecorator("test.maker.patched")
    def f(x: int) -> int:
        return x + 1

    node = f()
    calls: list[int] = []
    original = f.func

    @functools.wraps(original)
    async def spy(self: Node, *args: Any, **kwargs: Any) -> Any:
        calls.append(kwargs["x"])
        return await original(self, *args, **kwargs)

    f.func = spy  # type: ignore[method-assign]
    assert await ran(node, x=1) == {"out": 2}
    f.func = original  # type: ignore[method-assign]
    assert await ran(node, x=2) == {"out": 3}

    assert calls == [1]


@pytest.mark.anyio
async def test_generator_functions_stream() -> None:
    seen: list[int] = []

    @NodeDecorator("test.maker.gen")
    def count(n: int) -> Iterator[int]:
        yield from range(n)

    @NodeDecorator("test.maker.agen")
    async def acount(n: int) -> AsyncIterator[int]:
        for i in range(n):
            yield i

    @NodeDecorator("test.maker.collect")
    def collect(x: int) -> None:
        seen.append(x)

    for cls in (count, acount):
        source, sink = cls(), collect()
        source.outputs["out"].connect(sink.inputs["x"])
        source.inputs["n"].value = 3
        await run_until_complete(source, sink)

    assert seen == [0, 1, 2] * 2


@pytest.mark.anyio
async def test_a_replaced_func_of_a_generator_streams_too() -> None:
    @NodeDecorator("test.maker.genpatched")
    def count(n: int) -> Iterator[int]:
        yield from range(n)

    original = count.func

    async def spy(self: Node, **kwargs: Any) -> Any:
        return await original(self, **kwargs)

    count.func = spy  # type: ignore[method-assign]
    node = count()
    seen: list[int] = []
    node.outputs["out"].on("after_set_value", lambda result, **_: seen.append(result))
    await ran(node, n=2)

    assert seen == [0, 1]


@pytest.mark.anyio
async def test_parameters_by_position_only_and_starred_ones_are_served() -> None:
    @NodeDecorator("test.maker.positional")
    def f(a: int, /, b: int, *rest: int, c: int = 0, **more: int) -> Any:
        return a, b, rest, c, more

    node = f()
    first = await ran(node, a=1, b=2)
    second = await ran(node, **{"*rest": (3, 4), "**more": {"d": 5}})

    assert first == {"out": (1, 2, (), 0, {})}
    assert second == {"out": (1, 2, (3, 4), 0, {"d": 5})}


@pytest.mark.anyio
async def test_a_builtin_function_can_be_a_node() -> None:
    with pytest.warns(UserWarning, match="has no type"):
        made = NodeDecorator("test.maker.sqrt", outputs=[{"name": "root"}])(math.sqrt)

    assert await ran(made(), x=9) == {"root": 3.0}


@pytest.mark.anyio
async def test_a_signaturewrapper_is_called_with_the_parameters_it_shows() -> None:
    def core(x: int, y: int = 2) -> int:
        return x * y

    @NodeDecorator("test.maker.signature")
    @signaturewrapper(core)
    def wrapper(*args: Any, **kwargs: Any) -> int:
        return core(*args, **kwargs) + 1

    assert await ran(wrapper(), x=4) == {"out": 9}


# ------------------------------------------------------------------ elsewhere


@pytest.mark.anyio
@pytest.mark.parametrize("kwargs", [{"separate_thread": True}, {"executor": "thread"}])
async def test_separate_thread_runs_in_a_thread(kwargs: dict[str, Any]) -> None:
    @NodeDecorator("test.maker.thread", **kwargs)
    def f(x: int) -> int:
        return threading.get_ident()

    result = await ran(f(), x=1)

    assert result["out"] != threading.get_ident()
    assert f.o_func(x=1) == threading.get_ident()


@pytest.mark.anyio
@pytest.mark.parametrize("kwargs", [{"separate_process": True}, {"executor": "process"}])
async def test_separate_process_runs_in_a_process(kwargs: dict[str, Any]) -> None:
    @NodeDecorator("test.maker.process", **kwargs)
    def f(x: int) -> int:
        return os.getpid()

    assert (await ran(f(), x=1))["out"] != os.getpid()


@pytest.mark.anyio
async def test_separate_process_with_a_node_runs_here() -> None:
    @NodeDecorator("test.maker.processnode", separate_process=True)
    def f(x: int, node: Any = None) -> int:
        return os.getpid()

    assert (await ran(f(), x=1))["out"] == os.getpid()


@pytest.mark.anyio
@pytest.mark.parametrize("executor", ["thread", "process"])
async def test_stopping_an_offloaded_run_answers_at_once_and_the_next_run_works(
    executor: str, tmp_path: Path
) -> None:
    @NodeDecorator("test.maker.stopped", executor=executor)
    def f(started: str) -> int:
        if started:
            Path(started).touch()
            threading.Event().wait()
        return 1

    node = f()
    marker = tmp_path / "started"
    node.inputs["started"].value = str(marker)
    async with asyncio.timeout(20):
        while not marker.exists():
            await asyncio.sleep(0.005)
    answer = node.cancel()
    outcome = await answer if inspect.isawaitable(answer) else answer

    assert outcome == ("killed" if executor == "process" else "cancelled")
    assert node.status_word == "failed"
    assert await ran(node, started="") == {"out": 1}


def test_an_explicit_process_is_refused_where_it_cannot_be() -> None:
    def f(x: int, node: Any = None) -> int: ...

    with pytest.raises(TypeError, match="takes the node"):
        NodeDecorator("test.maker.refused", executor="process")(f)


def test_only_one_place_to_run_can_be_named() -> None:
    def f() -> None: ...

    with pytest.raises(ValueError, match="exclude"):
        NodeDecorator("test.maker.both", separate_thread=True, separate_process=True)(f)
    with pytest.raises(ValueError, match="'moon'"):
        NodeDecorator("test.maker.moon", executor="moon")(f)


def test_the_old_spelling_of_separate_thread_warns() -> None:
    def f() -> None: ...

    with pytest.warns(DeprecationWarning, match="separate_thread"):
        made = NodeDecorator("test.maker.typo", seperate_thread=True)(f)

    assert made._direct is not None
    assert made._direct.is_async
