"""Running, stopping and calling into a graph."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from funcnodes_core._runnable import Phase, ancestors
from funcnodes_core.node.base import Node
from funcnodes_core.node.control import end_debounce

__all__ = ["call_threadsafe", "forget", "hold_back", "run_stale", "stop"]

R = TypeVar("R")


def forget(node: Node) -> None:
    """Take a node out of its scheduler; the result of a run under way is dropped."""
    run, node._run = node._run, None
    end_debounce(node)
    scheduler = node._scheduler
    if scheduler is not None:
        scheduler.drop(node)
    if isinstance(run, asyncio.Task):
        run.cancel()


async def stop(nodes: Iterable[Node], deadline_s: float) -> dict[str, str]:
    """Stop everything that is under way; see `NodeSpace.stop`."""
    running = []
    for node in nodes:
        end_debounce(node)
        if node._phase is not Phase.IDLE and node._scheduler is not None:
            node._scheduler.withdraw(node)
            node._mark_stale(None)
        node._requested = node._again = False
        if node._run is not None:
            running.append(node)
    answers = await asyncio.gather(*(node.cancel(deadline_s) for node in running))
    return {node.uuid: how for node, how in zip(running, answers, strict=True)}


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
