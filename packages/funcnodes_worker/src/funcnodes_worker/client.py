"""A Python client of a worker.

::

    async with await connect("ws://localhost:9382/", token) as worker:
        graph = await worker.follow()
        await worker.add_node("funcnodes.add", uuid="sum")
        await graph.until(lambda graph: "sum" in graph.nodes)
        async for event in worker.events():
            print(event["event"], event["data"])

Every command of the worker is a method; `help(worker.add_node)` says what it takes.
"""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import inspect
import itertools
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Any
from urllib.parse import urljoin

import aiohttp

from funcnodes_worker.client_copy import GraphCopy, value_frame
from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.errors import CallFailedError, ConnectionFailedError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.protocol.frames import decode_binary
from funcnodes_worker.rpc.registry import Command
from funcnodes_worker.server.auth import read_token
from funcnodes_worker.server.tls import client_context

__all__ = ["WorkerClient", "connect"]

_SUBPROTOCOL = "funcnodes.v1"
_MAX_FRAME_BYTES = 64 * 1024 * 1024
_MAX_EVENTS = 100_000  # that nobody has taken; the oldest go
_FIRST_WAIT_S = 0.05
_LONGEST_WAIT_S = 2.0


async def connect(
    url: str,
    token: str | None = None,
    *,
    config_dir: ConfigDir | None = None,
    reconnect_s: float = 0.0,
    certificate: str | None = None,
) -> WorkerClient:
    """A client of the worker at `url` (`ws://host:port/`).

    Args:
        token: the shared secret; without it the token file of `config_dir` is read.
        reconnect_s: how long to try again after the connection was lost. Calls that wait for their answer are then
            answered over the next connection and not done twice; only one that a worker took with it when it ended
            fails.
        certificate: file of the worker's certificate, where no authority that this machine knows has signed it.

    Raises:
        ConnectionFailedError: nobody listens there, or the token is refused.
    """
    if token is None and config_dir is not None:
        token = read_token(config_dir)
    session = aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {token or ''}"},
        connector=aiohttp.TCPConnector(ssl=True if certificate is None else client_context(certificate)),
    )
    client = WorkerClient(url, session, reconnect_s)
    try:
        await client._open()
    except BaseException:
        await session.close()
        raise
    return client


class WorkerClient:
    """One client of a worker; made by `connect`.

    Attributes:
        hello: what the worker said first.
    """

    def __init__(self, url: str, session: aiohttp.ClientSession, reconnect_s: float = 0.0) -> None:
        self.hello: dict[str, Any] = {}
        self._url = url
        self._session = session
        self._reconnect_s = reconnect_s
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._ids = itertools.count(1)
        self._waiting: dict[int, _Call] = {}
        self._events: deque[dict[str, Any]] = deque(maxlen=_MAX_EVENTS)
        self._event_came = asyncio.Event()
        self._ended = False
        self._copy: GraphCopy | None = None
        self._client = ""
        self._epoch = ""
        self._seq = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> WorkerClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in REGISTRY:
            near = difflib.get_close_matches(name, [command.name for command in REGISTRY])
            hint = f"; perhaps {' or '.join(map(repr, near))}" if near else ""
            raise AttributeError(f"a worker has no command {name!r}{hint}")
        return _method(self, REGISTRY.get(name))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(command.name for command in REGISTRY)})

    @property
    def close_code(self) -> int | None:
        """Why the worker ended the connection: 1001 when it ends itself; None while it lasts."""
        return None if self._socket is None else self._socket.close_code

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
        if self._ended:
            raise ConnectionFailedError(f"the connection to {self._url} is closed")
        call = self._waiting[number] = _Call(text)
        try:
            await self._send(text)
            return await call.answer
        finally:
            self._waiting.pop(number, None)

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Every event frame (also `progress` and `resync`) as it comes, until the connection has ended for good.

        Each is given once, also where several iterate. One that nobody takes is kept for the next who asks.
        """
        while True:
            while self._events:
                yield self._events.popleft()
            if self._ended:
                return
            self._event_came.clear()
            await self._event_came.wait()

    async def follow(self) -> GraphCopy:
        """A copy of the graph that is kept in step, over lost connections too; the same one for all who ask."""
        if self._copy is None:
            self._copy = GraphCopy()
            await self.call("full_state")  # taken in where it comes
        return self._copy

    async def close(self) -> None:
        """End the connection."""
        self._reconnect_s = 0.0
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        for task in self._tasks:
            task.cancel()
        if self._socket is not None:
            await self._socket.close()
        await self._session.close()

    # -- the connection

    async def _open(self) -> None:
        """Connect, and read from then on."""
        self._socket = await self._connect()
        self._reader = asyncio.create_task(self._run())

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        try:
            return await self._session.ws_connect(
                self._url, protocols=(_SUBPROTOCOL,), max_msg_size=_MAX_FRAME_BYTES, autoping=True
            )
        except (aiohttp.ClientError, OSError) as error:
            raise ConnectionFailedError(f"cannot connect to {self._url}: {error}") from error

    async def _send(self, text: str) -> None:
        assert self._socket is not None
        try:
            await self._socket.send_str(text)
        except (ConnectionError, aiohttp.ClientError) as error:
            if not self._reconnect_s:
                raise ConnectionFailedError(f"the connection to {self._url} is closed") from error

    async def _run(self) -> None:
        try:
            while True:
                await self._read()
                if not await self._again():
                    return
        finally:
            self._ended = True
            self._event_came.set()
            self._fail_all(f"the connection to {self._url} ended")

    async def _again(self) -> bool:
        """Connect anew and go on where the connection was lost; False when the time for that is over."""
        if not self._reconnect_s:
            return False
        wait_s = _FIRST_WAIT_S
        try:
            async with asyncio.timeout(self._reconnect_s):
                while True:
                    try:
                        self._socket = await self._connect()
                    except ConnectionFailedError:
                        await asyncio.sleep(wait_s)  # for a worker that starts again
                        wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
                    else:
                        return True
        except TimeoutError:
            return False

    async def _read(self) -> None:
        assert self._socket is not None
        async for frame in self._socket:
            if frame.type is aiohttp.WSMsgType.TEXT:
                await self._take(json.loads(frame.data))
            elif frame.type is aiohttp.WSMsgType.BINARY:
                header, payload = decode_binary(frame.data)
                await self._take({**value_frame(header), "payload": payload})

    def _fail_all(self, why: str) -> None:
        for call in self._waiting.values():
            if not call.answer.done():
                call.answer.set_exception(ConnectionFailedError(why))

    # -- messages

    async def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "large_message":
            message = await _fetch(self._session, self._url, message["msg_id"])
        match message["type"]:
            case "result" | "error":
                self._take_answer(message)
            case "hello":
                await self._greeted(message)
            case "pong":
                return
            case "resync":
                self._events.append(message)
                self._event_came.set()
                self._ask_full_state()
            case _:
                self._take_event(message)

    async def _greeted(self, hello: dict[str, Any]) -> None:
        self.hello = hello
        if not self._client:
            self._client, self._epoch, self._seq = hello["client"], hello["epoch"], hello["seq"]
            return
        if hello["epoch"] != self._epoch:
            # it is another process: whether the one before did what it was asked, nobody can say
            self._fail_all("the worker ended before it answered; what was asked may have been done")
            self._epoch, self._seq = hello["epoch"], hello["seq"]
            self._client = hello["client"]
            self._ask_full_state()
            return
        position = {"epoch": self._epoch, "client": self._client, "seq": self._seq}
        await self._send(json.dumps({"type": "cmd", "cmd": "catch_up", "kwargs": position}))
        for call in list(self._waiting.values()):
            await self._send(call.text)  # remembered under its id: not done twice

    def _take_answer(self, message: dict[str, Any]) -> None:
        if message.get("cmd") == "full_state" and message["type"] == "result":
            self._seq = message["result"]["seq"]
            if self._copy is not None:
                self._copy.load(message["result"])
        call = self._waiting.get(message.get("id", 0))
        if call is not None and not call.answer.done():
            call.answer.set_result(message)

    def _take_event(self, message: dict[str, Any]) -> None:
        if "seq" in message:
            self._seq = message["seq"]
            if self._copy is not None and self._copy.epoch:
                if not self._copy.apply(message):
                    self._ask_full_state()
                elif message["event"] == "library_changed":
                    self._spawn(self._load_library())
        self._events.append(message)
        self._event_came.set()

    def _ask_full_state(self) -> None:
        if self._copy is not None:
            self._copy.epoch = ""  # no event fits until it is there
            self._spawn(self.call("full_state"))

    async def _load_library(self) -> None:
        library = await self.call("get_library")
        if self._copy is not None:
            self._copy.load_library(library)

    def _spawn(self, work: Any) -> None:
        async def quietly() -> None:
            with contextlib.suppress(ConnectionFailedError):  # then there is nothing to keep in step
                await work

        task = asyncio.create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _fetch(session: aiohttp.ClientSession, url: str, msg_id: str) -> dict[str, Any]:
    """A message that was too large for a frame."""
    async with session.get(urljoin(url.replace("ws", "http", 1), f"message/{msg_id}")) as response:
        response.raise_for_status()
        message: dict[str, Any] = await response.json()
        return message


class _Call:
    """A command that waits for its answer."""

    __slots__ = ("answer", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()


def _method(client: WorkerClient, command: Command) -> Callable[..., Any]:
    """A command as a method of a client, with the signature and the words of the worker's own function."""
    own = inspect.signature(command.handler)
    signature = own.replace(parameters=list(own.parameters.values())[1:])

    async def method(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs).arguments
        return await client.call(command.name, **given)

    method.__name__ = method.__qualname__ = command.name
    method.__doc__ = command.doc
    method.__signature__ = signature  # type: ignore[attr-defined]
    return method
