"""Tells clients of new lines of the log, a few times a second at most."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from funcnodes_worker.logbook import LogBook
from funcnodes_worker.protocol.shapes import LogLine

__all__ = ["LogTeller"]

_SOON_S = 0.1
_LATER_S = 0.5
_MOST_LINES = 200


class LogTeller:
    """Lives on the serving loop; sleeps while nothing is said.

    Args:
        book: what the lines are read from.
        tell: called with the newest lines.
    """

    def __init__(self, book: LogBook, tell: Callable[[list[LogLine]], None]) -> None:
        self._book = book
        self._tell = tell
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._flooded = False
        self.flush_parts: Callable[[], bool] = lambda: False
        """Lets beginnings of lines go on that wait for their end; true while some are left."""

    def start(self) -> None:
        """Tell from now on; call it on the serving loop."""
        self._loop = asyncio.get_running_loop()
        self._book.on_first = self.wake
        self._begin()

    def stop(self) -> None:
        """Tell nothing more."""
        self._book.on_first = lambda: None
        self._loop = None
        if self._timer is not None:
            self._timer.cancel()

    def wake(self) -> None:
        """There is something to tell; from any thread."""
        loop = self._loop
        if loop is not None and self._timer is None and not loop.is_closed():
            loop.call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        if self._timer is None and self._loop is not None:
            self._timer = self._loop.call_later(_SOON_S, self._flush)

    def _flush(self) -> None:
        assert self._loop is not None
        waiting = self.flush_parts()
        left_out = self._book.take_left_out()
        if not left_out or self._flooded:
            for node, count in left_out.items():
                self._book.add("warning", f"{count} lines left out: too many at once", node=node)
        self._flooded = bool(left_out)
        if lines := self._book.take_untold():
            self._tell(lines[-_MOST_LINES:])
        self._timer = None
        if waiting or left_out:  # said by no other line
            self._timer = self._loop.call_later(_LATER_S, self._flush)
