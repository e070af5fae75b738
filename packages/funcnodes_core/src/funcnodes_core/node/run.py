"""One run of a node: its inputs go in, its function is called, its outputs are sent."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import aclosing, closing
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from funcnodes_core._logging import FUNCNODES_LOGGER
from funcnodes_core._runnable import successors
from funcnodes_core.exceptions import (
    NodeCancelledError,
    NodeTimeoutError,
    NodeTriggerError,
    RunInterrupted,
    RunTimedOut,
)
from funcnodes_core.io.used import is_used, mark_used
from funcnodes_core.node import telling
from funcnodes_core.node.failure import RunError, error_text
from funcnodes_core.node.interrupt import RUN_CODES, SENT_INTERRUPTS
from funcnodes_core.node.limits import attempts, awaited_attempts, timed_out
from funcnodes_core.node.mode import NodeMode
from funcnodes_core.node.protocol import NodeLike
from funcnodes_core.node.waiting import until_settled
from funcnodes_core.scheduler import CURRENT
from funcnodes_core.sentinels import NoValue
from funcnodes_core.typenames import can_accept
from funcnodes_core.types import Secret

if TYPE_CHECKING:
    from funcnodes_core.scheduler import Scheduler

    TaskCall = Callable[[NodeLike, Scheduler, dict[str, Any]], Coroutine[Any, Any, None]]

__all__ = [
    "DirectCall",
    "RunError",
    "begin",
    "call_args",
    "deliver",
    "end_unstarted",
    "fail",
    "stream",
]

_ACTIVE = NodeMode.ACTIVE
INLINE = "inline"  # what `_run` is while a synchronous function runs
STARTING = "starting"  # and before the task of an asynchronous one is there


class DirectCall:
    """How a decorated function is called without the detour over its `func` coroutine."""

    __slots__ = ("call", "inline", "is_async", "output_ids", "streams", "wants_node", "wrapper")

    def __init__(
        self,
        wrapper: Any,
        call: Callable[..., Any],
        is_async: bool,
        wants_node: bool,
        output_ids: tuple[str, ...],
        streams: bool,
    ) -> None:
        self.wrapper = wrapper  # the object that is the class's `func`; another one there is awaited instead
        self.call = call
        self.is_async = is_async
        self.wants_node = wants_node
        self.output_ids = output_ids
        self.streams = streams
        self.inline = not is_async and not streams


def _is_interrupt(exc: BaseException) -> bool:
    """Whether an error is no failure of the node but ctrl+c, which only the main thread receives.

    A node that calls `sys.exit` fails like one that raises: it must not end the thread of the graph.
    """
    return isinstance(exc, KeyboardInterrupt) and threading.current_thread() is threading.main_thread()


def call_args(node: NodeLike) -> dict[str, Any]:
    """What a function is called with; an input that has no value is left out."""
    kwargs = {}
    for io_id, port in node._arguments:
        value = port._value
        if value is NoValue:
            value = port._effective_default()
            if value is NoValue:
                continue
        kwargs[io_id] = value
    return kwargs


def deliver(node: NodeLike, output_ids: Iterable[str], result: Any) -> None:
    """Send what a function returned: the whole to one output, or item by item to several."""
    ids = tuple(output_ids)
    outputs = node.outputs
    if len(ids) == 1:
        outputs[ids[0]].set_value(result)
    elif ids:
        for io_id, value in zip(ids, result, strict=False):
            outputs[io_id].set_value(value)


def begin(node: NodeLike, scheduler: Scheduler) -> None:
    """Run a node now: at once if its function is synchronous, in a task otherwise."""
    node._requested = False
    node._undelivered = None
    if node._timer is not None:
        node._timer.cancel()  # this run sees what the debounced one would have seen
        node._timer = None
    cls = type(node)
    direct = cls._direct
    if node._special:
        _begin_special(node, scheduler, direct)
    elif direct is None or not direct.inline or direct.wrapper is not cls.func:
        _run_as_task(node, scheduler, direct)
    else:
        _run_inline(node, scheduler, direct)


def _begin_special(node: NodeLike, scheduler: Scheduler, direct: DirectCall | None) -> None:
    """Run a node that is bypassed, has limits, or uses up its inputs."""
    if node._reset_inputs:
        for _, port in node._arguments:
            mark_used(port)
    if node._mode is not _ACTIVE:
        _bypass(node, scheduler)
    elif direct is None or not direct.inline or direct.wrapper is not type(node).func:
        _run_as_task(node, scheduler, direct, _call_limited)
    else:
        limited = DirectCall(
            direct.wrapper,
            partial(attempts, node, direct.call),
            False,
            direct.wants_node,
            direct.output_ids,
            False,
        )
        _run_inline(node, scheduler, limited)


def _run_inline(node: NodeLike, scheduler: Scheduler, direct: DirectCall) -> None:
    node._run = INLINE
    if node._watched:
        telling.run_started(node)
    outer, scheduler.current = scheduler.current, node
    error: BaseException | None = None
    started = perf_counter()
    try:
        try:
            kwargs = call_args(node)
            if direct.wants_node:
                kwargs["node"] = node
            result = direct.call(**kwargs)
            ids = direct.output_ids
            if len(ids) == 1:
                node.outputs[ids[0]]._put(result)
            else:
                deliver(node, ids, result)
        except BaseException as exc:
            error = exc
            if _is_interrupt(exc):
                raise
        finally:
            scheduler.current = outer
            ended = scheduler.clock = perf_counter()
            _end(node, scheduler, ended - started, error)
    except RunInterrupted as exc:
        # sent when the function was about to return, it comes at the first step after that
        scheduler.current = outer
        if node._run is INLINE:
            _end(node, scheduler, 0.0, exc)


def _run_as_task(
    node: NodeLike, scheduler: Scheduler, direct: DirectCall | None, call: TaskCall | None = None
) -> None:
    try:
        kwargs = call_args(node)  # now: what is set before the task's first step is a newer change
    except Exception as exc:  # noqa: BLE001 - default factories are foreign code
        _end(node, scheduler, 0.0, exc)
        return
    node._run = STARTING
    node._streams = direct is not None and direct.streams
    scheduler.running[node] = None
    scheduler.clock = perf_counter()
    if node._watched:
        telling.run_started(node)
        if node._run is not STARTING:
            return  # a listener removed it
    task = _start_task(scheduler.loop, _run_in_task(node, scheduler, kwargs, call or _call))
    if node._run is STARTING:
        node._run = task


def _start_task(loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """A task that is past its first step where Python offers that: one turn of the loop less."""
    if sys.version_info >= (3, 12) and loop.get_task_factory() is None and loop.is_running():
        return asyncio.Task(coro, loop=loop, eager_start=True)
    return loop.create_task(coro)


async def _run_in_task(node: NodeLike, scheduler: Scheduler, kwargs: dict[str, Any], call: TaskCall) -> None:
    mine = asyncio.current_task()
    if node._run is STARTING:
        node._run = mine
    CURRENT.set(node)
    error: BaseException | None = None
    started = perf_counter()
    try:
        try:
            await call(node, scheduler, kwargs)
        except BaseException as exc:
            error = exc
            if _is_interrupt(exc):
                if mine is not None:  # it is raised through the loop, too: once is enough
                    mine.add_done_callback(asyncio.Task.exception)
                raise
        finally:
            if node._run is mine:  # else the node was removed, or given up
                _end(node, scheduler, perf_counter() - started, error)
    except RunInterrupted as exc:
        if node._run is mine:  # as in `_run_inline`
            _end(node, scheduler, 0.0, exc)


async def _call(node: NodeLike, scheduler: Scheduler, kwargs: dict[str, Any]) -> None:
    cls = type(node)
    direct = cls._direct
    if direct is None or direct.wrapper is not cls.func:
        await node.func(**kwargs)
        return
    if direct.wants_node:
        kwargs["node"] = node
    if not direct.streams:
        deliver(node, direct.output_ids, await direct.call(**kwargs))
        return
    await stream(node, scheduler, direct.output_ids, direct.call(**kwargs))


async def _call_limited(node: NodeLike, scheduler: Scheduler, kwargs: dict[str, Any]) -> None:
    await awaited_attempts(node, lambda: _call(node, scheduler, dict(kwargs)))


async def stream(node: NodeLike, scheduler: Scheduler, output_ids: Iterable[str], values: Any) -> None:
    """Send what a generator yields; the next is asked for when what the last caused is at rest.

    However the run ends, the generator is closed with it.
    """
    if inspect.isasyncgen(values):
        async with aclosing(values):
            async for value in values:
                deliver(node, output_ids, value)
                await until_settled(scheduler, successors(node), (node,))
    else:
        with closing(values):
            for value in values:
                deliver(node, output_ids, value)
                await until_settled(scheduler, successors(node), (node,))


RUN_CODES.update((_run_inline.__code__, _call.__code__, stream.__code__))


def _bypass(node: NodeLike, scheduler: Scheduler) -> None:
    """Give each output the first connected input that fits it."""
    node._run = INLINE
    if node._watched:
        telling.run_started(node)
    error: BaseException | None = None
    try:
        for output in node._data_outputs():
            for _, port in node._arguments:
                if port.links_in and can_accept(port.type_spec, output.type_spec).ok:
                    output.set_value(port.value)
                    break
    except Exception as exc:  # noqa: BLE001 - callbacks of ports are foreign code
        error = exc
    _end(node, scheduler, 0.0, error)


def _end(node: NodeLike, scheduler: Scheduler, duration_s: float, error: BaseException | None) -> None:
    """Close a run: record it, reset inputs, tell listeners, let the scheduler go on."""
    try:
        node.last_duration_s = duration_s
        if error is None:
            node.run_count += 1
            node.last_error = None
            if node._stale:
                node._refresh_stale()
            beat = node._beat
            if node._reset_inputs or beat.links or beat._listeners is not None or node._listeners:
                error = _after_good_run(node)
        node._run = None
        if error is None:
            if node._watched:
                telling.run_done(node, duration_s)
        else:
            fail(node, error)
    except BaseException:  # ctrl+c in a listener: nobody may wait for this run for ever
        node._run = None
        raise
    finally:
        scheduler.finish(node, error is not None)


def _after_good_run(node: NodeLike) -> BaseException | None:
    """Reset inputs and send on `_triggeroutput`; what goes wrong there fails the run."""
    try:
        if node._reset_inputs:
            for _, port in node._arguments:
                if is_used(port):  # what has arrived meanwhile is for the next run
                    port.set_value(NoValue, does_trigger=False)
        if node._beat.links or node._beat._listeners is not None or node._listeners:
            node._beat.set_value(time.time())
    except (Exception, SystemExit) as exc:  # noqa: BLE001 - callbacks are foreign code
        return exc
    return None


def end_unstarted(node: NodeLike, scheduler: Scheduler) -> None:
    """Close a run whose task was cancelled before its first step."""
    _end(node, scheduler, 0.0, asyncio.CancelledError())


def _stopped(node: NodeLike, exc: BaseException) -> NodeCancelledError | NodeTimeoutError:
    """What people read of a run that was broken off; its traceback shows where that was."""
    SENT_INTERRUPTS.pop(threading.get_ident(), None)
    if isinstance(exc, RunTimedOut):
        return timed_out(node).with_traceback(exc.__traceback__)
    stopped = NodeCancelledError(f"{node.name!r} was stopped")
    if isinstance(exc, RunInterrupted):
        return stopped.with_traceback(exc.__traceback__)
    stopped.how = getattr(exc, "how", stopped.how)
    return stopped


def _secrets_of(node: NodeLike) -> list[str]:
    """The secrets that a node has used, which its errors must not tell."""
    found = []
    for port in node.inputs.values():
        try:
            value = port.value
        except (Exception, SystemExit):  # noqa: BLE001 - makers of defaults are foreign code
            continue
        if isinstance(value, Secret) and value:
            found.append(str(value))
    return found


def fail(node: NodeLike, exc: BaseException) -> None:
    """Record a failure and hand it to whoever listens, or keep it for whoever awaits."""
    if isinstance(exc, (asyncio.CancelledError, RunInterrupted)):
        exc = _stopped(node, exc)
    node.last_error = RunError(exc, _secrets_of(node))
    node._stale = True
    error = NodeTriggerError(error_text(exc)).with_traceback(exc.__traceback__)
    error.original = exc
    if node._watched:
        telling.run_failed(node)
    space = node._space
    if node._error_listeners:
        try:
            node.error(error)
        except (Exception, SystemExit):  # noqa: BLE001 - listeners are foreign code
            FUNCNODES_LOGGER.exception("an error listener of %r failed", node.name)
    if space is not None:
        telling.space_failed(node, error, exc)
    elif not node._error_listeners:
        node._undelivered = error
        FUNCNODES_LOGGER.debug("%r failed", node.name, exc_info=exc)
