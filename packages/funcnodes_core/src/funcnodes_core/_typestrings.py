"""Reading type strings such as `"List[Union[int, None]]"` without importing anything."""

from __future__ import annotations

import ast
import collections.abc
import sys
from collections.abc import Callable
from typing import Annotated, Any, Literal, Optional, TypeAlias, Union

from exposedfunctionality.function_parser import types as registry

__all__ = ["JsonType", "TypeSyntaxError", "lookup_type", "parse_generic"]

JsonType: TypeAlias = str | dict[str, Any]

_GENERICS: dict[str, Any] = {
    "List": list,
    "list": list,
    "Sequence": collections.abc.Sequence,
    "Dict": dict,
    "dict": dict,
    "Set": set,
    "set": set,
    "Type": type,
    "type": type,
    "Tuple": tuple,
    "tuple": tuple,
    "Union": Union,
    "Optional": Optional,
}


class TypeSyntaxError(ValueError):
    """The text is no type expression; used inside this package only."""


def lookup_type(name: str) -> Any:
    """The type of that name: registered, or a class of a module that is imported already."""
    if name in registry._TYPE_GETTER:
        return registry._TYPE_GETTER[name]
    module_name, _, class_name = name.rpartition(".")
    found = getattr(sys.modules.get(module_name), class_name, None) if module_name else None
    return found if isinstance(found, type) else None


def parse_generic(text: str, lookup: Callable[[str], Any]) -> Any:
    """The type that a type expression describes.

    Args:
        text: For instance `"Dict[str, numpy.ndarray]"` or `"int | None"`.
        lookup: Gives the type of a plain name, or None; an unknown name stays a string.

    Raises:
        TypeSyntaxError: The text is none, or uses an unknown generic.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
        raise TypeSyntaxError(text) from exc
    try:
        return _build(tree, lookup)
    except (TypeError, RecursionError) as exc:  # typing refuses the combination
        raise TypeSyntaxError(text) from exc


def _build(tree: ast.expr, lookup: Callable[[str], Any]) -> Any:
    if isinstance(tree, ast.Constant) and (tree.value is None or tree.value is Ellipsis):
        return tree.value
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.BitOr):
        return Union[_build(tree.left, lookup), _build(tree.right, lookup)]  # noqa: UP007
    if isinstance(tree, ast.Subscript):
        return _build_subscript(tree, lookup)
    if isinstance(tree, ast.Name | ast.Attribute):
        name = ast.unparse(tree)
        found = lookup(name)
        return name if found is None else found
    raise TypeSyntaxError(ast.unparse(tree))


def _build_subscript(tree: ast.Subscript, lookup: Callable[[str], Any]) -> Any:
    name = ast.unparse(tree.value).removeprefix("typing.").removeprefix("collections.abc.")
    args = tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice]
    if name == "Literal":
        try:
            return Literal[tuple(ast.literal_eval(arg) for arg in args)]
        except ValueError as exc:
            raise TypeSyntaxError(ast.unparse(tree)) from exc
    if name == "Annotated":
        return Annotated[_build(args[0], lookup), ""]
    generic = _GENERICS.get(name)
    if generic is None:
        raise TypeSyntaxError(ast.unparse(tree))
    built = tuple(_build(arg, lookup) for arg in args)
    return generic[built if len(built) != 1 else built[0]]
