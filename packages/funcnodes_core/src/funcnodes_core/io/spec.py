"""What all ports of a class share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["PortSpec", "as_callbacks", "copy_options", "merge_options"]


class PortSpec:
    """The part of a port that all instances of its class share until one changes it."""

    __slots__ = (
        "allow_multiple",
        "auto_options",
        "base",
        "class_default",
        "described",
        "description",
        "does_trigger",
        "emit_value_set",
        "hidden",
        "id",
        "name",
        "on",
        "render_options",
        "required",
        "type",
        "type_spec",
        "value_options",
    )

    id: str
    name: str
    type: Any
    description: str | None
    allow_multiple: bool
    render_options: dict[str, Any]
    value_options: dict[str, Any]
    emit_value_set: bool
    on: dict[str, list[Callable[..., Any]]]
    hidden: bool
    does_trigger: bool
    required: bool
    class_default: Any
    type_spec: Any
    auto_options: dict[str, Any] | None
    # the class's own, where a port that shared it was changed
    base: PortSpec | None
    # what is saved of every port that shares this, until one changes it
    described: dict[str, Any] | None


def as_callbacks(on: Mapping[str, Any] | None) -> dict[str, list[Callable[..., Any]]]:
    if not on:
        return {}
    return {event: list(cb) if isinstance(cb, (list, tuple)) else [cb] for event, cb in on.items()}


def copy_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The same options, of which dicts and lists may be changed."""
    out: dict[str, Any] = {}
    for key, value in options.items():
        kind = type(value)
        out[key] = copy_options(value) if kind is dict else list(value) if kind is list else value
    return out


def merge_options(base: dict[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `update` over `base`; a new set of choices replaces the old one."""
    out = dict(base)
    for key, value in update.items():
        old = out.get(key)
        if key != "options" and isinstance(old, dict) and isinstance(value, Mapping):
            out[key] = merge_options(old, value)
        else:
            out[key] = value
    return out
