"""Which node runs next.

The execution semantics, in one place:

* **Asking.** `ask(node)` notes that a node wants to run; nothing runs before the drain, one
  callback on the loop. All nodes asked before it form a *burst*.
* **Waves.** The drain marks what lies downstream of a burst (`_explore`, `_mark`). Each wire
  between two marked nodes is *held*; a node starts when nothing holds it any more. So it runs
  at most once in a wave and sees no mixture of old and new inputs.
* **Release.** A value sent on a wire ends its hold, and so does the end of the run. A node
  that nobody sent to is skipped and releases what it holds itself.
* **A newer change** of a node that has run in a wave is kept (newest value wins) until nothing
  downstream of it waits for another node of that wave (`_blocker`). Runs that are themselves
  upstream of it (a For loop around it) do not count: they wait for it.
* **Cycles.** Wires into running nodes that lead back to the change are not held; in a cycle
  where nobody runs, those into the node asked first are cut (`cycles.heads`).
* **Failure.** What a failed run still holds is released with the failure as cause: those
  nodes are skipped and stale, and so are theirs.

It is a synchronous state machine: the event loop is used to be called back, nothing else.
It knows nodes by the `Runnable` protocol only. Every search is a loop, none recurses; all
costs are linear in the marked nodes and wires.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from funcnodes_core._cycles import cut_cycles
from funcnodes_core._runnable import Phase, Runnable, ancestors, downstream, successors, sources
from funcnodes_core.io.connection import Link, structure_version

__all__ = ["CURRENT", "Phase", "Runnable", "Scheduler", "scheduler_of"]

# the node whose asynchronous run the present task belongs to
CURRENT: ContextVar[Any] = ContextVar("funcnodes_current_node", default=None)

# the longest time that the drain keeps the event loop to itself
SLICE_S = 0.005


class Scheduler:
    """Runs the nodes of one event loop; see the module's docstring for the rules."""

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
        self._waiting = 0  # nodes that are marked and have not started
        self._wave = 1
        self._stamp = 0
        self._draining = False
        self._repeat: list[Runnable] = []  # asked during their own run
        self._posted: list[Callable[[], None]] = []
        self._post_lock = threading.Lock()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop whose nodes this scheduler runs."""
        loop = self._loop()
        if loop is None:
            raise RuntimeError("the event loop of these nodes is gone")
        return loop

    # -- asking ----------------------------------------------------------------------

    def ask(self, node: Runnable) -> None:
        """Let a ready node run in the next wave, or in the one that it waits in."""
        phase = node._phase
        if phase is Phase.IDLE:
            if node._run is not None:
                node._again = True
                return
            node._phase = Phase.ASKED
            self.wake(node)
            self._burst.append(node)
            if not self._draining:
                self._schedule()
        else:
            node._asked = True

    def _schedule(self) -> None:
        self._draining = True
        self.loop.call_soon(self._drain)

    def wake(self, node: Runnable) -> None:
        if not node._live:
            node._live = True
            self.live += 1
            if node._space is not None:
                node._space._live += 1

    def _rest_if_done(self, node: Runnable) -> None:
        """Note that a node came to rest, if it did, and wake those who wait for that."""
        if node._phase is not Phase.IDLE or node._run is not None or not node._live:
            return
        node._live = False
        self.live -= 1
        space = node._space
        if space is not None:
            space._live -= 1
            if not space._live:
                space._came_to_rest()
        if node._waiters is not None:
            waiters, node._waiters = node._waiters, None
            for wake in waiters:
                wake()

    # -- the drain -------------------------------------------------------------------

    def _drain(self) -> None:
        """Run what may run; hand the loop back after a time slice."""
        until = perf_counter() + SLICE_S
        ready = self._ready
        try:
            while True:
                if self._burst:
                    self._take_burst()
                if not ready:
                    if self._burst:
                        continue
                    if self._repeat:
                        self._take_repeats()
                        continue
                    if self._waiting and not self.running:
                        self._break_stall()
                        continue
                    break
                node = ready.popleft()
                if node._phase is not Phase.QUEUED:
                    continue
                self._start(node)
                if perf_counter() > until:
                    break
        finally:
            # also after an interrupt: whatever is left runs in the next call
            self._draining = False
            if ready or self._burst or self._repeat:
                self._schedule()

    def _start(self, node: Runnable) -> None:
        node._phase = Phase.IDLE
        node._asked = False
        node._ran_wave = self._wave
        self._left(node)
        node._begin(self)

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

    def finish(self, node: Runnable, failed: bool) -> None:
        """End a run: release what it holds, start what was kept for its end."""
        self.running.pop(node, None)
        cause = node if failed else None
        if node._phase is Phase.IDLE:
            for link in node._links:
                if link.holds:
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

    def _ask_again(self, node: Runnable) -> None:
        """Run once more, after what the run that just ended has released."""
        if not node._may_run():
            node._requested = True
        elif node._phase is Phase.IDLE:
            node._phase = Phase.ASKED
            self._repeat.append(node)
            if not self._draining:
                self._schedule()
        else:
            node._asked = True

    def _take_repeats(self) -> None:
        # as one that ran in this wave, such a node gives way to all that waits behind it
        for node in self._repeat:
            node._ran_wave = self._wave
        self._burst += self._repeat
        self._repeat.clear()

    def _poison_queued(self, failed: Runnable) -> None:
        """Nodes that a failed run has fed and that have not started do not run either."""
        for target in successors(failed):
            if target._phase is Phase.QUEUED or target._phase is Phase.WAITING:
                target._blocked_by = failed
                target._phase = Phase.WAITING
                self._settling.append(target)

    # -- waves -----------------------------------------------------------------------

    def _take_burst(self) -> None:
        burst, self._burst = self._burst, []
        fresh_all: list[Runnable] = []
        unknown = False
        for node in burst:
            if node._phase is not Phase.ASKED:
                continue
            if not node._may_run():
                self._put_back(node)
                continue
            fresh, met = self._explore(node)
            if met:
                blocker = self._blocker(node, fresh, met)
                if blocker is not None:
                    self._watchers.setdefault(blocker, []).append(node)
                    continue
            unknown |= node._acyclic_at != structure_version.version
            self._mark(fresh)
            fresh_all += fresh
        if unknown:
            self._look_for_cycles(fresh_all)
        for node in fresh_all:
            if node._phase is Phase.WAITING and (not node._holds or node._unready):
                self._settling.append(node)
        self._settling.reverse()  # the first asked runs first
        self._settle()

    def _look_for_cycles(self, fresh: list[Runnable]) -> None:
        cut = cut_cycles(fresh)
        for link in cut:
            self._release(link, None)
        if not cut:
            # remembered until any wiring changes: the usual graph is searched once
            for node in fresh:
                node._acyclic_at = structure_version.version

    def _put_back(self, node: Runnable) -> None:
        """A node that was asked and may not run now keeps its request."""
        node._phase = Phase.IDLE
        node._requested = True
        self._rest_if_done(node)

    def _explore(self, root: Runnable) -> tuple[list[Runnable], list[Runnable]]:
        """What a change of `root` reaches: nodes to mark, and the first that wait already."""
        self._stamp += 1
        stamp = self._stamp
        root._seen = stamp
        fresh: list[Runnable] = [root]
        met: list[Runnable] = []
        above: set[Runnable] | None = None
        for node in fresh:
            for target in successors(node):
                if target._seen == stamp:
                    continue
                target._seen = stamp
                if target._phase >= Phase.WAITING:
                    met.append(target)
                    continue
                if target._muted:
                    continue
                if target._run is not None:
                    above = ancestors(root) if above is None else above
                    if target in above:
                        continue  # a loop around the change: it is not fed by itself
                fresh.append(target)
        return fresh, met

    def _blocker(self, root: Runnable, fresh: list[Runnable], met: list[Runnable]) -> Runnable | None:
        """A waiting node that must start before `root` takes up a newer change, if any."""
        wave = self._wave
        if not any(node._ran_wave == wave for node in fresh):
            return None  # nothing here has run in this wave: the change joins it
        above: set[Runnable] = set()
        if self.running:
            above = ancestors(root) & self.running.keys()
        for target in reversed(met):
            if self._waits_for_others(target, above):
                return self._last_behind(target)
        return None

    def _waits_for_others(self, node: Runnable, above: set[Runnable]) -> bool:
        """Tell whether a waiting node waits for anything but the runs in `above`."""
        if not above or node._phase is Phase.QUEUED:
            return True
        seen, todo = {node}, [node]
        while todo:
            for source in sources(todo.pop()):
                if source in seen:
                    continue
                seen.add(source)
                if source._phase is Phase.QUEUED or (source._run is not None and source not in above):
                    return True
                if source._phase is Phase.WAITING:
                    todo.append(source)
        return False

    def _last_behind(self, node: Runnable) -> Runnable:
        """Follow waiting nodes downstream: the last one tells when all before have started."""
        seen = {node}
        while True:
            for target in successors(node):
                if target._phase >= Phase.WAITING and target not in seen:
                    seen.add(target)
                    node = target
                    break
            else:
                return node

    def _mark(self, fresh: list[Runnable]) -> None:
        """Hold the wires from `fresh`, so that each node waits for those above it."""
        if not self._waiting:
            self._wave += 1
        for node in fresh:
            node._asked = node._asked or node._phase is Phase.ASKED
            node._phase = Phase.WAITING
            node._blocked_by = None
            node._scheduler = self
            if not node._live:
                self.wake(node)
            if node._run is not None:
                node._self_hold = True
                node._holds += 1
        self._waiting += len(fresh)
        self._marked += fresh
        for node in fresh:
            for link, target in downstream(node):
                if target._phase >= Phase.WAITING:
                    target._phase = Phase.WAITING
                    link.holds += 1
                    target._holds += 1

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

    def arrived(self, link: Link, node: Runnable, ask: bool) -> None:
        """A value was sent on a held wire to `node`."""
        link.holds -= 1
        node._holds -= 1
        if ask:
            node._asked = True
        if node._phase is Phase.WAITING:
            if not node._holds:
                self._settling.append(node)
                self._settle()
        elif ask:
            node.request_trigger()  # it was let go as hopeless, or runs

    def _settle(self) -> None:
        """Queue or skip the nodes whose holds changed."""
        todo = self._settling
        while todo:
            node = todo.pop()
            if node._phase is not Phase.WAITING:
                continue
            if node._blocked_by is not None and not node._holds:
                self._skip(node, node._blocked_by)
            elif node._unready and not _may_be_fed(node):
                self._skip(node, None)
            elif not node._holds:
                if node._asked and node._may_run():
                    node._phase = Phase.QUEUED
                    self._ready.append(node)
                else:
                    self._skip(node, None)
        if self._ready and not self._draining:
            self._schedule()

    def _skip(self, node: Runnable, cause: Runnable | None) -> None:
        """A node does not run in this wave: it lets go of those behind it."""
        node._phase = Phase.IDLE
        if node._self_hold:
            node._self_hold = False
            node._holds -= 1
        if cause is not None:
            node._mark_stale(cause)
        elif node._asked:
            node._requested = True
        node._asked = False
        for link in node._links:
            if link.holds:
                self._release(link, cause)
        self._left(node)
        self._rest_if_done(node)

    def _break_stall(self) -> None:
        """Let the first waiting node go that only a circle keeps (wires added in a wave)."""
        for node in self._marked:
            if node._phase is Phase.WAITING and (node._asked or node._holds):
                for link in node._links_in():
                    if link.holds:
                        node._holds -= link.holds
                        link.holds = 0
                node._holds = 0
                self._settling.append(node)
                self._settle()
                return
        self._waiting = 0  # nobody waits in fact; the count was off

    # -- changes of the graph --------------------------------------------------------

    def unqueue(self, node: Runnable) -> None:
        """A node lost a value that it needs: it leaves the queue and keeps its request."""
        if node._phase is Phase.QUEUED:
            node._phase = Phase.WAITING
        if node._phase is Phase.WAITING:
            self._settling.append(node)
            self._settle()
        elif node._phase is Phase.ASKED:
            self._put_back(node)

    def link_removed(self, link: Link) -> None:
        """A wire was taken away: it holds nobody any more."""
        if link.holds:
            self._release(link, None)
            self._settle()

    def link_added(self, link: Link, source: Runnable) -> None:
        """A wire was added: it takes part in the wave that its source is in."""
        target = link.dst._node()
        if (
            target is None
            or source is target
            or not (source._phase >= Phase.WAITING or source._run is not None)
        ):
            return
        if target._phase is Phase.QUEUED:
            target._phase = Phase.WAITING
        if target._phase is Phase.WAITING and source not in _behind(target):
            link.holds += 1
            target._holds += 1

    def finish_dropped(self, node: Runnable) -> None:
        """End the holds of a run whose result nobody will see."""
        self.running.pop(node, None)
        for link in node._links:
            if link.holds:
                self._release(link, None)
        self._settle()

    def drop(self, node: Runnable) -> None:
        """Forget a node that is removed from the graph."""
        if node._phase >= Phase.WAITING:
            self._skip(node, None)
            self._settle()
        node._phase = Phase.IDLE
        node._requested = node._again = False
        self._rest_if_done(node)

    def current_run(self) -> Runnable | None:
        """The node whose run the caller is part of."""
        return self.current or CURRENT.get()

    # -- questions -------------------------------------------------------------------

    def settled(self, start: Iterable[Runnable], breaking: Iterable[Runnable]) -> bool:
        """Tell whether nothing that `start` reaches is asked, held or running."""
        return next(iter(self.unsettled(start, breaking)), None) is None

    def unsettled(self, start: Iterable[Runnable], breaking: Iterable[Runnable]) -> list[Runnable]:
        """Nodes that `start` reaches without passing `breaking` and that are not at rest."""
        closed = set(breaking)
        above = set(closed)
        for node in closed:
            above |= ancestors(node) & self.running.keys()
        out = []
        todo = [node for node in start if node not in closed]
        seen = closed | set(todo)
        while todo:
            node = todo.pop()
            if node._live and node not in above and not self._only_waits_for(node, above):
                out.append(node)
            for target in successors(node):
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        return out

    def _only_waits_for(self, node: Runnable, above: set[Runnable]) -> bool:
        waiting = node._phase is Phase.WAITING and node._run is None
        return waiting and bool(above) and not self._waits_for_others(node, above)

    # -- other threads ---------------------------------------------------------------

    def post(self, call: Callable[[], None]) -> None:
        """Let a call from another thread run on the graph's loop, in order."""
        with self._post_lock:
            self._posted.append(call)
            first = len(self._posted) == 1
        if first:
            self.loop.call_soon_threadsafe(self._take_posted)

    def _take_posted(self) -> None:
        with self._post_lock:
            posted, self._posted = self._posted, []
        for call in posted:
            call()


def _may_be_fed(node: Runnable) -> bool:
    """Tell whether every missing input of a node may still get a value in this wave."""
    return all(any(link.holds for link in port.links_in) for port in node._missing_inputs())


def _behind(node: Runnable) -> set[Runnable]:
    seen = {node}
    todo = [node]
    while todo:
        for target in successors(todo.pop()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


_schedulers: weakref.WeakKeyDictionary[Any, Scheduler] = weakref.WeakKeyDictionary()


def scheduler_of(loop: asyncio.AbstractEventLoop) -> Scheduler:
    """The one scheduler of an event loop."""
    try:
        return _schedulers[loop]
    except KeyError:
        return _schedulers.setdefault(loop, Scheduler(loop))
