"""Searches through the marked part of a graph: what a change reaches, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from funcnodes_core._runnable import Phase, Runnable, ancestors, sources, successors
from funcnodes_core.io.connection import Link

__all__ = ["blocker", "explore", "join_wave", "may_be_fed", "unsettled"]


def explore(root: Runnable, stamp: int) -> tuple[list[Runnable], list[Runnable]]:
    """What a change of `root` reaches: nodes to mark, and the first that wait already.

    Args:
        root: The node that was asked.
        stamp: A number that no search used before; visited nodes carry it.
    """
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


def blocker(
    root: Runnable, fresh: list[Runnable], met: list[Runnable], wave: int, running: Mapping[Runnable, None]
) -> Runnable | None:
    """A waiting node that must start before `root` takes up a newer change, if any."""
    if not any(node._ran_wave == wave for node in fresh):
        return None  # nothing here has run in this wave: the change joins it
    above = ancestors(root) & running.keys() if running else set()
    for target in reversed(met):
        if _waits_for_others(target, above):
            return _last_behind(target)
    return None


def _waits_for_others(node: Runnable, above: set[Runnable]) -> bool:
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


def _last_behind(node: Runnable) -> Runnable:
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


def may_be_fed(node: Runnable) -> bool:
    """Tell whether every missing input of a node may still get a value in this wave."""
    return all(any(link.holds for link in port.links_in) for port in node._missing_inputs())


def join_wave(link: Link, source: Runnable) -> None:
    """Let a new wire take part in the wave that its source is in."""
    target: Runnable | None = link.dst._node()
    if target is None or source is target or (source._phase < Phase.WAITING and source._run is None):
        return
    if target._phase >= Phase.WAITING and source not in _behind(target):
        target._phase = Phase.WAITING
        link.holds += 1
        target._holds += 1


def _behind(node: Runnable) -> set[Runnable]:
    seen = {node}
    todo = [node]
    while todo:
        for target in successors(todo.pop()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def unsettled(
    start: Iterable[Runnable], breaking: Iterable[Runnable], running: Mapping[Runnable, None]
) -> list[Runnable]:
    """Nodes that `start` reaches without passing `breaking` and that are not at rest.

    A node that waits for nothing but the runs in `breaking`, or for runs above those, does
    not count: they wait for what is asked here. A run above is one that began earlier: in a
    loop, what the asker set off lies upstream of it, too.
    """
    closed = set(breaking)
    above = set(closed)
    began = list(running)
    for node in closed & running.keys():
        above |= ancestors(node).intersection(began[: began.index(node)])
    out = []
    todo = [node for node in start if node not in closed]
    seen = closed | set(todo)
    while todo:
        node = todo.pop()
        if node._live and node not in above and not _only_waits_for(node, above):
            out.append(node)
        for target in successors(node):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return out


def _only_waits_for(node: Runnable, above: set[Runnable]) -> bool:
    waiting = node._phase is Phase.WAITING and node._run is None
    return waiting and bool(above) and not _waits_for_others(node, above)
