"""Cutting the cycles of a marked part of the graph."""

from __future__ import annotations

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
    on_stack: set[Runnable] = set()
    stack: list[Runnable] = []
    out: list[set[Runnable]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, targets = work[-1]
            for _, target in targets:
                if target not in graph:
                    continue
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(graph[target])))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = _pop_component(node, stack, on_stack)
                    if len(component) > 1 or any(t is node for _, t in graph[node]):
                        out.append(component)
    return out


def _pop_component(node: Runnable, stack: list[Runnable], on_stack: set[Runnable]) -> set[Runnable]:
    component = set()
    while True:
        member = stack.pop()
        on_stack.discard(member)
        component.add(member)
        if member is node:
            return component
