"""What a session has to say, on its way into its WebSocket.

While the connection takes everything at once, frames go into it in one write for many, without a task in between.
Once it is behind, they wait in the outbox (where newer values replace older ones) and go one by one.
"""

from __future__ import annotations

import asyncio
import logging

from aiohttp import WSCloseCode, web

from funcnodes_worker.protocol.frames import Frame, websocket_frame
from funcnodes_worker.session import Session

__all__ = ["Outgoing"]

_LOG = logging.getLogger("funcnodes.worker.server")
_SEND_TIMEOUT_S = 60.0
_BATCH_BYTES = 256 * 1024
_OWED_BYTES = 4 * 1024 * 1024
_BEHIND_BYTES = 64 * 1024  # asyncio's own mark: beyond it a connection counts as full


class Outgoing:
    """Sends the frames of one session.

    Args:
        session: whose outbox it is.
        socket: made with `compress=False` and `writer_limit=0`, so that a send waits while the connection is full.
        transport: of that socket.
    """

    def __init__(self, session: Session, socket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self._session = session
        self._socket = socket
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._planned = self._ended = False
        self._behind = asyncio.Event()
        self._moved = asyncio.Event()
        session.on_ready = self.plan

    @property
    def planned(self) -> bool:
        """Whether it will send by itself in this turn of the loop, or in the next."""
        return self._planned

    def plan(self) -> None:
        """Send soon, together with whatever else is said until then."""
        if not self._planned:
            self._planned = True
            self._loop.call_soon(self._planned_flush)

    def flush(self) -> None:
        """Send what waits, as far as the connection takes it."""
        transport = self._transport
        if self._behind.is_set() or transport.is_closing() or self._socket.closed:
            return
        if transport.get_write_buffer_size() > _BEHIND_BYTES or self._session.closed:
            self._behind.set()
        elif frames := self._session.take(_BATCH_BYTES):
            transport.write(b"".join(map(websocket_frame, frames)))
            self._moved.set()
            if self._session.outbox:
                self.plan()

    def _planned_flush(self) -> None:
        self._planned = False
        self.flush()

    async def paid(self) -> None:
        """Wait until the client has taken most of its answers: before that it may ask for nothing more."""
        while self._session.outbox.owed_bytes > _OWED_BYTES and not self._ended:
            self._moved.clear()
            self.flush()
            await self._moved.wait()

    async def run(self) -> None:
        """Wait for the times at which the connection is behind, and for the end."""
        try:
            await self._run()
        finally:
            self._ended = True
            self._moved.set()

    async def _run(self) -> None:
        while not self._socket.closed:
            await self._behind.wait()
            try:
                async with asyncio.timeout(_SEND_TIMEOUT_S):
                    for frame in self._session.take(None if self._session.closed else 1):
                        await self._send(frame)
            except TimeoutError:
                _LOG.info("client %s takes nothing any more", self._session.client)
                await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
                return
            except ConnectionError:
                return
            if self._session.closed:  # the worker ends: its last words are sent
                revoked = self._session.revoked
                await self._socket.close(
                    code=WSCloseCode.POLICY_VIOLATION if revoked else WSCloseCode.GOING_AWAY
                )
                return
            self._behind.clear()
            self.flush()
            self._moved.set()

    async def _send(self, frame: Frame) -> None:
        if frame.binary:
            await self._socket.send_bytes(frame.data)
        else:
            await self._socket.send_str(frame.data.decode())
