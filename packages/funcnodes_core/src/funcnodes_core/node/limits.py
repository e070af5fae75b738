"""How long a node may run, and how often it is tried again.

An attempt that takes longer than `timeout_s` fails with `NodeTimeoutError`. An awaiting function is cancelled by its
loop's own clock. A function that computes on the graph's thread is beyond that: a thread keeps watch, says so in the
log, and breaks it off as a stop would. Nodes without limits never come by here.
"""

from __future__ import annotations

import asyncio
import math
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any, NamedTuple

from funcnodes_core._logging import FUNCNODES_LOGGER
from funcnodes_core.exceptions import NodeTimeoutError, RunTimedOut
from funcnodes_core.node.interrupt import RUN_CODES, Turn, break_off, can_interrupt, running_on
from funcnodes_core.node.mode import NodeMode
from funcnodes_core.node.protocol import NodeLike

__all__ = ["Limits", "attempts", "awaited_attempts", "limits_of", "set_limits", "timed_out"]

STOP_S = 1.0  # how long an attempt that is out of time is tried to be broken off
_GRACE_S = 0.1  # for the loop's own clock, which comes first where the loop turns


class Limits(NamedTuple):
    """What one node may take."""

    timeout_s: float | None = None
    retries: int = 0


def limits_of(node: NodeLike) -> Limits:
    """The limits of a node: its own, else those of its class."""
    cls = type(node)
    return node._limits or Limits(cls.default_timeout_s, cls.default_retries)


def set_limits(node: NodeLike, limits: Limits) -> None:
    """Give a node limits of its own.

    Raises:
        ValueError: The time is not above 0, or the number of retries is negative.
        TypeError: They are no numbers.
    """
    timeout_s, retries = limits
    if timeout_s is not None and (not math.isfinite(timeout_s) or timeout_s <= 0):
        raise ValueError(f"timeout_s is a number of seconds above 0, or None; not {timeout_s!r}")
    if not isinstance(retries, int) or isinstance(retries, bool):
        raise TypeError(f"retries is a whole number, not {retries!r}")
    if retries < 0:
        raise ValueError(f"retries is 0 or more, not {retries!r}")
    node._limits = limits
    refresh_special(node)


def refresh_special(node: NodeLike) -> None:
    """Note whether a run of the node is anything but a plain call."""
    node._special = node._mode is not NodeMode.ACTIVE or node._reset_inputs or limits_of(node) != Limits()


def timed_out(node: NodeLike) -> NodeTimeoutError:
    """The error of an attempt that took too long."""
    return NodeTimeoutError(f"{node.name!r} took longer than {limits_of(node).timeout_s:g} s")


# -- attempts


def attempts(node: NodeLike, call: Callable[..., Any], /, **kwargs: Any) -> Any:
    """Call a synchronous function with the same arguments until it succeeds or nothing is left of its retries."""
    timeout_s, retries = limits_of(node)
    for left in range(retries, -1, -1):
        try:
            return _attempt(node, call, kwargs, timeout_s)
        except (Exception, SystemExit, RunTimedOut) as exc:
            if not left:
                raise
            _tell_retry(node, exc, left)
    raise AssertionError("a range from 0 or more down to 0 is not empty")


def _attempt(
    node: NodeLike, call: Callable[..., Any], kwargs: Mapping[str, Any], timeout_s: float | None
) -> Any:
    if timeout_s is None:
        return call(**kwargs)
    watch = _WATCHERS.begin(node, timeout_s, sys._getframe())
    try:
        return call(**kwargs)
    finally:
        watch.active = False


RUN_CODES.add(_attempt.__code__)


async def awaited_attempts(node: NodeLike, call: Callable[[], Awaitable[None]]) -> None:
    """The same for a function that is awaited."""
    timeout_s, retries = limits_of(node)
    for left in range(retries, -1, -1):
        try:
            await _awaited_attempt(node, call, timeout_s)
            return
        except (Exception, SystemExit, RunTimedOut) as exc:
            if not left:
                raise
            _tell_retry(node, exc, left)
        await asyncio.sleep(0)  # also one that fails at once lets others go on between its tries


async def _awaited_attempt(
    node: NodeLike, call: Callable[[], Awaitable[None]], timeout_s: float | None
) -> None:
    if timeout_s is None:
        await call()
        return
    watch = _WATCHERS.begin(node, timeout_s + _GRACE_S, node._run)
    clock = asyncio.timeout(timeout_s)
    try:
        async with clock:
            await call()
    except TimeoutError as exc:
        if clock.expired():
            raise timed_out(node) from exc
        raise
    finally:
        watch.active = False


def _tell_retry(node: NodeLike, exc: BaseException, left: int) -> None:
    FUNCNODES_LOGGER.warning(
        "%r failed (%s) and is tried again, %s more", node.name, type(exc).__name__, left
    )


# -- watching


class _Watch:
    """One attempt with a time limit."""

    __slots__ = ("active", "at", "node", "run", "thread_id")

    def __init__(self, node: NodeLike, at: float, run: Any) -> None:
        self.active = True
        self.node = node
        self.at = at
        self.run = run  # the frame of an attempt that computes, or the task of one that awaits
        self.thread_id = threading.get_ident()

    def covers(self, node: Any, frame: Any) -> bool:
        """Whether a run that occupies the thread is this attempt."""
        return self.active and (frame is self.run or (node is self.node and node._run is self.run))

    def fire(self) -> None:
        """Say that the time is over and break the attempt off; only where it keeps the thread."""
        if running_on(self.thread_id, self.covers) is None:
            return
        FUNCNODES_LOGGER.warning("%s: it is stopped", timed_out(self.node))
        break_off(self.thread_id, self.covers, Turn(lambda: not self.active), STOP_S, [], RunTimedOut)
        if running_on(self.thread_id, self.covers) is not None:
            FUNCNODES_LOGGER.error(
                "%r cannot be stopped before the call that it is in returns", self.node.name
            )


class _Watchers:
    """A thread that wakes up when an attempt is out of time; it is there while any is watched."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watches: list[_Watch] = []
        self._next_at = math.inf
        self._there = False

    def begin(self, node: NodeLike, timeout_s: float, run: Any) -> _Watch:
        """Watch an attempt from now on, until it is not `active` any more."""
        watch = _Watch(node, monotonic() + timeout_s, run)
        if not can_interrupt():
            return watch
        with self._changed:
            self._watches = [each for each in self._watches if each.active]
            self._watches.append(watch)
            if not self._there:
                self._there = True
                threading.Thread(target=self._work, name="funcnodes-timeouts", daemon=True).start()
            elif watch.at < self._next_at:
                self._changed.notify()
        return watch

    def _work(self) -> None:
        while (late := self._wait()) is not None:
            for watch in late:
                # breaking off takes its time, and others may be late meanwhile
                threading.Thread(target=watch.fire, name="funcnodes-timeout", daemon=True).start()

    def _wait(self) -> list[_Watch] | None:
        """What is out of time, as soon as there is any; None when nothing is watched for a while."""
        with self._changed:
            while True:
                now = monotonic()
                late = [watch for watch in self._watches if watch.active and watch.at <= now]
                self._watches = [watch for watch in self._watches if watch.active and watch.at > now]
                if late:
                    return late
                self._next_at = min((watch.at for watch in self._watches), default=math.inf)
                if self._watches:
                    self._changed.wait(self._next_at - now)
                elif not self._changed.wait(_IDLE_S) and not self._watches:
                    self._there = False
                    return None


_IDLE_S = 10.0
_WATCHERS = _Watchers()
