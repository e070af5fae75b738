"""Breaking off what a node computes on the graph's thread, from another thread.

Python can raise an exception in another thread (`PyThreadState_SetAsyncExc`), but not say where: it comes at
the next function entry, call or backward jump over there. So that it never comes inside of the engine, it is
sent while the other thread stands still, after a look at where it stands:

* **Look.** `sys._current_frames` shows the calls that the thread is in. It is open to a strike when a node's
  run is among them and nothing lies above that but code that an exception may pass through: not the engine, nor
  what takes locks or changes the interpreter's own state (`_CLOSED`). Otherwise it is looked at again, soon.
* **Strike.** Only one thread runs Python at a time, and a thread is never made to give way in straight code
  without calls. There it is checked that the other thread still stands in the very same call, and the exception
  is sent. It continues with that exception, in the node's function or, where that returns without another step,
  at the first step of the run's end, which `run` expects.

Nothing is left behind: an interrupt that was sent is raised before the thread does anything else. In a call into
C it waits for the return of that call, beyond the deadline, too. Threads are struck one at a time, because
CPython 3.11 and 3.12 have one mark for the pending exceptions of all threads.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from time import monotonic
from types import CodeType, FrameType
from typing import Any, NamedTuple

from funcnodes_core.exceptions import RunInterrupted
from funcnodes_core.node.protocol import NodeLike

__all__ = [
    "RUN_CODES",
    "SENT_INTERRUPTS",
    "Turn",
    "Wanted",
    "break_off",
    "can_interrupt",
    "computes",
    "running_on",
]

# what a run is known by: functions that call the node's own one, with the node as their variable `node`
RUN_CODES: set[CodeType] = set()
SENT_INTERRUPTS: dict[int, Any] = {}  # by thread: what was sent and no run has ended with yet

Wanted = Callable[[Any, FrameType], bool]
_SOON_S = 0.0005
_AGAIN = 3  # strikes within a deadline: a function that caught the first one may be cleaning up

# where an exception out of nowhere could leave a lock taken, or a module half imported
_CLOSED = frozenset(
    "funcnodes_core funcnodes_worker asyncio concurrent importlib _frozen_importlib "
    "_frozen_importlib_external logging multiprocessing queue threading weakref tqdm".split()
)
# of the engine, these only hand a call on to the node's function
_PASSING = frozenset(f"funcnodes_core.nodemaker.{name}" for name in ("decorator", "instance", "offload"))
# what is in such a frame may be continued by another caller; any other call has one caller from entry to end
_MOVABLE = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR
_MOST_MOVABLE = 3


class _Sight(NamedTuple):
    """Where a thread stands in a node's run."""

    run: FrameType  # the engine's own frame of the run: no other run has the same
    node: NodeLike
    head: tuple[
        FrameType | None, ...
    ]  # innermost first, to the first that has one caller; filled up with None
    is_open: bool


@functools.cache
def _sender() -> Callable[[Any, Any], int] | None:
    """C's `PyThreadState_SetAsyncExc`; None where there is none, or where threads really run side by side."""
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return None
    try:
        import ctypes  # deferred: only a stop needs it, and some interpreters are built without it

        send = ctypes.pythonapi.PyThreadState_SetAsyncExc
    except (ImportError, AttributeError):
        return None
    send.argtypes = (ctypes.c_ulong, ctypes.py_object)
    send.restype = ctypes.c_int
    return send


def can_interrupt() -> bool:
    """Whether this Python can break off a node that computes on the graph's thread."""
    return _sender() is not None


def running_on(thread_id: int, wanted: Wanted | None = None) -> NodeLike | None:
    """The node whose function runs on a thread right now and keeps it from anything else, if it is wanted."""
    sight = _look(thread_id)
    return None if sight is None or (wanted and not wanted(sight.node, sight.run)) else sight.node


def computes(frame: FrameType | None) -> bool:
    """Whether a frame is a node's own code, inside of a run, where an exception may come."""
    sight = _sight(frame)
    return sight is not None and sight.is_open


def _look(thread_id: int) -> _Sight | None:
    return _sight(sys._current_frames().get(thread_id))


def _sight(frame: FrameType | None) -> _Sight | None:
    above: list[FrameType] = []
    while frame is not None and frame.f_code not in RUN_CODES:
        above.append(frame)
        frame = frame.f_back
    if frame is None:
        return None
    node = frame.f_locals.get("node")
    if node is None:
        return None  # it is being entered
    head: list[FrameType | None] = []
    for each in (*above, frame):
        head.append(each)
        if not each.f_code.co_flags & _MOVABLE:
            break
    fits = len(head) <= _MOST_MOVABLE + 1
    head += [None] * (_MOST_MOVABLE + 1 - len(head))
    is_open = fits and bool(above) and not any(map(_is_closed, above))
    return _Sight(frame, node, tuple(head[: _MOST_MOVABLE + 1]), is_open)


def _is_closed(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    return name.partition(".")[0] in _CLOSED and name not in _PASSING


class Turn:
    """Whether what waits for a thread has been begun there.

    Args:
        over: Whether nobody waits any more; asked now and then.
    """

    def __init__(self, over: Callable[[], bool] = lambda: False) -> None:
        self.has_come = False
        self._event = threading.Event()
        self._over = over

    def begin(self) -> None:
        """Say so, on that thread: nothing is interrupted from now on."""
        self.has_come = True
        self._event.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait for it; tell whether it has come."""
        return self._event.wait(timeout_s) or self._over()


def _send_if_still(
    thread_id: int, sight: _Sight, turn: Turn | None, kind: type[BaseException] | None
) -> bool:
    """Send an exception (None takes a pending one back) to a thread that stands where it was seen."""
    send = _sender()
    assert send is not None
    first, second, third, fourth = sight.head
    try:
        # `iter` makes the call inside of the loop's own step. From there to `send` there are neither calls nor
        # jumps back, so no other thread gets to run in between; keep it that way.
        for frames in iter(sys._current_frames, None):
            top = frames[thread_id]
            if turn is not None and turn.has_come:
                return False
            if top is not first or (second is not None and first.f_back is not second):
                return False
            if third is not None and second is not None and second.f_back is not third:
                return False
            if fourth is not None and third is not None and third.f_back is not fourth:
                return False
            return send(thread_id, kind) > 0
    except KeyError:
        pass  # the thread has ended
    return False


_one_at_a_time = threading.Lock()


def _strike(thread_id: int, sight: _Sight, turn: Turn, kind: type[BaseException]) -> bool:
    """Interrupt a run; tell whether that was sent. What waits for a call into C elsewhere makes room for it."""
    with _one_at_a_time:
        for other, (seen, _) in tuple(SENT_INTERRUPTS.items()):
            if other != thread_id:
                _send_if_still(other, seen, None, None)
        SENT_INTERRUPTS[thread_id] = sight, kind
        sent = _send_if_still(thread_id, sight, turn, kind)
        if not sent:
            SENT_INTERRUPTS.pop(thread_id, None)
        return sent


def _send_others_again(thread_id: int) -> None:
    with _one_at_a_time:
        for other, (seen, kind) in tuple(SENT_INTERRUPTS.items()):
            if other != thread_id and not _send_if_still(other, seen, None, kind):
                SENT_INTERRUPTS.pop(other, None)


def break_off(
    thread_id: int,
    wanted: Wanted,
    turn: Turn,
    deadline_s: float,
    struck: list[Any],
    kind: type[BaseException] = RunInterrupted,
) -> None:
    """Interrupt the wanted nodes that keep a thread from its next turn; blocks until that has come.

    Args:
        thread_id: The graph's thread, not the caller's.
        wanted: Whether a node that runs there, in the engine's frame of that run, is to be broken off.
        turn: Begun by what waits for the thread.
        deadline_s: After this time nothing is sent any more; what was sent stays sent.
        struck: Gets each node that an interrupt is sent to, just before.
        kind: The exception that is raised in the node's function.
    """
    if not can_interrupt() or thread_id == threading.get_ident():
        return
    until = monotonic() + deadline_s
    last: FrameType | None = None
    again_at = 0.0
    pause_s = _SOON_S
    while not turn.wait(pause_s) and (now := monotonic()) < until:
        pause_s = min(pause_s * 1.5, 0.02)
        sight = _look(thread_id)
        if sight is None or not sight.is_open or not wanted(sight.node, sight.run):
            continue
        if sight.run is last and now < again_at:
            continue
        struck.append(sight.node)
        if _strike(thread_id, sight, turn, kind):
            last, again_at, pause_s = sight.run, now + deadline_s / _AGAIN, _SOON_S
        else:
            struck.pop()
    left = _look(thread_id)
    if last is not None and (left is None or left.run is not last):
        SENT_INTERRUPTS.pop(thread_id, None)  # it came, if one was sent: also where the function caught it
    _send_others_again(thread_id)
