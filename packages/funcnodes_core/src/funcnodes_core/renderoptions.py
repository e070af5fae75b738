"""How types are shown: which renderer for which type, which converter for which input."""

from __future__ import annotations

import json
from typing import Any, TypedDict

from exposedfunctionality.function_parser.ser_types import TypeNotFoundError
from exposedfunctionality.function_parser.types import type_to_string

__all__ = ["FUNCNODES_RENDER_OPTIONS", "RenderOptions", "prefer_render_options", "update_render_options"]


class RenderOptions(TypedDict, total=False):
    """`typemap`: type -> renderer; `inputconverter`: type -> converter. Types or type strings."""

    typemap: dict[Any, Any]
    inputconverter: dict[Any, Any]


FUNCNODES_RENDER_OPTIONS: RenderOptions = {"typemap": {}, "inputconverter": {}}


def update_render_options(options: Any) -> None:
    """Adds a module's render options to those of the process.

    In `typemap` the first registration of a type wins, in `inputconverter` the last. Types are
    replaced by their type strings in `options` itself. What is no dict, or cannot be written as
    JSON, is ignored.
    """
    if not isinstance(options, dict):
        return
    try:
        _name_types(options)
        json.dumps(options)
    except (TypeError, ValueError, TypeNotFoundError):
        return
    for key, renderer in options.get("typemap", {}).items():
        FUNCNODES_RENDER_OPTIONS["typemap"].setdefault(key, renderer)
    FUNCNODES_RENDER_OPTIONS["inputconverter"].update(options.get("inputconverter", {}))


def prefer_render_options(options: Any) -> None:
    """Puts the user's own render options over those of modules; what is no dict is ignored."""
    for table in ("typemap", "inputconverter"):
        own = options.get(table) if isinstance(options, dict) else None
        if isinstance(own, dict):
            known: dict[Any, Any] = FUNCNODES_RENDER_OPTIONS[table]
            known.update({str(key): str(value) for key, value in own.items()})


def _name_types(options: dict[str, Any]) -> None:
    for table in (options.get("typemap"), options.get("inputconverter")):
        if table is None:
            continue
        named = {_name(key): _name(value) for key, value in table.items()}
        table.clear()
        table.update(named)


def _name(entry: Any) -> Any:
    return entry if isinstance(entry, str) else type_to_string(entry)
