"""Building node classes: which ports an instance gets, worked out once per class."""

from __future__ import annotations

import functools
import inspect
from abc import ABCMeta
from typing import Any, cast

from funcnodes_core._logging import FUNCNODES_LOGGER
from funcnodes_core.exceptions import ProtectedNameError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.node.protocol import NodeLike
from funcnodes_core.node.registry import register_node

__all__ = ["PROTECTED", "NodeMeta"]

# names that the engine needs; a class body may not take them, nor may a port
PROTECTED = frozenset(
    "pretrigger_delay progress properties uuid name reset_inputs_on_trigger render_options io_options "
    "triggerstack outputs o inputs i in_trigger disabled nodespace is_working ready ready_state "
    "ready_to_trigger __call__ await_trigger wait_for_trigger_finish await_until_complete __await__ "
    "trigger".split()
)


def _collect(cls: type, own: dict[str, NodeIO]) -> dict[str, NodeIO]:
    """Port templates: a class's own in the order of definition, then inherited ones by name."""
    body = vars(cls)
    first = cls.__bases__[0]
    plain = len(cls.__bases__) == 1 and first.__module__ in _FIXED_MODULES
    inherited = _fixed_ports(first) if plain else _ports_along(cls.__mro__[1:])
    if body.keys().isdisjoint(inherited):
        return own | inherited
    return own | {name: value for name, value in inherited.items() if name not in body}


def _ports_along(mro: tuple[type, ...]) -> dict[str, NodeIO]:
    """The ports of classes of which the earlier ones hide those of the later ones, by name."""
    found: dict[str, Any] = {}
    for base in reversed(mro):
        found.update((name, value) for name, value in vars(base).items() if name in found or _is_port(value))
    return {name: found[name] for name in sorted(found) if _is_port(found[name])}


def _is_port(value: Any) -> bool:
    return isinstance(value, NodeIO)


# the bases of every node have some hundred attributes, and nobody adds ports to them
_FIXED_MODULES = frozenset({"builtins", "funcnodes_core.node.core", "funcnodes_core.node.base"})


@functools.cache
def _fixed_ports(base: type) -> dict[str, NodeIO]:
    return _ports_along(base.__mro__)


def _make_ids_unique(cls: type, templates: dict[str, NodeIO]) -> None:
    """Append `_` to the id of a port that another one has; outputs give way to inputs."""
    if len({port.id for port in templates.values()}) == len(templates):
        return
    taken: set[str] = set()
    for kind in (NodeInput, NodeOutput):
        for port in templates.values():
            if not isinstance(port, kind):
                continue
            if port.id in taken:
                old = port.id
                while port.id in taken:
                    port._own().id += "_"
                FUNCNODES_LOGGER.warning("%s has two ports %r: one is called %r", cls.__name__, old, port.id)
            taken.add(port.id)


class NodeMeta(ABCMeta):
    """Metaclass of `Node`: checks names, collects ports, registers concrete classes."""

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> NodeMeta:
        """Create the class.

        Raises:
            ProtectedNameError: The body defines a name that the engine needs.
            AttributeError: A concrete class has no `node_id`.
            NodeIdAlreadyExistsError: Another class holds the id.
        """
        if not PROTECTED.isdisjoint(namespace) and any(isinstance(base, NodeMeta) for base in bases):
            taken = sorted(PROTECTED & namespace.keys())
            raise ProtectedNameError(f"node class {name!r} may not define {', '.join(map(repr, taken))}")
        cls = super().__new__(mcls, name, bases, namespace, **kwargs)
        own = {name: value for name, value in namespace.items() if isinstance(value, NodeIO)}
        for attribute, port in own.items():
            port._named(attribute)
        templates = _collect(cls, own)
        _make_ids_unique(cls, templates)
        node_class = cast("type[NodeLike]", cls)
        node_class._input_templates = tuple([p for p in templates.values() if isinstance(p, NodeInput)])
        node_class._output_templates = tuple([p for p in templates.values() if isinstance(p, NodeOutput)])
        node_class._limited = node_class.default_timeout_s is not None or node_class.default_retries > 0
        if bases and not inspect.isabstract(cls):
            if not getattr(cls, "node_id", None):
                raise AttributeError(f"node class {name!r} needs a node_id")
            if "node_name" not in namespace:
                node_class.node_name = name
            register_node(node_class)
        return cls
