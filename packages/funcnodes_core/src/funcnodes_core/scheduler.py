"""Which node runs next.

The execution semantics, in one place:

* **Asking.** `ask(node)` notes that a node wants to run; nothing runs before the drain, one
  callback on the loop. All nodes asked before it form a *burst*.
* **Waves.** The drain marks what lies downstream of a burst (`explore`, `_mark`). Each wire
  between two marked nodes is *held*; a node starts when nothing holds it any more. So it runs
  at most once in a wave and sees no mixture of old and new inputs.
* **Release.** A value sent on a wire ends its hold, and so does the end of the run. A node
  that nobody sent to is skipped and releases what it holds itself.
* **A newer change** of a node that has run in a wave is kept (newest value wins) until nothing
  downstream of it waits for another node of that wave (`blocker`). Runs that are themselves
  upstream of it (a For loop around it) do not count: they wait for it, and so does what is
  `tied` to them. Changes of one burst that meet anywhere downstream are kept together.
* **Streams.** A run that waits for what it has sent to settle (For, generators), or that
  sends on the same wire again, is not marked for a next run while it lasts: what asks for
  one meanwhile is taken up at its end, and what it sends is for now.
* **Cycles.** Wires into running nodes that lead back to the change are not held; in a cycle
  where nobody runs, those into the node asked first are cut (`cut_cycles`).
* **Failure.** What a failed run still holds is released with the failure as cause: those nodes are skipped
  and stale, and so are theirs. What asked for one of them later than this wave is another change: it runs.

It is a synchronous state machine: the event loop is used to be called back, nothing else.
It knows nodes by the `Runnable` protocol only. Every search is a loop, none recurses; all
costs are linear in the marked nodes and wires.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import weakref
from collections.abc import Generator
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from funcnodes_core._cycles import cut_cycles
from funcnodes_core._holds import Holds
from funcnodes_core._plans import mark_all
from funcnodes_core._runnable import Phase, Runnable, sources, successors
from funcnodes_core._waves import Part, belonging, blocker, explore
from funcnodes_core.exceptions import RunInterrupted, WrongLoopError
from funcnodes_core.io.connection import structure_version

__all__ = [
    "CURRENT",
    "Phase",
    "Runnable",
    "Scheduler",
    "current_run",
    "running_node",
    "scheduler_of",
    "take_over",
]

# the node whose asynchronous run the present task belongs to
CURRENT: ContextVar[Any] = ContextVar("funcnodes_current_node", default=None)

# numbers of searches, for all loops: nodes carry the last one that met them from loop to loop
_stamps = itertools.count(1)

_IDLE, _ASKED, _WAITING, _QUEUED = Phase

# the longest time that the drain keeps the event loop to itself
SLICE_S = 0.005


class Scheduler(Holds):
    """Runs the nodes of one event loop; see the module's docstring for the rules."""

    # -- asking ----------------------------------------------------------------------

    def ask(self, node: Runnable) -> None:
        """Let a ready node run in the next wave, or in the one that it waits in."""
        phase = node._phase
        if phase is _IDLE:
            if node._run is not None and (node._streams or node is current_run(self.loop)):
                node._again = True
                return
            node._phase = _ASKED
            self.wake(node)
            self._burst.append(node)
            if not self._draining:
                self._schedule()
        else:
            node._asked = True
        if phase is not _ASKED and (phase or node._holds):
            self._asked_late[node] = node._ran_wave

    def asked(self) -> bool:
        """Tell whether the drain has not looked yet at something that was asked."""
        return bool(self._burst) or self._taking is not None

    # -- the drain -------------------------------------------------------------------

    def _drain(self) -> None:
        """Run what may run; hand the loop back after a time slice."""
        until = perf_counter() + SLICE_S
        ready = self._ready
        node = None
        try:
            while ready or self._burst or self._taking or (self._waiting and self._refill()):
                if (self._burst or self._taking) and not self._take_burst(until):
                    break
                if not ready:
                    continue
                node = ready.popleft()
                if node._phase is not _QUEUED:
                    continue
                node._phase = _IDLE
                node._asked = False
                node._ran_wave = self._wave
                self._left(node)
                node._begin(self)
                if self.clock > until:
                    break
        except RunInterrupted:
            # meant for a run, and sent to nothing else; should one come between two of them, none is lost
            self._resume(node)
        finally:
            # also after an interrupt: whatever is left runs in the next call
            self._draining = False
            if ready or self._burst or self._taking:
                self._schedule()

    def _refill(self) -> bool:
        """With an empty queue and no run: let go of a circle that only waits for itself."""
        if self.running:
            return False
        self._break_stall()
        return True

    def start_now(self, node: Runnable) -> None:
        """Run a node at once, whatever it waits for."""
        self.whole()
        self.wake(node)
        if node._phase is _WAITING:
            # what is still to come makes it run once more
            node._self_hold = True
            node._holds += 1
        else:
            if node._phase is _QUEUED:
                self._left(node)
            node._phase = _IDLE
            node._asked = False
        node._begin(self)

    def finish(self, node: Runnable, failed: bool) -> None:
        """End a run: release what it holds, start what was kept for its end."""
        if self.running:
            self.running.pop(node, None)
        phase = node._phase
        if phase is _IDLE or phase is _ASKED:
            cause = node if failed else None
            for link in node._links:
                while link.holds:  # twice where a run before it was marked anew and sent nothing here
                    self._release(link, cause)
            if failed:
                self._poison_queued(node)
        elif node._self_hold:
            node._self_hold = False
            node._holds -= 1
            self._settling.append(node)
        if self._settling:
            self._settle()
        if node._again:
            node._again = False
            self._ask_again(node)
        self._rest_if_done(node)
        if not self._draining and self._waiting and not self.running:
            self._schedule()  # nobody is left to let the waiting ones go: see whether they can

    def _ask_again(self, node: Runnable) -> None:
        """Run once more, after what the run that just ended has released."""
        if node._space is not None and node._space._hold_back(node):
            return
        if not node._may_run():
            node._requested = True
        elif node._phase is _IDLE:
            # as one that ran in this wave it gives way to all that waits behind it
            node._ran_wave = self._wave
            node._phase = _ASKED
            self._burst.append(node)
            if not self._draining:
                self._schedule()
        else:
            node._asked = True

    # -- waves -----------------------------------------------------------------------

    def _take_burst(self, until: float) -> bool:
        """Mark what lies downstream of a burst; False where the time slice ended before that."""
        if self._taking is None:
            burst, self._burst = self._burst, []
            if not self._at_rest():
                self._join(burst)
                return True
            self._taking = self._take(burst)
        for _ in self._taking:
            if perf_counter() > until:
                return False
        self._taking = None
        return True

    def _at_rest(self) -> bool:
        """Whether nothing is marked or runs: what is asked now meets nothing."""
        return not self._waiting and not self.running

    def _take(self, burst: list[Runnable]) -> Generator[None, None, None]:
        """Mark what a change of a resting graph reaches, by a plan that is kept for the next time."""
        found = yield from self._plans.find(burst, self)
        valid = self._at_rest() and all([node._phase is _ASKED and node._may_run() for node in burst])
        if found is None or not valid:
            self._join(burst)
            return
        plan, nodes = found
        starting = yield from mark_all(self, nodes, plan.counts)
        if plan.acyclic:
            for node in burst:
                node._acyclic_at = plan.version
        else:
            for link in cut_cycles(nodes):
                self._release(link, None)
            starting = [node for node in nodes if not node._holds or not node._may_run()]
        self._settling += reversed(starting)  # the first asked runs first
        self._settle()

    def _join(self, burst: list[Runnable]) -> None:
        """Mark what a burst reaches beside what is marked already, or keep it for later."""
        explored = self._explore_all(burst)
        if explored is None:
            self._burst = burst + self._burst
            return
        fresh_all: list[Runnable] = []
        unknown: list[Part] = []
        for part in belonging(explored):
            first = blocker(part, self._wave, self.running) if part.met else None
            if first is not None:
                kept = [node for node in part.fresh if node._phase is _ASKED and node._timer is None]
                self._watchers.setdefault(first, []).extend(kept)
                continue
            for node in part.roots:
                if node._acyclic_at != structure_version.version:
                    unknown.append(part)
                    break
            self._mark(part.fresh)
            fresh_all += part.fresh
        if unknown:
            self._look_for_cycles(fresh_all, unknown)
        for node in fresh_all:
            if node._phase is _WAITING and (not node._holds or node._unready):
                self._settling.append(node)
        self._settling.reverse()  # the first asked runs first
        self._settle()

    def _explore_all(self, burst: list[Runnable]) -> dict[int, tuple[Part, set[int]]] | None:
        """What each node of a burst reaches, by stamp; None where it must be looked at again."""
        base = next(_stamps)
        explored = {}
        strangers = []
        for node in burst:
            if node._phase is not _ASKED or node._seen > base:
                continue
            if not node._may_run():
                self._put_back(node)
                continue
            if node._run is not None and node._streams:
                self._keep_for_end(node)
                continue
            stamp = next(_stamps)
            found = explored[stamp] = explore(node, stamp, base)
            for other in found[0].passed:
                self._keep_for_end(other)
            strangers += [other for nodes in found[0] for other in nodes if other._scheduler is not self]
        for other in strangers:
            if other._scheduler is not None:
                self._adopt(other, burst)
            other._scheduler = self
        return None if strangers else explored

    def _keep_for_end(self, node: Runnable) -> None:
        """A run that the wave goes past: what asks for the next one is taken up at its end."""
        if node._phase is _ASKED and node._run is not None:
            node._phase, node._again = _IDLE, True

    def _adopt(self, node: Runnable, burst: list[Runnable]) -> None:
        """Take over a node that another loop ran; a burst that reaches a running one is not done."""
        try:
            take_over(node, node._scheduler)
        except WrongLoopError:
            for asked in burst:
                if asked._phase is _ASKED:
                    self._put_back(asked)
            raise

    def _look_for_cycles(self, fresh: list[Runnable], unknown: list[Part]) -> None:
        cut = cut_cycles(fresh)
        for link in cut:
            self._release(link, None)
        if not cut:
            # remembered until any wiring changes: the usual graph is searched once
            for part in unknown:
                if not part.met and not part.passed:
                    for node in part.fresh:
                        node._acyclic_at = structure_version.version

    # -- changes of the graph --------------------------------------------------------

    def drop(self, node: Runnable) -> None:
        """Forget a node: it is removed from the graph, or stopped before its run."""
        self.whole()
        self.running.pop(node, None)
        if node._phase >= _WAITING:
            self._skip(node, None)
        self.let_go(node._links)
        node._phase = _IDLE
        node._requested = node._again = False
        self._rest_if_done(node)

    def abandon(self, node: Runnable) -> None:
        """Forget where a node stands; its loop has ended and will not go on."""
        self.whole()
        if node._timer is not None:
            node._timer.cancel()
            node._timer = None
        for link in node._links_in():
            link.holds = 0
        self.running.pop(node, None)
        if node._phase >= _WAITING:
            self._waiting -= 1
        if node._live:
            node._live = False
            self.live -= 1
            if node._space is not None:
                node._space._live -= 1
        node._phase, node._run, node._holds, node._waiters = _IDLE, None, 0, None
        node._again = node._asked = node._self_hold = False
        node._scheduler = None

    def withdraw(self, node: Runnable) -> bool:
        """Take a node that has not started out of its wave; tell whether it was asked."""
        self.whole()
        asked = node._asked or node._again or node._phase is _ASKED
        node._again = node._asked = False
        if node._phase >= _WAITING:
            self._skip(node, None)
            self._settle()
        else:
            node._phase = _IDLE
            self._rest_if_done(node)
        return asked


_schedulers: weakref.WeakKeyDictionary[Any, Scheduler] = weakref.WeakKeyDictionary()


def scheduler_of(loop: asyncio.AbstractEventLoop) -> Scheduler:
    """The one scheduler of an event loop."""
    try:
        return _schedulers[loop]
    except KeyError:
        return _schedulers.setdefault(loop, Scheduler(loop))


def take_over(node: Runnable, old: Scheduler) -> None:
    """Bring everything that is wired with a node to rest, which a loop left as it ended.

    Raises:
        WrongLoopError: That loop runs.
    """
    loop = old._loop()
    if loop is not None and loop.is_running() and old.thread_id != threading.get_ident():
        raise WrongLoopError(
            f"{node!r} runs on {loop!r} and cannot follow from {asyncio.get_running_loop()!r}"
        )
    seen = {node}
    todo = [node]
    while todo:
        each = todo.pop()
        if each._scheduler is old:
            old.abandon(each)
        for other in (*successors(each), *sources(each)):
            if other not in seen:
                seen.add(other)
                todo.append(other)


def current_run(loop: asyncio.AbstractEventLoop) -> Runnable | None:
    """The node whose run the caller is part of."""
    return scheduler_of(loop).current or CURRENT.get()


def running_node() -> Any:
    """The node whose run the calling code is part of, whatever thread that is on; None outside of runs."""
    loop = asyncio._get_running_loop()  # costs no exception where there is none
    scheduler = None if loop is None else _schedulers.get(loop)
    return CURRENT.get() if scheduler is None else scheduler.current or CURRENT.get()
