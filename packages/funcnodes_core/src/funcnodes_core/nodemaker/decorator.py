"""Node classes from functions."""

from __future__ import annotations

import asyncio
import functools
import inspect
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias, get_args

from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.node.base import Node
from funcnodes_core.node.run import DirectCall, deliver, stream
from funcnodes_core.nodemaker.offload import Executor, offloaded
from funcnodes_core.nodemaker.signature import FunctionSignature, function_signature, yields
from funcnodes_core.scheduler import scheduler_of

__all__ = ["NodeDecorator", "node_class_maker"]

AnyFunction: TypeAlias = Callable[..., Any]
_DEFAULTS = (
    "default_io_options",
    "default_render_options",
    "default_reset_inputs_on_trigger",
    "default_trigger_on_create",
    "default_pretrigger_delay",
    "default_timeout_s",
    "default_retries",
)


def NodeDecorator(id: str | None = None, **kwargs: Any) -> Callable[[AnyFunction], type[Node]]:
    """Decorator that turns a function into a node class.

    Inputs and outputs come from the function's signature, its docstring, `Annotated` metadata and the
    arguments below; a parameter called `node` is given the node itself. A generator function streams.

    Args:
        id: The node id: global, and part of saved graphs. `node_id` is the same and wins.
        **kwargs: As `node_class_maker` takes them.

    Raises:
        ValueError: There is no id, or more than one place to run was named.
        TypeError: What is decorated is no function, or cannot run where `executor` says.
    """

    def decorate(func: AnyFunction) -> type[Node]:
        return node_class_maker(id, func, **kwargs)

    return decorate


def node_class_maker(
    id: str | None = None,
    func: AnyFunction | None = None,
    superclass: type[Node] = Node,
    separate_thread: bool = False,
    separate_process: bool = False,
    *,
    node_id: str | None = None,
    name: str | None = None,
    node_name: str | None = None,
    description: str | None = None,
    inputs: Iterable[Mapping[str, Any]] | None = None,
    outputs: Iterable[Mapping[str, Any]] | None = None,
    executor: Executor | None = None,
    timeout_s: float | None = None,
    retries: int = 0,
    **kwargs: Any,
) -> type[Node]:
    """The node class of a function.

    Args:
        id: The node id.
        func: Sync, async or generator function.
        superclass: Base of the class.
        separate_thread: Run in a thread of the class's own pool.
        separate_process: Run in another process where everything pickles, else in a thread.
        node_id: The node id; wins over `id`.
        name: The function's name for people; also decides the class's `__name__`.
        node_name: What the library shows; by default `name`.
        description: By default the first paragraph of the docstring.
        inputs: Changes of the inputs by position.
        outputs: Changes of the outputs by position; more entries than the function has add outputs.
        executor: "inline", "thread" or "process"; unlike `separate_process` it never falls back.
        timeout_s: After how many seconds a run is stopped and fails; people may change it at the node.
        retries: How often a run that fails is tried again with the same inputs; may be changed, too.
        **kwargs: `default_io_options`, `default_render_options`, `default_reset_inputs_on_trigger`,
            `default_trigger_on_create`, `default_pretrigger_delay`; others are ignored.

    Raises:
        ValueError: There is no id, or more than one place to run was named.
        TypeError: `func` is no function, or cannot run where `executor` says.
    """
    node_id = node_id or id
    if not node_id:
        raise ValueError("node_id not set")
    if func is None:
        raise TypeError(f"no function was given for node {node_id!r}")
    if "seperate_thread" in kwargs:
        warnings.warn("seperate_thread is spelled separate_thread", DeprecationWarning, stacklevel=3)
        separate_thread = separate_thread or bool(kwargs["seperate_thread"])
    place = _executor(separate_thread, separate_process, executor)

    signature = function_signature(func, name=name, inputs=inputs, outputs=outputs)
    direct_call = _callable(func, signature, place, fallback=executor is None)
    body: dict[str, Any] = {
        "__module__": signature.func.__module__,
        "__doc__": signature.func.__doc__,
        "node_id": node_id,
        "node_name": node_name or signature.name or node_id,
        "description": signature.description if description is None else description,
        "o_func": staticmethod(signature.func),
        **_ports(signature),
        **({} if timeout_s is None else {"default_timeout_s": timeout_s}),
        **({"default_retries": retries} if retries else {}),
        **{key: kwargs[key] for key in _DEFAULTS if kwargs.get(key) is not None},
    }
    return _build(_class_name(signature.name), superclass, body, signature, direct_call, place != "inline")


def _executor(thread: bool, process: bool, executor: Executor | None) -> Executor:
    """The one place that was named.

    Raises:
        ValueError: None of those that there are, or more than one.
    """
    if thread + process + (executor is not None) > 1:
        raise ValueError("separate_thread, separate_process and executor exclude each other")
    if executor is not None and executor not in get_args(Executor):
        raise ValueError(f"executor is one of {', '.join(map(repr, get_args(Executor)))}, not {executor!r}")
    if executor is not None:
        return executor
    return "thread" if thread else "process" if process else "inline"


def _class_name(text: str) -> str:
    """`my_node` becomes `MyNode`, `Interpolation 1d` becomes `Interpolation 1dNode`."""
    name = "".join(part.capitalize() for part in text.lower().split("_"))
    name = name.removesuffix("node")
    return name if name.endswith("Node") else f"{name}Node"


def _ports(signature: FunctionSignature) -> dict[str, NodeInput | NodeOutput]:
    ports: dict[str, NodeInput | NodeOutput] = {}
    for arguments in signature.inputs:
        ports[f"input_{arguments['id']}"] = NodeInput(**arguments)
    for arguments in signature.outputs:
        ports[f"output_{arguments['id']}"] = NodeOutput(**arguments)
    return ports


def _build(
    name: str,
    superclass: type[Node],
    body: dict[str, Any],
    signature: FunctionSignature,
    call: AnyFunction,
    awaited: bool,
) -> type[Node]:
    func = signature.func

    @functools.wraps(func)
    async def wrapper(self: Node, *args: Any, **kwargs: Any) -> Any:
        if direct.wants_node:
            kwargs.setdefault("node", self)
        result = direct.call(*args, **kwargs)
        if direct.streams:
            return await stream(self, scheduler_of(asyncio.get_running_loop()), direct.output_ids, result)
        if direct.is_async:
            result = await result
        deliver(self, direct.output_ids, result)
        return result

    outputs = [port for port in body.values() if type(port) is NodeOutput]
    body["func"] = wrapper
    metaclass: Callable[..., type[Node]] = type(superclass)
    node_class = metaclass(name, (superclass,), body)
    direct = DirectCall(
        wrapper,
        call,
        awaited or inspect.iscoroutinefunction(func),
        signature.wants_node,
        # asked of the class's own ports: the metaclass renames those whose id a base has taken
        tuple([port.id for port in outputs]),
        yields(func),
    )
    node_class._direct = direct
    return node_class


def _callable(
    given: AnyFunction, signature: FunctionSignature, executor: Executor, *, fallback: bool
) -> AnyFunction:
    """What a run calls with its inputs as keywords."""
    func = signature.func
    call = offloaded(func, executor, fallback=fallback, wants_node=signature.wants_node)
    code = getattr(func, "__code__", None)
    starred = code is None or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
    starred = starred and any(arguments["id"][0] == "*" for arguments in signature.inputs)
    if starred or given is not func or (code is not None and code.co_posonlyargcount):
        return _by_position(inspect.signature(func, follow_wrapped=given is not func), call)
    return call


def _by_position(signature: inspect.Signature, target: AnyFunction) -> AnyFunction:
    """Call `target`, which does not take all of its parameters by keyword, with keywords."""
    names = {_port_id(p): key for key, p in signature.parameters.items()}

    def call(*args: Any, **kwargs: Any) -> Any:
        if args:
            return target(*args, **kwargs)
        arguments = {names[key]: value for key, value in kwargs.items() if key in names}
        bound = inspect.BoundArguments(signature, arguments)
        return target(*bound.args, **bound.kwargs)

    return call


def _port_id(parameter: inspect.Parameter) -> str:
    if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
        return f"*{parameter.name}"
    return f"**{parameter.name}" if parameter.kind is inspect.Parameter.VAR_KEYWORD else parameter.name
