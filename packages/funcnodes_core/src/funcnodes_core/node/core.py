"""A node as its ports and the scheduler see it: what waits, what asks, who is told."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from funcnodes_core._runnable import Phase, SpaceLike, sources
from funcnodes_core._waves import join_wave
from funcnodes_core.config import default_pretrigger_delay
from funcnodes_core.eventmanager import EventEmitterMixin
from funcnodes_core.exceptions import WrongThreadError
from funcnodes_core.io.base import NO_LINKS, NodeIO
from funcnodes_core.io.connection import Link
from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.node import control, telling
from funcnodes_core.node.limits import Limits, refresh_special
from funcnodes_core.node.mode import NodeMode
from funcnodes_core.node.run import DirectCall, RunError, begin
from funcnodes_core.node.waiting import remember_unstarted
from funcnodes_core.scheduler import Scheduler, scheduler_of
from funcnodes_core.sentinels import NoValue

__all__ = ["RunnableNode"]

_running_loop = asyncio._get_running_loop
_IDLE = Phase.IDLE


class RunnableNode(EventEmitterMixin):
    """The half of a node that users do not see; `Node` is the other.

    Its underscored data belongs to the scheduler (`_runnable.Runnable` says what is what).
    """

    __slots__ = tuple(
        "__weakref__ _acyclic_at _again _arguments _asked _beat _blocked_by _cause _error_listeners _holds _links "
        "_listeners _live _mode _muted _phase _ran_wave _ref _requested _run _scheduler _seen _self_hold _space "
        "_special _stale _streams _timer _undelivered _unready _waiters _watched".split()
    )

    _direct: ClassVar[DirectCall | None] = None
    default_pretrigger_delay: ClassVar[float | None] = None
    default_timeout_s: ClassVar[float | None] = None
    default_retries: ClassVar[int] = 0
    _limited: ClassVar[bool] = False  # whether the class has either
    _limits: Limits | None = None

    inputs: dict[str, NodeInput]
    outputs: dict[str, NodeOutput]
    last_error: RunError | None
    last_duration_s: float | None
    last_progress: dict[str, Any] | None
    run_count: int
    name: Any
    reset_inputs_on_trigger: Any
    _ref: weakref.ref[Any]
    _beat: NodeOutput
    _delay_s: float | None

    def _init_scheduling(self) -> None:
        self._listeners = None
        self._error_listeners = None
        self._phase = Phase.IDLE
        self._run: Any = None
        self._live = self._asked = self._again = self._requested = self._self_hold = False
        self._streams = False
        self._muted = self._stale = self._watched = False
        self._special = self._limited
        self._holds = self._seen = self._ran_wave = self._unready = 0
        self._acyclic_at = -1
        self._mode = NodeMode.ACTIVE
        self._blocked_by: Any = None
        self._cause: NodeInput | None = None
        self._waiters: list[Callable[[], None]] | None = None
        loop = _running_loop()
        self._scheduler: Scheduler | None = scheduler_of(loop) if loop is not None else None
        self._space: SpaceLike | None = None
        self._undelivered: BaseException | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._links: list[Link] = NO_LINKS

    def _set_reset(self, reset: bool) -> None:
        self._reset_inputs = bool(reset)
        if reset or self._special:
            refresh_special(self)  # type: ignore[arg-type]  # `Node` completes it

    # -- ports -----------------------------------------------------------------------

    def _ports_changed(self) -> None:
        # prepared once: what a run reads, in order
        self._arguments = tuple([(i, p) for i, p in self.inputs.items() if i != "_triggerinput"])
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
            if self._links is NO_LINKS:
                self._links = []
            self._links.append(link)
        if self._space is not None:
            self._space._edge_changed(link, added=True)
        if self._scheduler is not None:
            self._scheduler.whole()
        if self._live:
            join_wave(link, self)

    def _link_removed(self, link: Link) -> None:
        if not link.src.is_input():
            self._links.remove(link)
        target = link.dst._node()
        scheduler = self._scheduler or (target._scheduler if target is not None else None)
        if scheduler is not None:
            scheduler.let_go([link])
        if self._space is not None:
            self._space._edge_changed(link, added=False)

    # -- asking for a run ------------------------------------------------------------

    def _may_run(self) -> bool:
        return not self._unready and not self._muted

    def _missing_changed(self, by: int) -> None:
        self._unready += by
        if by < 0 or self._scheduler is None or self._run is not None:
            return
        if self.run_count or self._phase is not Phase.IDLE:
            self._mark_stale(self._blocked_by)
        if self._phase is not Phase.IDLE:
            self._scheduler.unqueue(self)

    def _value_arrived(
        self, port: NodeInput, link: Link | None, value: Any, does_trigger: bool | None
    ) -> None:
        """An input was set: take note of the wire's hold and ask for a run if it triggers."""
        ask = value is not NoValue and (port._spec.does_trigger if does_trigger is None else does_trigger)
        if link is not None and link.holds:
            source = link.src._node()
            if (
                source is None
                or source._phase is _IDLE
                or (source._run is not None and not source._self_hold)
                or link.holds > 1
                or link.src.is_input()
            ):
                assert self._scheduler is not None
                if ask:
                    self._cause = port
                self._scheduler.arrived(link, self, ask)
                return
            # the wire is held for the source's next run: this value is not that one's
            if source._self_hold:
                source._scheduler.sent_early(link, source)
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
        elif self._space is None or not self._space._hold_back(self):
            loop = _running_loop()
            if loop is None:
                self._requested = True
                remember_unstarted(self)  # type: ignore[arg-type]  # `Node` completes it
            else:
                scheduler = self._scheduler
                if scheduler is None or scheduler._loop() is not loop:
                    scheduler = control.bind(self, scheduler_of(loop))  # type: ignore[arg-type]  # `Node` completes it
                delay = self.pretrigger_delay
                if delay > 0:
                    control.debounce(self, scheduler, delay)  # type: ignore[arg-type]  # `Node` completes it
                else:
                    scheduler.ask(self)
        if self._watched:
            self._event("after_request_trigger", {})

    @property
    def pretrigger_delay(self) -> float:
        """Seconds that must pass without a further change before the node runs."""
        delay = self._delay_s if self._delay_s is not None else type(self).default_pretrigger_delay
        return delay if delay is not None else default_pretrigger_delay()

    _begin = begin

    def _mark_stale(self, cause: Any) -> None:
        self._blocked_by = cause
        if not self._stale:
            self._stale = True
            telling.status_changed(self)  # type: ignore[arg-type]  # `Node` completes it

    def _refresh_stale(self) -> None:
        self._stale = any(source._stale for source in sources(self) if isinstance(source, RunnableNode))

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
        control.post(self, call)  # type: ignore[arg-type]  # `Node` completes it

    def _settled(self, port: NodeIO, breaking: tuple[Any, ...]) -> bool:
        return control.settled(self, port, breaking)  # type: ignore[arg-type]  # `Node` completes it

    # -- events ----------------------------------------------------------------------

    def _listeners_changed(self) -> None:
        self._watched = bool(self._listeners) or (self._space is not None and self._space._listens)

    def _event(self, event: str, msg: dict[str, Any]) -> None:
        if self._listeners:
            self.emit(event, msg)
        if self._space is not None:
            self._space._node_event(self, event, msg)

    def _value_stored(self, port: NodeIO, value: Any) -> None:
        if self._listeners and port._spec.emit_value_set:
            self.emit("after_set_value", {"io": port.id, "result": value})
        if self._space is not None:
            self._space._value_stored(self, port, value)

    def _port_event(self, port: NodeIO, event: str, msg: dict[str, Any]) -> None:
        if self._listeners:
            self.emit(event, {"io": port.id, **msg})
        if self._space is not None:
            self._space._port_event(self, port, event, msg)

    def _port_changed(self, port: NodeIO, fields: tuple[str, ...]) -> None:
        if self._space is not None:
            self._space._port_changed(port, fields)

    def _updated(self, *fields: str) -> None:
        if self._space is not None:
            self._space._node_updated(self, fields)
