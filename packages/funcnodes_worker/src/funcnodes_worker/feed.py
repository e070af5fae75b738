"""What happens to a graph, as plain records for the serving loop.

An observer of the space, on the graph's thread. No node or port leaves this thread: values go by reference,
everything else as records. The document says whose command is being applied, and tells of groups itself.

Structure is told event by event. Of a port's values and a node's runs only the newest waits to be told: a circle of
nodes that never settles makes as much work as it has ports, not as it has runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec
from msgspec import UNSET

from funcnodes_core.codec.exact import to_exact
from funcnodes_core.exceptions import NotExactError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.node import Node
from funcnodes_core.node.limits import limits_of
from funcnodes_core.node.run import RunError
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.nodespace.observer import Edge, SpaceObserver
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_core.sentinels import NoValue
from funcnodes_core.types import CONCEALED, Secret
from funcnodes_worker.groupview import group_states
from funcnodes_worker.marks import Cause, Mark, ProgressMark, Run, RunMark, Told, ValueMark
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.shapes import (
    NO_VALUE,
    FrontendState,
    IOState,
    NodeFailure,
    NodeState,
    Progress,
)

__all__ = ["Feed", "Sink", "node_state", "properties_event"]

_TRIGGER_PORTS = ("_triggerinput", "_triggeroutput")
_FRONTEND = "frontend:"
_NOTHING: dict[str, Any] = {}  # for all records together: they are replaced, never changed
_SHARED: dict[
    object, dict[bool, IOState]
] = {}  # by what describes all ports of a class; whether they are connected
_FEW = 256  # so many values of one command are told before its answer
_STATUS = frozenset(("idle", "waiting", "running", "done", "failed", "muted", "stale"))


class Sink(Protocol):
    """Where the feed tells: a `Channel`."""

    def post(self, record: ev.Change | Told) -> None: ...

    def put(self, mark: Mark, newest: Any) -> None: ...

    def put_last(self, mark: Mark, newest: Any) -> None: ...

    def take(self, mark: Mark) -> Any: ...


class Feed(SpaceObserver):
    """Turns a space's events into `Change` records and marks.

    Args:
        sink: takes them, on the graph's thread.

    Attributes:
        value_set: called with every port that has another value.
        node_set: called with every node that changed itself, and what of it.
        key_set: called with every property of the graph that changed.
    """

    def __init__(self, sink: Sink) -> None:
        self.value_set: Callable[[NodeIO], None] = lambda port: None
        self.node_set: Callable[[Node, tuple[str, ...]], None] = lambda node, fields: None
        self.key_set: Callable[[str], None] = lambda key: None
        self._sink = sink
        self._cause = Cause()
        self._own: dict[Mark, None] | None = None
        self._marks: dict[NodeIO, ValueMark] = {}
        self._runs: dict[Node, RunMark] = {}
        self._progress: dict[Node, ProgressMark] = {}
        self._ports: dict[Node, list[NodeIO]] = {}

    def begin_at(self, rev: int) -> None:
        """What happens from now on belongs to this revision of the graph."""
        self._cause = Cause(rev)

    @contextmanager
    def acting(self, rev: int, by: str, cmd_id: str | int | None) -> Iterator[None]:
        """Inside, events are the doing of this client's command.

        The values that it has set itself are told in order, before its answer, unless they are many.
        """
        self._cause, self._own = Cause(rev, by, cmd_id), {}
        try:
            yield
        finally:
            own, self._own = self._own, None
            self._cause = Cause(rev)
            if own is not None and len(own) <= _FEW:
                self._post_now(own)

    def post(self, what: ev.Event) -> None:
        """Hand a record over, behind every other one."""
        self._sink.post(self._cause.change(what))

    def _post_now(self, marks: Iterable[Mark]) -> None:
        for mark in marks:
            if (newest := self._sink.take(mark)) is not None:
                self._sink.post(Told(mark, newest))

    def _forget(self, node: Node) -> None:
        """Whatever waits of a node's ports is not told any more."""
        for port in self._ports.pop(node, ()):
            self._sink.take(self._marks.pop(port))

    def publish(self, space: NodeSpace, model: GraphModel) -> None:
        """Tell of a whole graph, as if everything in it had just been added."""
        for node in space.nodes:
            self.node_added(node)
        for edge in space.edges:
            self.edge_added(edge)
        for state in group_states(model).values():
            self.post(ev.GroupAdded(group=state))
        self.post(properties_event(space))
        for node in space.nodes:
            if node.status_word != "idle":
                self.status_changed(node)
        # they wait to be told; most ports of an opened graph change no more
        _clear_all(self._marks, self._runs, self._progress, self._ports)

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
        self._forget(node)
        state = node_state(node)
        self.post(ev.PortsChanged(uuid=node.uuid, inputs=state.inputs, outputs=state.outputs))
        self.values_of(node)

    def node_removed(self, node: Node) -> None:
        self._forget(node)
        for marks in (self._runs, self._progress):
            if (mark := marks.pop(node, None)) is not None:
                self._sink.take(mark)
        self.post(ev.NodeRemoved(uuid=node.uuid))

    def node_updated(self, node: Node, fields: tuple[str, ...]) -> None:
        self.node_set(node, fields)
        if fields == ("ports",):
            return self.ports_changed(node)
        state = node_state(node, ports=False)
        changed = {name: getattr(state, name) for name in fields if name in ev.NodeUpdated.__struct_fields__}
        if "properties" in fields:
            changed["frontend"] = state.frontend
        for port in self._ports.get(node, ()) if "render_options" in fields else ():
            self._marks[port].render_type = render_type(node, port)
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
        if port in self._marks:
            self._marks[port].render_type = render_type(port.node, port)
        self.post(ev.IoUpdated(node_uuid=port.node.uuid, io_id=port.id, io_type=_side(port), **changed))
        if "default" in fields:
            self.value_changed(port)

    def cleared(self) -> None:
        """Everything was removed; nothing that waits is told any more."""
        waiting: list[Mark] = [*self._marks.values(), *self._runs.values(), *self._progress.values()]
        for mark in waiting:
            self._sink.take(mark)
        _clear_all(self._marks, self._runs, self._progress, self._ports)
        self.post(ev.NodespaceCleared())

    def property_changed(self, key: str) -> None:
        self.key_set(key)

    # -- values and runs

    def value_changed(self, port: NodeIO) -> None:
        self.value_set(port)
        mark = self._marks.get(port)
        if mark is None:
            if port.node is None or port.id in _TRIGGER_PORTS:
                return
            mark = self._new_mark(port.node, port)
        if self._own is not None:
            self._own[mark] = None
        self._sink.put(mark, (port.value if type(port.value) is not Secret else CONCEALED, self._cause))

    def _new_mark(self, node: Node, port: NodeIO) -> ValueMark:
        mark = self._marks[port] = ValueMark(node.uuid, port.id, _side(port), render_type(node, port))
        self._ports.setdefault(node, []).append(port)
        return mark

    def run_started(self, node: Node) -> None:
        mark = self._runs.get(node) or self._new_run(node)
        runs, duration_s, failure, _, _ = mark.run
        mark.run = run = Run(runs, duration_s, failure, "running", self._cause)
        self._sink.put(mark, run)

    def run_done(self, node: Node, duration_s: float) -> None:
        mark = self._runs.get(node) or self._new_run(node)
        mark.run = run = Run(mark.run.runs + 1, duration_s, None, None, self._cause)
        self._sink.put_last(mark, run)  # behind the values that the run has made

    def run_failed(self, node: Node, error: RunError) -> None:
        mark = self._runs.get(node) or self._new_run(node)
        failed = ev.NodeErrored(uuid=node.uuid, error=error.error, traceback=error.traceback)
        mark.run = run = mark.run._replace(failure=failed, word=None, cause=self._cause)
        self._sink.put_last(mark, run)

    def status_changed(self, node: Node) -> None:
        if node.nodespace is not None:
            mark = self._runs.get(node) or self._new_run(node)
            mark.run = run = mark.run._replace(word=_status(node), cause=self._cause)
            if self._own is not None:
                self._own[mark] = None
            self._sink.put_last(mark, run)

    def _new_run(self, node: Node) -> RunMark:
        mark = self._runs[node] = RunMark(node.uuid, self._cause)
        return mark

    def progress(self, node: Node, info: dict[str, Any]) -> None:
        state = progress_state(info)
        told = ev.NodeProgress(uuid=node.uuid, **msgspec.structs.asdict(state))
        mark = self._progress.setdefault(node, ProgressMark())
        self._sink.put(mark, (told, self._cause))


def _clear_all(*kept: dict[Any, Any]) -> None:
    for one in kept:
        one.clear()


def properties_event(space: NodeSpace) -> ev.NodespaceUpdated:
    """What is kept with the graph; the document tells it, whose edits change it."""
    return ev.NodespaceUpdated(prop=_json_dict(space.properties))


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
        timeout_s=limits_of(node).timeout_s,
        retries=limits_of(node).retries,
        placeholder=isinstance(node, PlaceHolderNode),
        duration_s=node.last_duration_s,
    )


def io_state(port: NodeIO) -> IOState:
    """A port as clients see it, without its value; ports that are as their class has them share a record."""
    connected = port.is_connected() or (port.is_input() and bool(port.links_in))
    shared = port.class_description
    if shared is None:
        return _io_state(port, connected)
    states = _SHARED.setdefault(shared, {})
    if (state := states.get(connected)) is None:
        state = states[connected] = _io_state(port, connected)
    return state


def _io_state(port: NodeIO, connected: bool) -> IOState:
    is_input = port.is_input()
    return IOState(
        id=port.id,
        name=port.name,
        type=port.type_spec,
        default=_json(port.default) if is_input else NO_VALUE,  # type: ignore[attr-defined]
        required=bool(port.required),  # type: ignore[attr-defined]
        connected=connected,
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
    return {str(key): _json(value) for key, value in options.items()} if options else _NOTHING
