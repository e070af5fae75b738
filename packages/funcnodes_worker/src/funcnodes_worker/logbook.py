"""The newest lines of a worker's log in memory: what `get_logs` answers and `log` events tell.

Lines come from any thread, of the worker itself, of its libraries and of its nodes. Each node has a place of its own,
so that one that prints for ever pushes out nobody else's lines, and it is told only so many lines a second.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

from msgspec import UNSET

from funcnodes_worker.protocol.shapes import LogLevel, LogLine, OutputStream

__all__ = ["LEVELS", "MAX_TEXT", "LogBook"]

LEVELS: Final[tuple[LogLevel, ...]] = ("debug", "info", "warning", "error")

MAX_TEXT: Final = 4000
_OWN_LINES: Final = 2000
_NODE_LINES: Final = 500
_PLACE_CHARS: Final = 128 * 1024
_NODES: Final = 200
_UNTOLD: Final = 500
_BURST_LINES: Final = 500.0
_LINES_PER_S: Final = 50.0
_BURST_CHARS: Final = 128 * 1024.0
_CHARS_PER_S: Final = 32 * 1024.0


class _Place:
    """The newest lines of one source, and how many more it may say now."""

    __slots__ = ("_chars", "_filled_s", "_room_chars", "_room_lines", "left_out", "lines")

    def __init__(self, most: int) -> None:
        self.lines: deque[LogLine] = deque(maxlen=most)
        self.left_out = 0
        self._chars = 0
        self._room_lines = _BURST_LINES
        self._room_chars = _BURST_CHARS
        self._filled_s = time.monotonic()

    def allows(self, n_chars: int) -> bool:
        """Whether one more line of that length may be said now; else it is counted as left out."""
        now_s = time.monotonic()
        passed_s, self._filled_s = now_s - self._filled_s, now_s
        self._room_lines = min(_BURST_LINES, self._room_lines + passed_s * _LINES_PER_S)
        self._room_chars = min(_BURST_CHARS, self._room_chars + passed_s * _CHARS_PER_S)
        if self._room_lines < 1 or self._room_chars < n_chars:
            self.left_out += 1
            return False
        self._room_lines -= 1
        self._room_chars -= n_chars
        return True

    def put(self, line: LogLine) -> None:
        """Keep a line in the place of the oldest ones."""
        if len(self.lines) == self.lines.maxlen:
            self._chars -= len(self.lines.popleft().text)
        self.lines.append(line)
        self._chars += len(line.text)
        while self._chars > _PLACE_CHARS:
            self._chars -= len(self.lines.popleft().text)


class LogBook:
    """Takes lines from every thread; bounded in all directions."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._own = _Place(_OWN_LINES)
        self._nodes: OrderedDict[str, _Place] = OrderedDict()
        self._untold: deque[LogLine] = deque(maxlen=_UNTOLD)
        self.on_first: Callable[[], None] = lambda: None
        """Called, on whatever thread, when a line waits to be told after none did."""

    def allows(self, node: str, n_chars: int) -> bool:
        """Whether a node (or the worker, as "") may say one more line now."""
        with self._lock:
            allowed = self._place(node).allows(n_chars)
        if not allowed:
            self.on_first()  # the end of a flood is told, too
        return allowed

    def add(
        self,
        level: LogLevel,
        text: str,
        *,
        logger: str = "",
        node: str = "",
        stream: OutputStream | None = None,
        at: float | None = None,
    ) -> None:
        """Keep a line."""
        if len(text) > MAX_TEXT:
            text = f"{text[:MAX_TEXT]}... ({len(text) - MAX_TEXT} more characters)"
        with self._lock:
            self._count += 1
            line = LogLine(
                n=self._count,
                time=time.time() if at is None else at,
                level=level,
                text=text,
                logger=logger,
                node=node or UNSET,
                stream=stream or UNSET,
            )
            self._place(node).put(line)
            first = not self._untold
            self._untold.append(line)
        if first:
            self.on_first()

    def take_untold(self) -> list[LogLine]:
        """The newest lines since the last time, for those who listen."""
        with self._lock:
            lines = list(self._untold)
            self._untold.clear()
        return lines

    def take_left_out(self) -> dict[str, int]:
        """How many lines of which nodes (or the worker, as "") were left out since the last time."""
        with self._lock:
            places = [("", self._own), *self._nodes.items()]
            found = {node: place.left_out for node, place in places if place.left_out}
            for _, place in places:
                place.left_out = 0
        return found

    def read(
        self, *, node: str | None = None, level: LogLevel = "debug", since: int = 0, limit: int = 500
    ) -> tuple[list[LogLine], bool]:
        """The newest lines after the one numbered `since`, and whether there were more of them.

        Args:
            node: of this node only; None for all lines.
            level: of this level or a more serious one.
            since: the number of the last line that is known.
            limit: how many at most.
        """
        wanted = frozenset(LEVELS[LEVELS.index(level) :])
        with self._lock:
            if node is None:
                places = [self._own, *self._nodes.values()]
            else:
                places = [self._nodes[node]] if node in self._nodes else []
            lines = [
                line for place in places for line in place.lines if line.n > since and line.level in wanted
            ]
        lines.sort(key=lambda line: line.n)
        return lines[-limit:] if limit else [], len(lines) > limit

    @property
    def last(self) -> int:
        """The number of the newest line."""
        return self._count

    def _place(self, node: str) -> _Place:
        if not node:
            return self._own
        place = self._nodes.get(node)
        if place is None:
            place = self._nodes[node] = _Place(_NODE_LINES)
            if len(self._nodes) > _NODES:
                self._nodes.popitem(last=False)
        else:
            self._nodes.move_to_end(node)
        return place
