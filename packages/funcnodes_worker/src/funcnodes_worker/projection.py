"""Plain records of the graph, kept by its events: what every read is answered from.

Lives on the serving loop; knows no node. The same events, applied in the same order, give every client the same
records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any, ClassVar, NamedTuple

import msgspec
from msgspec import UNSET

from funcnodes_worker.errors import NotFoundError
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.shapes import (
    NO_VALUE,
    EdgeState,
    ExternalWorkerState,
    GroupState,
    IOState,
    LibraryState,
    NodeFailure,
    NodeState,
    Progress,
)

__all__ = ["PortKey", "PortValue", "Projection"]


class PortKey(NamedTuple):
    """A port of the graph."""

    node_uuid: str
    io_id: str
    io_type: ev.IOType


class PortValue(NamedTuple):
    """What a port holds, by reference.

    Attributes:
        version: a number that every new value of the worker raises.
        since: the version of the first value that this port had; older ones belong to a removed namesake.
    """

    value: Any
    version: int
    since: int
    render_type: str | None


class Projection:
    """The graph as plain records, in the order in which its parts were added."""

    _appliers: ClassVar[dict[type[ev.Event], Callable[[Projection, Any], None]]] = {}

    def __init__(self) -> None:
        self.nodes: dict[str, NodeState] = {}
        self.edges: dict[EdgeState, None] = {}
        self.groups: dict[str, GroupState] = {}
        self.prop: dict[str, Any] = {}
        self.library = LibraryState()
        self.external_workers: list[ExternalWorkerState] = []
        self.values: dict[PortKey, PortValue] = {}
        self._version = 0

    def apply(self, event: ev.Event) -> None:
        """Take an event in; one about a node or port that is gone is ignored."""
        if (applier := self._appliers.get(type(event))) is not None:
            applier(self, event)

    def put_value(self, change: ev.ValueChanged) -> PortValue | None:
        """Keep a port's new value by reference; None when the port is gone."""
        key = PortKey(change.node_uuid, change.io_id, change.io_type)
        if self.find_port(key) is None:
            return None
        self._version += 1
        before = self.values.get(key)
        since = before.since if before is not None else self._version
        held = PortValue(change.value, self._version, since, change.render_type)
        self.values[key] = held
        return held

    def find_port(self, key: PortKey) -> IOState | None:
        """The record of a port, or None."""
        node = self.nodes.get(key.node_uuid)
        if node is None:
            return None
        return (node.inputs if key.io_type == "input" else node.outputs).get(key.io_id)

    def get_node(self, uuid: str) -> NodeState:
        """The record of a node.

        Raises:
            NotFoundError: there is none.
        """
        try:
            return self.nodes[uuid]
        except KeyError:
            raise NotFoundError(f"no node {uuid!r}", uuid=uuid) from None

    def locate(self, uuid: str, io_id: str, io_type: ev.IOType | None = None) -> PortKey:
        """The key of a port; where an input and an output share an id, the output unless `io_type` says.

        Raises:
            NotFoundError: there is no such node or port.
        """
        node = self.get_node(uuid)
        if io_id in node.outputs and io_type != "input":
            return PortKey(uuid, io_id, "output")
        if io_id in node.inputs and io_type != "output":
            return PortKey(uuid, io_id, "input")
        raise NotFoundError(f"node {uuid!r} has no port {io_id!r}", uuid=uuid, io_id=io_id)

    # -- how each event is applied

    def _node_added(self, event: ev.NodeAdded) -> None:
        self.nodes[event.uuid] = event.serialized

    def _node_removed(self, event: ev.NodeRemoved) -> None:
        node = self.nodes.pop(event.uuid, None)
        if node is not None:
            for key in _keys_of(node):
                self.values.pop(key, None)

    def _node_updated(self, event: ev.NodeUpdated) -> None:
        if (node := self.nodes.get(event.uuid)) is not None:
            _copy_fields(event, node, skip=("uuid",))

    def _ports_changed(self, event: ev.PortsChanged) -> None:
        if (node := self.nodes.get(event.uuid)) is not None:
            node.inputs, node.outputs = event.inputs, event.outputs

    def _edge_added(self, event: ev.EdgeAdded) -> None:
        self.edges[EdgeState(src=event.src, dst=event.dst)] = None

    def _edge_removed(self, event: ev.EdgeRemoved) -> None:
        self.edges.pop(EdgeState(src=event.src, dst=event.dst), None)

    def _node_triggered(self, event: ev.NodeTriggered) -> None:
        if (node := self.nodes.get(event.uuid)) is not None:
            node.status = "running"
            node.progress = None

    def _node_done(self, event: ev.NodeDone | ev.NodeRan) -> None:
        if (node := self.nodes.get(event.uuid)) is not None:
            node.status = "done"
            node.error = None
            node.progress = None
            node.duration_s = event.duration_s

    def _node_errored(self, event: ev.NodeErrored) -> None:
        if (node := self.nodes.get(event.uuid)) is not None:
            node.status = "failed"
            node.progress = None
            node.error = NodeFailure(error=event.error, traceback=event.traceback)

    def _status(self, event: ev.Status) -> None:
        if (node := self.nodes.get(event.uuid)) is not None:
            node.status = event.status
            if event.error is not UNSET:
                node.error = event.error
            if event.duration_s is not UNSET:
                node.duration_s = event.duration_s

    def _node_progress(self, event: ev.NodeProgress) -> None:
        if (node := self.nodes.get(event.uuid)) is not None:
            fields = msgspec.structs.asdict(event)
            del fields["uuid"]
            node.progress = Progress(**fields)

    def _io_value_changed(self, event: ev.IoValueChanged) -> None:
        node = self.nodes.get(event.node_uuid)
        ports = {} if node is None else node.inputs if event.io_type == "input" else node.outputs
        port = ports.get(event.io_id)
        if port is not None:
            if port.value is NO_VALUE:  # perhaps a record that many ports share
                port = ports[event.io_id] = copy(port)
            port.value = event.preview
            port.mime = event.mime
            port.complete = event.complete
            port.href = event.href

    def _io_updated(self, event: ev.IoUpdated) -> None:
        node = self.nodes.get(event.node_uuid)
        ports = {} if node is None else node.inputs if event.io_type == "input" else node.outputs
        if event.io_id in ports:
            port = ports[event.io_id] = copy(ports[event.io_id])
            _copy_fields(event, port, skip=("node_uuid", "io_id", "io_type"))

    def _group_changed(self, event: ev.GroupAdded | ev.GroupUpdated) -> None:
        self.groups[event.group.id] = event.group

    def _group_removed(self, event: ev.GroupRemoved) -> None:
        self.groups.pop(event.id, None)

    def _nodespace_cleared(self, event: ev.NodespaceCleared) -> None:
        self.nodes.clear()
        self.edges.clear()
        self.groups.clear()
        self.values.clear()

    def _nodespace_updated(self, event: ev.NodespaceUpdated) -> None:
        self.prop = event.prop

    def _external_workers_changed(self, event: ev.ExternalWorkersChanged) -> None:
        self.external_workers = event.workers

    _appliers.update(
        {
            ev.NodeAdded: _node_added,
            ev.NodeRemoved: _node_removed,
            ev.NodeUpdated: _node_updated,
            ev.PortsChanged: _ports_changed,
            ev.EdgeAdded: _edge_added,
            ev.EdgeRemoved: _edge_removed,
            ev.NodeTriggered: _node_triggered,
            ev.NodeDone: _node_done,
            ev.NodeRan: _node_done,
            ev.NodeErrored: _node_errored,
            ev.Status: _status,
            ev.NodeProgress: _node_progress,
            ev.IoValueChanged: _io_value_changed,
            ev.IoUpdated: _io_updated,
            ev.GroupAdded: _group_changed,
            ev.GroupUpdated: _group_changed,
            ev.GroupRemoved: _group_removed,
            ev.NodespaceCleared: _nodespace_cleared,
            ev.NodespaceUpdated: _nodespace_updated,
            ev.ExternalWorkersChanged: _external_workers_changed,
        }
    )


def _copy_fields(event: ev.Event, record: NodeState | IOState, *, skip: tuple[str, ...]) -> None:
    for name in event.__struct_fields__:
        if name not in skip and (value := getattr(event, name)) is not UNSET:
            setattr(record, name, value)


def _keys_of(node: NodeState) -> Iterator[PortKey]:
    for io_id in node.inputs:
        yield PortKey(node.uuid, io_id, "input")
    for io_id in node.outputs:
        yield PortKey(node.uuid, io_id, "output")
