"""Running, stopping and calling into a graph."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol, TypeVar

from funcnodes_core._runnable import Phase, ancestors
from funcnodes_core.node.base import Node
from funcnodes_core.node.control import end_debounce, stopped_how, there
from funcnodes_core.scheduler import Scheduler

__all__ = ["call_threadsafe", "forget", "hold_back", "run_stale", "stop", "wake"]

R = TypeVar("R")


class SpaceToStop(Protocol):
    """A graph whose nodes can be stopped."""

    _held_back: dict[Node, None]

    @property
    def nodes(self) -> list[Node]: ...


def forget(node: Node) -> None:
    """Take a node out of its scheduler; the result of a run under way is dropped."""
    run, node._run = node._run, None
    end_debounce(node)
    scheduler = node._scheduler
    if scheduler is not None:
        scheduler.drop(node)
    if isinstance(run, asyncio.Task):
        run.cancel()


def stop(space: SpaceToStop, deadline_s: float) -> Coroutine[Any, Any, dict[str, str]]:
    """Empty the queue at once; awaiting the result stops what runs. See `NodeSpace.stop`."""
    elsewhere = next((node._scheduler for node in space.nodes if node._off_thread()), None)
    if elsewhere is not None:
        return _stop_elsewhere(space, elsewhere, deadline_s)
    return _ended(_empty(space), deadline_s)


def _empty(space: SpaceToStop) -> list[Node]:
    """Forget all that was asked and give the nodes that run."""
    held, space._held_back = space._held_back, {}
    wake(held)
    running = []
    for node in space.nodes:
        end_debounce(node)
        if node._phase is not Phase.IDLE and node._scheduler is not None:
            node._scheduler.withdraw(node)
            node._mark_stale(None)
        node._requested = node._again = False
        if node._run is not None:
            running.append(node)
    return running


async def _ended(running: list[Node], deadline_s: float) -> dict[str, str]:
    answers = await asyncio.gather(*(node.cancel(deadline_s) for node in running))
    return {node.uuid: how for node, how in zip(running, answers, strict=True)}


async def _stop_elsewhere(space: SpaceToStop, scheduler: Scheduler, deadline_s: float) -> dict[str, str]:
    struck: list[Any] = []

    def wanted(node: Any, frame: Any) -> bool:
        return node._space is space

    async def act() -> dict[str, str]:
        return await stop(space, deadline_s)

    answers = await there(scheduler, act, wanted, deadline_s, struck)
    if answers is None:
        return {node.uuid: "stuck" for node in space.nodes if node._run is not None}
    return {node.uuid: how for node in struck if (how := stopped_how(node))} | answers


def wake(nodes: Iterable[Node]) -> None:
    """Tell those who wait for nodes that were held back, where these are not going to run after all."""
    for node in nodes:
        if not node._live and node._waiters is not None:
            waiters, node._waiters = node._waiters, None
            for tell in waiters:
                tell()


def hold_back(nodes: Iterable[Node]) -> list[Node]:
    """Take what has not started out of its wave and return what was asked."""
    asked = []
    for node in nodes:
        if node._scheduler is not None and (node._phase is not Phase.IDLE or node._again):
            end_debounce(node)
            if node._scheduler.withdraw(node):
                asked.append(node)
                node._requested = False
    return asked


def run_stale(nodes: Iterable[Node], target: Node | None) -> list[Node]:
    """Ask the stale nodes above `target` (or all) for a run, as one change."""
    wanted = None if target is None else {target, *ancestors(target)}
    stale = [
        node for node in nodes if (node._stale or node.last_error) and (wanted is None or node in wanted)
    ]
    for node in stale:
        node.request_trigger()
    return stale


def call_threadsafe(
    loop: asyncio.AbstractEventLoop | None, call: Callable[..., R], args: tuple[Any, ...]
) -> concurrent.futures.Future[R]:
    """Call something on a loop's thread; the future gives its result or error."""
    if loop is None or not loop.is_running():
        raise RuntimeError("the graph has no running loop: call directly, or await the graph first")
    future: concurrent.futures.Future[R] = concurrent.futures.Future()

    def run() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(call(*args))
        except BaseException as exc:  # noqa: BLE001 - handed to the caller
            future.set_exception(exc)

    loop.call_soon_threadsafe(run)
    return future
