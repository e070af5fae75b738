"""Workers without a server of their own: a script, a browser or a queue carries their messages.

There is no door here: whoever subclasses decides who may talk to it.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import sys
import threading
import typing
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import msgspec
from exposedfunctionality import get_exposed_methods

from funcnodes_core.lib.shelf import Shelf
from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.instance import Instance
from funcnodes_worker.paths import ConfigDir, default_config_dir
from funcnodes_worker.protocol.frames import Frame, decode_binary
from funcnodes_worker.rpc.registry import Command, Registry
from funcnodes_worker.session import Session
from funcnodes_worker.worker import Worker

__all__ = ["EmbeddedWorker", "RemoteWorker"]

_THREADS = sys.platform != "emscripten"


class EmbeddedWorker:
    """A worker that a script starts and stops.

    Methods of subclasses that are decorated with `exposedfunctionality.exposed_method()` become commands, also in
    the place of one of ours.

    Args:
        data_path: the folder of the graph; in the configuration directory by default.
        default_nodes: shelves beside those of the installed modules.
        nodespace_delay: ignored, as the next two: nothing is polled and every edit is kept at once.
        local_worker_lookup_delay: ignored.
        save_delay: ignored.
        required_heatbeat: ends without a heartbeat in so many seconds (the name is that of earlier releases).
        uuid: which worker; a new one by default.
        name: what people see.
        debug: callers get tracebacks.
        **ignored: what earlier releases took.
    """

    def __init__(
        self,
        data_path: Path | str | None = None,
        default_nodes: Sequence[Shelf] | None = None,
        nodespace_delay: float = 0.005,
        local_worker_lookup_delay: float = 5,
        save_delay: float = 5,
        required_heatbeat: float | None = None,
        uuid: str | None = None,
        name: str | None = None,
        debug: bool = False,
        **ignored: Any,
    ) -> None:
        facts: dict[str, Any] = {"uuid": uuid or uuid4().hex, "name": name}
        if data_path is not None:
            facts["data_path"] = str(Path(data_path).expanduser().absolute())
        if required_heatbeat is not None:
            facts["required_heartbeat"] = required_heatbeat
        self._config = WorkerConfig(ConfigDir(default_config_dir()), facts)
        self._shelves = list(default_nodes or ())
        self._debug = debug
        self._worker: Worker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving: asyncio.Task[None] | None = None
        self._serves: asyncio.Event | None = None

    async def __aenter__(self) -> Self:
        """Serve beside everything else that the running loop does.

        Raises:
            StartError: its port is taken.
            DocumentError: the graph's files cannot be opened.
        """
        self._serves = asyncio.Event()
        self._serving = asyncio.create_task(self.run_forever_async())
        begun = asyncio.create_task(self._serves.wait())
        try:
            await asyncio.wait([self._serving, begun], return_when=asyncio.FIRST_COMPLETED)
        finally:
            begun.cancel()
        if self._serving.done():
            self._serving.result()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._serving is not None:
            await self._serving

    def uuid(self) -> str:
        """The id of the worker."""
        return self._config.uuid

    def name(self) -> str:
        """The name of the worker."""
        return self._config.name

    @property
    def runstate(self) -> str:
        """ "undefined", "starting", "running", "stopping" or "stopped"."""
        return "undefined" if self._worker is None else self._worker.runstate

    async def run_cmd(self, cmd: Mapping[str, Any]) -> Any:
        """Run a command from inside: `{"cmd": name, "kwargs": {...}}`; gives its result.

        Raises:
            RuntimeError: the worker does not run.
            Exception: whatever the command raises.
        """
        if self._worker is None:
            raise RuntimeError("the worker does not run")
        return await self._worker.run_cmd(cmd)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Worker]:
        """The worker, started; it is stopped at the end.

        Raises:
            StartError: it runs already, or another worker keeps its graph in the same folder.
            DocumentError: the graph's files cannot be opened.
        """
        self._loop = asyncio.get_running_loop()
        config = self._config
        config.config_dir.create()
        config.data_path.mkdir(mode=0o700, parents=True, exist_ok=True)
        worker = Worker(
            config,
            debug=self._debug,
            registry=registry_with_methods_of(self),
            shelves=self._shelves,
            threads=_THREADS,
        )
        instance = Instance(
            config.config_dir, config.uuid, embedded=True, announced=False, data_path=config.data_path
        )
        instance.acquire()
        self._worker = worker
        try:
            async with worker:
                yield worker
        finally:
            instance.release()

    def stop(self) -> None:
        """Begin to end; from any thread."""
        if self._worker is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._worker.request_stop)

    async def run_forever_async(self) -> None:
        """Serve until `stop`."""
        async with self.running() as worker:
            self._serves_now()
            await worker.stop_requested.wait()

    def _serves_now(self) -> None:
        """Clients are answered from now on."""
        if self._serves is not None:
            self._serves.set()

    def run_forever(self) -> None:
        """The same in a loop of its own."""
        asyncio.run(self.run_forever_async())

    def run_forever_threaded(self) -> threading.Thread:
        """The same in a thread of its own."""
        thread = threading.Thread(target=self.run_forever, name="funcnodes-worker", daemon=True)
        thread.start()
        return thread


class RemoteWorker(EmbeddedWorker, ABC):
    """A worker with one client, whose messages a subclass carries; it speaks `funcnodes.v1`."""

    _session: Session | None = None
    _early: tuple[bytes | str, ...] = ()  # what came before the worker ran

    @abstractmethod
    async def sendmessage(self, msg: str, **kwargs: Any) -> None:
        """Carry a JSON message to the client."""

    @abstractmethod
    async def send_bytes(self, data: bytes, header: dict[str, Any], **kwargs: Any) -> None:
        """Carry bytes and what they are to the client."""

    def receive_message(self, message: str | bytes | Mapping[str, Any]) -> asyncio.Future[None]:
        """Take in a message of the client; the answer comes by `sendmessage`. It need not be awaited."""
        frame = message if isinstance(message, (str, bytes)) else json.dumps(message)
        if self._session is None:
            self._early = (*self._early, frame)
        else:
            self._session.receive(frame)
        taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        taken.set_result(None)
        return taken

    async def run_forever_async(self) -> None:
        """Serve the client until `stop`."""
        async with self.running() as worker:
            session = self._session = Session(worker, v1=True)
            worker.sessions.add(session)
            for frame in self._early:
                session.receive(frame)
            self._early = ()
            sender = asyncio.create_task(self._send(session))
            self._serves_now()
            await worker.stop_requested.wait()
        await sender

    async def _send(self, session: Session) -> None:
        while frames := await session.frames():
            for frame in frames:
                await self._carry(frame)

    async def _carry(self, frame: Frame) -> None:
        if frame.binary:
            header, payload = decode_binary(frame.data)
            await self.send_bytes(payload, msgspec.to_builtins(header))
        else:
            await self.sendmessage(frame.data.decode())


def registry_with_methods_of(owner: object) -> Registry:
    """Our commands, and over them the methods that an object exposes."""
    registry = REGISTRY.copy()
    for name, (method, _) in get_exposed_methods(owner).items():
        registry.replace(Command(_as_handler(name, method), scope="admin", mutates=False, on="serve"))
    return registry


def _as_handler(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """A method as the function of a command; what has no type is Any."""

    @functools.wraps(method)
    def handler(ctx: object, **kwargs: Any) -> Any:
        return method(**kwargs)

    signature = inspect.signature(method)
    hints = typing.get_type_hints(method)
    handler.__name__ = name
    handler.__annotations__ = {key: hints.get(key, Any) for key in (*signature.parameters, "return")}
    context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    handler.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[context, *signature.parameters.values()]
    )
    del handler.__wrapped__  # its signature must not be found behind ours
    return handler
