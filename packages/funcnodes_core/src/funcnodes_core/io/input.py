"""Inputs: they store what arrives, tell their node, and mirror to forwarded inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from funcnodes_core.exceptions import (
    EdgeNotFoundError,
    ForwardLoopError,
    NodeConnectionError,
    SameNodeConnectionError,
)
from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.connection import (
    Link,
    check_threads,
    make_room,
    reaches,
    structure_version,
)
from funcnodes_core.io.datapath import DataPath
from funcnodes_core.io.state import build_port, restore_description, serialize_port
from funcnodes_core.sentinels import NoValue

if TYPE_CHECKING:
    import weakref

__all__ = ["DefaultFactory", "NodeInput"]


class DefaultFactory:
    """A default that is computed from the port each time it is needed."""

    __slots__ = ("func",)

    def __init__(self, func: Callable[[NodeInput], Any]) -> None:
        self.func = func


class NodeInput(NodeIO):
    """A port that values arrive at.

    `value` is the stored value, or the default while nothing is stored. A required input
    without either keeps its node from running.
    """

    __slots__ = ("_default", "_missing")

    DefaultFactory = DefaultFactory
    _default_multiple = False

    def __init__(
        self,
        *args: Any,
        does_trigger: bool | None = None,
        required: bool | None = None,
        default: Any = NoValue,
        class_default: Any = NoValue,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._missing = False
        self._default: Any = NoValue
        spec = self._spec
        spec.does_trigger = True if does_trigger is None else bool(does_trigger)
        spec.required = True if required is None else bool(required)
        spec.class_default = class_default if class_default is not NoValue else default
        if class_default is not NoValue and default is not NoValue:
            self._default = default

    def _spawn(self, node_ref: weakref.ref[Any]) -> NodeInput:
        port = super()._spawn(node_ref)
        assert isinstance(port, NodeInput)
        port._default = self._default
        port._missing = False
        return port

    @classmethod
    def is_input(cls) -> bool:
        """True."""
        return True

    # -- value and default -----------------------------------------------------------

    def _effective_default(self) -> Any:
        default = self._default
        if default is NoValue:
            default = self._spec.class_default
        return default.func(self) if isinstance(default, DefaultFactory) else default

    @property
    def value(self) -> Any:
        """The stored value, or the default while nothing is stored."""
        value = self._value
        return value if value is not NoValue else self._effective_default()

    @value.setter
    def value(self, value: Any) -> None:
        self.set_value(value)

    @property
    def default(self) -> Any:
        """What the input falls back to; setting NoValue brings back the class's default."""
        return self._effective_default()

    @default.setter
    def default(self, default: Any) -> None:
        self._default = default
        self._refresh_missing()
        self._changed("default")

    @property
    def class_description(self) -> object | None:
        """As for every port; a default of its own, or one that is made anew each time, makes a difference, too."""
        if self._default is not NoValue or isinstance(self._spec.class_default, DefaultFactory):
            return None
        return super().class_description

    @property
    def class_default(self) -> Any:
        """The default that the node class declares."""
        return self._spec.class_default

    @property
    def required(self) -> bool:
        """Whether the node waits for a value here."""
        return self._spec.required

    @required.setter
    def required(self, required: bool) -> None:
        self._own().required = bool(required)
        self._refresh_missing()

    @property
    def does_trigger(self) -> bool:
        """Whether a value that arrives makes the node run."""
        return self._spec.does_trigger

    @does_trigger.setter
    def does_trigger(self, does_trigger: bool) -> None:
        self._own().does_trigger = bool(does_trigger)

    def _refresh_missing(self) -> None:
        """Tell the node when the input begins or ends to keep it from running."""
        missing = self._value is NoValue and self._spec.required and self._default is NoValue
        missing = missing and self._spec.class_default is NoValue
        if missing is not self._missing:
            self._missing = missing
            node = self._node()
            if node is not None:
                node._missing_changed(1 if missing else -1)

    def _store(self, value: Any) -> None:
        old = self._value
        self._value = value
        if (old is NoValue) is not (value is NoValue):
            self._refresh_missing()

    def restore(self, value: Any) -> None:
        """Store a value as loading does: no event, nothing runs, nothing is passed on."""
        self._store(value)

    def set_value(self, value: Any, does_trigger: bool | None = None, datapath: Any = None) -> None:
        """Store a value, tell listeners, ask the node to run, mirror to forwarded inputs.

        Nothing runs before this returns. From another thread the value is stored at once
        and the rest follows on the graph's loop.

        Args:
            value: Any object; it is kept by reference. NoValue resets to the default.
            does_trigger: False lets nobody run, True overrides the input's own flag.
            datapath: Ignored; kept for callers written for earlier releases.
        """
        self._store(value)
        node = self._node()
        if node is not None and node._off_thread():
            node._post(lambda: self._announce(value, does_trigger, None))
            return
        self._announce(value, does_trigger, None)

    def _announce(self, value: Any, does_trigger: bool | None, link: Link | None) -> None:
        """Tell listeners and nodes of a value that was stored here, along all forwards.

        Args:
            link: The wire that the value came on, where its sender runs and holds it.
        """
        held = link is not None and link.holds > 0
        todo: list[tuple[NodeInput, Link | None]] = [(self, link)]
        while todo:
            port, via = todo.pop()
            node = port._node()
            if port._listeners is not None or (node is not None and node._watched):
                port._tell_value(value)
            if node is not None:
                node._value_arrived(port, via, value, does_trigger)
            for forward in reversed(port.forwards):
                target = forward.dst
                assert isinstance(target, NodeInput)
                target._store(value)
                # forwards are held together with the wire that feeds them
                todo.append((target, forward if held else None))
            # only "nobody runs" travels on; an explicit True was meant for this input
            does_trigger = does_trigger if does_trigger is False else None

    @property
    def datapath(self) -> DataPath | None:
        """What followed from the value that is here; None without a value."""
        return DataPath(self) if self._value is not NoValue and self._node() is not None else None

    # -- wires -----------------------------------------------------------------------

    @property
    def connections(self) -> list[NodeIO]:
        """The outputs that feed this input."""
        return [link.src for link in self.links_in if not link.src.is_input()]

    def is_connected(self) -> bool:
        """Tell whether a wire from an output ends here."""
        return bool(self.links_in) and bool(self.connections)

    def connect(self, other: NodeIO, replace: bool = False, *, check: bool = True) -> list[str] | None:
        """Connect with an output, or mirror this input to another input."""
        if other.is_input():
            assert isinstance(other, NodeInput)
            return self.forward(other, replace=replace, check=check)
        return other.connect(self, replace=replace, check=check)  # type: ignore[attr-defined, no-any-return]

    c = connect

    def disconnect(self, other: NodeIO | None = None) -> None:
        """Take away the wire from `other`, or every wire that ends here."""
        if other is None and not self.links_in and not self.forwards:
            return
        found = [link for link in self.links_in if other is None or link.src is other]
        for link in found:
            if link.src.is_input():
                assert isinstance(link.src, NodeInput)
                link.src.unforward(self)
            else:
                link.src.disconnect(self)
        if other is None:
            for link in list(self.forwards):
                assert isinstance(link.dst, NodeInput)
                self.unforward(link.dst)
        elif not found and other.is_input():
            assert isinstance(other, NodeInput)
            self.unforward(other)

    d = disconnect

    def _linked(self) -> None:
        """A wire was added here: the class's default is back, a hidden port shows."""
        if self._default is not NoValue:
            self._default = NoValue
            self._refresh_missing()
        self._changed("connected")
        if self._spec.hidden:
            self.hidden = False

    def _unlinked(self) -> None:
        """A wire was taken away; after the last one the value is the default again."""
        if not self.links_in:
            self._store(NoValue)
            self._tell_value(self.value)
        self._changed("connected")

    def forward(self, other: NodeInput, replace: bool = False, *, check: bool = True) -> list[str] | None:
        """Mirror every value that is set here to `other`; the arguments are those of `NodeOutput.connect`.

        Raises:
            NodeConnectionError: The types never fit.
            ForwardLoopError: `other` is mirrored to this input already.
            MultipleConnectionsError: `other` is connected and `replace` is false.
        """
        if any(link.src is self for link in other.links_in):
            return None
        node, target = self._node(), other._node()
        if other is self or (node is not None and node is target):
            raise SameNodeConnectionError(f"cannot forward {self.full_id!r} to an input of the same node")
        if reaches(other, self):
            raise ForwardLoopError(f"forwards would run in a circle: {self.full_id!r} -> {other.full_id!r}")
        make_room(self, other, replace=replace, check=check)
        self._emit("before_forward", {"other": other})
        link = Link(self, other)
        link.attach("forwards")
        structure_version.version += 1
        other._linked()
        if node is not None:
            node._link_added(link)
        self._emit("after_forward", {"other": other})
        if self._value is not NoValue or self.value is not NoValue:
            other._store(self.value)
            other._announce(self.value, None, None)
        return [
            node.uuid if node is not None else "",
            self.id,
            target.uuid if target is not None else "",
            other.id,
        ]

    def forwards_from(
        self, other: NodeInput, replace: bool = False, *, check: bool = True
    ) -> list[str] | None:
        """Mirror every value that is set on `other` to this input."""
        return other.forward(self, replace=replace, check=check)

    def unforward(self, other: NodeInput) -> None:
        """Stop mirroring to `other`.

        Raises:
            EdgeNotFoundError: This input is not mirrored to `other`.
        """
        for link in self.forwards:
            if link.dst is other:
                break
        else:
            raise EdgeNotFoundError(f"{self.full_id!r} is not forwarded to {other.full_id!r}")
        check_threads(self, other)
        self._emit("before_unforward", {"other": other})
        link.detach("forwards")
        structure_version.version += 1
        node = self._node()
        if node is not None:
            node._link_removed(link)
        other._unlinked()
        self._emit("after_unforward", {"other": other})

    def get_forward_connections(self) -> list[NodeInput]:
        """The inputs that this input is mirrored to."""
        return [link.dst for link in self.forwards if isinstance(link.dst, NodeInput)]

    def __lt__(self, other: Any) -> bool:
        """`inp < value` sets the value; `inp < output` connects."""
        if isinstance(other, NodeIO):
            self.connect(other)
        else:
            self.set_value(other)
        return True

    def __gt__(self, other: Any) -> bool:
        """`inp > other_input` forwards."""
        if not isinstance(other, NodeIO):
            raise NodeConnectionError(f"{self.full_id!r} cannot be connected with {other!r}")
        self.connect(other)
        return True

    # -- state -----------------------------------------------------------------------

    def ready(self) -> bool:
        """Tell whether the input does not keep its node from running."""
        return self._node() is not None and not self._missing_now()

    def _missing_now(self) -> bool:
        return bool(self._spec.required and self.value is NoValue)

    def ready_state(self) -> dict[str, Any]:
        """Whether there is a node, and a value where one is required."""
        return {"node": self._node() is not None, "value": not self._missing_now()}

    def status(self) -> dict[str, Any]:
        """What the port has and whether it is ready."""
        return {"required": self.required, **super().status()}

    def serialize(self, drop: bool = True) -> dict[str, Any]:
        """The port as earlier releases saved it; `drop` leaves out what the class says anyway."""
        out = serialize_port(self, drop=drop)
        if not drop:
            out |= {"does_trigger": self.does_trigger, "required": self.required, "default": self.default}
        elif self._default is not NoValue:
            out["default"] = self.default
        return out

    @classmethod
    def from_serialized_input(cls, data: Mapping[str, Any]) -> NodeInput:
        """A port of its own from what `serialize(drop=False)` gave."""
        return build_port(cls, data)

    from_serialized_nodeio = from_serialized_input

    def deserialize(self, data: Mapping[str, Any]) -> None:
        """Take over what `serialize` gave; nothing runs and nobody is told."""
        restore_description(self, data)
        if data.get("default", NoValue) is not NoValue:
            self._default = data["default"]
            self._refresh_missing()
        if "value" in data:
            self.restore(data["value"])
