"""`WSWorker`: a worker served over WebSocket, from a script or inside another program."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import weakref
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, overload
from uuid import uuid4

import msgspec
from aiohttp import web

from funcnodes_core.lib.shelf import Shelf
from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.errors import NotRunningError
from funcnodes_worker.instance import Instance
from funcnodes_worker.paths import ConfigDir, default_config_dir
from funcnodes_worker.server.app import make_app
from funcnodes_worker.server.auth import check_bind, load_or_make_token
from funcnodes_worker.server.serve import (
    ServeOptions,
    listening,
    make_door,
    serve,
    take_certificate,
    take_port,
)
from funcnodes_worker.worker import Worker

__all__ = ["WSWorker"]

_R = TypeVar("_R")


class WSWorker:
    """One worker of a configuration directory; its file is made when it is not there yet.

    There are three ways to serve it. `run_forever` makes this process the worker's, as `python -m funcnodes_worker`
    does. `async with` serves it beside whatever else the running loop does, and `make_app` as a part of an aiohttp
    application; neither installs signal handlers, logs to files or ends the process.

    Args:
        host: address to listen on; loopback by default.
        port: port to listen on; a free one by default, and the same one ever after.
        uuid: which worker; a new one by default.
        name: what people see.
        data_path: the folder of its graph; in the configuration directory by default.
        config_dir: `FUNCNODES_CONFIG_DIR` or `~/.funcnodes` by default.
        temporary: everything lies in a temporary directory, which goes when the worker stops.
        shelves: node classes beside those of the installed modules.
        debug: callers get tracebacks.
        **ignored: what earlier releases took.
    """

    def __init__(
        self,
        host: str | None = None,
        port: int | None = None,
        *,
        uuid: str | None = None,
        name: str | None = None,
        data_path: Path | str | None = None,
        config_dir: Path | str | None = None,
        temporary: bool = False,
        shelves: Sequence[Shelf] = (),
        debug: bool = False,
        **ignored: Any,
    ) -> None:
        self._remove: Callable[[], object] = lambda: None
        if temporary:
            config_dir = tempfile.mkdtemp(prefix="funcnodes-")
            self._remove = weakref.finalize(self, shutil.rmtree, config_dir, ignore_errors=True)
        directory = ConfigDir(config_dir or default_config_dir()).create()
        self._options = ServeOptions(host=host, port=port, debug=debug, shelves=tuple(shelves))
        self._worker: Worker | None = None
        self._stack = AsyncExitStack()
        self._url: str | None = None
        self.config = _load_or_make(directory, uuid or uuid4().hex, name, data_path)

    def uuid(self) -> str:
        """The id of the worker."""
        return self.config.uuid

    def name(self) -> str:
        """The name of the worker."""
        return self.config.name

    @property
    def token(self) -> str:
        """What clients must say: `Authorization: Bearer <token>`."""
        return load_or_make_token(self.config.config_dir)

    @property
    def url(self) -> str:
        """The address of the worker inside `async with`.

        Raises:
            NotRunningError: it does not listen by itself now.
        """
        if self._url is None:
            raise NotRunningError(f"the worker {self.name()!r} does not listen")
        return self._url

    @property
    def worker(self) -> Worker:
        """The running worker.

        Raises:
            NotRunningError: it does not run.
        """
        if self._worker is None:
            raise NotRunningError(f"the worker {self.name()!r} does not run")
        return self._worker

    # -- serving

    async def run_forever_async(self) -> None:
        """Serve until a signal or a client says stop.

        Raises:
            StartError: it runs already, or its port is taken.
        """
        await serve(self.config, self._options)

    def run_forever(self) -> None:
        """The same in a loop of its own."""
        asyncio.run(self.run_forever_async())

    async def __aenter__(self) -> Self:
        """Serve beside everything else that the running loop does.

        Raises:
            StartError: it runs already, its port is taken, or its address must not be opened.
        """
        host = self._options.host or self.config.settings.host or "localhost"
        tls = take_certificate(self.config, None, None)
        check_bind(host, tls=tls is not None, insecure=False)
        worker = self._new_worker()
        async with AsyncExitStack() as stack:
            instance = self._take(stack, announced=True)
            sockets = take_port(self.config, host, self._options.port)
            url = await stack.enter_async_context(listening(worker, host, sockets, tls))
            instance.set_state("running", url)
            self._begin(worker, stack, url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def make_app(self, *, hosts: Iterable[str] = (), origins: Iterable[str] = ()) -> web.Application:
        """The worker as an aiohttp application, for `add_subapp("/graph/", ...)`; it starts and stops with that.

        Args:
            hosts: names under which the program is reached, beside loopback.
            origins: origins of web pages that may talk to the worker, beside the program's own.
        """
        worker = self._new_worker()
        app = make_app(worker, make_door(self.config, "localhost", hosts, origins))

        async def start(app: web.Application) -> None:
            async with AsyncExitStack() as stack:
                self._take(stack, announced=False)
                stack.push_async_callback(worker.stop)
                await worker.start()
                self._begin(worker, stack, None)

        async def stop(app: web.Application) -> None:
            await self._stack.aclose()

        app.on_startup.append(start)
        app.on_shutdown.append(stop)  # the program waits for its clients, so they must go first
        app.on_cleanup.append(stop)
        return app

    # -- the graph, for the program around it

    async def call(self, cmd: str, /, **kwargs: Any) -> Any:
        """Run a command as a client does and give its result as JSON data; undoable, and editors see it.

        Raises:
            NotRunningError: the worker does not run.
            CommandError: the command is unknown or refused.
        """
        result = await self.worker.run_cmd({"cmd": cmd, "kwargs": kwargs})
        return msgspec.to_builtins(result)

    @overload
    async def call_in_graph(self, function: Callable[..., Awaitable[_R]], *args: Any) -> _R: ...

    @overload
    async def call_in_graph(self, function: Callable[..., _R], *args: Any) -> _R: ...

    async def call_in_graph(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run `function(space, *args)` on the graph's thread and give what it gives; see `Worker.call_in_graph`.

        Raises:
            NotRunningError: the worker does not run, or ended before the function did.
            Exception: whatever the function raises.
        """
        return await self.worker.call_in_graph(function, *args)

    async def stop_asked(self) -> None:
        """Wait until a client asks the worker to stop; whether that happens is up to the program around it."""
        await self.worker.stop_requested.wait()

    # -- starting and stopping inside another program

    def _new_worker(self) -> Worker:
        return Worker(self.config, debug=self._options.debug, shelves=self._options.shelves)

    def _take(self, stack: AsyncExitStack, *, announced: bool) -> Instance:
        """Become the one process of this worker until the stack unwinds."""
        stack.callback(self._remove)
        instance = Instance(
            self.config.config_dir,
            self.uuid(),
            embedded=True,
            announced=announced,
            data_path=self.config.data_path,
        )
        instance.acquire()
        stack.callback(instance.release)
        stack.callback(instance.set_state, "stopped")
        instance.set_state("starting")
        return instance

    def _begin(self, worker: Worker, stack: AsyncExitStack, url: str | None) -> None:
        def end() -> None:
            self._worker = self._url = None

        self._worker, self._url = worker, url
        stack.callback(end)
        self._stack = stack.pop_all()


def _load_or_make(
    directory: ConfigDir, uuid: str, name: str | None, data_path: Path | str | None
) -> WorkerConfig:
    if directory.worker_json(uuid).exists():
        return WorkerConfig.load(directory, uuid)
    given = str(Path(data_path).absolute()) if data_path is not None else None
    config = WorkerConfig(directory, {"uuid": uuid})
    config.update(name=name or uuid, data_path=given, workertype="WSWorker")
    return config
