"""Waiting for nodes to come to rest, by being told and never by looking again and again."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from funcnodes_core._runnable import Phase, ancestors, reached
from funcnodes_core._waves import unsettled
from funcnodes_core.exceptions import WrongLoopError
from funcnodes_core.node.protocol import NodeLike
from funcnodes_core.scheduler import current_run, scheduler_of

if TYPE_CHECKING:
    from funcnodes_core._runnable import Runnable
    from funcnodes_core.scheduler import Scheduler

__all__ = ["remember_unstarted", "start_requests", "until_rest", "until_settled", "wait_for"]

# nodes that were asked where no loop ran; weak, the graph may go away unrun
_unstarted: weakref.WeakSet[Any] = weakref.WeakSet()
_unstarted_lock = threading.Lock()


def remember_unstarted(node: NodeLike) -> None:
    """Note a request made without a running loop."""
    with _unstarted_lock:
        _unstarted.add(node)


def start_requests(nodes: Iterable[NodeLike]) -> None:
    """Start what was asked without a loop, of these nodes and of all above them."""
    if not _unstarted:
        return
    wanted: set[Any] = set()
    for node in nodes:
        if node not in wanted:
            wanted.add(node)
            wanted |= ancestors(node)
    with _unstarted_lock:
        found = [node for node in wanted if node in _unstarted]
        for node in found:
            _unstarted.discard(node)
    for node in found:
        if node._requested:
            node.request_trigger()


async def _told(nodes: Sequence[Runnable]) -> None:
    """Return when each of the nodes has come to rest once."""
    future = asyncio.get_running_loop().create_future()
    left = len(nodes)

    def wake() -> None:
        nonlocal left
        left -= 1
        if not left and not future.done():
            future.set_result(None)

    for node in nodes:
        if node._waiters is None:
            node._waiters = []
        node._waiters.append(wake)
    await future


async def until_rest(nodes: Sequence[NodeLike]) -> None:
    """Return when none of the nodes is asked, held or running."""
    while True:
        busy = [node for node in nodes if node._live]
        if not busy:
            return
        await _told(busy)


async def until_settled(
    scheduler: Scheduler, start: Iterable[Runnable], breaking: Iterable[Runnable]
) -> None:
    """Return when nothing that `start` reaches without passing `breaking` is under way."""
    start, breaking = list(start), list(breaking)
    for node in breaking:
        if node._run is not None:
            scheduler.step_back(node)  # it waits between what it sends
    while True:
        busy = unsettled(start, breaking, scheduler.running)
        if not busy:
            return
        await _told(busy)


async def wait_for(nodes: Sequence[NodeLike], *, force: bool) -> None:
    """Start what the nodes were asked for and wait until all of them are at rest.

    Args:
        force: Ask nodes that are at rest for a run, too.

    Raises:
        NodeTriggerError: A run of one of them failed and nobody else was told.
        WrongLoopError: One of them runs on another event loop.
    """
    loop = asyncio.get_running_loop()
    for node in nodes:
        other = node._scheduler._loop() if node._scheduler is not None else None
        if node._live and other is not None and other is not loop and other.is_running():
            raise WrongLoopError(f"{node.name!r} runs on another event loop: {other!r}, not {loop!r}")
    start_requests(nodes)
    for node in nodes:
        if not node._live and (force or node._requested):
            node.request_trigger()
    while scheduler_of(loop).asked():
        await asyncio.sleep(0)  # what was asked above them is marked: they are held by it
    holder = current_run(loop)
    if holder is not None:
        _let_go(holder, nodes)
    await until_rest(nodes)
    error = None
    for node in nodes:
        if node._undelivered is not None:
            error, node._undelivered = error or node._undelivered, None
    if error is not None:
        raise error


def _let_go(holder: Runnable, nodes: Sequence[NodeLike]) -> None:
    """Awaited inside a run that holds them, nodes run with the values that they have."""
    scheduler = scheduler_of(asyncio.get_running_loop())
    behind = [link for link in holder._links if link.holds]
    wanted: set[Any] = {node for node in nodes if node._phase is Phase.WAITING}
    for link in behind:
        target = link.dst._node()
        if target in wanted:
            scheduler.arrived(link, target, True)
        elif target is not None and wanted:
            below = reached(target) & wanted
            for node in below:
                node._asked = True
            if below:
                scheduler.let_go([link])
