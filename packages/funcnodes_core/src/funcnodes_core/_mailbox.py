"""Calls from other threads, done in order on the graph's loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

__all__ = ["Mailbox"]


class Mailbox:
    """Collects calls from any thread; one wake-up of the loop does all that are there."""

    def __init__(self) -> None:
        self._calls: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def post(self, loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
        """Let `call` run on `loop`; it handles its errors itself."""
        with self._lock:
            self._calls.append(call)
            first = len(self._calls) == 1
        if first:
            loop.call_soon_threadsafe(self._do_all)

    def _do_all(self) -> None:
        with self._lock:
            calls, self._calls = self._calls, []
        for call in calls:
            call()
