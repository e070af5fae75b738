"""Nodes as dicts, their status, and looking up ports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from funcnodes_core._runnable import Phase
from funcnodes_core.exceptions import IONotFoundError, NodeAlreadyDefinedError
from funcnodes_core.io.base import NodeIO, nobody
from funcnodes_core.node.limits import Limits, limits_of, refresh_special, set_limits
from funcnodes_core.node.mode import NodeMode
from funcnodes_core.node.protocol import NodeLike

__all__ = [
    "add_port",
    "announce_first_values",
    "deserialize",
    "find_port",
    "full_serialize",
    "merged_render_options",
    "port_options",
    "remove_port",
    "serialize",
    "serialize_class",
    "status",
    "status_word",
]

P = TypeVar("P", bound=NodeIO)


def merged_render_options(defaults: Mapping[str, Any], given: dict[str, Any] | None) -> dict[str, Any] | None:
    """A node's render options: the given ones with the class's filled in, in place; None for none."""
    if given is None and not defaults:
        return None
    options = given if given is not None else {}
    for key, value in defaults.items():
        old = options.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            options[key] = {**value, **old}
        else:
            options.setdefault(key, value)
    return options


def port_options(
    io_options: Mapping[str, Any] | None, render_options: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """What the constructor says about single ports; None when it says nothing."""
    rendering = (render_options or {}).get("io", {})
    if not io_options and not rendering:
        return None
    out: dict[str, dict[str, Any]] = {io_id: dict(options) for io_id, options in (io_options or {}).items()}
    for io_id, options in rendering.items():
        own = out.setdefault(io_id, {})
        own["render_options"] = {**options, **own.get("render_options", {})}
    return out


def announce_first_values(node: NodeLike) -> None:
    """Tell listeners given in a port's options of its first value.

    Twice, as node modules expect it: once before the port has a node, once after.
    """
    for port in node.inputs.values():
        if port._listeners is None:
            continue
        ref = port._node
        port._node = nobody
        port.emit("after_set_value", {"result": port.value})
        port._node = ref
        port.emit("after_set_value", {"result": port.value})


def find_port(node: NodeLike, ports: Mapping[str, P], io_id: str, kind: str) -> P:
    """The port of an id.

    Raises:
        IONotFoundError: There is none; the message names those there are.
    """
    try:
        return ports[io_id]
    except KeyError:
        known = ", ".join(repr(known) for known in ports if not known.startswith("_trigger"))
        raise IONotFoundError(f"{node.name!r} has no {kind} {io_id!r}; it has {known or 'none'}") from None


def add_port(node: NodeLike, ports: dict[str, P], port: P) -> None:
    """Give one node a further port.

    Raises:
        NodeAlreadyDefinedError: The port belongs to a node, or the id is taken.
    """
    if port.node is not None:
        raise NodeAlreadyDefinedError(f"port {port.id!r} belongs to {port.node.name!r}")
    if port.id in ports:
        raise NodeAlreadyDefinedError(f"{node.name!r} has a port {port.id!r}")
    port._node = node._ref
    ports[port.id] = port
    node._ports_changed()
    node._updated("ports")


def remove_port(node: NodeLike, ports: dict[str, P], port: P) -> None:
    """Take a port away, with its wires."""
    found = find_port(node, ports, port.id, "port")
    found.disconnect()
    del ports[port.id]
    found._node = nobody
    node._ports_changed()
    node._updated("ports")


def status_word(node: NodeLike) -> str:
    """One word for what the node is doing; see `Node.status_word`."""
    if node._run is not None:
        return "running"
    if node._phase is not Phase.IDLE:
        return "waiting"
    if node._muted:
        return "muted"
    if node.last_error is not None:
        return "failed"
    if node._stale:
        return "stale"
    return "done" if node.run_count else "idle"


def status(node: NodeLike) -> dict[str, Any]:
    """What the node has, lacks and does."""
    return {
        "ready": node.ready(),
        "ready_state": node.ready_state(),
        "in_trigger": node.in_trigger,
        "requests_trigger": node._requested,
        "inputs": {io_id: port.status() for io_id, port in node.inputs.items()},
        "outputs": {io_id: port.status() for io_id, port in node.outputs.items()},
    }


def serialize(node: NodeLike, *, drop: bool) -> dict[str, Any]:
    """The node with the keys that earlier releases wrote."""
    ports = {
        port.id: port.serialize(drop=drop)
        for port in (*node.inputs.values(), *node.outputs.values())
        if not drop or not port.id.startswith("_trigger") or port.is_connected()
    }
    return _with_ports(node, ports, drop=drop)


def _with_ports(node: NodeLike, ports: dict[str, Any], *, drop: bool) -> dict[str, Any]:
    cls = type(node)
    out: dict[str, Any] = {
        "name": node.name,
        "id": node.uuid,
        "node_id": node.node_id,
        "node_name": getattr(node, "node_name", cls.__name__),
        "io": ports,
    }
    if node.reset_inputs_on_trigger != cls.default_reset_inputs_on_trigger or not drop:
        out["reset_inputs_on_trigger"] = node.reset_inputs_on_trigger
    if node.description != cls.description or not drop:
        out["description"] = node.description
    if node._properties or not drop:
        out["properties"] = dict(node._properties or {})
    if node._render_options or not drop:
        out["render_options"] = dict(node._render_options or {})
    if node._mode is not NodeMode.ACTIVE:
        out["mode"] = node._mode.value
    own = limits_of(node)
    if own.timeout_s != cls.default_timeout_s:
        out["timeout_s"] = own.timeout_s
    if own.retries != cls.default_retries:
        out["retries"] = own.retries
    return out


def full_serialize(node: NodeLike, *, with_io_values: bool) -> dict[str, Any]:
    """Everything about the node."""
    ports: list[NodeIO] = [*node.inputs.values(), *node.outputs.values()]
    described = {port.id: port.full_serialize(with_value=with_io_values) for port in ports}
    out = _with_ports(node, described, drop=False)
    out["io_order"] = [port.id for port in ports]
    out["status"] = status(node)
    out["in_trigger"] = node.in_trigger
    return out


def deserialize(node: NodeLike, data: Mapping[str, Any]) -> None:
    """Take over what `serialize` gave; nothing runs."""
    if data.get("name"):
        node._name = data["name"]
    if data.get("description") is not None:
        node.description = data["description"]
    if "reset_inputs_on_trigger" in data:
        node._reset_inputs = bool(data["reset_inputs_on_trigger"])
    if data.get("properties"):
        node.properties.update(data["properties"])
    if data.get("render_options"):
        node.render_options.update(data["render_options"])
    if "mode" in data:
        node._mode = NodeMode(data["mode"])
        node._muted = node._mode is NodeMode.MUTED
    if "timeout_s" in data or "retries" in data:
        own = limits_of(node)
        retries = data.get("retries")
        retries = own.retries if retries is None else retries
        set_limits(node, Limits(data.get("timeout_s", own.timeout_s), retries))
    refresh_special(node)
    for io_id, saved in (data.get("io") or {}).items():
        ports = node.inputs if saved.get("is_input", io_id in node.inputs) else node.outputs
        port = ports.get(io_id)
        if port is not None:
            port.deserialize(saved)


def serialize_class(cls: type[NodeLike]) -> dict[str, Any]:
    """The class as a library shows it."""
    return {
        "node_id": cls.node_id,
        "node_name": cls.node_name,
        "description": cls.description,
        "inputs": [p.serialize_class() for p in cls._input_templates if not p.id.startswith("_trigger")],
        "outputs": [p.serialize_class() for p in cls._output_templates if not p.id.startswith("_trigger")],
    }
