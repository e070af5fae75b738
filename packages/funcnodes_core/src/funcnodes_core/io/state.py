"""Ports as dicts: the keys that earlier releases wrote, read and written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.spec import merge_options
from funcnodes_core.sentinels import NoValue

__all__ = ["build_port", "restore_description", "serialize_port"]

P = TypeVar("P", bound=NodeIO)

_DESCRIBED = frozenset(
    "id uuid name description type allow_multiple render_options value_options emit_value_set hidden".split()
)
_OF_INPUTS = frozenset({"does_trigger", "required", "default"})


def serialize_port(io: NodeIO, *, drop: bool) -> dict[str, Any]:
    """A port as a dict; `drop` leaves out what the node class says anyway."""
    if not drop:
        out = _described(io).copy()
        out["value_options"] = io.value_options if io._option_updates else dict(out["value_options"])
    else:
        spec = io._spec
        out = {"id": spec.id, "is_input": io.is_input(), "emit_value_set": spec.emit_value_set}
        if io.name != spec.id:
            out["name"] = io.name
        if spec.hidden:
            out["hidden"] = True
        if io._option_updates:
            out["value_options"] = io.value_options
        if io._owns_spec:
            out |= _own_words(io)
    if io._value is not NoValue:
        out["value"] = io._value
    return out


def _own_words(io: NodeIO) -> dict[str, Any]:
    """What a port has otherwise than its class."""
    spec, base = io._spec, io._spec.base
    if base is None:  # the port of one node alone
        return {"render_options": spec.render_options} if spec.render_options else {}
    out: dict[str, Any] = {}
    if spec.name != base.name:
        out["name"] = io.name
    if spec.hidden is not base.hidden:
        out["hidden"] = spec.hidden
    if spec.render_options != base.render_options:
        out["render_options"] = spec.render_options
    return out


def _described(io: NodeIO) -> dict[str, Any]:
    """What does not change from one port of a class to the next, worked out once for all of them."""
    spec = io._spec
    if spec.described is None:
        spec.described = {
            "id": io.id,
            "is_input": io.is_input(),
            "emit_value_set": io.emit_value_set,
            "name": io.name,
            "description": io.description,
            "type": io.type_spec,
            "allow_multiple": io.allow_multiple,
            "uuid": io.uuid,
            "render_options": io.render_options,
            "value_options": merge_options(io._auto_options(), spec.value_options),
            "hidden": io.hidden,
        }
    return spec.described


def build_port(cls: type[P], data: Mapping[str, Any]) -> P:
    """A port of its own from what `serialize(drop=False)` gave, with its value."""
    wanted = _DESCRIBED | (_OF_INPUTS if cls.is_input() else frozenset())
    port = cls(**{key: data[key] for key in wanted if key in data})
    if "value" in data:
        port.restore(data["value"])
    return port


def restore_description(io: NodeIO, data: Mapping[str, Any]) -> None:
    """Give a port the label and options that were saved; nobody is told."""
    if data.get("value_options"):
        io._option_updates = dict(data["value_options"])
    changes: dict[str, Any] = {}
    if data.get("name"):
        changes["name"] = str(data["name"])
    if "hidden" in data:
        changes["hidden"] = bool(data["hidden"])
    if "render_options" in data:
        changes["render_options"] = dict(data["render_options"] or {})
    # a port that is saved as its class has it goes on sharing the description
    changes = {key: value for key, value in changes.items() if getattr(io._spec, key) != value}
    if changes:
        spec = io._own()
        for key, value in changes.items():
            setattr(spec, key, value)
