"""Cutting the cycles of a marked part of the graph."""

from __future__ import annotations

from collections.abc import Iterator

from funcnodes_core._runnable import Phase, Runnable, downstream
from funcnodes_core.io.connection import Link

__all__ = ["cut_cycles"]

_Graph = dict[Runnable, list[tuple[Link, Runnable]]]


def cut_cycles(nodes: list[Runnable]) -> list[Link]:
    """Choose the held wires to let go so that no marked node waits for itself.

    In each cycle the wires into one node, its head, are cut: a running node, else the one
    asked first, else the first that something outside of the cycle feeds, else the first of
    the list. What is left of the cycle is looked at again, so loops in loops come out right.

    Args:
        nodes: The marked nodes, in the order in which they were asked and reached.

    Returns:
        The wires to release; one stands there once for each hold to end.
    """
    inside = set(nodes)
    graph: _Graph = {
        node: [(link, target) for link, target in downstream(node) if link.holds and target in inside]
        for node in nodes
        if node._phase is Phase.WAITING
    }
    order = {node: i for i, node in enumerate(graph)}
    cut: list[Link] = []
    todo = [graph]
    while todo:
        part = todo.pop()
        for component in _components(_without_ends(part)):
            head = _head(component, part, order)
            rest: _Graph = {}
            for node in sorted(component, key=order.__getitem__):
                kept = []
                for link, target in part[node]:
                    if target is head:
                        cut.append(link)
                    elif target in component:
                        kept.append((link, target))
                rest[node] = kept
            todo.append(rest)
    return cut


def _without_ends(graph: _Graph) -> _Graph:
    """Drop, one by one, the nodes that nothing in the graph leads to (Kahn)."""
    count = dict.fromkeys(graph, 0)
    for targets in graph.values():
        for _, target in targets:
            if target in count:
                count[target] += 1
    free = [node for node, n in count.items() if not n]
    for node in free:
        for _, target in graph[node]:
            if target in count:
                count[target] -= 1
                if not count[target]:
                    free.append(target)
    return {node: graph[node] for node, n in count.items() if n}


def _head(component: set[Runnable], graph: _Graph, order: dict[Runnable, int]) -> Runnable:
    fed = {target for node in graph if node not in component for _, target in graph[node]}

    def rank(node: Runnable) -> tuple[bool, bool, bool, int]:
        return (node._run is None, not node._asked, node not in fed, order[node])

    return min(component, key=rank)


def _components(graph: _Graph) -> list[set[Runnable]]:
    """The strongly connected components that hold a cycle (Tarjan 1972, without recursion)."""
    index: dict[Runnable, int] = {}
    low: dict[Runnable, int] = {}
    stack: dict[Runnable, None] = {}
    out: list[set[Runnable]] = []
    for root in graph:
        work: list[tuple[Runnable, Iterator[Runnable]]] = []

        def visit(node: Runnable, work: list[tuple[Runnable, Iterator[Runnable]]] = work) -> None:
            index[node] = low[node] = len(index)
            stack[node] = None
            work.append((node, iter([target for _, target in graph[node] if target in graph])))

        if root not in index:
            visit(root)
        while work:
            node, targets = work[-1]
            target = next(targets, None)
            if target is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    out.append(_pop_component(node, stack))
            elif target not in index:
                visit(target)
            elif target in stack:
                low[node] = min(low[node], index[target])
    return [part for part in out if len(part) > 1 or _feeds_itself(next(iter(part)), graph)]


def _feeds_itself(node: Runnable, graph: _Graph) -> bool:
    return any(target is node for _, target in graph[node])


def _pop_component(node: Runnable, stack: dict[Runnable, None]) -> set[Runnable]:
    component = set()
    while True:
        member, _ = stack.popitem()
        component.add(member)
        if member is node:
            return component
