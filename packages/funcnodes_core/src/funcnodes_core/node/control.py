"""Acting on a node from outside of its runs: starting, stopping, muting, other threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from funcnodes_core._runnable import Phase, successors
from funcnodes_core._waves import unsettled
from funcnodes_core.exceptions import NodeCancelledError
from funcnodes_core.node import telling
from funcnodes_core.node.interrupt import Turn, Wanted, break_off
from funcnodes_core.node.limits import refresh_special
from funcnodes_core.node.mode import NodeMode
from funcnodes_core.node.protocol import NodeLike
from funcnodes_core.node.run import end_unstarted, fail
from funcnodes_core.node.waiting import until_rest
from funcnodes_core.scheduler import Scheduler, current_run, scheduler_of, take_over

if TYPE_CHECKING:
    from funcnodes_core.io.base import NodeIO

__all__ = [
    "bind",
    "cancel",
    "debounce",
    "end_debounce",
    "post",
    "set_mode",
    "settled",
    "start_now",
    "stopped_how",
    "there",
]

T = TypeVar("T")
_ANSWER_S = 0.05  # for the answer's way back


def bind(node: NodeLike, scheduler: Scheduler) -> Scheduler:
    """Let a node belong to the loop it was asked on; what an ended loop left is forgotten.

    Raises:
        WrongLoopError: The node is under way on another loop that runs.
    """
    old = node._scheduler
    if old is not None and old is not scheduler and (node._live or old.live):
        take_over(node, old)
    node._scheduler = scheduler
    return scheduler


def end_debounce(node: NodeLike) -> None:
    """Forget a request that waits for its time to be over."""
    if node._timer is not None:
        node._timer.cancel()
        node._timer = None


def debounce(node: NodeLike, scheduler: Scheduler, delay_s: float) -> None:
    """Ask for a run once nothing has changed for a while."""
    if node._phase > Phase.ASKED or (node._phase is Phase.ASKED and node._timer is None):
        scheduler.ask(node)
        return
    if node._timer is not None:
        node._timer.cancel()

    def over() -> None:
        node._timer = None
        if node._phase is Phase.ASKED:
            node._phase = Phase.IDLE
        scheduler.ask(node)

    if node._run is None:
        node._phase = Phase.ASKED
        scheduler.wake(node)
    node._timer = scheduler.loop.call_later(delay_s, over)


def start_now(node: NodeLike) -> asyncio.Task[Any]:
    """Run a node at once, ignoring what it waits for; the task gives what it returned."""
    loop = asyncio.get_running_loop()
    scheduler = bind(node, scheduler_of(loop))
    if node._muted:
        node._requested = True
    else:
        scheduler.wake(node)
        if node._space is not None:
            node._space._held_back.pop(node, None)  # this run is what it was asked for

    async def run() -> Any:
        if node._run is None and not node._muted:
            scheduler.start_now(node)
        await until_rest([node])
        error, node._undelivered = node._undelivered, None
        if error is not None:
            raise error
        values = [port.value for port in node._data_outputs()]
        return values[0] if len(values) == 1 else tuple(values) or None

    return loop.create_task(run())


async def cancel(node: NodeLike, deadline_s: float) -> str:
    """Stop the run under way; see `Node.cancel`."""
    run = node._run
    if run is None:
        return "not_running"
    if node._off_thread():
        return str(await cancel_from_elsewhere(node, deadline_s))
    if not isinstance(run, asyncio.Task):
        return "stuck"  # asked for inside of that run
    run.cancel()
    done, _ = await asyncio.wait([run], timeout=deadline_s)
    if not done:
        return "stuck"
    if node._run is run:
        end_unstarted(node, node._scheduler)
    return stopped_how(node) or "cancelled"


def stopped_how(node: NodeLike) -> str | None:
    """How the last run was stopped, if it was."""
    error = node.last_error.exception if node.last_error is not None else None
    return error.how if isinstance(error, NodeCancelledError) else None


async def cancel_from_elsewhere(node: NodeLike, deadline_s: float) -> str:
    """Stop a run on another thread, where it may keep that thread's loop from doing anything."""
    struck: list[Any] = []

    async def stop() -> str:
        how = await cancel(node, deadline_s)
        return stopped_how(node) or how if struck and how == "not_running" else how

    def wanted(other: Any, frame: Any) -> bool:
        return other is node

    how = await there(node._scheduler, stop, wanted, deadline_s, struck)
    if how is None and struck and node._run is None:
        how = stopped_how(node)  # another node keeps that thread from saying so, or its loop has ended
    return how or "stuck"


async def there(
    scheduler: Scheduler,
    act: Callable[[], Coroutine[Any, Any, T]],
    wanted: Wanted,
    deadline_s: float,
    struck: list[Any],
) -> T | None:
    """Do something on the thread of a scheduler, breaking off the wanted nodes that keep it from that.

    Returns:
        What `act` gave, or None where that took longer; it goes on, or begins as soon as it can.
    """
    loop = scheduler.loop
    turn = Turn(lambda: not loop.is_running())

    async def begun() -> T:
        turn.begin()
        return await act()

    work = begun()
    try:
        future = asyncio.run_coroutine_threadsafe(work, loop)
    except RuntimeError:  # the loop has been closed just now, and all that ran there has ended with it
        work.close()
        return None
    until = monotonic() + deadline_s
    await asyncio.to_thread(break_off, scheduler.thread_id, wanted, turn, deadline_s, struck)
    left = max(until - monotonic(), 0) if loop.is_running() else 0
    done, _ = await asyncio.wait([asyncio.wrap_future(future)], timeout=left + _ANSWER_S)
    if done:
        return None if future.cancelled() else future.result()
    if not loop.is_running():
        work.close()  # nobody goes on with it
    return None


def set_mode(node: NodeLike, mode: NodeMode) -> None:
    """Change how a node takes part; unmuting takes up what was asked meanwhile."""
    if mode is node._mode:
        return
    node._mode = mode
    node._muted = mode is NodeMode.MUTED
    refresh_special(node)
    if node._muted and node._scheduler is not None and node._phase is not Phase.IDLE:
        node._scheduler.unqueue(node)
    node._updated("mode")
    telling.status_changed(node)
    if not node._muted and node._requested:
        node.request_trigger()


def post(node: NodeLike, call: Callable[[], None]) -> None:
    """Let the rest of a set that came from another thread follow on the graph's loop."""
    assert node._scheduler is not None

    def guarded() -> None:
        try:
            call()
        except Exception as exc:  # noqa: BLE001 - callbacks are foreign code; nobody here can be told
            fail(node, exc)

    node._scheduler.mailbox.post(node._scheduler.loop, guarded)


def settled(node: NodeLike, port: NodeIO, breaking: tuple[Any, ...]) -> bool:
    """Tell whether what follows from the value at a port has come to rest."""
    scheduler = node._scheduler
    if scheduler is None:
        return not node._live
    scheduler.whole()
    asker = current_run(scheduler.loop)
    closed = breaking if asker is None else (*breaking, asker)
    if asker is not None and asker._run is not None and asker._scheduler is scheduler:
        scheduler.step_back(asker)  # it waits between what it sends
    start = [node] if port.is_input() else successors(node)
    return not unsettled(start, closed, scheduler.running)
