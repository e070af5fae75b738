"""The manager's server: requests of its clients, news to all of them, and the way through to each worker."""

import asyncio
import contextlib
import logging
import sys
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from funcnodes.errors import ProgramError
from funcnodes.manager.messages import Identify, Ping, Request, Stop, WorkerStatusRequest, decode
from funcnodes.manager.operations import Operations
from funcnodes.manager.registry import WorkerRegistry
from funcnodes.manager.supervisor import Supervisor
from funcnodes.manager.visible import check_scope, visible
from funcnodes.net.address import Address
from funcnodes.net.workers import WorkerGate
from funcnodes_core.exceptions import FuncNodesError
from funcnodes_worker.errors import WorkerError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.scopes import FULL, Grant
from funcnodes_worker.server.auth import Door, caller_of, load_or_make_token
from funcnodes_worker.shares import ShareBook

__all__ = ["DEFAULT_PORT", "WorkerManager"]

DEFAULT_PORT = 9380

_LOG = logging.getLogger("funcnodes.manager")
_FRAME_LIMIT_BYTES = 1024 * 1024
_CLIENTS = 256
_OF_A_LINK = 50
_INACTIVE = {"stopped", "crashed", "unreachable"}


class WorkerManager:
    """The workermanager of one configuration folder.

    It is an aiohttp application (`app`) plus what stands behind it; who runs it binds the sockets, then calls
    `open` and in the end `close`.

    Args:
        config_dir: The configuration folder.
        hosts: Host names that are served beside the loopback ones.
    """

    def __init__(self, config_dir: ConfigDir, *, hosts: tuple[str, ...] = ()) -> None:
        self.config_dir = config_dir
        self.registry = WorkerRegistry(config_dir)
        self.supervisor = Supervisor(self.registry, self._status_changed)
        self.stopped = asyncio.Event()
        token = load_or_make_token(config_dir)
        self._operations = Operations(self.registry, self.supervisor, self._tell_all)
        self._clients: set[_Client] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = WorkerGate(self.registry.address)
        self.app = web.Application()
        door = Door(token, hosts=hosts, shares=ShareBook(config_dir, token))
        door.protect(self.app)
        door.open_to(self.app.router.add_get("/", self._websocket), "view")
        self.app.router.add_get("/healthz", _healthz)
        self._gate.add_routes(self.app, door)

    async def open(self, address: Address) -> None:
        """Begins to supervise; where it listens is written down, so that other programs find this manager."""
        self.supervisor.state.opened(address)
        self.supervisor.open()

    async def close(self) -> None:
        """Ends clients, tasks and the workers that end with this manager."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.supervisor.close()
        for client in list(self._clients):
            await client.close()
        await self._gate.close()
        self.supervisor.state.closed()

    def status(self, grant: Grant = FULL) -> dict[str, Any]:
        """The `worker_status` message, as a caller sees it."""
        workers = [
            seen
            for worker in self.registry
            if (seen := visible(self.supervisor.describe(worker), grant)) is not None
        ]
        return {
            "type": "worker_status",
            "active": [worker for worker in workers if worker["status"] not in _INACTIVE],
            "inactive": [worker for worker in workers if worker["status"] in _INACTIVE],
        }

    def _status_changed(self) -> None:
        status = self.status()
        for client in list(self._clients):
            client.tell(status if client.grant.full else self.status(client.grant))

    def _tell_all(self, message: dict[str, Any]) -> None:
        for client in list(self._clients):
            if client.grant.full:
                client.tell(message)

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        grant = caller_of(request).grant
        if len(self._clients) >= _CLIENTS:
            raise web.HTTPServiceUnavailable(text="too many clients")
        if not grant.full and sum(one.grant.share == grant.share for one in self._clients) >= _OF_A_LINK:
            raise web.HTTPTooManyRequests(text="too many clients by this link")
        socket = web.WebSocketResponse(max_msg_size=_FRAME_LIMIT_BYTES, heartbeat=30.0)
        await socket.prepare(request)
        client = _Client(socket, grant)
        self._clients.add(client)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._take(client, message.data)
        finally:
            self._clients.discard(client)
            await client.close()
        return socket

    def _take(self, client: "_Client", text: str) -> None:
        """Follows a request in a task of its own: a long one holds nobody up and survives its client."""
        try:
            request = decode(text)
            check_scope(request, client.grant)
        except ProgramError as error:
            client.tell(_failure(error))
            return
        task = asyncio.create_task(self._follow(client, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, client: "_Client", request: Request) -> None:
        def reply(message: dict[str, Any]) -> None:
            client.tell({**message, "id": request.id} if request.id is not None else message)

        def announce(message: dict[str, Any]) -> None:
            reply(message)
            for other in self._clients - {client}:
                if other.grant.full:
                    other.tell(message)

        try:
            match request:
                case Ping():
                    client.tell("pong" if request.id is None else {"type": "pong", "id": request.id})
                case Identify():
                    reply({"class": "WorkerManager", "py": sys.executable})
                case WorkerStatusRequest():
                    reply(self.status(client.grant))
                case Stop():
                    self.stopped.set()
                case _:
                    await self._operations.do(request, reply, announce)
        except (ProgramError, WorkerError, FuncNodesError, OSError) as error:
            reply(_failure(error))


class _Client:
    """One connected client: messages wait in a queue, so that a slow one holds nobody up."""

    _WAITING = 1000

    def __init__(self, socket: web.WebSocketResponse, grant: Grant) -> None:
        self.grant = grant
        self._socket = socket
        self._queue: asyncio.Queue[str] = asyncio.Queue(self._WAITING)
        self._sender = asyncio.create_task(self._send())
        self._closing: asyncio.Task[bool] | None = None

    def tell(self, message: dict[str, Any] | str) -> None:
        """Queues a message; a client that reads nothing for a thousand of them, or whose link is over, is let go."""
        if not self.grant.alive():
            self._let_go()
            return
        text = message if isinstance(message, str) else msgspec.json.encode(message).decode()
        try:
            self._queue.put_nowait(text)
        except asyncio.QueueFull:
            self._let_go()

    def _let_go(self) -> None:
        self._sender.cancel()
        if self._closing is None:
            self._closing = asyncio.create_task(self._socket.close(code=WSCloseCode.POLICY_VIOLATION))

    async def close(self) -> None:
        """Ends the connection."""
        self._sender.cancel()
        if self._closing is not None:
            await asyncio.gather(self._closing, return_exceptions=True)
        await asyncio.gather(self._sender, return_exceptions=True)
        await self._socket.close()

    async def _send(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await self._socket.send_str(await self._queue.get())


def _failure(error: Exception) -> dict[str, Any]:
    message = {
        "type": "error",
        "error": f"{type(error).__name__}: {error}",
        "code": getattr(error, "code", "os_error"),
    }
    worker = getattr(error, "worker", None)
    return message if worker is None else {**message, "workerid": worker}


async def _healthz(request: web.Request) -> web.Response:
    return web.Response()
