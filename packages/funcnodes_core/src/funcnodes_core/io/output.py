"""Outputs: they store what a run sends and hand it to every connected input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from funcnodes_core._jobs import cancel_requested
from funcnodes_core.exceptions import EdgeNotFoundError, NodeConnectionError
from funcnodes_core.io.base import NO_LINKS, NodeIO
from funcnodes_core.io.connection import Link, check_threads, make_room, structure_version
from funcnodes_core.io.datapath import DataPath
from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.state import build_port, restore_description, serialize_port
from funcnodes_core.sentinels import NoValue

if TYPE_CHECKING:
    import weakref

__all__ = ["NodeOutput"]


class NodeOutput(NodeIO):
    """A port that values leave from."""

    __slots__ = ("links",)

    _default_multiple = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.links: list[Link] = NO_LINKS

    def _spawn(self, node_ref: weakref.ref[Any]) -> NodeOutput:
        port = super()._spawn(node_ref)
        assert isinstance(port, NodeOutput)
        port.links = NO_LINKS
        return port

    @classmethod
    def is_input(cls) -> bool:
        """False."""
        return False

    @property
    def default(self) -> Any:
        """An output has no default."""
        return NoValue

    @property
    def required(self) -> bool:
        """False: an output keeps nobody from running."""
        return False

    @property
    def does_trigger(self) -> bool:
        """True: what is sent makes the connected nodes run."""
        return True

    def set_value(self, value: Any, does_trigger: bool | None = None) -> None:
        """Store a value, tell listeners, hand it to the connected inputs in order.

        Args:
            value: Any object, passed on by reference. NoValue resets the connected inputs
                to their defaults and makes nobody run.
            does_trigger: False hands the value on without making anybody run.
        """
        node = self._node()
        if node is not None and node._off_thread():
            if not cancel_requested():  # what a stopped run gives late is nothing any more
                self._value = value
                node._post(lambda: self._send(value, does_trigger))
            return
        self._value = value
        self._send(value, does_trigger)

    def _put(self, value: Any) -> None:
        """Send what a run of the node gave; the caller is on the graph's thread."""
        self._value = value
        self._send(value, None)

    def _send(self, value: Any, does_trigger: bool | None) -> None:
        node = self._node()
        if self._listeners is not None or (node is not None and node._watched):
            self._tell_value(value)
        trigger = False if does_trigger is False else None
        for link in tuple(self.links):
            target = link.dst
            assert isinstance(target, NodeInput)
            target._store(value)
            receiver = target._node()
            if target._listeners is None and receiver is not None and not target.forwards:
                if receiver._watched:
                    receiver._value_stored(target, value)
                receiver._value_arrived(target, link, value, trigger)
            else:
                target._announce(value, trigger, link)

    @property
    def datapath(self) -> DataPath | None:
        """What followed from the value that was sent; None without a value."""
        return DataPath(self) if self._value is not NoValue and self._node() is not None else None

    @property
    def connections(self) -> list[NodeIO]:
        """The inputs that this output feeds."""
        return [link.dst for link in self.links]

    def is_connected(self) -> bool:
        """Tell whether a wire starts here."""
        return bool(self.links)

    def connect(self, other: NodeIO, replace: bool = False, *, check: bool = True) -> list[str] | None:
        """Feed `other` from now on, and at once if there is a value.

        Args:
            other: An input.
            replace: Take away the wire that occupies it.
            check: Refuse types that can never fit; see `can_connect`.

        Returns:
            `[source node, source port, target node, target port]`, or None where the two
            are connected already.

        Raises:
            NodeConnectionError: `other` is an output, or the types never fit.
            MultipleConnectionsError: `other` is taken and `replace` is false.
        """
        if other.links_in and any(link.src is self for link in other.links_in):
            return None
        make_room(self, other, replace=replace, check=check)
        assert isinstance(other, NodeInput)
        node, target = self._node(), other._node()
        told = self._listeners is not None or (node is not None and node._watched)
        if told:
            self._emit("before_connect", {"other": other})
        link = Link(self, other)
        link.attach("links")
        structure_version.version += 1
        other._linked()
        if node is not None:
            node._port_changed(self, ("connected",))
        if self._spec.hidden:
            self.hidden = False
        if node is not None:
            node._link_added(link)
        result = [
            node.uuid if node is not None else "",
            self.id,
            target.uuid if target is not None else "",
            other.id,
        ]
        if told:
            self._emit("after_connect", {"other": other, "result": result})
        if self._value is not NoValue:
            other._store(self._value)
            other._announce(self._value, None, None)
        return result

    c = connect

    def disconnect(self, other: NodeIO | None = None) -> None:
        """Take away the wire to `other`, or every wire.

        Raises:
            EdgeNotFoundError: There is no wire to `other`.
        """
        if other is None and not self.links:
            return
        links = [link for link in self.links if other is None or link.dst is other]
        if other is not None and not links:
            raise EdgeNotFoundError(f"{self.full_id!r} is not connected with {other.full_id!r}")
        for link in links:
            target = link.dst
            assert isinstance(target, NodeInput)
            check_threads(self, target)
            self._emit("before_disconnect", {"other": target})
            link.detach("links")
            structure_version.version += 1
            node = self._node()
            if node is not None:
                node._link_removed(link)
            target._unlinked()
            self._changed("connected")
            self._emit("after_disconnect", {"other": target})

    d = disconnect

    def __gt__(self, other: Any) -> bool:
        """`out > inp` connects."""
        if not isinstance(other, NodeIO):
            raise NodeConnectionError(f"{self.full_id!r} cannot be connected with {other!r}")
        self.connect(other)
        return True

    def serialize(self, drop: bool = True) -> dict[str, Any]:
        """The port as earlier releases saved it."""
        return serialize_port(self, drop=drop)

    @classmethod
    def from_serialized_output(cls, data: Mapping[str, Any]) -> NodeOutput:
        """A port of its own from what `serialize(drop=False)` gave."""
        return build_port(cls, data)

    from_serialized_nodeio = from_serialized_output

    def deserialize(self, data: Mapping[str, Any]) -> None:
        """Take over what `serialize` gave; nothing runs."""
        restore_description(self, data)
        if "value" in data:
            self.restore(data["value"])
