"""What may be said about a port: the dicts that users write into `Annotated` and decorators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypedDict

__all__ = [
    "EnumOf",
    "IOOptions",
    "InputMeta",
    "NodeInputOptions",
    "NodeOutputOptions",
    "OutputMeta",
    "ValueOptions",
]


class EnumOf(TypedDict, total=False):
    """A choice of values as the editor shows it."""

    type: Literal["enum"]
    values: list[Any]
    keys: list[str]
    nullable: bool


class ValueOptions(TypedDict, total=False):
    """Limits and choices of a port's value."""

    min: float
    max: float
    step: float
    options: list[Any] | dict[str, Any] | EnumOf | None


class IOOptions(TypedDict, total=False):
    """What an input and an output have in common."""

    name: str
    type: Any
    description: str
    hidden: bool
    allow_multiple: bool
    render_options: dict[str, Any]
    value_options: ValueOptions
    emit_value_set: bool
    on: dict[str, Callable[..., Any] | list[Callable[..., Any]]]


class NodeInputOptions(IOOptions, total=False):
    """Options of an input, as `default_io_options` and `io_options` take them."""

    default: Any
    required: bool
    does_trigger: bool


class NodeOutputOptions(IOOptions, total=False):
    """Options of an output, as `default_io_options` and `io_options` take them."""


class InputMeta(NodeInputOptions, total=False):
    """Metadata of an input inside `Annotated`; unknown keys are ignored."""

    optional: bool
    positional: bool
    middleware: list[Callable[..., Any]]
    endpoints: dict[str, Any]


class OutputMeta(NodeOutputOptions, total=False):
    """Metadata of an output inside `Annotated`; unknown keys are ignored."""

    endpoints: dict[str, Any]
