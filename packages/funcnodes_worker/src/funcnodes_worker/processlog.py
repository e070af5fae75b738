"""Where a worker process says what happens: its rotating `worker.log`, its log book, and the streams that it has.

Only a process that is a worker does this. A worker inside another program leaves that program's streams, threads and
handlers alone.
"""

from __future__ import annotations

import logging
import logging.handlers
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from funcnodes_worker.logbook import LogBook
from funcnodes_worker.output import CapturedStream, Speaker, remember_speakers, speaker
from funcnodes_worker.protocol.shapes import LogLevel, OutputStream

__all__ = ["LOG_FILE", "BookHandler", "captured"]

LOG_FILE: Final = "worker.log"
_FILE_BYTES: Final = 5 * 1024 * 1024
_KEPT_FILES: Final = 2
_TAIL_BYTES: Final = 64 * 1024
_ROOT: Final = "funcnodes"
_NODE_LOGGER: Final = "funcnodes.node"
_LINE: Final = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(\d{3}) ([A-Z]+) (\S+): (?:\[([\w.-]+)\] )?(.*)")
_ORPHAN_PAUSE_S: Final = 0.001


class BookHandler(logging.Handler):
    """Puts records of Python's logging into a log book, with the node whose code made them."""

    def __init__(self, book: LogBook) -> None:
        super().__init__()
        self._book = book
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record in; of a node that says too much, not every one."""
        try:
            text = self.format(record)
        except Exception:  # noqa: BLE001 - arguments of records are foreign code
            self.handleError(record)
            return
        node = speaker().uuid
        if self._book.allows(node, len(text)):
            self._book.add(_level(record.levelno), text, logger=record.name, node=node, at=record.created)


class _FileFormatter(logging.Formatter):
    """One record a line; what follows its first line is set in, so that nothing can look like another record."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\r", "").replace("\n", "\n    ")


@contextmanager
def captured(folder: Path, book: LogBook) -> Iterator[Callable[[], bool]]:
    """Inside, everything that the process says is in `worker.log` and in the book, what nodes print included.

    Gives what lets beginnings of lines go on that wait for their end; it tells whether some are left.
    """
    _restore(folder / LOG_FILE, book)
    file = logging.handlers.RotatingFileHandler(
        folder / LOG_FILE, maxBytes=_FILE_BYTES, backupCount=_KEPT_FILES, encoding="utf-8"
    )
    file.setFormatter(_FileFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    others = BookHandler(book)
    others.addFilter(lambda record: record.name.partition(".")[0] != _ROOT)  # those the worker itself puts in
    root, own = logging.getLogger(), logging.getLogger(_ROOT)
    root.addHandler(file)
    root.addHandler(others)
    if own.level == logging.NOTSET:
        own.setLevel(logging.INFO)
    forget_speakers = remember_speakers()
    streams = _replace_streams(book, file)
    try:
        yield lambda: any([stream.flush_parts() for stream in streams])
    finally:
        for stream in streams:
            stream.flush_parts(all_of_them=True)
        _put_streams_back(streams)
        forget_speakers()
        root.removeHandler(others)
        root.removeHandler(file)
        file.close()


def _replace_streams(book: LogBook, file: logging.Handler) -> list[CapturedStream]:
    taker = _Taker(book, file)
    made = []
    names: tuple[OutputStream, ...] = ("stdout", "stderr")
    for name in names:
        real = getattr(sys, name)
        if real is None:  # a process without a console
            continue
        taker.real[name] = real.write
        made.append(CapturedStream(real, name, taker.take, lambda: book.on_first()))
        setattr(sys, name, made[-1])
    return made


def _put_streams_back(streams: list[CapturedStream]) -> None:
    for name in ("stdout", "stderr"):
        stands_in = getattr(sys, name)
        if stands_in in streams:
            setattr(sys, name, stands_in.real)


class _Taker:
    """What happens to a line that was printed: the real stream, the file and the book get it, unless there are too many."""

    def __init__(self, book: LogBook, file: logging.Handler) -> None:
        self.real: dict[OutputStream, Callable[[str], object]] = {}
        self._book = book
        self._file = file

    def take(self, line: str, who: Speaker, stream: OutputStream) -> None:
        if not self._book.allows(who.uuid, len(line)):
            if who.uuid and not who.alive and threading.current_thread() is not threading.main_thread():
                time.sleep(_ORPHAN_PAUSE_S)  # a thread that a run has left behind and that prints for ever
            return
        with suppress(OSError, ValueError):  # whoever read the real stream is gone
            self.real[stream](f"{line}\n")
        self._book.add(
            "info", line, logger=_NODE_LOGGER if who.uuid else "print", node=who.uuid, stream=stream
        )
        text = f"[{who.uuid}] {line}" if who.uuid else line
        name = _NODE_LOGGER if who.uuid else f"print.{stream}"
        self._file.handle(logging.LogRecord(name, logging.INFO, "", 0, text, None, None))


def _level(number: int) -> LogLevel:
    if number >= logging.ERROR:
        return "error"
    if number >= logging.WARNING:
        return "warning"
    return "info" if number >= logging.INFO else "debug"


def _restore(path: Path, book: LogBook) -> None:
    """Put the end of an earlier process's log into the book."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return
    lines = text.splitlines()[1 if size > _TAIL_BYTES else 0 :]  # the first is a part of one
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            book.add("info", line)
            continue
        when, thousandths, word, logger, node, message = found.groups()
        try:
            at = time.mktime(time.strptime(when, "%Y-%m-%d %H:%M:%S")) + int(thousandths) / 1000
        except (ValueError, OverflowError):
            at = None
        level = _level(logging.getLevelNamesMapping().get(word, logging.INFO))
        own_node = node if node and logger == _NODE_LOGGER else ""
        book.add(
            level,
            message if own_node or not node else f"[{node}] {message}",
            logger=logger,
            node=own_node,
            at=at,
        )
