"""Callbacks for `after_set_value` that set the value options of other ports of the node."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

from funcnodes_core.io.base import NodeIO

__all__ = ["update_other_io", "update_other_io_options", "update_other_io_value_options"]

Callback = Callable[[NodeIO, Any], None]


def _same(value: Any) -> Any:
    return value


def _targets(src: NodeIO, names: list[str]) -> Iterator[NodeIO]:
    """The ports of the node of `src` that exist; while a node is built, later ones do not."""
    node = src.node
    if node is None:
        return
    for name in names:
        port = node.inputs.get(name)
        found: NodeIO | None = node.outputs.get(name) if port is None else port
        if found is not None:
            yield found


def update_other_io_value_options(
    trg_io: str | list[str], options_generator: Callable[[Any], dict[str, Any]]
) -> Callback:
    """A callback that sets value options of other ports from the value of this one.

    Args:
        trg_io: Id or ids of the other ports of the same node; those that do not exist are skipped.
        options_generator: Makes the options, such as `{"min": 0, "max": 9}`, from the value. If it
            fails, nothing changes.

    Returns:
        A function for `on={"after_set_value": ...}`.
    """
    names = [trg_io] if isinstance(trg_io, str) else list(trg_io)

    def callback(src: NodeIO, result: Any) -> None:
        if src.node is None:
            return
        try:
            options = options_generator(result)
        except Exception:  # noqa: BLE001 - a value that the author's function cannot take has no options
            return
        for port in _targets(src, names):
            port.update_value_options(**options)

    return callback


def update_other_io_options(trg_io: str | list[str], modifier: Callable[[Any], Any] = _same) -> Callback:
    """A callback that sets the choices of other ports from the value of this one.

    Args:
        trg_io: Id or ids of the other ports of the same node; those that do not exist are skipped.
        modifier: Makes the choices (a list, or a dict of label and value) from the value. If it
            fails, nothing changes.

    Returns:
        A function for `on={"after_set_value": ...}`.
    """
    return update_other_io_value_options(trg_io, lambda result: {"options": modifier(result)})


def update_other_io(*args: Any, **kwargs: Any) -> Callback:
    """Old name of `update_other_io_options`."""
    warnings.warn("use update_other_io_options", DeprecationWarning, stacklevel=2)
    return update_other_io_options(*args, **kwargs)
