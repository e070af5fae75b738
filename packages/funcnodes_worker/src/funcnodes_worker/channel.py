"""From the graph's thread to the serving loop: what happened, and what only the newest counts of.

Two lanes. Records arrive all and in order. Of what is put under a mark (a port's value, a node's run) only the newest
waits, so a graph that never settles makes a backlog as long as it has ports, not as long as it has run. Records go
first: a value never arrives before the node that it belongs to. Both are delivered in slices of time, between which
the loop serves clients.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

__all__ = ["REST", "SLICE_S", "Channel"]

_T = TypeVar("_T")
_M = TypeVar("_M")
_LOG = logging.getLogger("funcnodes.worker.graph")

SLICE_S = 0.005
"""How long records or values are delivered before the loop gets its turn."""

REST = 2.0
"""How much longer than a round of values took no other one begins."""

_SHORT_S = 0.001
_MANY = 100  # records that wait for nothing, not even for the end of what is corked
_GONE: Any = (object(), 0)


class Channel(Generic[_T, _M]):
    """Records and the newest of marks, from any thread, with one wake-up for many.

    A round of values that took more than a millisecond is followed by a rest of twice that time, in which newer values
    replace those that wait: however busy the graph, showing it takes a third of the serving loop's time.

    Args:
        receive: called on the serving loop for each record, in order.
        receive_newest: called on the serving loop with a mark and the newest that was put under it.
    """

    def __init__(
        self,
        receive: Callable[[_T], None],
        receive_newest: Callable[[_M, Any], None] = lambda mark, newest: None,
    ) -> None:
        self._receive = receive
        self._receive_newest = receive_newest
        self._records: deque[_T] = deque()
        self._newest: dict[_M, tuple[Any, int]] = {}  # with how many records go before
        self._delivered = 0
        self._turns: deque[_M] = deque()  # the marks of the present round that are not delivered yet
        self._lock = threading.Lock()
        self._round_s = 0.0
        self._planned = self._rests = self._corked = False
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def backlog(self) -> int:
        """How many records and marks wait."""
        return len(self._records) + len(self._newest)

    def open(self) -> None:
        """Deliver from now on; call it on the serving loop."""
        self._loop = asyncio.get_running_loop()
        self._plan()

    def close(self) -> None:
        """Deliver what is there and nothing more; call it on the serving loop."""
        self._deliver_records(float("inf"))
        self._deliver_round(float("inf"))
        self._loop = None

    async def flushed(self) -> None:
        """Wait until everything that is there now was delivered."""
        while self._records:
            self._deliver_records(SLICE_S)
            await asyncio.sleep(0)
        self._turns = deque(self._newest)
        while self._turns:
            self._deliver_round(SLICE_S)
            await asyncio.sleep(0)

    # -- the graph's side

    def post(self, record: _T) -> None:
        """Hand over a record; from any thread, returns at once."""
        self._records.append(record)
        if not self._planned and (not self._corked or len(self._records) > _MANY):
            self._plan()

    def put(self, mark: _M, newest: Any) -> None:
        """Hand over what replaces whatever waits under a mark; from any thread, returns at once."""
        # one store, atomic: the serving loop takes single entries out, it never swaps the dict
        self._newest[mark] = newest, self._delivered + len(self._records)
        if not (self._planned or self._rests or self._corked):
            self._plan()

    def put_last(self, mark: _M, newest: Any) -> None:
        """The same, and it takes its place behind everything that waits."""
        self._newest.pop(mark, None)
        self.put(mark, newest)

    def take(self, mark: _M) -> Any:
        """Take back what waits under a mark; None when nothing does."""
        waiting = self._newest.pop(mark, None)
        return None if waiting is None else waiting[0]

    def cork(self) -> None:
        """Wake nobody until `uncork`: something short is about to tell several things."""
        self._corked = True

    def uncork(self) -> None:
        """Deliver what was handed over since `cork`."""
        self._corked = False
        if not self._planned and (self._records or (self._newest and not self._rests)):
            self._plan()

    # -- the serving side

    def _plan(self) -> None:
        with self._lock:
            loop = self._loop
            if not self._planned and loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(self._deliver)
                self._planned = True  # last: an interrupt of the graph's thread may land anywhere

    def _deliver(self) -> None:
        loop = self._loop
        with self._lock:
            self._planned = False  # what is handed over from now on plans another delivery
        if loop is None:
            return
        self._deliver_records(SLICE_S)
        if self._records:
            self._plan()
        elif self._newest and not self._rests:
            self._deliver_newest(loop)

    def _deliver_newest(self, loop: asyncio.AbstractEventLoop) -> None:
        began = loop.time()
        self._deliver_round(SLICE_S)
        self._round_s += loop.time() - began
        if self._turns:  # the round goes on when the loop has had its turn
            self._plan()
            return
        took, self._round_s = self._round_s, 0.0
        if took > _SHORT_S:
            self._rests = True
            loop.call_later(REST * took, self._rested)
        elif self._newest:
            self._plan()

    def _rested(self) -> None:
        self._rests = False
        self._deliver()

    def _deliver_records(self, seconds: float) -> None:
        if not self._records:
            return
        now = asyncio.get_running_loop().time
        end = now() + seconds
        while self._records:
            self._deliver_record()
            if now() > end:
                return

    def _deliver_record(self) -> None:
        self._guarded(self._receive, self._records.popleft())
        self._delivered += 1  # last: who puts something meanwhile may count one too few, never one too many

    def _deliver_round(self, seconds: float) -> None:
        """Deliver what waits under marks, until every mark had its turn or the time is over."""
        now = asyncio.get_running_loop().time
        end = now() + seconds
        turns = self._turns
        if not turns:
            turns.extend(list(self._newest))  # `list` of a dict is atomic, an iterator over it is not
        while turns:
            mark = turns.popleft()
            newest, behind = self._newest.pop(mark, _GONE)
            if newest is not _GONE[0]:
                # what happened before it (perhaps its node is only being added), and nothing that happened later
                while self._delivered < behind and self._records:
                    self._deliver_record()
                self._guarded(self._receive_newest, mark, newest)
            if self._records:
                self._deliver_records(end - now())
            if now() > end:
                return

    def _guarded(self, receive: Callable[..., None], *what: Any) -> None:
        try:
            receive(*what)
        except Exception:  # noqa: BLE001 - one record with a user's strange value must not stop the rest
            _LOG.exception("a record of the graph could not be told: %r", type(what[0]))
