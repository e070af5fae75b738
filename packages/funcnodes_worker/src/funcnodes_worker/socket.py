"""`SocketWorker`: a worker over plain TCP, one JSON message a line.

The first line of a client is `{"type": "auth", "token": "<the shared secret>"}`; without it the connection ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from typing import Any

from funcnodes_worker.remote_worker import EmbeddedWorker
from funcnodes_worker.server.auth import check_bind, load_or_make_token
from funcnodes_worker.server.listen import bind
from funcnodes_worker.session import Session
from funcnodes_worker.worker import Worker

__all__ = ["SocketWorker"]

_AUTH_S = 10.0


class SocketWorker(EmbeddedWorker):
    """Serves any number of clients on a TCP port.

    Args:
        host: address to listen on; must be loopback.
        port: 0 takes a free one; `port` says which once it runs.
        **kwargs: as `EmbeddedWorker` takes them.
    """

    def __init__(self, host: str | None = None, port: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.host = host or "localhost"
        self.port = port or 0
        check_bind(self.host, tls=False, insecure=False)

    async def run_forever_async(self) -> None:
        """Serve until `stop`.

        Raises:
            PortTakenError: another program listens there.
        """
        async with self.running() as worker:
            limit = worker.config.settings.max_frame_bytes

            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await self._serve(worker, reader, writer)

            sockets = bind(self.host, self.port)
            self.port = sockets[0].getsockname()[1]
            async with contextlib.AsyncExitStack() as stack:
                for opened in sockets:
                    server = await asyncio.start_server(serve, sock=opened, limit=limit)
                    await stack.enter_async_context(server)
                self._serves_now()
                await worker.stop_requested.wait()

    async def _serve(
        self, worker: Worker, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.closing(writer), contextlib.suppress(ConnectionError, ValueError, TimeoutError):
            if not await self._may_enter(reader):
                return
            session = Session(worker, v1=False)
            worker.sessions.add(session)
            sender = asyncio.create_task(_send(session, writer))
            try:
                while line := await reader.readline():
                    session.receive(line)
            finally:
                worker.sessions.discard(session)
                session.close()
                await sender

    async def _may_enter(self, reader: asyncio.StreamReader) -> bool:
        async with asyncio.timeout(_AUTH_S):
            first = json.loads(await reader.readline() or b"null")
        token = first.get("token") if isinstance(first, dict) and first.get("type") == "auth" else None
        expected = load_or_make_token(self._config.config_dir)
        return isinstance(token, str) and hmac.compare_digest(token.encode(), expected.encode())


async def _send(session: Session, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while frames := await session.frames():
            for frame in frames:
                writer.write(frame.data + b"\n")
            await writer.drain()
