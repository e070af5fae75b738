"""Ports as dicts: the keys that earlier releases wrote, read and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from funcnodes_core.io.base import NodeIO
from funcnodes_core.sentinels import NoValue

__all__ = ["restore_description", "serialize_port"]


def serialize_port(io: NodeIO, *, drop: bool) -> dict[str, Any]:
    """A port as a dict; `drop` leaves out what the node class says anyway."""
    out: dict[str, Any] = {"id": io.id, "is_input": io.is_input(), "emit_value_set": io.emit_value_set}
    if not drop:
        out |= {
            "name": io.name,
            "description": io.description,
            "type": io.type_spec,
            "allow_multiple": io.allow_multiple,
            "uuid": io.uuid,
            "render_options": io.render_options,
            "value_options": io.value_options,
            "hidden": io.hidden,
        }
    else:
        if io.name != io.id:
            out["name"] = io.name
        if io.hidden:
            out["hidden"] = True
        if io._option_updates:
            out["value_options"] = io.value_options
        if io._owns_spec and io.render_options:
            out["render_options"] = io.render_options
    if io._value is not NoValue:
        out["value"] = io._value
    return out


def restore_description(io: NodeIO, data: Mapping[str, Any]) -> None:
    """Give a port the label and options that were saved; nobody is told."""
    spec = io._own()
    if data.get("name"):
        spec.name = str(data["name"])
    if "hidden" in data:
        spec.hidden = bool(data["hidden"])
    if data.get("value_options"):
        io._option_updates = dict(data["value_options"])
    if data.get("render_options"):
        spec.render_options = dict(data["render_options"])
