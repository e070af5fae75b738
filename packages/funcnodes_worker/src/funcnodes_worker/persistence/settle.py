"""Writing what runs have made, soon after the graph has come to rest.

Values are collected on the graph's thread by reference, encoded by another thread (encoders of modules are user code
and may be slow) and journaled on the graph's thread again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, NamedTuple

from msgspec import UNSET

from funcnodes_core.codec.exact import to_exact
from funcnodes_core.codec.preview import preview
from funcnodes_core.exceptions import NotExactError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.node import Node
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.sentinels import NoValue
from funcnodes_core.types import Secret
from funcnodes_worker.journal import PortValue
from funcnodes_worker.persistence.blobs import BlobSource
from funcnodes_worker.persistence.store import DocumentStore
from funcnodes_worker.persistence.values import pack, store_kind

__all__ = ["Settler"]

_LOG = logging.getLogger("funcnodes.worker.document")
REST_S = 0.3
"""How long the graph must be at rest; with the encoding it stays below the promised second."""

BUSY_S = 5.0
"""A graph that never rests is written at this pace."""

MOST_S = 10.0
"""After failures the next attempt waits ever longer, up to this."""


_TRIGGER_PORTS = ("_triggerinput", "_triggeroutput")


class _Held(NamedTuple):
    uuid: str
    io: str
    value: Any
    render_type: str | None
    is_input: bool
    port: NodeIO


RenderType = Callable[[Node, NodeIO], "str | None"]


class Settler:
    """Keeps the store's settled values up to date with a space.

    Args:
        executor: what encodes values; the loop's own by default.
    """

    def __init__(
        self,
        space: NodeSpace,
        store: DocumentStore,
        render_type: RenderType,
        executor: Executor | None = None,
    ) -> None:
        self._executor = executor
        self._space = space
        self._store = store
        self._render_type = render_type
        self._dirty: dict[NodeIO, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._waited_s = 0.0
        self._failures = 0
        self._under_way: list[_Held] | None = None
        self.after_write: Callable[[], None] = lambda: None

    @property
    def busy(self) -> bool:
        """Whether values are being encoded and stored right now."""
        return self._under_way is not None

    # -- what happened

    def value_changed(self, port: NodeIO) -> None:
        """A port has another value; called by who observes the space."""
        self._dirty[port] = None
        if self._timer is None:
            self.wake()

    def wake(self) -> None:
        """Look soon whether the graph is at rest."""
        if self._timer is not None or self._under_way is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # a graph without a loop is written when it is closed
        self._timer = loop.call_later(min(REST_S * 2**self._failures, MOST_S), self._look)

    def _look(self) -> None:
        self._timer = None
        idle = self._space.idle()
        self._waited_s += REST_S
        if not idle and self._waited_s < BUSY_S:
            self.wake()
            return
        self._waited_s = 0.0
        held = self._collect()
        rev = self._store.rev if idle else self._store.settled_rev
        if not held and rev == self._store.settled_rev:
            return
        self._under_way = held
        loop = asyncio.get_running_loop()
        job = loop.run_in_executor(self._executor, encode_all, held, self._store.blobs)
        job.add_done_callback(lambda done: self._encoded(done, held, rev))

    def _encoded(self, done: asyncio.Future[list[PortValue]], held: list[_Held], rev: int) -> None:
        if self._under_way is not held:
            return  # `close` has written them
        self._under_way = None
        if done.cancelled():
            return
        try:
            self._write(done.result(), held, rev)
        except OSError as exc:
            _LOG.error("values cannot be written: %s", exc)
            self._mark(held)
            self._failures += 1
        else:
            self._failures = 0
        self.after_write()
        if self._dirty or self._store.rev > self._store.settled_rev:
            self.wake()

    def _mark(self, held: list[_Held]) -> None:
        self._dirty.update(dict.fromkeys(one.port for one in held))

    def _write(self, ports: list[PortValue], held: list[_Held], rev: int) -> None:
        if self._store.rev != rev:
            # an input that was set meanwhile must not get its old value back
            inputs = [one for one in held if one.is_input]
            self._mark(inputs)
            later = {(one.uuid, one.io) for one in inputs}
            ports = [port for port in ports if (port.uuid, port.io) not in later]
        ports = [port for port in ports if port.uuid in self._store.model.nodes]
        self._store.write_settled(ports, rev)

    def close(self) -> None:
        """Writes what has not been written, here and now.

        Raises:
            JournalError: the disk refused.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._under_way is not None:
            self._mark(self._under_way)
            self._under_way = None
        rev = self._store.rev if self._space.idle() else self._store.settled_rev
        held = self._collect()
        if held or rev != self._store.settled_rev:
            self._write(encode_all(held, self._store.blobs), held, rev)

    # -- which values

    def _collect(self) -> list[_Held]:
        dirty, self._dirty = self._dirty, {}
        held = []
        for port in dirty:
            node = port.node
            if node is None or node.nodespace is not self._space or port.id in _TRIGGER_PORTS:
                continue  # removed since, or never kept
            if not isinstance(port.value, Secret) and not self._is_known(port):
                kind = self._render_type(node, port)
                held.append(_Held(node.uuid, port.id, _own_value(port), kind, port.is_input(), port))
        return held

    def _is_known(self, port: NodeIO) -> bool:
        """Whether opening brings an input's value back anyway: from its source, or from what people have set."""
        if not port.is_input():
            return False
        key = (port.node.uuid, port.id)
        if port.links_in:
            sources = [link.src for link in port.links_in if link.src.id not in _TRIGGER_PORTS]
            known = any(source.value is port.value for source in sources)
        else:
            recorded = self._store.model.field(("nodes", key[0], "io", key[1], "value"))
            known = _records(recorded, _own_value(port))
        return known and key not in self._store.settled


def _own_value(port: NodeIO) -> Any:
    """What a port holds itself: an input that shows its default holds nothing."""
    if port.is_input() and port.value is port.default:  # type: ignore[attr-defined]
        return NoValue
    return port.value


def _records(recorded: Any, value: Any) -> bool:
    if value is NoValue:
        return recorded is UNSET
    try:
        return bool(to_exact(value, max_bytes=1000) == recorded)
    except NotExactError:
        return False


def encode_all(held: list[_Held], blobs: BlobSource) -> list[PortValue]:
    """The values as the journal keeps them; previews of those that have no exact form.

    Raises:
        OSError: a large value cannot be stored.
    """
    return [_encode(one, blobs) for one in held]


def _encode(held: _Held, blobs: BlobSource) -> PortValue:
    try:
        kind, packed = store_kind(held.value, blobs)
        return PortValue(uuid=held.uuid, io=held.io, value=packed, kind=kind)
    except NotExactError:
        pass
    try:
        shown = preview(held.value, held.render_type)
        data = pack(to_exact(shown.data), blobs)
    except Exception as exc:
        if isinstance(exc, OSError):
            raise
        _LOG.warning("no preview of %s of %s: %r", held.io, held.uuid, exc)
        return PortValue(uuid=held.uuid, io=held.io, mime="text/plain", data=type(held.value).__name__)
    return PortValue(uuid=held.uuid, io=held.io, mime=shown.mime, data=data)
