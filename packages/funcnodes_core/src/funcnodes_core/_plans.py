"""What a change of a graph at rest sets off: found once, in steps, and kept for the next time.

The generators here yield between two steps of their work, so that the caller can look at the
clock and hand the event loop back.
"""

from __future__ import annotations

import weakref
from collections.abc import Generator, Sequence
from typing import Any

from funcnodes_core._runnable import Phase, Runnable, mirrors, successors
from funcnodes_core._waves import may_be_fed
from funcnodes_core.io.connection import structure_version

__all__ = ["Plan", "Plans", "make_plan", "mark_all"]

_ASKED, _WAITING = Phase.ASKED, Phase.WAITING

# nodes that are looked at between two looks at the clock
_STEP = 256
# plans kept for one loop: a graph is driven by a few controls at a time
_MAX_PLANS = 8


class Plan:
    """The nodes that a change reaches, each with the number of wires that reach it."""

    __slots__ = ("acyclic", "counts", "refs", "version")

    def __init__(self, version: int) -> None:
        # weak: a plan must not keep a graph alive
        self.refs: list[weakref.ref[Any]] = []
        self.counts: list[int] = []
        self.version = version  # of the wiring that was looked at
        self.acyclic = True

    def is_current(self) -> bool:
        """Whether the wiring is still what it was."""
        return self.version == structure_version.version

    def nodes(self) -> Generator[None, None, list[Runnable] | None]:
        """Give the nodes; None where the wiring has changed since or one of them is gone."""
        nodes: list[Any] = []
        for i in range(0, len(self.refs), _STEP):
            if i:
                yield
            nodes += [ref() for ref in self.refs[i : i + _STEP]]
        return nodes if self.is_current() and None not in nodes else None


class Plans:
    """The last plans of one event loop, by what was asked."""

    def __init__(self) -> None:
        self._plans: dict[tuple[Any, ...], Plan] = {}

    def find(
        self, burst: Sequence[Runnable], owner: Any
    ) -> Generator[None, None, tuple[Plan, list[Runnable]] | None]:
        """Give the plan of a burst, made where there is none that still holds, and its nodes.

        Args:
            burst: The nodes that were asked.
            owner: The scheduler that all nodes must belong to.
        """
        plan = self._plans.get(tuple([node._ref for node in burst]))
        if plan is None or not plan.is_current():
            plan = yield from make_plan(burst, owner)
            if plan is None:
                return None
            self._keep(burst, plan)
        nodes = yield from plan.nodes()
        return None if nodes is None else (plan, nodes)

    def _keep(self, burst: Sequence[Runnable], plan: Plan) -> None:
        """Remember a plan in the place of the oldest, and of those that a change of wiring has made void."""
        for key in [key for key, old in self._plans.items() if old.version != plan.version]:
            del self._plans[key]
        if len(self._plans) >= _MAX_PLANS:
            del self._plans[next(iter(self._plans))]
        self._plans[tuple([node._ref for node in burst])] = plan


def make_plan(burst: Sequence[Runnable], owner: Any) -> Generator[None, None, Plan | None]:
    """Find out what a burst reaches.

    Args:
        burst: The nodes that were asked.
        owner: The scheduler that all nodes must belong to.

    Returns:
        The plan; None where a node is muted or belongs elsewhere, or the wiring changed in the meantime.
    """
    plan = Plan(structure_version.version)
    counts = dict.fromkeys(burst, 0)
    below: dict[Runnable, list[Runnable]] = {}
    yield from _reach(counts, below, owner)
    if len(below) < len(counts):
        return None
    nodes = list(counts)
    for i in range(0, len(nodes), _STEP):
        if i:
            yield
        plan.refs += [node._ref for node in nodes[i : i + _STEP]]
    plan.counts += counts.values()
    yield from _untangle(counts, below)
    plan.acyclic = not below
    return plan if plan.version == structure_version.version else None


def _reach(
    counts: dict[Runnable, int], below: dict[Runnable, list[Runnable]], owner: Any
) -> Generator[None, None, None]:
    """Note each node that is reached, with the number of wires that do, and those below it."""
    order = list(counts)
    for i, node in enumerate(order):
        if i % _STEP == _STEP - 1:
            yield
        if node._muted or node._scheduler is not owner:
            return
        below[node] = targets = successors(node)
        for target in targets:
            if target in counts:
                counts[target] += 1
            else:
                counts[target] = 1
                order.append(target)


def _untangle(
    counts: dict[Runnable, int], below: dict[Runnable, list[Runnable]]
) -> Generator[None, None, None]:
    """Take away, one by one, the nodes that no wire leads to any more (Kahn 1962); cycles stay."""
    free = [node for node, n in counts.items() if not n]
    for i, node in enumerate(free):
        if i % _STEP == _STEP - 1:
            yield
        for target in below.pop(node):
            counts[target] -= 1
            if not counts[target]:
                free.append(target)


def mark_all(owner: Any, nodes: list[Runnable], counts: list[int]) -> Generator[None, None, list[Runnable]]:
    """Mark the nodes of a plan; nothing else is marked or runs.

    Args:
        owner: The scheduler; `half_marked` tells it that this has begun and not ended.
        nodes: What is to be marked.
        counts: How many wires from one of the nodes lead to each.

    Returns:
        Those that wait for nobody, or cannot get what they need to run.
    """
    owner._wave += 1
    owner._waiting = len(nodes)
    owner._marked = nodes
    starting = []
    for i, node in enumerate(nodes):
        if i % _STEP == _STEP - 1:
            owner.half_marked = True
            yield
        if node._phase is _ASKED:
            node._asked = True
        node._phase = _WAITING
        node._blocked_by = None
        count = node._holds = counts[i]
        if not node._live:
            owner.wake(node)
        for link in node._links:
            link.holds = 1
            for wire in mirrors(link) if link.dst.forwards else ():
                wire.holds += 1
        if not count or node._unready or node._muted:
            starting.append(node)
    starting = yield from _without_fed(starting)
    owner.half_marked = False
    return starting


def _without_fed(nodes: list[Runnable]) -> Generator[None, None, list[Runnable]]:
    """Leave out the nodes that lack a value which is still to come."""
    out = []
    for i, node in enumerate(nodes):
        if i % _STEP == _STEP - 1:
            yield
        if not node._unready or not may_be_fed(node):
            out.append(node)
    return out
