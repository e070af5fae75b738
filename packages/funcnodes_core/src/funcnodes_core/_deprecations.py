"""Warnings for names that are kept only for older code."""

from __future__ import annotations

import functools
import sys
import types
import warnings
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

__all__ = [
    "FuncNodesDeprecationWarning",
    "SpellingDeprecationWarning",
    "method_deprecated_decorator",
    "path_module_attribute_to_getter",
]

P = ParamSpec("P")
R = TypeVar("R")


class FuncNodesDeprecationWarning(DeprecationWarning):
    """A name of FuncNodes that will go away."""


class SpellingDeprecationWarning(FuncNodesDeprecationWarning):
    """A misspelled name; the right one does the same."""


def method_deprecated_decorator(
    alternative: str | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: each call warns that the function is deprecated and names `alternative`."""

    def decorate(func: Callable[P, R]) -> Callable[P, R]:
        hint = f"; use {alternative!r} instead" if alternative else ""

        @functools.wraps(func)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            warnings.warn(f"{func.__name__!r} is deprecated{hint}", FuncNodesDeprecationWarning, stacklevel=2)
            return func(*args, **kwargs)

        return wrapper

    return decorate


def path_module_attribute_to_getter(
    module_name: str,
    attribute: str,
    getter: Callable[[], Any],
    setter: Callable[[Any], None] | None = None,
    *,
    deprecated: bool = True,
    alternative: str | None = None,
) -> None:
    """Turns an attribute of an imported module into a property.

    Args:
        module_name: Name of the module in `sys.modules`.
        attribute: The attribute.
        getter: What reading it returns.
        setter: What assigning to it calls; without one it is read-only.
        deprecated: Whether reading it warns.
        alternative: What the warning recommends.

    Raises:
        KeyError: No module of that name is imported.
    """
    module = sys.modules[module_name]

    def read(_module: types.ModuleType) -> Any:
        if deprecated:
            hint = f"; use {alternative!r} instead" if alternative else ""
            text = f"{module_name}.{attribute} is deprecated{hint}"
            warnings.warn(text, FuncNodesDeprecationWarning, stacklevel=2)
        return getter()

    write = None if setter is None else (lambda _module, value: setter(value))
    body = {attribute: property(read, write)}
    vars(module).pop(attribute, None)
    module.__class__ = type(type(module).__name__, (type(module),), body)
