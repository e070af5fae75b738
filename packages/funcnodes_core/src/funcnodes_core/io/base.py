"""What inputs and outputs have in common."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from funcnodes_core.eventmanager import EventEmitterMixin
from funcnodes_core.ids import new_uuid
from funcnodes_core.io.spec import PortSpec, as_callbacks, copy_options, merge_options
from funcnodes_core.sentinels import NoValue
from funcnodes_core.typenames import auto_value_options, type_spec

if TYPE_CHECKING:
    import weakref


__all__ = ["NO_LINKS", "Link", "NodeIO", "nobody"]


def nobody() -> None:
    """Stand in for the weak reference of a port that has no node."""


class Link:
    """One wire: an output feeding an input, or an input mirrored to another input.

    `holds` counts the runs to come that may still send on this wire; as long as it is not
    zero the node behind `dst` waits (engine rule 7). `sent_in` is the run that last sent here
    while its next one was marked already.
    """

    __slots__ = ("dst", "holds", "sent_in", "src")

    def __init__(self, src: NodeIO, dst: NodeIO) -> None:
        self.src = src
        self.dst = dst
        self.holds = 0
        self.sent_in: Any = None

    def attach(self, ends: str) -> None:
        """Enter the wire at both of its ports; `ends` names the list of the first."""
        for port, name in ((self.src, ends), (self.dst, "links_in")):
            links: list[Link] = getattr(port, name)
            if links is NO_LINKS:
                setattr(port, name, [self])
            else:
                links.append(self)

    def detach(self, ends: str) -> None:
        """Take the wire from both of its ports."""
        getattr(self.src, ends).remove(self)
        self.dst.links_in.remove(self)

    def __repr__(self) -> str:
        return f"<Link {self.src.full_id} -> {self.dst.full_id} holds={self.holds}>"


NO_LINKS: Final[list[Link]] = []  # shared by ports without wires, so that most need no lists; never changed


class NodeIO(EventEmitterMixin):
    """A port: it has a type, holds a value and can be wired."""

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_error_listeners",
        "_listeners",
        "_node",
        "_option_updates",
        "_owns_spec",
        "_spec",
        "_value",
        "forwards",
        "links_in",
    )

    _default_multiple: ClassVar[bool] = False
    links_in: list[Link]  # wires into this port; an output has none
    forwards: list[Link]  # mirrors to other inputs; an output has none

    def __init__(
        self,
        name: str | None = None,
        type: Any = "Any",
        description: str | None = None,
        allow_multiple: bool | None = None,
        uuid: str | None = None,
        id: str | None = None,
        render_options: dict[str, Any] | None = None,
        value_options: dict[str, Any] | None = None,
        is_input: bool | None = None,
        value: Any = None,
        emit_value_set: bool = True,
        on: Mapping[str, Any] | None = None,
        hidden: bool = False,
    ) -> None:
        # `is_input` and `value` are accepted and ignored: serialized ports carry them
        self._node: Callable[[], Any] = nobody
        self._value: Any = NoValue
        self._listeners = None
        self._error_listeners = None
        self._option_updates: dict[str, Any] | None = None
        self._owns_spec = True
        self.links_in = NO_LINKS
        self.forwards = NO_LINKS
        spec = self._spec = PortSpec()
        given = uuid or id
        spec.id = given if given else f"_{new_uuid()}"
        spec.name = name if name else (given or "")
        spec.type = type
        spec.type_spec = None
        spec.auto_options = None
        spec.described = None
        spec.base = None
        spec.description = description
        spec.allow_multiple = self._default_multiple if allow_multiple is None else bool(allow_multiple)
        spec.render_options = dict(render_options or {})
        spec.value_options = dict(value_options or {})
        spec.emit_value_set = emit_value_set
        spec.on = as_callbacks(on)
        spec.hidden = bool(hidden)
        spec.does_trigger = True
        spec.required = False
        spec.class_default = NoValue
        for event, callbacks in spec.on.items():
            for cb in callbacks:
                self.on(event, cb)

    # -- identity --------------------------------------------------------------------

    @property
    def id(self) -> str:
        """The port's id, unique among the inputs (or outputs) of its node."""
        return self._spec.id

    @property
    def uuid(self) -> str:
        """The same as `id`."""
        return self._spec.id

    @property
    def full_id(self) -> str:
        """`<node uuid>__<port id>`."""
        node = self._node()
        return f"{node.uuid if node is not None else None}__{self._spec.id}"

    @property
    def node(self) -> Any:
        """The node this port belongs to, or None."""
        return self._node()

    @classmethod
    def is_input(cls) -> bool:
        """Tell whether values arrive here."""
        raise TypeError(f"{cls.__name__} is neither an input nor an output")

    # -- description -----------------------------------------------------------------

    def _own(self) -> PortSpec:
        """The description, made this port's own before it is changed."""
        if not self._owns_spec:
            shared, self._spec = self._spec, copy.copy(self._spec)
            self._spec.base = shared
            self._owns_spec = True
        self._spec.described = None
        return self._spec

    @property
    def class_description(self) -> object | None:
        """What stands for all that describes this port, while nothing of it differs from its class; else None."""
        return None if self._owns_spec or self._option_updates is not None else self._spec

    def _changed(self, *fields: str) -> None:
        node = self._node()
        if node is not None:
            node._port_changed(self, fields)

    @property
    def name(self) -> str:
        """The label that people see."""
        return self._spec.name or self._spec.id

    @name.setter
    def name(self, name: str) -> None:
        self._own().name = name
        self._changed("name")

    @property
    def description(self) -> str | None:
        """What the port is for."""
        return self._spec.description

    @property
    def type(self) -> Any:
        """The type as it was given."""
        return self._spec.type

    @property
    def type_spec(self) -> Any:
        """The type in its JSON form."""
        spec = self._spec
        if spec.type_spec is None:
            spec.type_spec = type_spec(spec.type)
        return spec.type_spec

    @property
    def _sertype(self) -> Any:
        return self.type_spec

    @property
    def hidden(self) -> bool:
        """Whether the editor leaves the port out of the node."""
        return self._spec.hidden

    @hidden.setter
    def hidden(self, hidden: bool) -> None:
        if self._spec.hidden is not bool(hidden):
            self._own().hidden = bool(hidden)
            self._changed("hidden")

    @property
    def allow_multiple(self) -> bool:
        """Whether more than one wire may end (start) here."""
        return self._spec.allow_multiple

    @property
    def emit_value_set(self) -> bool:
        """Whether setting a value is announced to listeners."""
        return self._spec.emit_value_set

    @property
    def render_options(self) -> dict[str, Any]:
        """How the editor shows the port."""
        return self._spec.render_options

    @render_options.setter
    def render_options(self, options: dict[str, Any]) -> None:
        self._own().render_options = dict(options)
        self._changed("render_options")

    def _auto_options(self) -> dict[str, Any]:
        spec = self._spec
        if spec.auto_options is None:
            spec.auto_options = auto_value_options(spec.type)
        return spec.auto_options

    @property
    def value_options(self) -> dict[str, Any]:
        """Limits and choices: from the type, laid over by what was given, laid over by updates."""
        out = copy_options(merge_options(self._auto_options(), self._spec.value_options))
        return merge_options(out, self._option_updates) if self._option_updates else out

    @value_options.setter
    def value_options(self, options: Mapping[str, Any]) -> None:
        self._option_updates = dict(options)
        self._changed("value_options")

    def update_value_options(self, **options: Any) -> dict[str, Any]:
        """Lay `options` over the value options and return the result.

        Emits `after_update_value_options` with the result.
        """
        if self._node() is None and self._option_updates is None:
            # a class template: nodes created later inherit the change
            self._own().value_options = merge_options(self._spec.value_options, options)
        else:
            self._option_updates = merge_options(self._option_updates or {}, options)
        merged = self.value_options
        self._emit("after_update_value_options", {"result": merged})
        self._changed("value_options")
        return merged

    # -- events ----------------------------------------------------------------------

    def _emit(self, event: str, msg: dict[str, Any]) -> None:
        if self._listeners is not None:
            self.emit(event, msg)
        node = self._node()
        if node is not None and node._watched:
            node._port_event(self, event, msg)

    def _tell_value(self, value: Any) -> None:
        """Tell of a value that was stored here; called where somebody may listen."""
        if self._listeners is not None and self._spec.emit_value_set:
            self.emit("after_set_value", {"result": value})
        node = self._node()
        if node is not None and node._watched:
            node._value_stored(self, value)

    # -- values ----------------------------------------------------------------------

    @property
    def value(self) -> Any:
        """The value that the port holds; an input falls back to its default."""
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        self.set_value(value)

    def get_value(self) -> Any:
        """The same as `value`."""
        return self.value

    def set_value(self, value: Any, does_trigger: bool | None = None) -> None:
        """Store a value and pass it on; see the subclasses."""
        raise TypeError(f"{type(self).__name__} holds no value of its own")

    def restore(self, value: Any) -> None:
        """Store a value as loading does: no event, nothing runs, nothing is passed on."""
        self._value = value

    # -- connections -----------------------------------------------------------------

    @property
    def connections(self) -> list[NodeIO]:
        """The ports at the other ends of this port's wires (forwards are not counted)."""
        raise TypeError(f"{type(self).__name__} has no connections")

    def disconnect(self, other: Any = None) -> None:
        """Take wires away; see the subclasses."""
        raise TypeError(f"{type(self).__name__} has no connections")

    def serialize(self, drop: bool = True) -> dict[str, Any]:
        """The port as earlier releases saved it; see the subclasses."""
        raise TypeError(f"{type(self).__name__} is neither an input nor an output")

    def to_dict(self, include_on: bool = False) -> dict[str, Any]:
        """Everything about the port."""
        return self.serialize(drop=False) | ({"on": dict(self._spec.on)} if include_on else {})

    def is_connected(self) -> bool:
        """Tell whether a wire ends or starts here."""
        return bool(self.connections)

    def full_serialize(self, with_value: bool = False) -> dict[str, Any]:
        """Everything about the port, with its value on request."""
        out = self.serialize(drop=False)
        out.pop("value", None)
        out["connected"] = self.is_connected()
        out["full_id"] = self.full_id
        if with_value:
            out["value"] = self.value
        return out

    def serialize_class(self) -> dict[str, Any]:
        """What the port's class says of it."""
        out: dict[str, Any] = {"type": self.type_spec, "description": self.description, "uuid": self.uuid}
        if self.name != self.id:
            out["name"] = self.name
        if self.allow_multiple is not self._default_multiple:
            out["allow_multiple"] = self.allow_multiple
        return out

    def ready(self) -> bool:
        """Tell whether the port does not keep its node from running."""
        return self._node() is not None

    def ready_state(self) -> dict[str, Any]:
        """What `ready` looks at."""
        return {"node": self._node() is not None}

    def status(self) -> dict[str, Any]:
        """Whether the port has a value, a node and wires."""
        return {
            "has_value": self.value is not NoValue,
            "has_node": self._node() is not None,
            "ready": self.ready(),
            "connected": self.is_connected(),
        }

    # -- templates -------------------------------------------------------------------

    def _named(self, io_id: str) -> None:
        """Take the class attribute's name where no id was given."""
        spec = self._own()
        if spec.id.startswith("_") and len(spec.id) == 33:
            spec.id = io_id

    def _spawn(self, node_ref: weakref.ref[Any]) -> NodeIO:
        """Make the port of one node from this template."""
        cls = type(self)
        port = cls.__new__(cls)
        port._spec = self._spec
        port._owns_spec = False
        self._owns_spec = False
        port._node = node_ref
        port._value = NoValue
        port._listeners = None
        port._error_listeners = None
        port._option_updates = None
        port.links_in = NO_LINKS
        port.forwards = NO_LINKS
        return port

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.full_id}>"
