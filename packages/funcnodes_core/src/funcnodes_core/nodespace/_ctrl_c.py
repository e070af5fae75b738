"""Ctrl-C in a script: it breaks off the node that computes, at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Coroutine
from types import FrameType
from typing import Any, TypeVar

from funcnodes_core.node.interrupt import computes

__all__ = ["breakable"]

T = TypeVar("T")


async def breakable(work: Coroutine[Any, Any, T]) -> T:
    """Await `work`; meanwhile Ctrl-C raises KeyboardInterrupt in a node's function that keeps the loop.

    Asyncio alone would ask the loop to end first, and that hears of it when the function returns. What is not a
    node's own code (the engine, the loop) is never broken off: there asyncio's way is taken.
    """
    before = _handler()
    if before is None:
        return await work

    def handle(number: int, frame: FrameType | None) -> Any:
        if computes(frame):
            raise KeyboardInterrupt
        return before(number, frame)

    signal.signal(signal.SIGINT, handle)
    try:
        return await work
    finally:
        if signal.getsignal(signal.SIGINT) is handle:
            signal.signal(signal.SIGINT, before)


def _handler() -> Any:
    """What takes Ctrl-C here; None where it is not ours to take."""
    if threading.current_thread() is not threading.main_thread():
        return None
    handler = signal.getsignal(signal.SIGINT)
    return handler if callable(handler) else None
