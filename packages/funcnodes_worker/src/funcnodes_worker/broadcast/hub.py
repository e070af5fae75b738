"""The log of events and the clients that follow it; lives on the serving loop.

The graph's thread posts `Change` records. Each is applied to the projection, gets its place in the log (`seq`) and
goes to every client's outbox. Values are turned into previews first: plain ones here, all others by one thread.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from funcnodes_core.codec.exact import NotExactError, to_exact
from funcnodes_core.codec.preview import Preview
from funcnodes_core.sentinels import NoValue
from funcnodes_worker.broadcast.encoder import PreviewThread
from funcnodes_worker.broadcast.outbox import LogEntry, Outbox, coalescing_key
from funcnodes_worker.projection import PortKey, PortValue, Projection
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.messages import CommandId
from funcnodes_worker.protocol.shapes import NO_VALUE, LibraryState

__all__ = ["Hub", "value_event"]

_LOG_EVENTS = 20_000
_LOG_BYTES = 32 * 1024 * 1024
_INLINE_TEXT = 4096
_SMALL_VALUE_BYTES = 4096
_PLAIN = (int, float, bool, type(None))
_RUN_EVENTS = (ev.NodeTriggered, ev.NodeDone, ev.NodeRan, ev.NodeErrored, ev.Status)


class Hub:
    """Puts changes in order and hands them to the clients."""

    def __init__(self, projection: Projection, *, threads: bool = True) -> None:
        self.projection = projection
        self.epoch = secrets.token_hex(8)
        self.seq = 0
        self.rev = 0
        self.previews = PreviewThread(self._preview_made, threads=threads)
        self._log: deque[LogEntry] = deque()
        self._log_bytes = 0
        self._log_start = 0
        self._outboxes: dict[Outbox, Callable[[], None]] = {}
        self._followed = False
        self._latest: dict[str, dict[tuple[Any, ...], LogEntry]] = {}
        self._causes: dict[PortKey, ev.Change] = {}
        self._shown: dict[PortKey, int] = {}
        self._bytes: dict[PortKey, tuple[int, Preview]] = {}

    @property
    def clients(self) -> int:
        """How many clients follow."""
        return len(self._outboxes)

    def attach(self, outbox: Outbox, wake: Callable[[], None]) -> None:
        """Let an outbox collect events from now on; `wake` is called after something was put in."""
        self._outboxes[outbox] = wake
        self._followed = True

    def detach(self, outbox: Outbox) -> None:
        """Let an outbox collect nothing more."""
        self._outboxes.pop(outbox, None)

    def catch_up(self, outbox: Outbox, epoch: str, seq: int) -> bool:
        """Put in what a client missed since `seq`; False when that is not known any more (resync)."""
        if epoch != self.epoch or not self._log_start <= seq <= self.seq:
            return False
        outbox.restart_at(seq)
        missed = [entry for entry in self._log if entry.seq > seq]
        missed += [e for latest in self._latest.values() for e in latest.values() if e.seq > seq]
        for entry in sorted(missed, key=lambda entry: entry.seq):
            outbox.put_event(entry)
        return not outbox.lost

    def shown_bytes(self, key: PortKey) -> tuple[int, Preview] | None:
        """The preview of a port that shows bytes, with the version of the value."""
        return self._bytes.get(key) if key in self.projection.values else None

    # -- changes

    def publish(self, change: ev.Change) -> None:
        """Take in one change from the graph's thread."""
        self.rev = max(self.rev, change.rev)
        if isinstance(change.what, ev.ValueChanged):
            self._value_changed(change, change.what)
        else:
            self._publish_event(change.what, change)

    def set_library(self, library: LibraryState) -> None:
        """Take in another library and tell the clients to ask for it."""
        self.projection.library = library
        self.announce(ev.LibraryChanged())

    def announce(self, event: ev.Event, *, by: str = "", cmd_id: CommandId | None = None) -> None:
        """Publish an event of the serving side itself."""
        self._publish_event(event, ev.Change(what=event, rev=self.rev, by=by, cmd_id=cmd_id))

    def _publish_event(self, event: ev.Event, cause: ev.Change, payload: bytes = b"") -> None:
        self.projection.apply(event)
        self.seq += 1
        entry = LogEntry(
            event, seq=self.seq, rev=cause.rev, by=cause.by, cmd_id=cause.cmd_id, payload=payload
        )
        self._remember(entry)
        for outbox, wake in list(self._outboxes.items()):
            outbox.put_event(entry)
            wake()

    def _remember(self, entry: LogEntry) -> None:
        event = entry.event
        if not self._followed:  # nobody was told of this epoch yet, so nobody can catch up with it
            self._log_start = entry.seq
            return
        if event.transient:
            return
        if isinstance(event, _RUN_EVENTS):
            self._remember_run(event, entry)
        elif (key := coalescing_key(event)) is not None:
            self._latest.setdefault(key[1], {})[key] = entry
        else:
            self._log.append(entry)
            self._log_bytes += len(entry.data)  # encoded now: later events change the records in it
            if isinstance(event, ev.NodeRemoved):
                self._latest.pop(event.uuid, None)
            elif isinstance(event, ev.NodespaceCleared):
                self._latest.clear()
                self._causes.clear()
                self._shown.clear()
                self._bytes.clear()
            while len(self._log) > _LOG_EVENTS or self._log_bytes > _LOG_BYTES:
                oldest = self._log.popleft()
                self._log_bytes -= len(oldest.data)
                self._log_start = oldest.seq

    def _remember_run(self, event: ev.Event, entry: LogEntry) -> None:
        uuid: str = event.uuid  # type: ignore[attr-defined]
        node = self.projection.nodes.get(uuid)
        if node is not None:
            whole = ev.Status(uuid=uuid, status=node.status, error=node.error, duration_s=node.duration_s)
            self._latest.setdefault(uuid, {})[("run", uuid)] = entry.with_event(whole)

    # -- values

    def _value_changed(self, change: ev.Change, value: ev.ValueChanged) -> None:
        held = self.projection.put_value(value)
        if held is None:
            return
        key = PortKey(value.node_uuid, value.io_id, value.io_type)
        if (made := _inline(value)) is not None:
            self._show(key, held, made, change)
        else:
            self._causes[key] = change
            self.previews.request(key, held)

    def _preview_made(self, key: PortKey, held: PortValue, made: Preview) -> None:
        """A preview is shown unless a newer one was: so a port that changes all the time still shows something."""
        now = self.projection.values.get(key)
        cause = self._causes.get(key)
        if now is None or cause is None or held.version < max(self._shown.get(key, 0), now.since):
            return
        self._show(key, held, made, cause)

    def _show(self, key: PortKey, held: PortValue, made: Preview, cause: ev.Change) -> None:
        self._shown[key] = held.version
        self._bytes.pop(key, None)
        if isinstance(made.data, bytes):
            self._bytes[key] = (held.version, made)
        payload = made.data if isinstance(made.data, bytes) else b""
        self._publish_event(value_event(key, held, made), cause, payload)


def _inline(value: ev.ValueChanged) -> Preview | None:
    """The preview of a value that is plain enough to be made on the serving loop."""
    held = value.value
    if held is NoValue:
        return Preview("application/json", NO_VALUE, True)
    if value.render_type is not None:
        return None
    if type(held) in _PLAIN or (type(held) is str and len(held) <= _INLINE_TEXT):
        try:
            return Preview("application/json", to_exact(held), True)
        except NotExactError:  # a lone surrogate
            return None
    return None


def value_event(key: PortKey, held: PortValue, made: Preview) -> ev.IoValueChanged:
    """What a client is told of a value: its preview, and where to fetch what JSON cannot carry or the preview lacks."""
    event = ev.IoValueChanged(
        node_uuid=key.node_uuid,
        io_id=key.io_id,
        io_type=key.io_type,
        mime=made.mime,
        preview=made.data,
        complete=made.complete,
    )
    if isinstance(made.data, bytes):
        event.preview = None
        event.href = f"/value/{key.node_uuid}/{key.io_id}?preview=1&io_type={key.io_type}&rev={held.version}"
    elif not made.complete:
        event.href = f"/value/{key.node_uuid}/{key.io_id}?io_type={key.io_type}&rev={held.version}"
    if made.complete and made.mime == "application/json":
        try:
            event.value = to_exact(held.value, max_bytes=_SMALL_VALUE_BYTES)
        except NotExactError:
            event.value = UNSET
    return event
