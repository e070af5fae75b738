"""The node: ports around a function, run by the scheduler when its inputs change."""

from __future__ import annotations

import asyncio
import threading
import weakref
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from funcnodes_core._runnable import Phase, sources, successors
from funcnodes_core.config import default_pretrigger_delay
from funcnodes_core.eventmanager import EventEmitterMixin
from funcnodes_core.exceptions import InTriggerError, NodeReadyError, WrongThreadError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.connection import Link
from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.node import control, state
from funcnodes_core.node.meta import NodeMeta
from funcnodes_core.node.mode import NodeMode
from funcnodes_core.node.ports import make_ports
from funcnodes_core.node.progress import make_progress
from funcnodes_core.node.run import DirectCall, RunError, begin, fail
from funcnodes_core.node.waiting import remember_unstarted, wait_for
from funcnodes_core.scheduler import Scheduler, scheduler_of
from funcnodes_core.sentinels import NoValue
from funcnodes_core.triggerstack import TriggerStack

if TYPE_CHECKING:
    from funcnodes_core.nodespace.nodespace import NodeSpace

__all__ = ["Node", "get_deep_connected_nodeset", "run_until_complete"]

_running_loop = asyncio._get_running_loop


class Node(EventEmitterMixin, metaclass=NodeMeta):
    """A step of a graph.

    Subclass it with ports in the class body and `async def func(self, **inputs)`, or let
    `NodeDecorator` make the subclass from a function. A node runs when one of its
    triggering inputs was set and every required input has a value; see the `scheduler`
    module for when that is.
    """

    __slots__ = (
        "__weakref__",
        "_acyclic_at",
        "_again",
        "_arguments",
        "_asked",
        "_beat",
        "_blocked_by",
        "_cause",
        "_error_listeners",
        "_holds",
        "_links",
        "_listeners",
        "_live",
        "_mode",
        "_muted",
        "_phase",
        "_ran_wave",
        "_ref",
        "_requested",
        "_run",
        "_scheduler",
        "_seen",
        "_self_hold",
        "_space",
        "_stale",
        "_timer",
        "_undelivered",
        "_unready",
        "_waiters",
        "_watched",
    )

    node_id: ClassVar[str] = ""
    node_name: ClassVar[str] = "Node"
    description: str = ""
    default_reset_inputs_on_trigger: ClassVar[bool] = False
    default_render_options: ClassVar[dict[str, Any]] = {}
    default_io_options: ClassVar[dict[str, Any]] = {}
    default_trigger_on_create: ClassVar[bool] = True
    default_pretrigger_delay: ClassVar[float | None] = None

    _triggerinput = NodeInput(
        id="_triggerinput", name="( )", type="Any", default=None, required=False, hidden=True
    )
    _triggeroutput = NodeOutput(id="_triggeroutput", name="➡", type="Any", hidden=True)  # noqa: RUF001 - the label

    _direct: ClassVar[DirectCall | None] = None
    _input_templates: ClassVar[tuple[NodeIO, ...]]
    _output_templates: ClassVar[tuple[NodeIO, ...]]
    _port_cache: ClassVar[dict[Any, Any]]

    def __init__(
        self,
        uuid: str | None = None,
        reset_inputs_on_trigger: bool | None = None,
        name: str | None = None,
        id: str | None = None,
        render_options: dict[str, Any] | None = None,
        io_options: Mapping[str, Any] | None = None,
        trigger_on_create: bool | None = None,
        pretrigger_delay: float | None = None,
        properties: dict[str, Any] | None = None,
    ) -> None:
        cls = type(self)
        self._uuid = uuid or id or uuid4().hex
        self._name = name
        self._init_scheduling()
        if reset_inputs_on_trigger is None:
            reset_inputs_on_trigger = cls.default_reset_inputs_on_trigger
        self._reset_inputs = reset_inputs_on_trigger
        self._delay_s = pretrigger_delay
        self.properties: dict[str, Any] = dict(properties or {})
        self.io_options: dict[str, Any] = {**cls.default_io_options, **(io_options or {})}
        self.render_options: dict[str, Any] = state.merged_render_options(
            cls.default_render_options, render_options
        )
        self.last_error: RunError | None = None
        self.last_duration_s: float | None = None
        self.last_progress: dict[str, Any] | None = None
        self.run_count = 0
        ref = self._ref = weakref.ref(self)
        options = state.port_options(io_options, render_options)
        self.inputs: dict[str, NodeInput] = make_ports(self, ref, cls._input_templates, options)
        self.outputs: dict[str, NodeOutput] = make_ports(self, ref, cls._output_templates, options)
        self._beat = self.outputs["_triggeroutput"]
        self._ports_changed()
        state.announce_first_values(self)
        if trigger_on_create is None:
            trigger_on_create = cls.default_trigger_on_create
        if trigger_on_create and not self._unready:
            self.request_trigger()

    def _init_scheduling(self) -> None:
        self._listeners = None
        self._error_listeners = None
        self._phase = Phase.IDLE
        self._run: Any = None
        self._live = self._asked = self._again = self._requested = self._self_hold = False
        self._muted = self._stale = self._watched = False
        self._holds = self._seen = self._ran_wave = self._unready = 0
        self._acyclic_at = -1
        self._mode = NodeMode.ACTIVE
        self._blocked_by: Any = None
        self._cause: Any = None
        self._waiters: list[Callable[[], None]] | None = None
        self._scheduler: Scheduler | None = None
        self._space: NodeSpace | None = None
        self._undelivered: BaseException | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._links: list[Link] = []

    # -- the function ----------------------------------------------------------------

    @abstractmethod
    async def func(self, *args: Any, **kwargs: Any) -> Any:
        """What the node does: called with its inputs, sets its outputs."""

    # -- identity and description ----------------------------------------------------

    @property
    def uuid(self) -> str:
        """The node's id, unique in its graph."""
        return self._uuid

    @property
    def name(self) -> str:
        """The label that people see; by default the class's name and the uuid."""
        return self._name if self._name is not None else f"{type(self).__name__}({self._uuid})"

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name
        self._updated("name")

    @property
    def reset_inputs_on_trigger(self) -> bool:
        """Whether inputs go back to their defaults after each run."""
        return self._reset_inputs

    @reset_inputs_on_trigger.setter
    def reset_inputs_on_trigger(self, reset: bool) -> None:
        self._reset_inputs = bool(reset)
        self._updated("reset_inputs_on_trigger")

    @property
    def pretrigger_delay(self) -> float:
        """Seconds that must pass without a further change before the node runs."""
        delay = self._delay_s if self._delay_s is not None else type(self).default_pretrigger_delay
        return delay if delay is not None else default_pretrigger_delay()

    def set_property(self, key: str, value: Any) -> None:
        """Keep a value with the node, as the editor does with its position."""
        self.properties[key] = value
        self._updated("properties")

    def get_property(self, key: str, default: Any = None) -> Any:
        """A value that was kept with the node."""
        return self.properties.get(key, default)

    @property
    def nodespace(self) -> NodeSpace | None:
        """The graph that the node is in."""
        return self._space

    # -- ports -----------------------------------------------------------------------

    @property
    def i(self) -> dict[str, NodeInput]:
        """The same as `inputs`."""
        return self.inputs

    @property
    def o(self) -> dict[str, NodeOutput]:
        """The same as `outputs`."""
        return self.outputs

    def get_input(self, io_id: str) -> NodeInput:
        """The input of an id, or IONotFoundError, which names those there are."""
        return state.find_port(self, self.inputs, io_id, "input")

    def get_output(self, io_id: str) -> NodeOutput:
        """The output of an id, or IONotFoundError, which names those there are."""
        return state.find_port(self, self.outputs, io_id, "output")

    def get_input_or_output(self, io_id: str) -> NodeIO:
        """The port of an id, inputs first."""
        ports: dict[str, NodeIO] = {**self.outputs, **self.inputs}
        return state.find_port(self, ports, io_id, "port")

    def __getitem__(self, io_id: str) -> NodeIO:
        return self.get_input_or_output(io_id)

    def __setitem__(self, io_id: str, value: Any) -> None:
        self.get_input_or_output(io_id).set_value(value)

    def add_input(self, io: NodeInput) -> None:
        """Give this one node a further input."""
        state.add_port(self, self.inputs, io)

    def add_output(self, io: NodeOutput) -> None:
        """Give this one node a further output."""
        state.add_port(self, self.outputs, io)

    def remove_input(self, io: NodeInput) -> None:
        """Take an input away, with its wires."""
        state.remove_port(self, self.inputs, io)

    def remove_output(self, io: NodeOutput) -> None:
        """Take an output away, with its wires."""
        state.remove_port(self, self.outputs, io)

    def _ports_changed(self) -> None:
        # prepared once: what a run reads, in order
        self._arguments = [(i, p) for i, p in self.inputs.items() if i != "_triggerinput"]
        self._unready = 0
        for port in self.inputs.values():
            port._missing = False
            port._refresh_missing()

    def _data_outputs(self) -> list[NodeOutput]:
        return [port for io_id, port in self.outputs.items() if io_id != "_triggeroutput"]

    def _missing_inputs(self) -> Iterable[NodeInput]:
        return [port for port in self.inputs.values() if port._missing]

    def _links_in(self) -> list[Link]:
        return [link for port in self.inputs.values() for link in port.links_in]

    def _link_added(self, link: Link) -> None:
        if not link.src.is_input():
            self._links.append(link)
        if self._space is not None:
            self._space._edge_changed(link, added=True)
        if self._live and self._scheduler is not None:
            self._scheduler.link_added(link, self)

    def _link_removed(self, link: Link) -> None:
        if not link.src.is_input():
            self._links.remove(link)
        if self._scheduler is not None:
            self._scheduler.link_removed(link)
        if self._space is not None:
            self._space._edge_changed(link, added=False)

    # -- asking for a run ------------------------------------------------------------

    def _may_run(self) -> bool:
        return not self._unready and not self._muted

    def _missing_changed(self, by: int) -> None:
        self._unready += by
        if by > 0 and self._phase is not Phase.IDLE and self._scheduler is not None:
            self._stale = True
            self._scheduler.unqueue(self)

    def _value_arrived(
        self, port: NodeInput, link: Link | None, value: Any, does_trigger: bool | None
    ) -> None:
        """An input was set: take note of the wire's hold and ask for a run if it triggers."""
        ask = value is not NoValue and (port._spec.does_trigger if does_trigger is None else does_trigger)
        if link is not None and link.holds:
            source = link.src._node()
            # a wire may be held for the next run of a node that still runs: that is not this value
            if source is None or source._phase is Phase.IDLE or link.src.is_input():
                assert self._scheduler is not None
                if ask:
                    self._cause = port
                self._scheduler.arrived(link, self, ask)
                return
        if ask:
            self._cause = port
            self.request_trigger()

    def request_trigger(self) -> None:
        """Ask for a run: soon if the node is ready, as soon as it can otherwise.

        Without a running loop the request stays until the node, one below it or its graph
        is awaited.
        """
        if self._watched:
            self._event("before_request_trigger", {})
        if self._unready or self._muted:
            self._requested = True
            return
        if self._space is not None and self._space._hold_back(self):
            return
        loop = _running_loop()
        if loop is None:
            self._requested = True
            remember_unstarted(self)
            return
        scheduler = self._scheduler
        if scheduler is None or scheduler._loop() is not loop:
            scheduler = control.bind(self, scheduler_of(loop))
        delay = self.pretrigger_delay
        if delay > 0:
            control.debounce(self, scheduler, delay)
        else:
            scheduler.ask(self)

    def trigger_if_requested(self, pretrigger_delay: float | None = None) -> bool:
        """Start a run that was asked for and could not start; tell whether there was one."""
        if not self._requested or self._unready or self._run is not None:
            return False
        self.request_trigger()
        return True

    def trigger(self, triggerstack: TriggerStack | None = None) -> TriggerStack:
        """Start a run at once, whatever the node waits for.

        Returns:
            An awaitable whose result is the list of what the runs returned.

        Raises:
            InTriggerError: The node is running.
        """
        if self._run is not None:
            raise InTriggerError(f"{self.name!r} is running")
        stack = triggerstack if triggerstack is not None else TriggerStack()
        stack.append(control.start_now(self))
        return stack

    def _begin(self, scheduler: Scheduler) -> None:
        begin(self, scheduler)

    def __await__(self) -> Generator[Any, None, None]:
        return wait_for([self], force=True).__await__()

    async def await_until_complete(self) -> None:
        """Wait until the node is neither asked, held nor running."""
        await wait_for([self], force=False)

    async def wait_for_trigger_finish(self) -> None:
        """The same as `await_until_complete`."""
        await wait_for([self], force=False)

    async def await_trigger(self) -> None:
        """Wait for the run under way, if there is one."""
        await wait_for([self], force=False)

    def __call__(self) -> TriggerStack:
        """Start a run at once."""
        return self.trigger()

    async def cancel(self, deadline_s: float = 1.0) -> str:
        """Stop the run under way; it counts as failed.

        Returns:
            `"cancelled"`, `"not_running"`, or `"stuck"` when it did not end in time.
        """
        return await control.cancel(self, deadline_s)

    # -- state -----------------------------------------------------------------------

    def inputs_ready(self) -> bool:
        """Tell whether every required input has a value."""
        return all(port.ready() for port in self.inputs.values())

    def ready(self) -> bool:
        """Tell whether the node can run."""
        return self.inputs_ready()

    def ready_to_trigger(self) -> bool:
        """Tell whether the node can run and does not."""
        return self.ready() and self._run is None

    def ready_state(self) -> dict[str, Any]:
        """Input by input, what `ready` looks at."""
        return {"inputs": {io_id: port.ready_state() for io_id, port in self.inputs.items()}}

    @property
    def in_trigger(self) -> bool:
        """Whether a run is under way."""
        return self._run is not None

    @property
    def in_trigger_soon(self) -> bool:
        """Whether a run is under way or on its way."""
        return self._live

    will_trigger = is_working = in_trigger_soon

    @property
    def mode(self) -> NodeMode:
        """Active, muted or bypassed."""
        return self._mode

    @mode.setter
    def mode(self, mode: NodeMode | str) -> None:
        control.set_mode(self, NodeMode(mode))

    @property
    def disabled(self) -> bool:
        """Whether the node is muted."""
        return self._muted

    @disabled.setter
    def disabled(self, disabled: bool) -> None:
        self.mode = NodeMode.MUTED if disabled else NodeMode.ACTIVE

    @property
    def status_word(self) -> str:
        """One of idle, waiting, running, done, failed, muted, stale."""
        return state.status_word(self)

    def status(self) -> dict[str, Any]:
        """What the node has, lacks and does, port by port."""
        return state.status(self)

    @property
    def stale(self) -> bool:
        """Whether the outputs are older than what is upstream of them."""
        return self._stale

    def _mark_stale(self, cause: Any) -> None:
        self._blocked_by = cause
        if not self._stale:
            self._stale = True
            self._status_changed()

    def _refresh_stale(self) -> None:
        self._stale = any(source._stale for source in sources(self) if isinstance(source, Node))

    # -- threads ---------------------------------------------------------------------

    def _off_thread(self) -> bool:
        scheduler = self._scheduler
        if scheduler is None or scheduler.thread_id == threading.get_ident():
            return False
        loop = scheduler._loop()
        return loop is not None and loop.is_running()

    def _check_thread(self) -> None:
        if self._off_thread():
            raise WrongThreadError(
                f"{self.name!r} belongs to another thread: change its wires with nodespace.call_threadsafe(...)"
            )

    def _post(self, call: Callable[[], None]) -> None:
        control.post(self, call)

    def _settled(self, port: NodeIO, breaking: tuple[Any, ...]) -> bool:
        return control.settled(self, port, breaking)

    # -- events ----------------------------------------------------------------------

    def _listeners_changed(self) -> None:
        self._watched = bool(self._listeners) or (self._space is not None and self._space._listens)

    def _event(self, event: str, msg: dict[str, Any]) -> None:
        if self._listeners:
            self.emit(event, msg)
        if self._space is not None:
            self._space._node_event(self, event, msg)

    def _port_event(self, port: NodeIO, event: str, msg: dict[str, Any]) -> None:
        if self._listeners and event != "_stored":
            self.emit(event, {"io": port.id, **msg})
        if self._space is not None:
            self._space._port_event(self, port, event, msg)

    def _port_changed(self, port: NodeIO, fields: tuple[str, ...]) -> None:
        if self._space is not None:
            self._space._port_changed(port, fields)

    def _updated(self, *fields: str) -> None:
        if self._space is not None:
            self._space._node_updated(self, fields)

    def _status_changed(self) -> None:
        if self._space is not None:
            self._space._status_changed(self)

    def _run_started(self) -> None:
        self._event("triggerstart", {})
        if self._space is not None:
            self._space._run_started(self)

    def _run_done(self, duration_s: float) -> None:
        self._event("triggerdone", {})
        if self._space is not None:
            self._space._run_done(self, duration_s)

    def _run_failed(self) -> None:
        if self._space is not None and self.last_error is not None:
            self._space._run_failed(self, self.last_error)

    def _callback_failed(self, exc: Exception) -> None:
        fail(self, exc)

    def _report_progress(self, info: dict[str, Any]) -> None:
        """Take a tqdm refresh, from any thread."""
        if self._off_thread():
            self._post(lambda: self._show_progress(info))
        else:
            self._show_progress(info)

    def _show_progress(self, info: dict[str, Any]) -> None:
        self.last_progress = info
        if self._watched:
            self._event("progress", {"info": info})
            if self._space is not None:
                self._space._progressed(self, info)

    def progress(self, *args: Any, **kwargs: Any) -> Any:
        """A tqdm object that prints nothing and emits `progress`; from any thread."""
        return make_progress(self, *args, **kwargs)

    def cleanup(self) -> None:
        """Let go of wires and listeners."""
        self._event("cleanup", {})
        for port in (*self.inputs.values(), *self.outputs.values()):
            port.disconnect()
        super().cleanup()

    # -- serialization ---------------------------------------------------------------

    def serialize(self, drop: bool = True) -> dict[str, Any]:
        """The node as earlier releases saved it."""
        return state.serialize(self, drop=drop)

    def full_serialize(self, with_io_values: bool = False) -> dict[str, Any]:
        """Everything about the node."""
        return state.full_serialize(self, with_io_values=with_io_values)

    def deserialize(self, data: Mapping[str, Any]) -> None:
        """Take over what `serialize` gave; nothing runs."""
        state.deserialize(self, data)

    @classmethod
    def serialize_cls(cls) -> dict[str, Any]:
        """The class as a library shows it."""
        return state.serialize_class(cls)

    # -- one call --------------------------------------------------------------------

    @classmethod
    async def initialize_and_call(
        cls,
        node_init_kwargs: Mapping[str, Any] | None = None,
        return_dict: bool = False,
        raise_ready: bool = True,
        **input_values: Any,
    ) -> Any:
        """Run a new node once.

        Returns:
            None, the one output's value, or a tuple of them; with `return_dict` a dict.

        Raises:
            NodeReadyError: A required input has no value.
            IONotFoundError: There is no input of that name.
        """
        node = cls(**(node_init_kwargs or {}))
        for io_id, value in input_values.items():
            node.get_input(io_id).set_value(value)
        if raise_ready and not node.ready():
            missing = ", ".join(repr(p.id) for p in node.inputs.values() if not p.ready())
            raise NodeReadyError(f"{cls.node_name!r} cannot run: no value for {missing}")
        await node
        if return_dict:
            return {io_id: port.value for io_id, port in node.outputs.items()}
        values = tuple(port.value for port in node._data_outputs())
        return values if len(values) > 1 else (values[0] if values else None)

    @classmethod
    async def inti_call(cls, **kwargs: Any) -> Any:
        """The old spelling of `initialize_and_call`; test suites of node modules use it."""
        return await cls.initialize_and_call(**kwargs)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._uuid}>"


async def run_until_complete(*nodes: Node) -> None:
    """Start what the nodes were asked for and wait until all of them are at rest.

    Nodes that are not given are not waited for.

    Raises:
        NodeTriggerError: A run of one of them failed.
    """
    await wait_for(nodes, force=False)


def get_deep_connected_nodeset(src: Node, nodeset: set[Node] | None = None) -> set[Node]:
    """Every node downstream of `src`, itself included, added to `nodeset`."""
    seen = nodeset if nodeset is not None else set()
    todo = [src]
    seen.add(src)
    while todo:
        for target in successors(todo.pop()):
            if target not in seen:
                assert isinstance(target, Node)
                seen.add(target)
                todo.append(target)
    return seen
