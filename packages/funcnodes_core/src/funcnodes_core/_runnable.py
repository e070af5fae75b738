"""What the scheduler sees of a node, and the ways through a graph of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import Any, Protocol

from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.connection import Link

__all__ = [
    "Phase",
    "Runnable",
    "SpaceLike",
    "ancestors",
    "downstream",
    "mirrors",
    "reached",
    "sources",
    "successors",
]


class Phase(IntEnum):
    """Where a node stands before its run. (`_run` tells whether one is under way.)

    IDLE -> ASKED -> WAITING -> QUEUED -> IDLE; WAITING and QUEUED swap as wires are held
    and released; a skipped node goes from WAITING to IDLE.
    """

    IDLE = 0
    ASKED = 1  # wants to run; not marked yet, or kept until an earlier wave is through
    WAITING = 2  # marked: something upstream may still send
    QUEUED = 3  # runs as soon as it is its turn


class SpaceLike(Protocol):
    """A graph as its nodes see it."""

    _held_back: dict[Any, None]
    _live: int
    _listens: bool
    _listeners: Any
    _observers: tuple[Any, ...]

    def get_property(self, key: str) -> Any: ...
    def _came_to_rest(self) -> None: ...
    def _hold_back(self, node: Any) -> bool: ...
    def _edge_changed(self, link: Link, *, added: bool) -> None: ...
    def _node_event(self, node: Any, event: str, msg: dict[str, Any]) -> None: ...
    def _value_stored(self, node: Any, port: NodeIO, value: Any) -> None: ...
    def _port_event(self, node: Any, port: NodeIO, event: str, msg: dict[str, Any]) -> None: ...
    def _port_changed(self, port: NodeIO, fields: tuple[str, ...]) -> None: ...
    def _node_updated(self, node: Any, fields: tuple[str, ...]) -> None: ...
    def _node_failed(self, node: Any, error: Exception, original: BaseException) -> None: ...


class Runnable(Protocol):
    """A node as the scheduler sees it; the underscored data is the scheduler's own."""

    _phase: Phase
    _run: Any
    _live: bool
    _asked: bool
    _again: bool
    _requested: bool
    _self_hold: bool
    _streams: bool
    _holds: int
    _ran_wave: int
    _seen: int
    _acyclic_at: int
    _unready: int
    _muted: bool
    _blocked_by: Runnable | None
    _waiters: list[Callable[[], None]] | None
    _links: list[Link]
    _space: SpaceLike | None
    _timer: Any
    _scheduler: Any
    _ref: Any

    def _may_run(self) -> bool: ...
    def _begin(self, scheduler: Any) -> None: ...
    def _mark_stale(self, cause: Any) -> None: ...
    def _missing_inputs(self) -> Iterable[NodeIO]: ...
    def _links_in(self) -> Iterable[Link]: ...
    def request_trigger(self) -> None: ...


def mirrors(link: Link) -> Iterator[Link]:
    """The forwards behind a wire, each once for every way to it."""
    todo = list(link.dst.forwards)
    while todo:
        forward = todo.pop()
        yield forward
        todo += forward.dst.forwards


def downstream(node: Runnable) -> Iterator[tuple[Link, Runnable]]:
    """Each wire that a run of `node` may send on, forwards behind it too, with its target."""
    for link in node._links:
        for wire in (link, *mirrors(link)) if link.dst.forwards else (link,):
            target = wire.dst._node()
            if target is not None:
                yield wire, target


def successors(node: Runnable) -> list[Runnable]:
    """The nodes that a run of `node` may feed; one may stand there more than once."""
    out = []
    for link in node._links:
        target = link.dst._node()
        if target is not None:
            out.append(target)
        if link.dst.forwards:
            out += [node for node in (wire.dst._node() for wire in mirrors(link)) if node is not None]
    return out


def sources(node: Runnable) -> list[Runnable]:
    """The nodes whose runs feed `node`, also through forwards."""
    out = []
    todo = list(node._links_in())
    while todo:
        port = todo.pop().src
        if port.is_input():
            todo += port.links_in
        else:
            source = port._node()
            if source is not None:
                out.append(source)
    return out


def ancestors(node: Runnable) -> set[Runnable]:
    """Every node from which `node` can be reached; itself only if it lies on a cycle."""
    seen: set[Runnable] = set()
    todo = sources(node)
    while todo:
        source = todo.pop()
        if source not in seen:
            seen.add(source)
            todo += sources(source)
    return seen


def reached(node: Runnable) -> set[Runnable]:
    """Every node that `node` may feed, also through others, and itself."""
    seen = {node}
    todo = [node]
    while todo:
        for target in successors(todo.pop()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen
