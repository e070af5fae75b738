"""Running the web server and the manager together: what `funcnodes runserver` does, for programs."""

import asyncio
import inspect
import logging
import socket
import ssl
import webbrowser
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from aiohttp import web

from funcnodes.errors import InsecureBindError, PortTakenError, ProgramError
from funcnodes.manager.client import connect_manager, find_manager
from funcnodes.manager.registry import WorkerRegistry
from funcnodes.manager.service import DEFAULT_PORT, WorkerManager
from funcnodes.net.listen import open_sockets, server_tls, start_site
from funcnodes.net.workers import Address
from funcnodes.paths import STATIC_DIR
from funcnodes.signals import stop_event
from funcnodes.web.server import WebServer
from funcnodes_core.config import get_config, get_config_dir
from funcnodes_worker.errors import BindError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.server.auth import check_bind, load_or_make_token

__all__ = ["BaseServer", "ServerOptions", "serve", "serve_manager"]

_LOG = logging.getLogger("funcnodes.server")
_FIRST_WORKER = "default"
_SETTLE_DEADLINE_S = 20.0


@dataclass(frozen=True)
class ServerOptions:
    """How the web server is to run.

    Attributes:
        config_dir: The configuration folder.
        host: Where the web server listens.
        port: Its port; 0 takes a free one.
        manager_host: Where a manager listens that is started here.
        manager_port: Its port; None takes the configured one, or a free one if that is taken.
        start_manager: Whether to start a manager where none runs.
        first_worker: Whether to make a worker where there is none.
        open_browser: Whether to open the editor.
        certfile: Certificate, for TLS.
        keyfile: Its key.
        insecure: Whether to listen beyond this machine without TLS.
        hosts: Host names that are served beside the loopback ones.
        origins: Origins that may talk to the server beside its own.
        static: Folder of the built editor.
    """

    config_dir: ConfigDir
    host: str = "localhost"
    port: int = 8000
    manager_host: str = "localhost"
    manager_port: int | None = None
    start_manager: bool = True
    first_worker: bool = True
    open_browser: bool = True
    certfile: str | None = None
    keyfile: str | None = None
    insecure: bool = False
    hosts: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    static: Path = STATIC_DIR


@dataclass(frozen=True)
class Started:
    """What `serve` tells when everything runs.

    Attributes:
        url: The editor's address.
        launch_url: The same with a way in, for one browser within a minute.
        built: Whether there is an editor to serve.
    """

    url: str
    launch_url: str
    built: bool


async def serve(
    options: ServerOptions,
    *,
    say: Callable[[str], None] = _LOG.info,
    started: Callable[[Started], None] = lambda started: None,
    stop: asyncio.Event | None = None,
    adapt: Callable[[WebServer], None] = lambda server: None,
) -> None:
    """Serves the editor until it is told to stop; then stops the manager and the workers that it started.

    Args:
        options: How.
        say: Takes lines about what happens.
        started: Called once everything runs.
        stop: Ends the server when it is set; ctrl+c and SIGTERM by default.
        adapt: May add to the web server before it runs.

    Raises:
        ProgramError: a port is taken, the address is not safe, or the certificate cannot be used.
    """
    tls = server_tls(options.certfile, options.keyfile)
    _check_safe(options.host, tls, options.insecure)
    async with AsyncExitStack() as stack:
        ended = stop or stack.enter_context(stop_event())
        sockets = open_sockets(options.host, options.port, hint="choose another one with --port")
        stack.callback(_close_all, sockets)
        port: int = sockets[0].getsockname()[1]
        token = load_or_make_token(options.config_dir)
        manager = await _manager(options, stack, say)
        registry = WorkerRegistry(options.config_dir)
        server = WebServer(
            token,
            manager=lambda: manager,
            find_worker=registry.address,
            static=options.static,
            tls=tls is not None,
            hosts=(*options.hosts, options.host),
            origins=options.origins,
        )
        server.sessions.name_cookie(port)
        adapt(server)
        stack.push_async_callback(server.close)
        runner = await start_site(server.app, sockets, tls)
        stack.push_async_callback(runner.cleanup)
        if options.first_worker and manager is not None:
            await _first_worker(options.config_dir, registry, manager, say)
        started(
            Started(
                server.url(options.host, port), server.launch_url(options.host, port), server.static.built
            )
        )
        if options.open_browser:
            launch = server.launch_url(options.host, port)
            await asyncio.to_thread(_open_browser, launch)
        await ended.wait()
        say("Stopping")


async def serve_manager(
    config_dir: ConfigDir,
    host: str,
    port: int,
    *,
    certfile: str | None = None,
    keyfile: str | None = None,
    insecure: bool = False,
    started: Callable[[str, int], None] = lambda host, port: None,
) -> None:
    """Runs a manager alone until ctrl+c, SIGTERM or a client's `stop`.

    Raises:
        ProgramError: one runs already, or the port is taken.
    """
    tls = server_tls(certfile, keyfile)
    _check_safe(host, tls, insecure)
    if (running := await find_manager(config_dir)) is not None:
        raise PortTakenError(
            *running, hint=f"the workermanager of {str(config_dir.path)!r} runs there already"
        )
    async with AsyncExitStack() as stack:
        ended = stack.enter_context(stop_event())
        sockets = open_sockets(host, port, hint="choose another one with --port")
        manager = await _start_manager(config_dir, host, sockets, stack, tls)
        started(host, sockets[0].getsockname()[1])
        waits = {asyncio.ensure_future(ended.wait()), asyncio.ensure_future(manager.stopped.wait())}
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


def _check_safe(host: str, tls: ssl.SSLContext | None, insecure: bool) -> None:
    try:
        check_bind(host, tls=tls is not None, insecure=insecure)
    except BindError as error:
        raise InsecureBindError(host) from error


async def _manager(
    options: ServerOptions, stack: AsyncExitStack, say: Callable[[str], None]
) -> Address | None:
    """The address of the running manager, or of one that is started here."""
    running = await find_manager(options.config_dir)
    if running is not None:
        say(f"Using the workermanager that runs on port {running[1]}")
        return (*running, False)
    if not options.start_manager:
        return None
    sockets = _manager_sockets(options)
    await _start_manager(options.config_dir, options.manager_host, sockets, stack, None)
    return options.manager_host, sockets[0].getsockname()[1], False


def _manager_sockets(options: ServerOptions) -> list[socket.socket]:
    """Sockets for the manager: on the port that was asked for, or on a free one if only the usual one is taken."""
    if options.manager_port is not None:
        return open_sockets(
            options.manager_host, options.manager_port, hint="choose another one with --manager-port"
        )
    usual = int(get_config()["worker_manager"].get("port", DEFAULT_PORT))
    try:
        return open_sockets(options.manager_host, usual)
    except PortTakenError:
        return open_sockets(options.manager_host, 0)


async def _start_manager(
    config_dir: ConfigDir,
    host: str,
    sockets: list[socket.socket],
    stack: AsyncExitStack,
    tls: ssl.SSLContext | None,
) -> WorkerManager:
    stack.callback(_close_all, sockets)
    manager = WorkerManager(config_dir, hosts=(host,))
    runner = await start_site(manager.app, sockets, tls)
    stack.push_async_callback(runner.cleanup)
    stack.push_async_callback(manager.close)
    await manager.open(host, sockets[0].getsockname()[1])
    return manager


async def _first_worker(
    config_dir: ConfigDir, registry: WorkerRegistry, manager: Address, say: Callable[[str], None]
) -> None:
    """Makes and starts a worker in this environment where there is none, or waits for those of the last time."""
    uuids = [worker.uuid for worker in registry]
    if not uuids and not registry.damaged():
        say("Making a first worker in this Python environment")
        uuids = [registry.create(name=_FIRST_WORKER, in_venv=False).uuid]
    if len(uuids) != 1:
        return
    say("Starting the worker")
    try:
        async with (
            asyncio.timeout(_SETTLE_DEADLINE_S),
            connect_manager(config_dir, manager[:2]) as client,
        ):
            await client.ask({"type": "set_active", "workerid": uuids[0]})
    except TimeoutError:
        say("The worker takes long to start; the editor shows when it is ready")
    except ProgramError as error:
        say(f"The worker did not start: {error}")


def _open_browser(url: str) -> None:
    """Opens a browser where there is one; a machine without is no error."""
    with suppress(webbrowser.Error):
        webbrowser.open(url)


def _close_all(sockets: list[socket.socket]) -> None:
    for opened in sockets:
        opened.close()


class BaseServer:
    """A web server to derive from: other files below another URL, around the same way in and the same proxy.

    Attributes:
        STATIC_PATH: Folder of the files.
        STATIC_URL: Where they lie in the URL.
    """

    STATIC_PATH: ClassVar[str | Path] = STATIC_DIR
    STATIC_URL: ClassVar[str] = "/"

    def __init__(self, server: WebServer) -> None:
        self.server = server

    async def index(self, request: web.Request) -> web.StreamResponse:
        """The page at `/`."""
        return self.server.static.index()

    async def serve_static_file(self, request: web.Request) -> web.StreamResponse:
        """The file that a request asks for; the page at `/` where it names none."""
        prefix = self.STATIC_URL.strip("/")
        path = request.path.strip("/").removeprefix(prefix).lstrip("/")
        return self.server.static.serve(path) if path else self.server.static.index()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        response: Any = self.index(request)
        while inspect.isawaitable(
            response
        ):  # a derived class may return the coroutine of `serve_static_file`
            response = await response
        assert isinstance(response, web.StreamResponse)
        return response

    @classmethod
    def _adapt(cls, server: WebServer) -> None:
        own = cls(server)
        server.page = own._page
        if cls.STATIC_URL.strip("/"):
            server.static_handler = own.serve_static_file

    @classmethod
    def run_server(
        cls,
        port: int = 8029,
        host: str | None = None,
        open_browser: bool = True,
        worker_manager_host: str | None = None,
        worker_manager_port: int | None = None,
        worker_manager_ssl: bool | None = None,
        start_worker_manager: bool = True,
        has_worker_manager: bool = True,
        worker_host: str | None = None,
        worker_port: int | None = None,
        worker_ssl: bool | None = None,
        register_shutdown_handler: Callable[[Callable[[], None]], Any] | None = None,
        shutdown_timeout: float = 5.0,
        **kwargs: Any,
    ) -> None:
        """Serves until ctrl+c, or until the function given to `register_shutdown_handler` is called.

        The browser talks to this origin only, so the addresses of single workers (`worker_*`) are not needed and
        not used; `has_worker_manager=False` serves the files alone.
        """
        options = ServerOptions(
            config_dir=ConfigDir(get_config_dir()),
            host=host or "localhost",
            port=port,
            manager_host=worker_manager_host or "localhost",
            manager_port=worker_manager_port,
            start_manager=start_worker_manager and has_worker_manager,
            first_worker=False,
            open_browser=open_browser,
            static=Path(cls.STATIC_PATH),
        )
        with suppress(KeyboardInterrupt):
            asyncio.run(_run(cls._adapt, options, register_shutdown_handler))


async def _run(
    adapt: Callable[[WebServer], None],
    options: ServerOptions,
    register: Callable[[Callable[[], None]], Any] | None,
) -> None:
    stop: asyncio.Event | None = None
    if register is not None:
        stop = asyncio.Event()
        loop, event = asyncio.get_running_loop(), stop
        register(lambda: _set_from_anywhere(loop, event))
    await serve(options, stop=stop, adapt=adapt)


def _set_from_anywhere(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    with suppress(RuntimeError):  # the loop is closed: it has stopped already
        loop.call_soon_threadsafe(event.set)
