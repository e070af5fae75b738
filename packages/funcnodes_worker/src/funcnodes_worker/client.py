"""A small Python client of a worker.

::

    async with await connect("ws://localhost:9382/", token) as worker:
        node = await worker.call("add_node", node_id="funcnodes.math.add")
        async for event in worker.events():
            print(event["event"], event["data"])
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any
from urllib.parse import urljoin

import aiohttp

from funcnodes_worker.errors import CallFailedError, ConnectionFailedError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.server.auth import read_token

__all__ = ["WorkerClient", "connect"]

_SUBPROTOCOL = "funcnodes.v1"
_MAX_FRAME_BYTES = 64 * 1024 * 1024


async def connect(url: str, token: str | None = None, *, config_dir: ConfigDir | None = None) -> WorkerClient:
    """A client of the worker at `url` (`ws://host:port/`).

    Args:
        token: the shared secret; without it the token file of `config_dir` is read.

    Raises:
        ConnectionFailedError: nobody listens there, or the token is refused.
    """
    if token is None and config_dir is not None:
        token = read_token(config_dir)
    session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {token or ''}"})
    try:
        socket = await session.ws_connect(
            url, protocols=(_SUBPROTOCOL,), max_msg_size=_MAX_FRAME_BYTES, autoping=True
        )
    except aiohttp.ClientError as error:
        await session.close()
        raise ConnectionFailedError(f"cannot connect to {url}: {error}") from error
    return WorkerClient(url, session, socket)


class WorkerClient:
    """One connection to a worker; made by `connect`."""

    def __init__(
        self, url: str, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self.hello: dict[str, Any] = {}
        self._url = url
        self._session = session
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._events: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._reader = asyncio.create_task(self._read())

    async def __aenter__(self) -> WorkerClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def close_code(self) -> int | None:
        """Why the worker ended the connection: 1001 when it ends itself; None while it lasts."""
        return self._socket.close_code

    async def call(self, cmd: str, /, **kwargs: Any) -> Any:
        """Run a command and give its result.

        Raises:
            CallFailedError: the worker answered with an error.
            ConnectionFailedError: the connection ended before the answer.
        """
        answer = await self.request(cmd, kwargs)
        if answer["type"] == "error":
            raise CallFailedError(answer["error"], answer["code"], answer.get("data") or {})
        return answer.get("result")

    async def request(self, cmd: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Run a command and give the whole answer, result or error.

        Raises:
            ValueError: a value that JSON cannot say, such as NaN; `to_exact` gives the form that it can.
            ConnectionFailedError: the connection ended before the answer.
        """
        number = next(self._ids)
        # strict, because an answer to a frame that is no JSON could not say whom it answers
        text = json.dumps(
            {"type": "cmd", "id": number, "cmd": cmd, "kwargs": kwargs}, allow_nan=False, ensure_ascii=False
        )
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            await self._socket.send_str(text)
            return await answer
        except ConnectionError as error:
            raise ConnectionFailedError(f"the connection to {self._url} is closed") from error
        finally:
            self._waiting.pop(number, None)

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Every event frame (also `progress` and `resync`) as it comes, until the connection ends."""
        while (event := await self._events.get()) is not None:
            yield event
        self._events.put_nowait(None)  # for who iterates again

    async def close(self) -> None:
        """End the connection."""
        await self._socket.close()
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader
        await self._session.close()

    async def _read(self) -> None:
        try:
            async for frame in self._socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    await self._take(json.loads(frame.data))
        finally:
            self._events.put_nowait(None)
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ConnectionFailedError(f"the connection to {self._url} ended"))

    async def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "large_message":
            message = await self._fetch(message["msg_id"])
        if message["type"] in ("result", "error"):
            answer = self._waiting.get(message.get("id", 0))
            if answer is not None and not answer.done():
                answer.set_result(message)
        elif message["type"] == "hello":
            self.hello = message
        elif message["type"] != "pong":
            self._events.put_nowait(message)

    async def _fetch(self, msg_id: str) -> dict[str, Any]:
        url = urljoin(self._url.replace("ws", "http", 1), f"message/{msg_id}")
        async with self._session.get(url) as response:
            response.raise_for_status()
            message: dict[str, Any] = await response.json()
            return message
