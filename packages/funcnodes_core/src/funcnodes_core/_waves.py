"""Searches through the marked part of a graph: what a change reaches, and what it waits for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from funcnodes_core._runnable import Phase, Runnable, ancestors, downstream, mirrors, reached, successors
from funcnodes_core.io.connection import Link

__all__ = ["Part", "belonging", "blocker", "explore", "hold", "join_wave", "may_be_fed", "unsettled"]


class Part(NamedTuple):
    """What changes that belong together reach: nodes to mark, and the first that wait already."""

    roots: list[Runnable]
    fresh: list[Runnable]
    met: list[Runnable]
    passed: list[Runnable]  # what is not marked now, and leads to more that is not


def explore(root: Runnable, stamp: int, base: int) -> tuple[Part, set[int]]:
    """What a change of `root` reaches, and the stamps of those whose reach it touches.

    Args:
        root: The node that was asked.
        stamp: A number that no search used before; visited nodes carry it.
        base: The last stamp before this burst's.
    """
    root._seen = stamp
    fresh: list[Runnable] = [root]
    met: list[Runnable] = []
    passed: list[Runnable] = []
    touched: set[int] = set()
    above: set[Runnable] | None = None
    for node in fresh:
        for target in successors(node):
            if target._seen > base:
                if target._seen != stamp:
                    touched.add(target._seen)
                continue
            target._seen = stamp
            if target._phase >= Phase.WAITING:
                met.append(target)
                continue
            if target._muted:
                passed.append(target)
                continue
            if target._run is not None:
                above = ancestors(root) if above is None else above
                # what sends as long as it runs starts again at its end; a loop is not fed by itself
                if target._streams or target in above:
                    passed.append(target)
                    continue
            fresh.append(target)
    return Part([root], fresh, met, passed), touched


def _follow(met: list[Runnable], stamp: int, least: int, touched: set[int]) -> None:
    """Go on from waiting nodes through waiting nodes, to where other changes of the burst arrive."""
    todo = list(met)
    while todo:
        for target in successors(todo.pop()):
            if target._seen >= least:
                if target._seen != stamp:
                    touched.add(target._seen)
            elif target._phase >= Phase.WAITING:
                target._seen = stamp
                todo.append(target)


def belonging(explored: dict[int, tuple[Part, set[int]]]) -> list[Part]:
    """Put together the changes of a burst that touch one another, by stamp."""
    if len(explored) < 2:
        return [next(iter(explored.values()))[0]] if explored else []
    leader = {stamp: stamp for stamp in explored}
    for stamp, (part, touched) in explored.items():
        _follow(part.met, stamp, min(explored), touched)

    def find(stamp: int) -> int:
        while leader[stamp] != stamp:
            leader[stamp] = stamp = leader[leader[stamp]]
        return stamp

    for stamp, (_, touched) in explored.items():
        for other in touched:
            first, second = sorted((find(stamp), find(other)))
            leader[second] = first
    parts: dict[int, Part] = {}
    for stamp, (part, _) in explored.items():
        known = parts.setdefault(find(stamp), part)
        if known is not part:
            for mine, more in zip(known, part, strict=True):
                mine += more
    return list(parts.values())


def blocker(part: Part, wave: int, running: Mapping[Runnable, None]) -> Runnable | None:
    """A waiting node that must start before newer changes are taken up, if any."""
    if not any(node._ran_wave == wave for node in part.fresh):
        return None  # nothing here has run in this wave: the change joins it
    tied: set[Runnable] = set()
    if running:
        above = set().union(*(ancestors(root) for root in part.roots))
        tied = _tied(above & running.keys())
    for target in reversed(part.met):
        if target not in tied:
            return _last_behind(target, tied)
    return None


def _tied(runs: Iterable[Runnable]) -> set[Runnable]:
    """Waiting nodes that cannot start before one of `runs` has sent or ended."""
    todo = list(runs)
    tied = {node for node in todo if node._phase is Phase.WAITING}
    while todo:
        for link, target in downstream(todo.pop()):
            if link.holds and target._phase is Phase.WAITING and target not in tied:
                tied.add(target)
                todo.append(target)
    return tied


def _last_behind(node: Runnable, tied: set[Runnable]) -> Runnable:
    """Follow waiting nodes downstream: the last one tells when all before have started."""
    seen = {node}
    while True:
        for target in successors(node):
            if target._phase >= Phase.WAITING and target not in seen and target not in tied:
                seen.add(target)
                node = target
                break
        else:
            return node


def hold(link: Link) -> None:
    """Hold a wire if a marked node waits for it, and the mirrors behind it, all or none.

    A value on the wire ends the holds of all of them.
    """
    if not link.dst.forwards:
        only: Runnable | None = link.dst._node()
        if only is not None and only._phase >= Phase.WAITING:
            only._phase = Phase.WAITING
            link.holds += 1
            only._holds += 1
        return
    wires = (link, *mirrors(link))
    targets: list[Runnable | None] = [wire.dst._node() for wire in wires]
    if not any(target is not None and target._phase >= Phase.WAITING for target in targets):
        return
    for wire, target in zip(wires, targets, strict=True):
        wire.holds += 1
        if target is not None:
            target._holds += 1
            if target._phase >= Phase.WAITING:
                target._phase = Phase.WAITING


def may_be_fed(node: Runnable) -> bool:
    """Tell whether every missing input of a node may still get a value in this wave."""
    return all(any(link.holds for link in port.links_in) for port in node._missing_inputs())


def join_wave(link: Link, source: Runnable) -> None:
    """Let a new wire take part in the wave that its source is in."""
    if link.src.is_input():
        count = sum(wire.holds for wire in link.src.links_in)  # held as often as what it mirrors
    else:
        count = int(source._phase >= Phase.WAITING or source._run is not None)
    if not count:
        return
    todo = [link]
    while todo:
        wire = todo.pop()
        target: Runnable | None = wire.dst._node()
        if target is not None and target._phase >= Phase.WAITING and source not in reached(target):
            target._phase = Phase.WAITING
            wire.holds += count
            target._holds += count
        todo += wire.dst.forwards


def unsettled(
    start: Collection[Runnable], breaking: Iterable[Runnable], running: Mapping[Runnable, None]
) -> list[Runnable]:
    """Nodes that `start` reaches without passing `breaking` and that are not at rest.

    A node that cannot start before one of `breaking`, or of the runs above those, goes on does
    not count: they wait for what is asked here. A run above is one that began earlier: in a
    loop, what the asker set off lies upstream of it, too.
    """
    closed = set(breaking)
    busy = []
    todo = [node for node in start if node not in closed]
    seen = closed | set(todo)
    while todo:
        node = todo.pop()
        if node._live:
            busy.append(node)
        for target in successors(node):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    for space in {node._space for node in start}:
        if space is not None and space._held_back:  # paused: these are still to come
            busy += [node for node in space._held_back if node in seen and node not in closed]
    if not busy:
        return busy
    above = set(closed)
    began = list(running)
    for node in closed & running.keys():
        above |= ancestors(node).intersection(began[: began.index(node)])
    tied = _tied(above)
    return [node for node in busy if node not in above and (node._run is not None or node not in tied)]
