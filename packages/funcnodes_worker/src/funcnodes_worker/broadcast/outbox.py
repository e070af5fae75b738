"""What one client still has to be sent: a synchronous state machine.

- Answers and structure events keep their order.
- Of a port's values only the latest waits, at the place of the latest; likewise the run state of a node.
- Every event frame carries `seq`, the position in the worker's log that the client has reached with it, and
  `prev`, the one that it had reached before: whatever was left out on the way is superseded by a later frame.
- Over the bound the waiting events are dropped and one `resync` takes their place; events are then not
  collected until the client has asked for the full state.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Raw, Struct

from funcnodes_worker.broadcast.visible import visible_event
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.frames import Frame, ValueFrameHeader, encode_binary
from funcnodes_worker.protocol.messages import CommandId, NodespaceEvent, Resync, WorkerEvent, encode
from funcnodes_worker.scopes import FULL, Grant

__all__ = ["DEFAULT_MAX_BYTES", "LogEntry", "Outbox"]

_LOG = logging.getLogger("funcnodes.worker.outbox")
DEFAULT_MAX_BYTES = 16 * 1024 * 1024
_ENVELOPE_BYTES = 120


class LogEntry:
    """One event with its place in the log; its data is encoded once for all clients.

    Attributes:
        framed: the frame that was made last, for a client of what kind at which position; clients that keep up are
            at the same one.
        summed: the entries that stood for this one and earlier runs last, and for which of them.
    """

    __slots__ = ("_data", "by", "cmd_id", "event", "framed", "payload", "rev", "seq", "summed")

    def __init__(
        self,
        event: ev.Event,
        *,
        seq: int,
        rev: int,
        by: str = "",
        cmd_id: CommandId | None = None,
        payload: bytes = b"",
    ) -> None:
        self.event = event
        self.payload = payload
        self.seq = seq
        self.rev = rev
        self.by = by
        self.cmd_id = cmd_id
        self._data: bytes | None = None
        self.framed: tuple[int, bool, Frame] | None = None
        self.summed: tuple[tuple[Any, ...], list[LogEntry]] | None = None

    @property
    def data(self) -> bytes:
        """The event's data as JSON, as it was when first asked for."""
        if self._data is None:
            self._data = msgspec.json.encode(self.event)
        return self._data

    def with_event(self, event: ev.Event) -> LogEntry:
        """Another event at the same place."""
        return LogEntry(event, seq=self.seq, rev=self.rev, by=self.by, cmd_id=self.cmd_id)


class _Reply(Struct):
    frame: bytes
    position: int | None


class _Runs:
    """Starts and ends of one node since the last drain, as few events as say the same."""

    __slots__ = ("duration_s", "error", "last", "runs", "tail")

    def __init__(self) -> None:
        self.runs = 0
        self.duration_s = 0.0
        self.error: ev.NodeErrored | None = None
        self.tail: ev.Event | None = None
        self.last: LogEntry | None = None

    def add(self, entry: LogEntry) -> None:
        self.last = entry
        event = entry.event
        if isinstance(event, (ev.NodeDone, ev.NodeRan)):
            self.runs += event.runs if isinstance(event, ev.NodeRan) else 1
            self.duration_s = event.duration_s
            self.error = self.tail = None
        elif isinstance(event, ev.NodeErrored):
            self.error, self.tail = event, None
        else:
            self.tail = event

    def entries(self, *, v1: bool) -> list[LogEntry]:
        """The entries to send; clients that keep up share them, so that they are encoded once."""
        assert self.last is not None
        key = (v1, self.runs, self.error, self.tail)
        if self.last.summed is None or self.last.summed[0] != key:
            self.last.summed = key, self._entries(self.last, v1)
        return self.last.summed[1]

    def _entries(self, last: LogEntry, v1: bool) -> list[LogEntry]:
        uuid = _node_of(last.event)
        events: list[ev.Event] = []
        if self.runs and v1:
            events.append(ev.NodeRan(uuid=uuid, runs=self.runs, duration_s=self.duration_s))
        elif self.runs:
            events += [ev.NodeTriggered(uuid=uuid), ev.NodeDone(uuid=uuid, duration_s=self.duration_s)]
        if self.error is not None:
            events.append(self.error)
        if self.tail is not None:
            events.append(self.tail)
        return [last.with_event(event) for event in events]


_RUN_EVENTS = (ev.NodeTriggered, ev.NodeDone, ev.NodeRan, ev.NodeErrored, ev.Status)
_Key = tuple[Any, ...]
_Item = _Reply | LogEntry | _Runs


class Outbox:
    """The pending frames of one client.

    Args:
        v1: the client speaks `funcnodes.v1`.
        position: where in the log the client stands.
        max_bytes: bound on what events may wait.
        grant: what the client may see.

    Attributes:
        owed_bytes: the size of the answers that wait; they are never dropped, so who takes in commands must look.
    """

    def __init__(
        self,
        *,
        v1: bool,
        position: int = 0,
        max_bytes: int = DEFAULT_MAX_BYTES,
        grant: Grant = FULL,
    ) -> None:
        self.v1 = v1
        self.lost = False
        self.owed_bytes = 0
        self._limited = grant if grant.limited else None
        self._position = position
        self._max_bytes = max_bytes
        self._bytes = 0
        self._items: OrderedDict[_Key, _Item] = OrderedDict()
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._items)

    @property
    def position(self) -> int:
        """The log position that the client has reached with what was drained."""
        return self._position

    @property
    def waiting_bytes(self) -> int:
        """About what the waiting events take; at most the bound, between two of them."""
        return self._bytes

    def put_event(self, entry: LogEntry) -> None:
        """Let an event wait; a run state or a value takes the place of an older one."""
        if self.lost:
            return
        if self._limited is not None:
            seen = visible_event(entry.event, self._limited)
            if seen is None:
                return
            if seen is not entry.event:
                entry = entry.with_event(seen)
        event = entry.event
        if isinstance(event, _RUN_EVENTS):
            self._put_run(entry)
        elif (key := coalescing_key(event)) is None:
            self._append(entry)
            self._bytes += _cost(entry)
        else:
            if (older := self._items.pop(key, None)) is not None:
                self._bytes -= _cost(older)
            self._items[key] = entry
            self._bytes += _cost(entry)
        if self._bytes > self._max_bytes:
            self.overflow()

    def put_reply(self, frame: bytes, *, position: int | None = None) -> None:
        """Let an answer wait; with `position` it tells the client all of the log up to there."""
        if position is not None:
            self.lost = False
        self.owed_bytes += len(frame)
        self._append(_Reply(frame, position))

    def restart_at(self, position: int) -> None:
        """Forget the waiting events: the client is at `position` and gets what followed again."""
        self._keep_replies()
        self._position = position
        self.lost = False

    def overflow(self) -> None:
        """Drop the waiting events and tell the client to ask for the full state.

        The word comes behind the answers that wait: one of them may be an older full state.
        """
        self._keep_replies()
        self.put_reply(encode(Resync()))
        self.lost = True

    def drain(self, max_bytes: int | None = None) -> list[Frame]:
        """What waits, as frames in order, and waits no more.

        Args:
            max_bytes: stop behind the item that goes over it; without it everything is taken.
        """
        frames: list[Frame] = []
        left = float("inf") if max_bytes is None else max_bytes
        while self._items and left > 0:
            _, item = self._items.popitem(last=False)
            if isinstance(item, _Reply):
                self.owed_bytes -= len(item.frame)
                if item.position is not None:
                    self._position = item.position
                frames.append(Frame(item.frame))
                left -= len(item.frame)
            else:
                self._bytes -= _cost(item)
                entries = item.entries(v1=self.v1) if isinstance(item, _Runs) else [item]
                for frame in self._frames(entries):
                    frames.append(frame)
                    left -= len(frame.data)
        return frames

    def _put_run(self, entry: LogEntry) -> None:
        key = ("run", _node_of(entry.event))
        runs = self._items.pop(key, None)
        if not isinstance(runs, _Runs):
            runs = _Runs()
            self._bytes += _ENVELOPE_BYTES
        runs.add(entry)
        self._items[key] = runs

    def _keep_replies(self) -> None:
        kept = [item for item in self._items.values() if isinstance(item, _Reply)]
        self._items.clear()
        self._bytes = 0
        for reply in kept:
            self._append(reply)

    def _append(self, item: _Item) -> None:
        self._count += 1
        self._items[(self._count,)] = item

    def _frames(self, entries: Iterable[LogEntry]) -> Iterator[Frame]:
        for entry in entries:
            before = self._position
            try:
                yield self._frame(entry)
            except (TypeError, ValueError):  # a value or name that is no text in UTF-8
                _LOG.exception("%s cannot be sent", entry.event.event)
                self._position = before

    def _frame(self, entry: LogEntry) -> Frame:
        prev, self._position = self._position, entry.seq
        if entry.framed is None or entry.framed[:2] != (prev, self.v1):
            entry.framed = prev, self.v1, self._encode(entry, prev)
        return entry.framed[2]

    def _encode(self, entry: LogEntry, prev: int) -> Frame:
        event = entry.event
        if self.v1 and entry.payload and isinstance(event, ev.IoValueChanged):
            return _binary(entry, event, prev)
        data = Raw(entry.data)
        if event.worker:
            return Frame(encode(WorkerEvent(event=event.event, data=data, seq=entry.seq, prev=prev)))
        text = encode(
            NodespaceEvent(
                event=event.event,
                data=data,
                seq=entry.seq,
                prev=prev,
                rev=entry.rev,
                by=entry.by or UNSET,
                cmd_id=UNSET if entry.cmd_id is None else entry.cmd_id,
            )
        )
        return Frame(text)


def _binary(entry: LogEntry, event: ev.IoValueChanged, prev: int) -> Frame:
    header = ValueFrameHeader(
        node_uuid=event.node_uuid,
        io_id=event.io_id,
        io_type=event.io_type,
        mime=event.mime,
        complete=event.complete,
        href=event.href,
        seq=entry.seq,
        prev=prev,
        rev=entry.rev,
        by=entry.by or UNSET,
        cmd_id=UNSET if entry.cmd_id is None else entry.cmd_id,
    )
    return encode_binary(header, entry.payload)


def coalescing_key(event: ev.Event) -> _Key | None:
    """Events of the same key replace each other; None for structure, which is kept."""
    if isinstance(event, ev.IoValueChanged):
        return ("value", event.node_uuid, event.io_type, event.io_id)
    if isinstance(event, ev.NodeProgress):
        return ("progress", event.uuid)
    if event.transient:
        return (event.event, event.key)
    return None


def _cost(item: _Item) -> int:
    return (
        len(item.data) + len(item.payload) + _ENVELOPE_BYTES
        if isinstance(item, LogEntry)
        else _ENVELOPE_BYTES
    )


def _node_of(event: ev.Event) -> str:
    uuid: str = event.uuid  # type: ignore[attr-defined]
    return uuid
