"""What a change of a graph at rest sets off: found once, in steps, and kept for the next time."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Sequence
from time import perf_counter
from typing import Any

from funcnodes_core._runnable import Runnable, successors
from funcnodes_core.io.connection import structure_version

__all__ = ["Plan", "Plans", "Survey"]

# nodes that a survey looks at between two looks at the clock
_STEP = 256
# plans kept for one loop: a graph is driven by a few controls at a time
_MAX_PLANS = 8


class Plan:
    """The nodes that a change reaches, each with the number of wires that reach it."""

    __slots__ = ("acyclic", "counts", "refs", "version")

    def __init__(self, nodes: Iterable[Runnable], counts: Iterable[int], version: int, acyclic: bool) -> None:
        # weak: a plan must not keep a graph alive
        self.refs: list[weakref.ref[Any]] = [node._ref for node in nodes]
        self.counts = list(counts)
        self.version = version  # of the wiring that was looked at
        self.acyclic = acyclic

    def nodes(self) -> list[Runnable] | None:
        """The nodes; None where the wiring has changed since or one of them is gone."""
        if self.version != structure_version.version:
            return None
        nodes: list[Any] = [ref() for ref in self.refs]
        return None if None in nodes else nodes


class Survey:
    """Finds the plan of a burst; `step` does a part of the work."""

    def __init__(self, burst: list[Runnable], owner: Any) -> None:
        self.burst = burst
        self.plan: Plan | None = None
        self._owner = owner
        self._work = self._look()

    def step(self, until: float) -> bool:
        """Go on until a time of `perf_counter`; tell whether the work is done.

        `plan` is None afterwards where the graph holds what a plan cannot say (muted nodes,
        nodes of other loops) or where it was rewired in the meantime.
        """
        return all(perf_counter() <= until for _ in self._work)

    def _look(self) -> Iterator[None]:
        version = structure_version.version
        counts = dict.fromkeys(self.burst, 0)
        below: dict[Runnable, list[Runnable]] = {}
        yield from self._reach(counts, below)
        if len(below) < len(counts):
            return
        nodes, numbers = list(counts), list(counts.values())
        first = [node for node, n in counts.items() if not n]
        yield from self._order(first, counts, below)
        if version == structure_version.version:
            self.plan = Plan(nodes, numbers, version, len(first) == len(nodes))

    def _reach(self, counts: dict[Runnable, int], below: dict[Runnable, list[Runnable]]) -> Iterator[None]:
        """Note each node that is reached, with the number of wires that do, and those below it."""
        order = list(counts)
        for i, node in enumerate(order):
            if i % _STEP == 0:
                yield
            if node._muted or node._scheduler is not self._owner:
                return
            below[node] = targets = successors(node)
            for target in targets:
                if target in counts:
                    counts[target] += 1
                else:
                    counts[target] = 1
                    order.append(target)

    @staticmethod
    def _order(
        free: list[Runnable], counts: dict[Runnable, int], below: dict[Runnable, list[Runnable]]
    ) -> Iterator[None]:
        """Go on from `free` to each node whose wires have all been met (Kahn 1962); cycles stay out."""
        for i, node in enumerate(free):
            if i % _STEP == 0:
                yield
            for target in below[node]:
                counts[target] -= 1
                if not counts[target]:
                    free.append(target)


class Plans:
    """The last plans of one event loop, by what was asked."""

    def __init__(self) -> None:
        self._plans: dict[tuple[Any, ...], Plan] = {}

    def find(self, burst: Sequence[Runnable]) -> Plan | None:
        """The plan of a burst that was met before."""
        return self._plans.get(tuple([node._ref for node in burst]))

    def keep(self, burst: Sequence[Runnable], plan: Plan) -> None:
        """Remember a plan in the place of the oldest, and of those that a change of wiring has made void."""
        for key in [key for key, old in self._plans.items() if old.version != plan.version]:
            del self._plans[key]
        if len(self._plans) >= _MAX_PLANS:
            del self._plans[next(iter(self._plans))]
        self._plans[tuple([node._ref for node in burst])] = plan
