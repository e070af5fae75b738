"""From a function to the ports of a node.

`function_signature` asks exposedfunctionality's parser for the metadata (the truth, kept as
`func.ef_funcmeta`) and turns it into keyword arguments for `NodeInput` and `NodeOutput`. The
parser knows types by their names only; where the annotation still holds the type itself, that
object is handed on, which is quicker and does not confuse two classes of one name.

Who wins, from weak to strong: docstring, signature, `inputs=`/`outputs=` of the decorator,
`Annotated` metadata.
"""

from __future__ import annotations

import functools
import inspect
import logging
import types
import typing
import warnings
from collections import abc
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, NamedTuple, TypeAlias, TypeVar

from exposedfunctionality.func import expose_method, is_exposed_method, nested_update
from exposedfunctionality.function_parser import function_method_parser
from exposedfunctionality.function_parser.types import _TYPE_GETTER as _TYPES_BY_NAME
from exposedfunctionality.function_parser.types import string_to_type, type_to_string

__all__ = ["FunctionSignature", "PortArguments", "function_signature", "signaturewrapper", "yields"]

PortArguments: TypeAlias = dict[str, Any]
"""Keyword arguments of one `NodeInput` or `NodeOutput`; `id`, `name` and `type` are always there."""

AnyFunction: TypeAlias = Callable[..., Any]
F = TypeVar("F", bound=AnyFunction)

_LOGGER = logging.getLogger("funcnodes")
_NODE_PARAMETER = "node"
_PORT_KEYS = (
    "description",
    "hidden",
    "allow_multiple",
    "render_options",
    "value_options",
    "emit_value_set",
    "on",
)
_ITERATORS = (
    *(abc.Iterator, abc.Iterable, abc.Generator),
    *(abc.AsyncIterator, abc.AsyncIterable, abc.AsyncGenerator),
)
_MISSING: Any = object()


class FunctionSignature(NamedTuple):
    """What a node class needs to know about a function."""

    func: AnyFunction
    """The function, with `ef_funcmeta`; another object only where attributes cannot be set on it."""
    name: str
    description: str
    inputs: list[PortArguments]
    outputs: list[PortArguments]
    wants_node: bool


def function_signature(
    func: AnyFunction,
    *,
    name: str | None = None,
    inputs: Iterable[Mapping[str, Any]] | None = None,
    outputs: Iterable[Mapping[str, Any]] | None = None,
) -> FunctionSignature:
    """The ports of a function; its metadata stays on it as `ef_funcmeta`.

    A function that carries metadata already keeps it: `name`, `inputs` and `outputs` are then
    ignored, as published modules have it.

    Args:
        func: Sync or async function; parameters called `node` become no input.
        name: Another name than the function's.
        inputs: Changes by position; a new `name` is the label only.
        outputs: Changes by position; a new `name` is the id; more entries add outputs.
    """
    annotations = _annotations(func)
    if yields(func) and "return" in annotations:
        annotations = {**annotations, "return": _yielded(annotations["return"])}
    if not is_exposed_method(func):
        func = _expose(func, name)
        if inputs is not None:
            _overlay(func.ef_funcmeta["input_params"], inputs, _input_annotations(func, annotations))  # type: ignore[attr-defined]
        if outputs is not None:
            _overlay(func.ef_funcmeta["output_params"], outputs, _output_annotations(annotations))  # type: ignore[attr-defined]
    meta = func.ef_funcmeta  # type: ignore[attr-defined]

    params = meta["input_params"]
    input_specs = [_input_spec(item, annotations) for item in params if _parameter(item) != _NODE_PARAMETER]
    returned = _output_annotations(annotations)
    output_specs = [
        _output_spec(item, i, len(meta["output_params"]), returned[i] if i < len(returned) else _MISSING)
        for i, item in enumerate(meta["output_params"])
    ]
    _make_ids_unique(meta["name"], input_specs, output_specs)
    return FunctionSignature(
        func=func,
        name=meta["name"],
        description=_first_paragraph(meta["docstring"]),
        inputs=input_specs,
        outputs=output_specs,
        wants_node=len(input_specs) != len(params),
    )


def signaturewrapper(func: AnyFunction) -> Callable[[F], F]:
    """Decorator that makes a wrapper show the parameters of `func`, so that they become the inputs."""

    def decorate(wrapper: F) -> F:
        functools.update_wrapper(wrapper, func)
        wrapper.__signature__ = inspect.signature(func)  # type: ignore[attr-defined]
        return wrapper

    return decorate


# ---------------------------------------------------------------------- metadata


def _expose(func: AnyFunction, name: str | None) -> AnyFunction:
    """`func` with metadata; what the parser refuses becomes `Any` instead of a failed import."""
    if not hasattr(func, "__name__") and not isinstance(func, functools.partial):
        raise TypeError(f"{func!r} has no name: a node is made from a function, wrap it in a `def`")
    try:
        if not yields(func):
            return typing.cast(AnyFunction, expose_method(func, name=name))
        # the parser does not know that a stream sends what it yields
        meta = _tolerant_metadata(func, None)
    except Warning:
        raise  # a warning that the user turned into an error is meant for them
    except Exception as error:  # noqa: BLE001 - annotations and docstrings are foreign code
        meta = _tolerant_metadata(func, error)
    if name is not None and name != meta["name"]:
        meta["_name"], meta["name"] = meta["name"], name
    func._is_exposed_method = True  # type: ignore[attr-defined]
    func.ef_funcmeta = meta  # type: ignore[attr-defined]
    return func


def _tolerant_metadata(func: AnyFunction, error: Exception | None) -> dict[str, Any]:
    """Metadata read from a stand-in whose annotations all have a type string."""
    signature = inspect.signature(func, follow_wrapped=False)

    def stand_in() -> None:
        """Never called: carries a signature for the parser."""

    functools.update_wrapper(stand_in, func)
    stand_in.__signature__ = signature  # type: ignore[attr-defined]
    raw = getattr(func, "__annotations__", {})
    scope = getattr(inspect.unwrap(func), "__globals__", {})
    stand_in.__annotations__ = {
        key: _nameable(_evaluated(value, scope), f"{key!r} of {_where(func)}") for key, value in raw.items()
    }
    if yields(func) and "return" in stand_in.__annotations__:
        stand_in.__annotations__["return"] = _yielded(stand_in.__annotations__["return"])
    try:
        return typing.cast(dict[str, Any], function_method_parser(stand_in))
    except Warning:
        raise
    except Exception:  # noqa: BLE001 - the docstring parser may refuse, too
        warnings.warn(f"the docstring of {_where(func)} cannot be read: {error}", UserWarning, stacklevel=2)
        stand_in.__doc__ = None
        return typing.cast(dict[str, Any], function_method_parser(stand_in))


def _nameable(annotation: Any, what: str) -> Any:
    """The annotation, or `Any` where it has no type string (`Tuple` elements one by one)."""
    base, meta = _strip(annotation)
    if meta:
        name: Any = _nameable(base, what)
        return annotation if name is base else Annotated[name, meta]
    try:
        type_to_string(type(None) if base is None else base)
    except Exception as error:  # noqa: BLE001 - asks foreign types for their names
        elements = typing.get_args(base)
        if typing.get_origin(base) is tuple and Ellipsis not in elements:
            return tuple[tuple(_nameable(e, what) for e in elements)]  # type: ignore[misc]
        warnings.warn(f"{what} becomes Any: {error}", UserWarning, stacklevel=2)
        return Any
    return annotation


def _evaluated(annotation: Any, scope: dict[str, Any]) -> Any:
    """The annotation without strings inside, or itself if that cannot be done."""
    holder = types.SimpleNamespace(__annotations__={"x": annotation})
    try:
        return typing.get_type_hints(holder, globalns=scope, include_extras=True)["x"]
    except Exception:  # noqa: BLE001 - evaluates foreign source text
        return annotation if not isinstance(annotation, str) else _MISSING


def _overlay(items: list[dict[str, Any]], given: Iterable[Mapping[str, Any]], annotations: list[Any]) -> None:
    """Lay the decorator's entries over the parser's; what `Annotated` says stays."""
    for i, entry in enumerate(given):
        if i >= len(items):
            items.append(dict(entry))
            continue
        fixed = _strip(annotations[i])[1] if i < len(annotations) else {}
        nested_update(items[i], {k: v for k, v in entry.items() if k not in fixed})


# ------------------------------------------------------------------- annotations


def _annotations(func: AnyFunction) -> Mapping[str, Any]:
    """The annotations as objects; those that cannot be evaluated are left out."""
    while isinstance(func, functools.partial):
        func = func.func
    try:
        raw: dict[str, Any] = getattr(func, "__annotations__", None) or {}
        if not any(isinstance(value, str) for value in raw.values()):
            return raw
        return typing.get_type_hints(func, include_extras=True)
    except Exception:  # noqa: BLE001 - evaluates foreign source text
        return {}


def yields(func: AnyFunction) -> bool:
    """Whether a function is a generator or an async generator function."""
    if type(func) is types.FunctionType:
        # what `inspect` looks at, in the end
        return bool(func.__code__.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR))
    return inspect.isgeneratorfunction(func) or inspect.isasyncgenfunction(func)


def _yielded(annotation: Any) -> Any:
    """What a generator function that is annotated so sends: the element, whatever the iterator."""
    base, meta = _strip(annotation)
    if typing.get_origin(base) in _ITERATORS and typing.get_args(base):
        item = typing.get_args(base)[0]
    else:
        item = Any if base in _ITERATORS or typing.get_origin(base) in _ITERATORS else base
    return Annotated[item, meta] if meta else item


def _input_annotations(func: AnyFunction, annotations: Mapping[str, Any]) -> list[Any]:
    params = func.ef_funcmeta["input_params"]  # type: ignore[attr-defined]
    return [annotations.get(_parameter(item).lstrip("*"), _MISSING) for item in params]


def _output_annotations(annotations: Mapping[str, Any]) -> list[Any]:
    """One annotation per output: the elements of a tuple, or the whole."""
    if "return" not in annotations:
        return []
    base = _strip(annotations["return"])[0]
    if typing.get_origin(base) is tuple:
        return list(typing.get_args(base))
    return [annotations["return"]]


def _strip(annotation: Any) -> tuple[Any, dict[str, Any]]:
    """Type and metadata of an annotation that may be `Annotated`."""
    # what `get_origin` asks last; most annotations are plain classes
    if type(annotation) is type or typing.get_origin(annotation) is not Annotated:
        return annotation, {}
    base, *extras = typing.get_args(annotation)
    meta: dict[str, Any] = {}
    for extra in extras:
        if isinstance(extra, dict):
            meta.update(extra)
    return base, meta


# ------------------------------------------------------------------------- ports


def _parameter(item: Mapping[str, Any]) -> str:
    """Name of the parameter that an input belongs to; `name` may be a label."""
    return str(item.get("_name", item["name"]))


def _input_spec(item: Mapping[str, Any], annotations: Mapping[str, Any]) -> PortArguments:
    parameter = _parameter(item)
    spec = _port_spec(item, parameter, annotations.get(parameter.lstrip("*"), _MISSING))
    if "default" in item:
        spec["default"] = item["default"]
    if "does_trigger" in item:
        spec["does_trigger"] = item["does_trigger"]
    if "required" in item:
        spec["required"] = item["required"]
    elif "default" in item or item.get("optional") or parameter[0] == "*":
        spec["required"] = False
    return spec


def _output_spec(item: Mapping[str, Any], index: int, count: int, annotation: Any) -> PortArguments:
    io_id = str(item.get("name") or ("out" if count == 1 else f"out{index}"))
    return _port_spec(item, io_id, annotation)


def _port_spec(item: Mapping[str, Any], io_id: str, annotation: Any) -> PortArguments:
    spec: PortArguments = {
        "id": io_id,
        "name": str(item.get("name") or io_id),
        "type": _port_type(item, annotation),
    }
    for key in _PORT_KEYS:
        if key in item:
            spec[key] = item[key]
    return spec


def _port_type(item: Mapping[str, Any], annotation: Any) -> Any:
    """The type object where the annotation still says what the metadata says."""
    name = item.get("type", "Any")
    if not isinstance(name, str):
        return Any if name is None else name
    if name == "Any":
        return Any
    base, meta = _strip(annotation)
    overridden = "_type" in item or "type" in meta or base is _MISSING or base is Any
    return _type_of_string(name) if overridden or isinstance(base, str) else base


def _type_of_string(name: str) -> Any:
    """The type of a type string; an unknown one becomes `Any` with a warning."""
    known = _TYPES_BY_NAME.get(name)
    if known is not None:
        return known
    try:
        return string_to_type(name)
    except Exception as error:  # noqa: BLE001 - imports the module that the string names
        warnings.warn(f"unknown type {name!r} becomes Any: {error}", UserWarning, stacklevel=2)
        return Any


def _make_ids_unique(name: str, inputs: list[PortArguments], outputs: list[PortArguments]) -> None:
    """Give a later port of a taken id another one: `out` becomes `out_`."""
    taken: set[str] = set()
    for spec in (*inputs, *outputs):
        io_id = spec["id"]
        while io_id in taken:
            io_id += "_"
        if io_id != spec["id"]:
            _LOGGER.warning("%s: port id %r is taken, the later one is called %r", name, spec["id"], io_id)
            spec["id"] = io_id
        taken.add(io_id)


def _first_paragraph(docstring: Mapping[str, Any] | None) -> str:
    if docstring is None:
        return ""
    return str(docstring.get("original") or "").strip().split("\n\n", 1)[0].strip()


def _where(func: AnyFunction) -> str:
    return f"{getattr(func, '__module__', '?')}.{getattr(func, '__qualname__', '?')}"
