"""Types by name: from annotations and type strings to the form that files and clients see.

`exposedfunctionality` holds the one registry of type names, which node modules write into;
this module reads it, serializes type objects directly, remembers classes, and tolerates what
the registry refuses. Strings are parsed and looked up but never imported: they may come from a
file or from the wire.
"""

from __future__ import annotations

import collections.abc
import types
import typing
from enum import Enum
from typing import Any, Literal, TypeGuard, Union, get_args, get_origin
from weakref import WeakKeyDictionary

from exposedfunctionality.function_parser import types as registry
from exposedfunctionality.function_parser.ser_types import TypeNotFoundError

from funcnodes_core._logging import FUNCNODES_LOGGER
from funcnodes_core._typefit import Verdict, can_accept
from funcnodes_core._typestrings import JsonType, TypeSyntaxError, lookup_type, parse_generic

__all__ = [
    "JsonType",
    "TypeNotFoundError",
    "Verdict",
    "auto_value_options",
    "can_accept",
    "enum_options",
    "type_spec",
    "type_string",
]

ANY = "Any"
_UNIONS = (Union, types.UnionType)
_ARRAYS = (list, collections.abc.Sequence)
_SETS = (set, frozenset)
_CLASSES: WeakKeyDictionary[type, JsonType] = WeakKeyDictionary()
_STRINGS: dict[str, JsonType] = {}
_JSON_SCALARS = (str, int, float, bool, type(None))


def type_string(t: Any) -> str:
    """The type string of an annotation; strings pass through, what has no name is "Any"."""
    try:
        return str(registry.type_to_string(t))
    except (TypeNotFoundError, TypeError, ImportError, ValueError) as exc:
        FUNCNODES_LOGGER.warning("the type %r is treated as Any: %s", t, exc)
        return ANY


def type_spec(t: Any) -> JsonType:
    """The wire form of a type.

    Args:
        t: An annotation, a class, a type string or a form that is serialized already.

    Returns:
        A name, or one of the dicts of the protocol (`array`, `object`, `enum`, `type`,
        `anyOf`, `allOf`). It is shared: do not change it. A string that names no known type is
        returned as it is; any other type without a name is "Any", and a warning is logged.
    """
    if isinstance(t, str):
        return _string_spec(t)
    if isinstance(t, dict):
        return t
    if t is None:
        return "None"
    if isinstance(t, type):
        return _class_spec(t)
    return _generic_spec(t)


def _class_spec(cls: type) -> JsonType:
    spec = _CLASSES.get(cls)
    if spec is None:
        spec = _enum_spec(list(cls)) if issubclass(cls, Enum) else type_string(cls)
        if spec != ANY:
            _CLASSES[cls] = spec
    return spec


def _string_spec(text: str) -> JsonType:
    known = _STRINGS.get(text)
    if known is not None:
        return known
    found = lookup_type(text)
    spec: JsonType = text
    if found is not None:
        spec = type_spec(found)
    elif "[" in text or "|" in text:
        try:
            spec = type_spec(parse_generic(text, lookup_type))
        except TypeSyntaxError:
            return text
    else:
        # not remembered: a module that is imported later may register the name
        return text
    _STRINGS[text] = spec
    return spec


def _generic_spec(t: Any) -> JsonType:
    if isinstance(t, typing.TypeVar):
        return _union_spec(t.__constraints__) if t.__constraints__ else type_spec(t.__bound__ or Any)
    if isinstance(t, typing.NewType):
        return type_spec(t.__supertype__)
    if isinstance(t, typing.ForwardRef):
        return type_spec(t.__forward_arg__)
    if isinstance(t, Enum):  # a member stands for its class, as the registry has it
        return type_spec(type(t))
    origin = get_origin(t)
    if origin is None:
        return type_string(t)
    args = get_args(t)
    if origin is typing.Annotated:
        return type_spec(args[0])
    if origin in _UNIONS:
        return _union_spec(args)
    if origin is Literal:
        return _enum_spec(args)
    return _parametrized_spec(t, origin, args)


def _parametrized_spec(t: Any, origin: Any, args: tuple[Any, ...]) -> JsonType:
    if not args and (origin in (list, dict, set, frozenset, type) or t is typing.Tuple):  # noqa: UP006
        return type_spec(origin)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return _array_spec(args[:1], unique=False)
        return {"allOf": [_inner_spec(arg) for arg in args]}
    if origin in _ARRAYS or origin in _SETS:
        return _array_spec(args, unique=origin in _SETS)
    if origin is dict:
        keys, values = (*args, Any, Any)[:2]
        return {"type": "object", "keys": _inner_spec(keys), "values": _inner_spec(values)}
    if origin is type:
        return {"type": "type", "value": _inner_spec(args[0])}
    return type_string(t)


def _array_spec(args: tuple[Any, ...], *, unique: bool) -> JsonType:
    return {"type": "array", "uniqueItems": unique, "items": _inner_spec(args[0] if args else Any)}


def _inner_spec(t: Any) -> JsonType:
    """The form of a generic's argument: unions sorted, because `typing` caches generics and
    hands out the first order that it met."""
    spec = type_spec(t)
    if not isinstance(spec, dict) or "anyOf" not in spec:
        return spec
    members = sorted((m for m in spec["anyOf"] if m != "None"), key=str)
    return {"anyOf": members + (["None"] if "None" in spec["anyOf"] else [])}


def _union_spec(args: tuple[Any, ...]) -> JsonType:
    members: list[JsonType] = []
    nullable = False
    for arg in args:
        if arg is None or arg is type(None):
            nullable = True
            continue
        spec = type_spec(arg)
        flat = spec["anyOf"] if isinstance(spec, dict) and "anyOf" in spec else [spec]
        nullable = nullable or "None" in flat
        members += [m for m in flat if m != "None" and m not in members]
    if nullable:
        members = [_nullable(m) for m in members]
        if len(members) == 1 and _is_enum(members[0]):
            return members[0]
        members.append("None")
    return members[0] if len(members) == 1 else {"anyOf": members}


def _nullable(spec: JsonType) -> JsonType:
    return {**spec, "nullable": True} if _is_enum(spec) else spec


def _is_enum(spec: JsonType) -> TypeGuard[dict[str, Any]]:
    return isinstance(spec, dict) and spec.get("type") == "enum"


def _enum_spec(members: typing.Sequence[Any]) -> JsonType:
    """The form of a choice; values that JSON cannot say are given as text."""
    values: list[Any] = []
    keys: list[str] = []
    nullable = False
    for member in members:
        if member is None:
            nullable = True
            continue
        value = member.value if isinstance(member, Enum) else member
        values.append(value if _is_json(value) else str(value))
        keys.append(member.name if isinstance(member, Enum) else str(member))
    return {"type": "enum", "values": values, "keys": keys, "nullable": nullable}


def _is_json(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_json(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(item) for key, item in value.items())
    return type(value) in _JSON_SCALARS


def enum_options(spec: JsonType) -> dict[str, Any]:
    """`{"options": ...}` for a choice, also inside a union; otherwise nothing."""
    if isinstance(spec, str):
        return {}
    if spec.get("type") == "enum":
        return {"options": {**spec, "values": list(spec["values"]), "keys": list(spec["keys"])}}
    for member in spec.get("anyOf", ()):
        found = enum_options(member)
        if found:
            return found
    return {}


def auto_value_options(t: Any) -> dict[str, Any]:
    """What a type says about the values of an input: a step of 1 for int, the options of a choice.

    Args:
        t: An annotation or its wire form.
    """
    spec = type_spec(t)
    members = spec.get("anyOf", [spec]) if isinstance(spec, dict) else [spec]
    options: dict[str, Any] = {"step": 1} if "int" in members else {}
    options.update(enum_options(spec))
    return options
