"""Connections before they have asked for anything: few, for a short time, and never in the way of others.

A connection that has sent a whole request goes to aiohttp, and this is out of its way. Until then it has ten seconds
and a bounded buffer; where there are too many, the one that has been silent longest goes for the one that comes.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import cast

from aiohttp import web

__all__ = ["Guard", "GuardedSite"]

MAX_SILENT = 200
MAX_OPEN = 500
PATIENCE_S = 10.0
_MAX_HEAD_BYTES = 32 * 1024
_END = b"\r\n\r\n"


class Guard:
    """Counts the connections of one server.

    Args:
        server: takes those that have asked for something.
        max_silent: how many may be open that have not.
        max_open: how many may be open in all.
        patience_s: how long one may stay silent.
    """

    def __init__(
        self,
        server: web.Server,
        *,
        max_silent: int = MAX_SILENT,
        max_open: int = MAX_OPEN,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.server = server
        self.patience_s = patience_s
        self._max_silent = max_silent
        self._max_open = max_open
        self._silent: dict[_Silent, None] = {}

    def arrived(self, connection: _Silent) -> None:
        """Take a connection in; where that is one too many, the oldest silent one goes."""
        self._silent[connection] = None
        total = len(self._silent) + len(self.server.connections)
        if len(self._silent) > self._max_silent or total > self._max_open:
            next(iter(self._silent)).drop()

    def left(self, connection: _Silent) -> None:
        """Forget a connection that has gone or has asked for something."""
        self._silent.pop(connection, None)

    def close(self) -> None:
        """End all that are silent."""
        for connection in list(self._silent):
            connection.drop()


class _Silent(asyncio.Protocol):
    """A connection until the head of its first request is there."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._head = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._timer = asyncio.get_running_loop().call_later(self._guard.patience_s, self.drop)
        self._guard.arrived(self)

    def data_received(self, data: bytes) -> None:
        searched = max(0, len(self._head) - len(_END))
        self._head += data
        if self._head.find(_END, searched) < 0 and len(self._head) <= _MAX_HEAD_BYTES:
            return
        self._leave()
        handler = self._guard.server()
        self._transport.set_protocol(handler)
        handler.connection_made(self._transport)
        handler.data_received(bytes(self._head))

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()

    def drop(self) -> None:
        """End the connection, without a word: nobody has asked for one."""
        self._leave()
        self._transport.abort()

    def _leave(self) -> None:
        self._timer.cancel()
        self._guard.left(self)


class GuardedSite(web.BaseSite):
    """Serves a runner's application on a listening socket, behind a guard.

    Args:
        runner: of the application; set up.
        sock: is listening.
        guard: the one of this runner.
        tls: the certificate, to serve over TLS.
    """

    def __init__(
        self, runner: web.AppRunner, sock: socket.socket, guard: Guard, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(runner, ssl_context=tls)
        self._sock = sock
        self._guard = guard

    @property
    def name(self) -> str:
        """The address, for aiohttp's messages."""
        return f"{'https' if self._ssl_context else 'http'}://{self._sock.getsockname()}"

    async def start(self) -> None:
        """Begin to accept connections."""
        await super().start()
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Silent(self._guard),
            sock=self._sock,
            ssl=self._ssl_context,
            ssl_handshake_timeout=self._guard.patience_s if self._ssl_context is not None else None,
        )

    async def stop(self) -> None:
        """Accept no more, and end those that are silent."""
        self._guard.close()
        await super().stop()
