"""Whether values of one type can be values of another, decided on wire forms alone."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence, Set
from typing import Any, NamedTuple, get_origin

from funcnodes_core._typestrings import JsonType, lookup_type

__all__ = ["Verdict", "can_accept"]

_ANYTHING = ("Any", "builtins.object", "object")
# each number fits those that follow
_NUMBERS = ("int", "float", "complex")
_CONTAINERS: dict[str, tuple[type, ...]] = {
    "array": (list, tuple, range, Sequence),
    "set": (set, frozenset, Set),
    "object": (dict, Mapping),
    "tuple": (tuple, list),
    "type": (type,),
}
_INNER = {"array": ("items",), "set": ("items",), "object": ("keys", "values"), "type": ("value",)}
# iterable, but nobody means them when a list is asked for
_NO_ARRAYS = (str, bytes, bytearray, memoryview, dict, set, frozenset)
_SCALARS: dict[type, str] = {bool: "bool", int: "int", float: "float", str: "str", type(None): "None"}


class Verdict(NamedTuple):
    """Yes, or no with the reason."""

    ok: bool
    reason: str = ""


def can_accept(src: JsonType, dst: JsonType) -> Verdict:
    """Whether an input of type `dst` can ever take a value of type `src`.

    Refused is only what can never fit: anything goes with `Any`, with a type whose name is not
    known here, and where one class derives from the other; a union fits if a member does.

    Args:
        src: Wire form of the type that is sent.
        dst: Wire form of the type that is expected.
    """
    try:
        if _fits(src, dst):
            return Verdict(True)
        return Verdict(False, f"{_show(src)} never fits {_show(dst)}")
    except (KeyError, TypeError, AttributeError, RecursionError):
        return Verdict(True)  # a form that is none says nothing of its type


def _show(spec: JsonType) -> str:
    return f"'{_text(spec)}'"


def _text(spec: JsonType) -> str:
    """A type as people write it."""
    if isinstance(spec, str):
        return spec.rpartition(".")[2]
    if "anyOf" in spec:
        return " | ".join(_text(member) for member in spec["anyOf"])
    if spec.get("type") == "enum":
        return f"one of {', '.join(spec['keys'])}"
    kind = _kind(spec)
    inner = spec["allOf"] if kind == "tuple" else [spec.get(key, "Any") for key in _INNER[kind]]
    return f"{_CONTAINERS[kind][0].__name__}[{', '.join(_text(i) for i in inner)}]"


def _fits(src: JsonType, dst: JsonType) -> bool:
    if src == dst or _is_any(src) or _is_any(dst):
        return True
    options = _members(dst)
    sources = _members(src)
    if len(options) == 1 and len(sources) == 1 and options[0] == dst and sources[0] == src:
        return _fits_single(src, dst)
    return any(_fits(s, d) for s in sources for d in options)


def _is_any(spec: JsonType) -> bool:
    return isinstance(spec, str) and spec in _ANYTHING


def _members(spec: JsonType) -> list[JsonType]:
    """What a union or a choice is made of; a choice is its values' types, or their names as text."""
    if isinstance(spec, str):
        return [spec]
    if "anyOf" in spec:
        return list(spec["anyOf"])
    if spec.get("type") == "enum":
        names: dict[str, None] = {_SCALARS.get(type(value), "Any"): None for value in spec["values"]}
        names["str"] = None
        if spec.get("nullable"):
            names["None"] = None
        return list(names)
    return [spec]


def _fits_single(src: JsonType, dst: JsonType) -> bool:
    if isinstance(src, str) and isinstance(dst, str):
        return _name_fits(src, dst)
    if isinstance(src, dict) and isinstance(dst, dict):
        return _container_fits(src, dst)
    if isinstance(src, str):
        assert isinstance(dst, dict)  # two names and two forms were answered above
        return _class_fits_form(src, _kind(dst))
    assert isinstance(dst, str)
    target = _as_class(dst)
    return target is None or any(_related(cls, target) for cls in _CONTAINERS[_kind(src)])


def _class_fits_form(src: str, kind: str) -> bool:
    cls = _as_class(src)
    if cls is None:
        return True
    if kind == "array":
        # arrays, series and the like are no lists, and work where one is expected
        return cls in (list, tuple) or (hasattr(cls, "__iter__") and not issubclass(cls, _NO_ARRAYS))
    return any(_related(cls, container) for container in _CONTAINERS[kind])


def _kind(form: dict[str, Any]) -> str:
    if "allOf" in form:
        return "tuple"
    kind = str(form.get("type"))
    if kind == "array":
        return "set" if form.get("uniqueItems") else "array"
    return kind if kind in _CONTAINERS else "object"


def _container_fits(src: dict[str, Any], dst: dict[str, Any]) -> bool:
    kinds = (_kind(src), _kind(dst))
    if kinds == ("tuple", "tuple"):
        pairs = zip(src["allOf"], dst["allOf"], strict=False)
        return len(src["allOf"]) == len(dst["allOf"]) and all(_fits(s, d) for s, d in pairs)
    if kinds == ("tuple", "array"):
        return all(_fits(s, dst["items"]) for s in src["allOf"])
    if kinds == ("array", "tuple"):
        return all(_fits(src["items"], d) for d in dst["allOf"])
    if kinds[0] != kinds[1]:
        return False
    return all(_fits(src.get(key, "Any"), dst.get(key, "Any")) for key in _INNER[kinds[0]])


def _name_fits(src: str, dst: str) -> bool:
    if src == dst:
        return True
    if src in _NUMBERS and dst in _NUMBERS:
        return _NUMBERS.index(src) <= _NUMBERS.index(dst)
    one, other = _as_class(src), _as_class(dst)
    if one is None or other is None:
        return True
    return _related(one, other)


def _related(one: type, other: type) -> bool:
    if _is_subclass(one, other) or _is_subclass(other, one):
        return True
    return (inspect.isabstract(one) and inspect.isabstract(other)) or _same_family(one, other)


def _same_family(one: type, other: type) -> bool:
    """Whether two classes have a base of their own package in common.

    Packages annotate with one member of such a family and take them all: a node of the published
    `funcnodes-lmfit` asks for a `CompositeModel` and is fed with a `LinearModel`.
    """
    package = one.__module__.partition(".")[0]
    return other.__module__.partition(".")[0] == package != "builtins" and any(
        base in other.__mro__ for base in one.__mro__[1:] if base.__module__.partition(".")[0] == package
    )


def _as_class(name: str) -> type | None:
    found: Any = lookup_type(name)
    if not isinstance(found, type):
        found = get_origin(found)
    return found if isinstance(found, type) else None


def _is_subclass(one: type, other: type) -> bool:
    try:
        return issubclass(one, other)
    except TypeError:  # a protocol that cannot be checked by class
        return True
