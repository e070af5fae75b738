"""One thread that cuts values to what a port shows, once for all clients.

Encoders of modules are user code, so they never run on the serving loop. Of a port's values only the latest
waits. When a value takes longer than a second, the port shows its type and size meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import NamedTuple

from funcnodes_core.codec.preview import Preview, preview
from funcnodes_worker.projection import PortKey, PortValue

__all__ = ["SLOW_S", "PreviewThread", "describe"]

SLOW_S = 1.0
_LOG = logging.getLogger("funcnodes.worker.encoder")


class _Made(NamedTuple):
    key: PortKey
    held: PortValue
    preview: Preview


class _Running:
    """The value that the thread works on."""

    __slots__ = ("held", "key", "since", "told")

    def __init__(self, key: PortKey, held: PortValue, since: float) -> None:
        self.key = key
        self.held = held
        self.since = since
        self.told = False


def describe(value: object, note: str = "") -> Preview:
    """A preview that says only the type and the size of a value."""
    try:
        size = f", {len(value)} items" if hasattr(value, "__len__") else ""
    except Exception:  # noqa: BLE001 - __len__ of a user's object
        size = ""
    text = f"{type(value).__name__}{size}" + (f" ({note})" if note else "")
    return Preview("text/plain", text, False)


def _make(key: PortKey, held: PortValue) -> Preview:
    try:
        return preview(held.value, held.render_type)
    except Exception as error:  # noqa: BLE001 - encoders and values of modules are foreign code
        _LOG.warning("no preview of %s of %s: %r", key.io_id, key.node_uuid, error)
        return describe(held.value, "no preview")


class PreviewThread:
    """Makes previews away from the serving loop.

    Args:
        deliver: called on the serving loop with each preview that is still wanted.
        threads: without them (Pyodide) each preview is made when it is asked for.
    """

    def __init__(
        self, deliver: Callable[[PortKey, PortValue, Preview], None], *, threads: bool = True
    ) -> None:
        self._deliver = deliver
        self._threads = threads
        self._jobs: OrderedDict[PortKey, PortValue] = OrderedDict()
        self._made: deque[_Made] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._current: _Running | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._thread = threading.Thread(target=self._run, name="funcnodes-previews", daemon=True)

    def start(self) -> None:
        """Start the thread; call it on the serving loop."""
        self._loop = asyncio.get_running_loop()
        if self._threads:
            self._thread.start()

    def stop(self) -> None:
        """Let the thread end after the value that it works on."""
        with self._wake:
            self._stopping = True
            self._jobs.clear()
            self._wake.notify()
        if self._watch is not None:
            self._watch.cancel()

    def request(self, key: PortKey, held: PortValue) -> None:
        """Ask for the preview of a port's value, in place of an older one that still waits."""
        if not self._threads:
            self._deliver(key, held, _make(key, held))
            return
        with self._wake:
            self._jobs.pop(key, None)
            self._jobs[key] = held
            self._wake.notify()
        if self._watch is None and self._loop is not None:
            self._watch = self._loop.call_later(SLOW_S, self._look)

    def _run(self) -> None:
        while (job := self._next_job()) is not None:
            key, held = job
            self._current = _Running(key, held, time.monotonic())
            made = _make(key, held)
            self._current = None
            self._post(_Made(key, held, made))

    def _next_job(self) -> tuple[PortKey, PortValue] | None:
        with self._wake:
            self._wake.wait_for(lambda: self._jobs or self._stopping)
            return None if self._stopping else self._jobs.popitem(last=False)

    def _look(self) -> None:
        """On the serving loop, once a second while there is work: is one value taking too long?"""
        self._watch = None
        current = self._current
        if current is None and not self._jobs:
            return
        if current is not None and not current.told and time.monotonic() - current.since >= SLOW_S:
            current.told = True
            key, held = current.key, current.held
            kind = type(held.value)
            _LOG.warning(
                "the preview of %s of %s takes over %s s: %s", key.io_id, key.node_uuid, SLOW_S, kind
            )
            self._deliver(key, held, describe(held.value, "preview is being made"))
        assert self._loop is not None
        self._watch = self._loop.call_later(SLOW_S / 2, self._look)

    def _post(self, made: _Made) -> None:
        with self._wake:
            first = not self._made
            self._made.append(made)
        if first and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._flush)

    def _flush(self) -> None:
        with self._wake:
            made = list(self._made)
            self._made.clear()
        for one in made:
            self._deliver(*one)
