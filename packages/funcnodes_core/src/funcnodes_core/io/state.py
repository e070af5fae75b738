"""Ports as dicts: the keys that earlier releases wrote, read and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from funcnodes_core.sentinels import NoValue

if TYPE_CHECKING:
    from funcnodes_core.io.base import NodeIO
    from funcnodes_core.io.input import NodeInput
    from funcnodes_core.io.output import NodeOutput

__all__ = [
    "deserialize_input",
    "deserialize_output",
    "full_serialize",
    "serialize_class",
    "serialize_input",
    "serialize_output",
]


def _common(io: NodeIO, *, drop: bool) -> dict[str, Any]:
    out: dict[str, Any] = {
        "name": io.name,
        "description": io.description,
        "type": io.type_spec,
        "allow_multiple": io.allow_multiple,
        "uuid": io.uuid,
        "id": io.id,
        "is_input": io.is_input(),
        "render_options": io.render_options,
        "value_options": io.value_options,
        "hidden": io.hidden,
        "emit_value_set": io.emit_value_set,
    }
    if not drop:
        return out
    keep = {"id": io.id, "is_input": io.is_input(), "emit_value_set": io.emit_value_set}
    if io.name != io.id:
        keep["name"] = io.name
    if io.hidden:
        keep["hidden"] = True
    if io._option_updates:
        keep["value_options"] = io.value_options
    if io._owns_spec and io.render_options:
        keep["render_options"] = io.render_options
    return keep


def serialize_input(io: NodeInput, *, drop: bool) -> dict[str, Any]:
    """An input as a dict; `drop` leaves out what the node class says anyway."""
    out = _common(io, drop=drop)
    if not drop:
        out |= {"does_trigger": io.does_trigger, "required": io.required, "default": io.default}
    value = io._value
    if value is not NoValue:
        out["value"] = value
    if drop and io._default is not NoValue:
        out["default"] = io.default
    return out


def serialize_output(io: NodeOutput, *, drop: bool) -> dict[str, Any]:
    """An output as a dict; `drop` leaves out what the node class says anyway."""
    out = _common(io, drop=drop)
    if io.value is not NoValue:
        out["value"] = io.value
    return out


def full_serialize(io: NodeIO, *, with_value: bool) -> dict[str, Any]:
    """Everything about a port, with its value on request."""
    out = io.to_dict()  # type: ignore[attr-defined]
    out |= {"connected": io.is_connected(), "full_id": io.full_id}
    if with_value:
        out["value"] = io.value
    else:
        out.pop("value", None)
    return out  # type: ignore[no-any-return]


def serialize_class(io: NodeIO) -> dict[str, Any]:
    """What a port's class says of it."""
    out: dict[str, Any] = {"type": io.type_spec, "description": io.description, "uuid": io.uuid}
    if io.name != io.id:
        out["name"] = io.name
    if io.allow_multiple is not io._default_multiple:
        out["allow_multiple"] = io.allow_multiple
    return out


def _shared(io: NodeIO, data: Mapping[str, Any]) -> None:
    spec = io._own()
    if "name" in data and data["name"]:
        spec.name = str(data["name"])
    if "hidden" in data:
        spec.hidden = bool(data["hidden"])
    if data.get("value_options"):
        io._option_updates = dict(data["value_options"])
    if data.get("render_options"):
        spec.render_options = dict(data["render_options"])


def deserialize_input(io: NodeInput, data: Mapping[str, Any]) -> None:
    """Give an input what was saved of it; nothing runs and nobody is told."""
    _shared(io, data)
    if "default" in data and data["default"] is not NoValue:
        io._default = data["default"]
        io._refresh_missing()
    if "value" in data:
        io.restore(data["value"])


def deserialize_output(io: NodeOutput, data: Mapping[str, Any]) -> None:
    """Give an output what was saved of it; nobody is told."""
    _shared(io, data)
    if "value" in data:
        io.restore(data["value"])
