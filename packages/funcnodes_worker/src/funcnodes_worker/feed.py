"""What happens to a graph, as plain records for the serving loop.

An observer of the space, on the graph's thread. No node or port leaves this thread: values go by reference,
everything else as records. The document says whose command is being applied, and tells of groups itself.

Structure is told event by event. Of values and runs only the first and the newest of each turn of the loop are told:
a circle of nodes that never settles makes as many events as it has ports, not as many as it has runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec import UNSET

from funcnodes_core.codec.exact import to_exact
from funcnodes_core.exceptions import NotExactError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.node import Node
from funcnodes_core.node.run import RunError
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.nodespace.observer import Edge, SpaceObserver
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_core.sentinels import NoValue
from funcnodes_worker.edits import Record
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.shapes import (
    NO_VALUE,
    FrontendState,
    GroupState,
    IOState,
    NodeFailure,
    NodeState,
    Progress,
)

__all__ = ["Feed", "group_states", "node_state"]

_TRIGGER_PORTS = ("_triggerinput", "_triggeroutput")
_FRONTEND = "frontend:"
_STATUS = frozenset(("idle", "waiting", "running", "done", "failed", "muted", "stale"))


class Feed(SpaceObserver):
    """Turns a space's events into `Change` records.

    Args:
        sink: takes each record, in order; called on the graph's thread.
    """

    def __init__(self, sink: Callable[[ev.Change], None]) -> None:
        self.rev = 0
        self._sink = sink
        self._by = ""
        self._cmd_id: str | int | None = None
        self._told: set[tuple[str, ...]] = set()
        self._held: dict[tuple[str, ...], ev.Change] = {}
        self._held_nodes: set[str] = set()
        self._turn_ends = False

    @contextmanager
    def acting(self, rev: int, by: str, cmd_id: str | int | None) -> Iterator[None]:
        """Inside, events are the doing of this client's command."""
        self.rev, self._by, self._cmd_id = rev, by, cmd_id
        try:
            yield
        finally:
            self._by, self._cmd_id = "", None

    def post(self, what: ev.Event) -> None:
        """Hand a record over, behind everything that happened before."""
        self.flush()
        self._sink(ev.Change(what=what, rev=self.rev, by=self._by, cmd_id=self._cmd_id))

    def flush(self) -> None:
        """Hand over what was held back in this turn of the loop."""
        self._told.clear()
        if self._held:
            held, self._held = self._held, {}
            self._held_nodes.clear()
            for change in held.values():
                self._sink(change)

    def _post_newest(self, key: tuple[str, ...], what: ev.Event | ev.ValueChanged) -> None:
        """Hand over at once what is the first of its key (node, kind, port) in this turn, the newest of others later."""
        change = ev.Change(what=what, rev=self.rev, by=self._by, cmd_id=self._cmd_id)
        # once something of a node is held back, the rest of it is too: its order is kept
        if key not in self._told and key[0] not in self._held_nodes:
            if self._until_turn_ends():
                self._told.add(key)
            self._sink(change)
            return
        self._held_nodes.add(key[0])
        self._held.pop(key, None)
        self._held[key] = change

    def _until_turn_ends(self) -> bool:
        """Makes sure that this turn of the loop ends with a flush; false where there is no loop."""
        if not self._turn_ends:
            try:
                asyncio.get_running_loop().call_soon(self._turn_ended)
            except RuntimeError:
                return False
            self._turn_ends = True
        return True

    def _turn_ended(self) -> None:
        self._turn_ends = False
        self.flush()

    def publish(self, space: NodeSpace, model: GraphModel) -> None:
        """Tell of a whole graph, as if everything in it had just been added."""
        for node in space.nodes:
            self.node_added(node)
        for edge in space.edges:
            self.edge_added(edge)
        for state in group_states(model).values():
            self.post(ev.GroupAdded(group=state))
        self.properties_changed(space)
        for node in space.nodes:
            if node.status_word != "idle":
                self.status_changed(node)

    # -- structure

    def node_added(self, node: Node) -> None:
        self.post(ev.NodeAdded(uuid=node.uuid, node_id=node.node_id, serialized=node_state(node)))
        self.values_of(node)

    def values_of(self, node: Node) -> None:
        """Tell what the ports of a node hold."""
        for port in _ports(node):
            if port.value is not NoValue:
                self.value_changed(port)

    def ports_changed(self, node: Node) -> None:
        """Tell that a node has other ports than before."""
        state = node_state(node)
        self.post(ev.PortsChanged(uuid=node.uuid, inputs=state.inputs, outputs=state.outputs))
        self.values_of(node)

    def node_removed(self, node: Node) -> None:
        self.post(ev.NodeRemoved(uuid=node.uuid))

    def node_updated(self, node: Node, fields: tuple[str, ...]) -> None:
        state = node_state(node, ports=False)
        changed = {name: getattr(state, name) for name in fields if name in ev.NodeUpdated.__struct_fields__}
        if "properties" in fields:
            changed["frontend"] = state.frontend
        self.post(ev.NodeUpdated(uuid=node.uuid, **changed))

    def edge_added(self, edge: Edge) -> None:
        self.post(ev.EdgeAdded(src=(edge.src, edge.src_io), dst=(edge.dst, edge.dst_io)))

    def edge_removed(self, edge: Edge) -> None:
        self.post(ev.EdgeRemoved(src=(edge.src, edge.src_io), dst=(edge.dst, edge.dst_io)))

    def port_updated(self, port: NodeIO, fields: tuple[str, ...]) -> None:
        if port.node is None:
            return
        state = io_state(port)
        changed = {name: getattr(state, name) for name in fields if name in ev.IoUpdated.__struct_fields__}
        self.post(ev.IoUpdated(node_uuid=port.node.uuid, io_id=port.id, io_type=_side(port), **changed))
        if "default" in fields:
            self.value_changed(port)

    def properties_changed(self, space: NodeSpace) -> None:
        """Tell what is kept with the graph; the document does, whose edits change it."""
        self.post(ev.NodespaceUpdated(prop=_json_dict(space.properties)))

    # -- values and runs

    def value_changed(self, port: NodeIO) -> None:
        node = port.node
        if node is None or port.id in _TRIGGER_PORTS:
            return
        side = _side(port)
        value = ev.ValueChanged(
            node_uuid=node.uuid,
            io_id=port.id,
            io_type=side,
            value=port.value,
            render_type=render_type(node, port),
        )
        self._post_newest((node.uuid, side, port.id), value)

    def run_started(self, node: Node) -> None:
        self._post_newest((node.uuid, "start"), ev.NodeTriggered(uuid=node.uuid))

    def run_done(self, node: Node, duration_s: float) -> None:
        self._post_newest((node.uuid, "end"), ev.NodeDone(uuid=node.uuid, duration_s=duration_s))

    def run_failed(self, node: Node, error: RunError) -> None:
        failed = ev.NodeErrored(uuid=node.uuid, error=error.error, traceback=error.traceback)
        self._post_newest((node.uuid, "end"), failed)

    def status_changed(self, node: Node) -> None:
        if node.nodespace is not None:
            self._post_newest((node.uuid, "status"), ev.Status(uuid=node.uuid, status=_status(node)))

    def progress(self, node: Node, info: dict[str, Any]) -> None:
        state = progress_state(info)
        told = ev.NodeProgress(uuid=node.uuid, **msgspec.structs.asdict(state))
        self._post_newest((node.uuid, "progress"), told)


def node_state(node: Node, *, ports: bool = True) -> NodeState:
    """A node as clients see it; its values follow as events."""
    properties = {k: v for k, v in node.properties.items() if not k.startswith(_FRONTEND)}
    error = node.last_error
    return NodeState(
        uuid=node.uuid,
        node_id=node.node_id,
        name=node.name,
        description=node.description or "",
        inputs={port.id: io_state(port) for port in node.inputs.values()} if ports else {},
        outputs={port.id: io_state(port) for port in node.outputs.values()} if ports else {},
        status=_status(node),
        frontend=frontend_state(node.properties),
        mode=node.mode.value,
        error=None if error is None else NodeFailure(error=error.error, traceback=error.traceback),
        properties=_json_dict(properties),
        render_options=_json_dict(node.render_options),
        reset_inputs_on_trigger=node.reset_inputs_on_trigger,
        placeholder=isinstance(node, PlaceHolderNode),
        duration_s=node.last_duration_s,
    )


def io_state(port: NodeIO) -> IOState:
    """A port as clients see it, without its value."""
    is_input = port.is_input()
    return IOState(
        id=port.id,
        name=port.name,
        type=port.type_spec,
        default=_json(port.default) if is_input else NO_VALUE,  # type: ignore[attr-defined]
        required=bool(port.required),  # type: ignore[attr-defined]
        connected=port.is_connected() or (is_input and bool(port.links_in)),
        hidden=port.hidden,
        does_trigger=port.does_trigger,  # type: ignore[attr-defined]
        render_options=_json_dict(port.render_options),
        value_options=_json_dict(port.value_options),
        description=port.description or "",
    )


def frontend_state(properties: Mapping[str, Any]) -> FrontendState:
    """Where an editor draws a node; what has not the right form is left out."""
    state = FrontendState()
    for key, kind in (("pos", tuple[float, float]), ("size", tuple[float, float]), ("collapsed", bool)):
        value = properties.get(_FRONTEND + key)
        try:
            setattr(state, key, UNSET if value is None else msgspec.convert(value, kind))
        except msgspec.ValidationError:
            continue
    return state


def group_states(model: GraphModel) -> dict[str, GroupState]:
    """The groups as clients see them, by id."""
    if not model.groups:
        return {}
    nodes: dict[str, list[str]] = {}
    for uuid, node in model.nodes.items():
        nodes.setdefault(node.get("group", ""), []).append(uuid)
    inner: dict[str, list[str]] = {}
    for group_id, group in model.groups.items():
        inner.setdefault(group.get("parent", ""), []).append(group_id)
    return {
        gid: _group_state(gid, group, nodes.get(gid, []), inner.get(gid, []))
        for gid, group in model.groups.items()
    }


def _group_state(group_id: str, group: Record, nodes: list[str], groups: list[str]) -> GroupState:
    known = {key: value for key, value in group.items() if key in GroupState.__struct_fields__}
    try:
        return msgspec.convert({**known, "id": group_id, "nodes": nodes, "groups": groups}, GroupState)
    except msgspec.ValidationError:  # a file from elsewhere with a name that is a number, say
        return GroupState(id=group_id, nodes=nodes, groups=groups)


def progress_state(info: Mapping[str, Any]) -> Progress:
    """tqdm's fields as clients see them."""
    n, total = info.get("n"), info.get("total")
    fields = {
        key: info[key]
        for key in ("n", "total", "elapsed", "rate", "unit", "prefix", "postfix")
        if key in info
    }
    share = n / total if isinstance(n, (int, float)) and isinstance(total, (int, float)) and total else None
    return Progress(progress=share, message=str(info.get("prefix") or ""), **fields)


def render_type(node: Node, port: NodeIO) -> str | None:
    """How a port's value wants to be shown, where the node's class or the port says."""
    kind = port.render_options.get("type")
    if kind is None:
        data = node.render_options.get("data")
        if isinstance(data, dict) and data.get("src") == port.id:
            kind = data.get("type")
    return kind if isinstance(kind, str) else None


def _ports(node: Node) -> Iterable[NodeIO]:
    yield from node.inputs.values()
    yield from node.outputs.values()


def _side(port: NodeIO) -> ev.IOType:
    return "input" if port.is_input() else "output"


def _status(node: Node) -> Any:
    return node.status_word if node.status_word in _STATUS else "idle"


def _json(value: Any) -> Any:
    """A default or option in JSON; what has no exact form is shown as text."""
    try:
        return to_exact(value)
    except NotExactError:
        return [_json(item) for item in value] if isinstance(value, (list, tuple, set)) else _shown(value)


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _json(item) for key, item in value.items()}
    return str(value)


def _json_dict(options: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key): _json(value) for key, value in options.items()}
