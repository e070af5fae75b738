"""The append-only log of a document: every acknowledged change, before it is applied.

One entry is one line, `<length, 8 hex digits> <CRC-32 of the JSON, 8 hex digits> <JSON>`. An append is one `write`
to an unbuffered file, so what was acknowledged survives the death of the process; against a power cut the file is
synced at most 50 ms later (`durability="grouped"`) or before the answer (`"full"`).

Each segment begins with the id of the graph that it belongs to: a journal that comes beside the snapshot of another
graph (a file was copied into the folder) is set aside and never applied or undone.

The current segment is `nodespace.journal`; `rotate()` closes it as `nodespace.journal.<last revision>` and starts
another. A torn last line is cut off, anything else that cannot be read is set aside and reported.
"""

from __future__ import annotations

import os
import threading
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from funcnodes_core.files import fsync_folder
from funcnodes_worker.edits import Edit
from funcnodes_worker.errors import JournalError

__all__ = [
    "Commit",
    "Durability",
    "Entry",
    "Head",
    "Journal",
    "JournalReading",
    "PortValue",
    "Settled",
    "set_aside",
    "without_values",
]

Durability = Literal["grouped", "full"]

_HEAD_BYTES = 18  # two numbers of eight digits, each with a space behind
_SYNC_DELAY_S = 0.03  # the rest of the 50 ms is for the disk


class Commit(Struct, tag_field="k", tag="commit", omit_defaults=True, kw_only=True):
    """One change of the document, with the revision that it made.

    Attributes:
        undoes: revision of the step that this commit takes back.
        redoes: revision of the step that this commit brings again.
        quiet: nothing was run for it (a graph was loaded).
    """

    rev: int
    edits: list[Edit]
    by: str = ""
    cmd: str = ""
    cmd_id: str | int | None = None
    gesture: str | None = None
    at: float = 0.0
    undoes: int | UnsetType = UNSET
    redoes: int | UnsetType = UNSET
    quiet: bool = False


class PortValue(Struct, omit_defaults=True, kw_only=True):
    """What a port held when the graph had come to rest.

    Attributes:
        value: the exact form, absent where there is none.
        kind: what the exact form stands for where that is not plain: "svg", "tuple" and so on.
        mime: with `data` the preview of a value that has no exact form.
    """

    uuid: str
    io: str
    value: Any = UNSET
    kind: str = ""
    mime: str = ""
    data: Any = None


class Settled(Struct, tag_field="k", tag="values", omit_defaults=True, kw_only=True):
    """Values that runs have made; no part of the document, so not undoable."""

    rev: int
    ports: list[PortValue]


class Head(Struct, tag_field="k", tag="head", kw_only=True):
    """The first line of a segment: whose journal this is."""

    graph: str


Entry = Commit | Settled

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Entry | Head] = msgspec.json.Decoder(Entry | Head)


class JournalReading(Struct):
    """What `Journal.open` found: entries in order, and a sentence about each thing that was wrong."""

    entries: list[Entry]
    warnings: list[str]


class Journal:
    """The log of one document. Not thread-safe: it belongs to the graph's thread.

    Attributes:
        graph: id of the graph, written at the head of each segment; "" writes no head.
    """

    def __init__(self, path: Path, durability: Durability = "grouped") -> None:
        self.path = path
        self.graph = ""
        self._full = durability == "full"
        self._fd = -1
        self._good_bytes = 0
        self._torn = False
        self._syncer: _Syncer | None = None

    @property
    def size_bytes(self) -> int:
        """Length of the current segment."""
        return self._good_bytes

    def segments(self) -> list[Path]:
        """The closed segments, oldest first."""
        found = []
        for path in self.path.parent.glob(f"{self.path.name}.*"):
            if _is_segment(path):
                found.append(path)
        return sorted(found, key=last_rev)

    def graph_on_disk(self) -> str:
        """The id of the graph that the newest segment belongs to, "" when it does not say."""
        found = [head for path in [*self.segments(), self.path] if (head := _graph_of(path))]
        return found[-1] if found else ""

    def open(self) -> JournalReading:
        """Reads every segment and makes the last one ready for appends; those of other graphs are set aside.

        Raises:
            JournalError: a file cannot be read, or not be opened for writing.
        """
        reading = JournalReading([], [])
        for path in [*self.segments(), self.path]:
            if (graph := _graph_of(path)) and self.graph and graph != self.graph:
                reading.warnings.append(
                    f"{path.name} is the journal of another graph; it was kept as {set_aside(path).name}"
                )
        for path in [*self.segments(), self.path]:
            if not self._read(path, reading):
                break
        try:
            self._open()
        except OSError as exc:
            raise JournalError(
                exc.errno, f"cannot write the journal: {exc.strerror}", str(self.path)
            ) from exc
        return reading

    def _open(self) -> None:
        is_new = not self.path.exists()
        self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if is_new:  # or what is synced in it could be found under no name after a power cut
            fsync_folder(self.path.parent)
        self._good_bytes = os.fstat(self._fd).st_size
        self._syncer = None if self._full else _Syncer(self._fd)

    def _read(self, path: Path, reading: JournalReading) -> bool:
        """Adds the entries of one segment; False when what follows it is of no use."""
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return True
        except IsADirectoryError:
            reading.warnings.append(f"{path.name} is a folder; it was kept as {set_aside(path).name}")
            return True
        except OSError as exc:
            raise JournalError(exc.errno, f"cannot read the journal: {exc.strerror}", str(path)) from exc
        entries, good = decode_entries(raw)
        reading.entries += entries
        if good == len(raw):
            return True
        current = path == self.path
        if current and b"\n" not in raw[good:]:  # a write that was broken off; whole lines are no such thing
            os.truncate(path, good)
            reading.warnings.append(
                f"{path.name}: an unfinished last line ({len(raw) - good} bytes) was cut off"
            )
            return True
        kept = set_aside(path)
        reading.warnings.append(
            f"{path.name}: damaged at byte {good}; it was kept as {kept.name}, later edits are lost"
        )
        path.write_bytes(raw[:good])
        for later in self.segments() if not current else []:
            if last_rev(later) > last_rev(path):
                set_aside(later)
        if not current and self.path.exists():
            set_aside(self.path)
        return False

    def append(self, entries: Sequence[Entry]) -> None:
        """Writes entries at the end, all of them or none.

        Raises:
            JournalError: the disk refused; the file is as it was, and the next append tries again.
        """
        data = b"".join(encode_entry(entry) for entry in entries)
        if self.graph and self._good_bytes == 0:
            data = encode_entry(Head(graph=self.graph)) + data
        try:
            self._append(data)
        except OSError as exc:
            with suppress(OSError):  # the next append or the next start does it
                self._cut_torn()
            raise JournalError(
                exc.errno,
                f"the journal cannot be written ({exc.strerror}); nothing was changed",
                str(self.path),
            ) from exc

    def _append(self, data: bytes) -> None:
        if self._fd < 0:
            self._open()
        if self._syncer is not None:
            self._syncer.check()
        self._cut_torn()
        self._torn = True
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]
        if self._full:
            os.fsync(self._fd)
        self._good_bytes += len(data)
        self._torn = False
        if self._syncer is not None:
            self._syncer.request()

    def _cut_torn(self) -> None:
        """Cuts off what a failed append has left: whole entries of it must not come back at a start."""
        if self._torn and self._fd >= 0:
            os.ftruncate(self._fd, self._good_bytes)
            self._torn = False

    def rotate(self, rev: int) -> None:
        """Closes the current segment under the revision it ends with and starts an empty one."""
        if self._good_bytes == 0:
            return
        self.close()
        os.replace(self.path, self.path.with_name(f"{self.path.name}.{rev:012d}"))
        self._open()

    def close(self) -> None:
        """Syncs and closes the file; closing twice is harmless."""
        if self._syncer is not None:
            self._syncer.stop()
            self._syncer = None
        if self._fd >= 0:
            os.fsync(self._fd)
            os.close(self._fd)
            self._fd = -1


class _Syncer:
    """Syncs a file from a thread of its own, once for all appends of a short time."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._error: OSError | None = None
        self._thread: threading.Thread | None = None

    def request(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal-sync", daemon=True)
            self._thread.start()
        self._wake.set()

    def check(self) -> None:
        """Raises the error of the last sync once: what was written may not be on the disk."""
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._stopping.wait(_SYNC_DELAY_S)
            self._wake.clear()
            try:
                os.fsync(self._fd)
            except OSError as exc:
                self._error = exc


def last_rev(segment: Path) -> int:
    """The revision that a closed segment ends with."""
    return int(segment.suffix[1:]) if _is_segment(segment) else 1 << 62


def _is_segment(path: Path) -> bool:
    number = path.suffix[1:]
    return number.isascii() and number.isdigit()


def _graph_of(segment: Path) -> str:
    """The id in a segment's head; "" where it has none or is no readable file: reading it says what is wrong."""
    try:
        with segment.open("rb") as file:
            line = _line_at(file.readline(), 0)
    except OSError:
        return ""
    return line[0].graph if line is not None and isinstance(line[0], Head) else ""


def encode_entry(entry: Entry | Head) -> bytes:
    """The line of one entry."""
    body = _encoder.encode(entry)
    return b"%08x %08x %b\n" % (len(body), zlib.crc32(body), body)


def decode_entries(raw: bytes) -> tuple[list[Entry], int]:
    """The entries at the start of `raw`, and how many bytes of it they take."""
    entries: list[Entry] = []
    at = 0
    while (line := _line_at(raw, at)) is not None:
        entry, at = line
        if not isinstance(entry, Head):
            entries.append(entry)
    return entries, at


def without_values(raw: bytes) -> bytes:
    """The lines of a journal that say what was done, without those that say what ports held."""
    tag = b'{"k":"values"'
    return b"\n".join(line for line in raw.split(b"\n") if not line.startswith(tag, _HEAD_BYTES))


def _line_at(raw: bytes, at: int) -> tuple[Entry | Head, int] | None:
    head = raw[at : at + _HEAD_BYTES]
    try:
        length, crc = int(head[:8], 16), int(head[9:17], 16)
    except ValueError:
        return None
    end = at + _HEAD_BYTES + length
    body = raw[at + _HEAD_BYTES : end]
    if len(body) != length or raw[end : end + 1] != b"\n" or zlib.crc32(body) != crc:
        return None
    try:
        return _decoder.decode(body), end + 1
    except msgspec.MsgspecError:
        return None


def set_aside(path: Path) -> Path:
    """Renames a file that cannot be read to `<name>.damaged-<time>` and returns the new path."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    os.replace(path, target)
    return target
