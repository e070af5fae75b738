"""Making a node's ports from its class: options are laid over the templates once a class."""

from __future__ import annotations

import copy
import types
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from funcnodes_core.exceptions import IONotFoundError
from funcnodes_core.io.base import NodeIO, nobody
from funcnodes_core.io.spec import PortSpec
from funcnodes_core.node.protocol import NodeLike

__all__ = ["Ports", "apply_options", "make_ports"]

_PLAIN = frozenset(
    {"name", "description", "hidden", "required", "does_trigger", "allow_multiple", "emit_value_set"}
)
_IGNORED = frozenset({"value", "optional", "positional", "middleware", "endpoints", "is_input", "id", "uuid"})


class Ports(dict[str, Any]):
    """The inputs, or the outputs, of one node by id; a wrong use says what would be right."""

    __slots__ = ()

    def __missing__(self, io_id: str) -> Any:
        ports = list(self.values())
        kind = "input" if ports and ports[0].is_input() else "output"
        node = ports[0].node if ports else None
        owner = repr(node.name) if node is not None else "the node"
        known = ", ".join(repr(known) for known in self if not known.startswith("_trigger"))
        raise IONotFoundError(f"{owner} has no {kind} {io_id!r}; it has {known or 'none'}")

    def __setitem__(self, io_id: str, port: Any) -> None:
        if not isinstance(port, NodeIO):
            raise TypeError(f"a port is no value: set it with `[{io_id!r}].value = ...`")
        super().__setitem__(io_id, port)


class _Shared(list[Callable[..., Any]]):
    """Callbacks that every node of a class uses as they are."""


def apply_options(port: NodeIO, options: Mapping[str, Any]) -> None:
    """Lay options over a port.

    Raises:
        TypeError: An option that ports do not have.
    """
    spec = port._own()
    for key, value in options.items():
        if key in _PLAIN:
            setattr(spec, key, value)
        elif key == "default":
            # the value to begin with; the class's own default is what disconnecting brings back
            port._default = value  # type: ignore[attr-defined]
        elif key == "type":
            spec.type, spec.type_spec, spec.auto_options = value, None, None
        elif key in ("render_options", "value_options"):
            setattr(spec, key, {**getattr(spec, key), **value})
        elif key == "on":
            given = {e: _Shared(cb if isinstance(cb, (list, tuple)) else [cb]) for e, cb in value.items()}
            spec.on = {**spec.on, **given}
        elif key not in _IGNORED:
            raise TypeError(f"port {port.id!r} has no option {key!r}")


def _configured(cls: type[NodeLike], template: NodeIO) -> NodeIO:
    """The template with the class's options, kept until the template changes."""
    cache: dict[NodeIO, tuple[PortSpec, NodeIO]] | None = cls.__dict__.get("_port_cache")
    if cache is None:
        cache = cls._port_cache = {}
    known = cache.get(template)
    if known is not None and known[0] is template._spec:
        return known[1]
    options = cls.default_io_options.get(template.id)
    rendering = cls.default_render_options.get("io", {}).get(template.id)
    made = template
    if options or rendering:
        made = template._spawn(nobody)  # type: ignore[arg-type]
        if options:
            apply_options(made, options)
        if rendering:
            apply_options(made, {"render_options": rendering})
    cache[template] = (template._spec, made)
    return made


def make_ports(
    node: NodeLike, ref: weakref.ref[Any], templates: tuple[NodeIO, ...], options: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The ports of one node, by id."""
    cls = type(node)
    cache: dict[NodeIO, tuple[PortSpec, NodeIO]] = cls.__dict__.get("_port_cache") or {}
    ports = {}
    for template in templates:
        known = cache.get(template)
        if known is None or known[0] is not template._spec:
            source = _configured(cls, template)
        else:
            source = known[1]
        port = source._spawn(ref)
        spec = port._spec
        if options is not None:
            own = options.get(spec.id)
            if own:
                apply_options(port, own)
                spec = port._spec
        if spec.on:
            _listen(port)
        ports[spec.id] = port
    return Ports(ports)


def _listen(port: NodeIO) -> None:
    for event, callbacks in port._spec.on.items():
        for callback in callbacks:
            if not isinstance(callbacks, _Shared) and not isinstance(callback, types.FunctionType):
                callback = copy.deepcopy(callback)
            port.on(event, callback)
