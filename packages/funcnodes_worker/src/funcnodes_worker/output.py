"""What nodes print, line by line with the node that printed it.

Only a process that is a worker replaces `sys.stdout` and `sys.stderr` (see `processlog`); importing this does nothing.
"""

from __future__ import annotations

import io
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TextIO

from funcnodes_core.scheduler import running_node
from funcnodes_worker.logbook import MAX_TEXT
from funcnodes_worker.protocol.shapes import OutputStream

__all__ = ["CapturedStream", "Speaker", "remember_speakers", "speaker"]

_MARK: Final = "_funcnodes_speaker"
_IDLE_S: Final = 0.3
_MOST_PARTS: Final = 200


class Speaker(NamedTuple):
    """A node whose code runs; `alive` tells whether it still runs, or a thread that it left behind."""

    uuid: str
    node: weakref.ReferenceType[Any]

    @property
    def alive(self) -> bool:
        """Whether the node is in the middle of a run."""
        node = self.node()
        return node is not None and bool(node.in_trigger)


NOBODY: Final = Speaker("", lambda: None)  # type: ignore[arg-type]


def speaker() -> Speaker:
    """The node whose code calls, on whatever thread; `uuid` is "" outside of nodes.

    Threads that a node starts belong to it, where `remember_speakers` is on.
    """
    node = running_node()
    if node is not None:
        return Speaker(getattr(node, "uuid", ""), weakref.ref(node))
    return getattr(threading.current_thread(), _MARK, NOBODY)


def remember_speakers() -> Callable[[], None]:
    """From now on every thread belongs to the node that started it; gives what ends that."""
    start = threading.Thread.start

    def start_of_node(thread: threading.Thread) -> None:
        # the threads of pools serve many: who started them says nothing
        if not _is_pooled(thread) and (found := speaker()).uuid:
            setattr(thread, _MARK, found)
        start(thread)

    def end() -> None:
        threading.Thread.start = start  # type: ignore[method-assign]

    threading.Thread.start = start_of_node  # type: ignore[assignment, method-assign]
    return end


def _is_pooled(thread: threading.Thread) -> bool:
    target = getattr(thread, "_target", None)
    return getattr(target, "__module__", "") == "concurrent.futures.thread" or thread.name.startswith(
        "funcnodes-"
    )


class _Part(NamedTuple):
    """The beginning of a line."""

    text: str
    speaker: Speaker
    since_s: float


class CapturedStream(io.TextIOBase):
    """Stands for `sys.stdout` or `sys.stderr`: cuts what is printed into lines and says whose they are.

    Args:
        real: the stream that it stands for.
        name: which one.
        take: called with each line, and who said it; on the thread that printed it.
        on_part: called when the beginning of a line waits for its end.
    """

    def __init__(
        self,
        real: TextIO,
        name: OutputStream,
        take: Callable[[str, Speaker, OutputStream], None],
        on_part: Callable[[], None],
    ) -> None:
        self.real = real
        self._name: OutputStream = name
        self._take = take
        self._on_part = on_part
        self._lock = threading.Lock()
        self._parts: dict[tuple[int, str], _Part] = {}
        self._inside = threading.local()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self.real.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return self.real.errors

    @property
    def buffer(self) -> Any:
        """The bytes below, which nobody watches."""
        return self.real.buffer

    def fileno(self) -> int:
        return self.real.fileno()

    def isatty(self) -> bool:
        return False  # nobody can answer, and control sequences would land in logs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        """Take text in; whole lines go on at once."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if getattr(self._inside, "yes", False):  # what takes the lines has something to say itself
            return self.real.write(text)
        self._inside.yes = True
        try:
            self._split(text, speaker())
        finally:
            self._inside.yes = False
        return len(text)

    def flush(self) -> None:
        """Let the real stream flush; the beginning of a line waits for its end, or for `flush_parts`."""
        self.real.flush()

    def flush_parts(self, *, all_of_them: bool = False) -> bool:
        """Let the beginnings of lines go on to which nothing was added for a while; tells whether some are left."""
        now_s = time.monotonic()
        with self._lock:
            ready = {
                key: part
                for key, part in self._parts.items()
                if all_of_them or now_s - part.since_s >= _IDLE_S
            }
            for key in ready:
                del self._parts[key]
            left = bool(self._parts)
        for part in ready.values():
            self._take(part.text, part.speaker, self._name)
        return left

    def _split(self, text: str, who: Speaker) -> None:
        key = (threading.get_ident(), who.uuid)
        with self._lock:
            before = self._parts.pop(key, None)
        if before is not None:
            text = before.text + text
        *lines, rest = text.split("\n")
        for line in lines:
            self._take(_shown(line), who, self._name)
        rest = _shown(rest)
        if len(rest) > MAX_TEXT or (rest and len(self._parts) >= _MOST_PARTS):
            self._take(rest, who, self._name)
        elif rest:
            with self._lock:
                self._parts[key] = _Part(rest, who, time.monotonic())
            if before is None:
                self._on_part()


def _shown(line: str) -> str:
    """What a line looks like in the end: a carriage return begins it anew, as progress bars do."""
    return line.rstrip("\r").rpartition("\r")[2] if "\r" in line else line
