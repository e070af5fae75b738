"""Who waits for whom: the wires that are held, and what follows when one is let go.

The bookkeeping under the `scheduler`, whose docstring states the rules.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Generator, Iterable

from funcnodes_core._mailbox import Mailbox
from funcnodes_core._plans import Plans
from funcnodes_core._runnable import Phase, Runnable, successors
from funcnodes_core._waves import hold, may_be_fed
from funcnodes_core.io.connection import Link

__all__ = ["Holds"]

# looked up once here: they are compared with at every step of every run
_IDLE, _ASKED, _WAITING, _QUEUED = Phase


class Holds(ABC):
    """The marked nodes of one event loop, from being marked to their start or being skipped."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # weak: the table of schedulers must not keep a loop alive
        self._loop = weakref.ref(loop)
        self.thread_id = threading.get_ident()
        self.current: Runnable | None = None  # the synchronous node that runs right now
        self.running: dict[Runnable, None] = {}  # asynchronous runs under way
        self.live = 0  # nodes that are not at rest
        self._burst: list[Runnable] = []
        self._ready: deque[Runnable] = deque()
        self._settling: list[Runnable] = []
        self._watchers: dict[Runnable, list[Runnable]] = {}
        self._marked: list[Runnable] = []
        self._plans = Plans()
        self._taking: Generator[None, None, None] | None = None  # a burst, where that takes its time
        self.half_marked = False
        self.clock = 0.0  # when the last run ended or began, by `perf_counter`
        self._waiting = 0  # nodes that are marked and have not started
        self._wave = 1
        # nodes that a change asked for while an earlier one held them: with its failure that is still to be run;
        # the number tells whether they have run since
        self._asked_late: weakref.WeakKeyDictionary[Runnable, int] = weakref.WeakKeyDictionary()
        self._draining = False
        self.mailbox = Mailbox()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop whose nodes this scheduler runs."""
        loop = self._loop()
        if loop is None:
            raise RuntimeError("the event loop of these nodes is gone")
        return loop

    @abstractmethod
    def _drain(self) -> None:
        """Run what may run."""

    @abstractmethod
    def _ask_again(self, node: Runnable) -> None:
        """Ask for a run that gives way to what this wave still has to do."""

    def _schedule(self) -> None:
        self._draining = True
        self.loop.call_soon(self._drain)

    def wake(self, node: Runnable) -> None:
        """Note that a node is no longer at rest."""
        if not node._live:
            node._live = True
            self.live += 1
            if node._space is not None:
                node._space._live += 1

    def _rest_if_done(self, node: Runnable) -> None:
        """Note that a node came to rest, if it did, and wake those who wait for that."""
        if node._run is not None or not node._live:
            return
        if node._phase is _IDLE:
            node._live = False
            self.live -= 1
            space = node._space
            if space is not None:
                space._live -= 1
                if not space._live:
                    space._came_to_rest()
        if node._waiters is not None:
            # also where it waits for a next run: that may be enough for those who ask
            waiters, node._waiters = node._waiters, None
            for wake in waiters:
                wake()

    # -- marking ---------------------------------------------------------------------

    def _mark(self, fresh: list[Runnable]) -> None:
        """Hold the wires from `fresh`, so that each node waits for those above it."""
        if not self._waiting:
            self._wave += 1
        for node in fresh:
            node._asked = node._asked or node._phase is _ASKED
            node._phase = _WAITING
            node._blocked_by = None
            if not node._live:
                self.wake(node)
            if node._run is not None:
                node._self_hold = True
                node._holds += 1
        self._waiting += len(fresh)
        self._marked += fresh
        for node in fresh:
            for link in node._links:
                hold(link)

    def whole(self) -> None:
        """End a marking that a time slice cut short, before anything that it takes for granted changes."""
        if self.half_marked and self._taking is not None:
            for _ in self._taking:
                pass

    def _left(self, node: Runnable) -> None:
        """A node no longer waits: changes kept back because of it are asked again."""
        self._waiting -= 1
        if not self._waiting:
            self._marked.clear()
        if self._watchers:
            kept = self._watchers.pop(node, None)
            if kept:
                self._burst.extend(kept)
                if not self._draining:
                    self._schedule()

    def _put_back(self, node: Runnable) -> None:
        """A node that was asked and may not run now keeps its request."""
        node._phase = _IDLE
        node._requested = True
        self._rest_if_done(node)

    def _break_stall(self) -> None:
        """Let the first waiting node go that only a circle keeps (wires added in a wave)."""
        for node in self._marked:
            if node._phase is _WAITING and (node._asked or node._holds):
                for link in node._links_in():
                    if link.holds:
                        node._holds -= link.holds
                        link.holds = 0
                node._holds = 0
                self._settling.append(node)
                self._settle()
                return
        self._waiting = 0  # nobody waits in fact; the count was off

    # -- letting go ------------------------------------------------------------------

    def arrived(self, link: Link, node: Runnable, ask: bool) -> None:
        """A value was sent on a held wire to `node`."""
        link.holds -= 1
        holds = node._holds = node._holds - 1
        if node._phase is _WAITING:
            if ask:
                node._asked = True
            if holds and not node._unready:
                return
            if node._asked and not node._unready and not node._muted and node._blocked_by is None:
                node._phase = _QUEUED  # what `_settle` would find, without the detour
                self._ready.append(node)
                if not self._draining:
                    self._schedule()
            else:
                self._settling.append(node)
                self._settle()
        elif ask:
            node.request_trigger()  # it was let go as hopeless, or runs

    def sent_early(self, link: Link, source: Runnable) -> None:
        """A run sent on a wire that only the node's next run still holds.

        The second time it evidently goes on sending.
        """
        if link.sent_in is source._run:
            self.step_back(source)
        link.sent_in = source._run

    def step_back(self, node: Runnable) -> None:
        """A run that goes on sending gives up the place of the next, which is asked for at its end."""
        node._streams = True
        if node._phase is not _WAITING:
            return
        node._again = node._again or node._asked
        node._asked = False
        node._phase = _IDLE
        node._self_hold = False
        node._holds -= 1
        for link in node._links:
            if link.holds:
                self._release(link, None)
        self._left(node)
        self._settle()

    def _release(self, link: Link, cause: Runnable | None) -> None:
        """End the hold on a wire and on the forwards behind it, without a value."""
        todo = [link]
        while todo:
            wire = todo.pop()
            if wire.holds:
                wire.holds -= 1
                target = wire.dst._node()
                if target is not None:
                    target._holds -= 1
                    if cause is not None:
                        target._blocked_by = cause
                    self._settling.append(target)
            todo += wire.dst.forwards

    def let_go(self, links: Iterable[Link]) -> None:
        """End the holds on wires that were taken away, or whose run is given up."""
        self.whole()
        for link in links:
            while link.holds:
                self._release(link, None)
        self._settle()

    def _settle(self) -> None:
        """Queue or skip the nodes whose holds changed."""
        todo = self._settling
        while todo:
            node = todo.pop()
            if node._phase is not _WAITING:
                continue
            if node._blocked_by is not None and not node._holds:
                self._skip(node, node._blocked_by)
            elif node._unready or node._muted:
                if node._muted or not may_be_fed(node):
                    self._skip(node, None)
            elif not node._holds:
                if node._asked:
                    node._phase = _QUEUED
                    self._ready.append(node)
                else:
                    self._skip(node, None)
        if self._ready and not self._draining:
            self._schedule()

    def _skip(self, node: Runnable, cause: Runnable | None) -> None:
        """A node does not run in this wave: it lets go of those behind it."""
        node._phase = _IDLE
        if node._self_hold:
            node._self_hold = False
            node._holds -= 1
        again = False
        if cause is not None:
            node._mark_stale(cause)
            again = bool(self._asked_late) and self._asked_late.pop(node, -1) == node._ran_wave
        elif node._asked:
            node._requested = True
        node._asked = False
        for link in node._links:
            if link.holds:
                self._release(link, cause)
        self._left(node)
        if again:
            self._ask_again(node)
        self._rest_if_done(node)

    def _resume(self, node: Runnable | None) -> None:
        """Take up a node that the drain was about to run when it was interrupted."""
        if node is not None and node._phase is _QUEUED:
            self._ready.appendleft(node)
        elif node is not None and node._phase is _IDLE and node._run is None and node._live:
            self._ask_again(node)

    def _poison_queued(self, failed: Runnable) -> None:
        """Nodes that a failed run has fed and that have not started do not run either."""
        for target in successors(failed):
            if target._phase is _QUEUED or target._phase is _WAITING:
                target._blocked_by = failed
                target._phase = _WAITING
                self._settling.append(target)

    def unqueue(self, node: Runnable) -> None:
        """A node lost a value that it needs: it leaves the queue and keeps its request."""
        self.whole()
        if node._phase is _QUEUED:
            node._phase = _WAITING
        if node._phase is _WAITING:
            self._settling.append(node)
            self._settle()
        elif node._phase is _ASKED:
            self._put_back(node)
