"""Running the web server and the manager together: what `funcnodes runserver` does."""

import asyncio
import logging
import os
import socket
import ssl
import sys
import webbrowser
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from funcnodes.errors import InsecureBindError, PortTakenError, ProgramError
from funcnodes.manager.client import connect_manager, find_manager
from funcnodes.manager.registry import WorkerRegistry
from funcnodes.manager.service import DEFAULT_PORT, WorkerManager
from funcnodes.manager.state import manager_address
from funcnodes.net.address import Address
from funcnodes.net.listen import open_sockets, server_tls, start_site
from funcnodes.net.public import PublicAddress
from funcnodes.paths import STATIC_DIR
from funcnodes.signals import stop_event
from funcnodes.web.client import running_editor
from funcnodes.web.running import announced
from funcnodes.web.server import WebServer
from funcnodes_core.config import get_config
from funcnodes_worker.errors import BindError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.server.auth import check_bind, load_or_make_token
from funcnodes_worker.shares import ShareBook

__all__ = ["ServerOptions", "Started", "serve", "serve_manager"]

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
        base_url: Where browsers reach it through a reverse proxy.
        trusted_proxies: Proxies whose word about who asks is believed.
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
    base_url: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    static: Path = STATIC_DIR


@dataclass(frozen=True)
class Started:
    """What `serve` tells when everything runs.

    Attributes:
        url: The editor's address.
        launch_url: The same with a way in, for one browser within a minute.
        built: Whether there is an editor to serve.
        ours: False where a server that ran already has the port.
    """

    url: str
    launch_url: str
    built: bool
    ours: bool = True


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
    public = PublicAddress(options.base_url, options.trusted_proxies)
    tls = server_tls(options.certfile, options.keyfile)
    _check_safe(options.host, tls, options.insecure)
    async with AsyncExitStack() as stack:
        ended = stop or stack.enter_context(stop_event())
        try:
            sockets = open_sockets(options.host, options.port, hint="choose another one with --port")
        except PortTakenError:
            if await _use_running(options, tls, started):
                return
            raise
        stack.callback(_close_all, sockets)
        port: int = sockets[0].getsockname()[1]
        token = load_or_make_token(options.config_dir)
        manager, stopped = await _manager(options, stack, say)
        registry = WorkerRegistry(options.config_dir)
        server = WebServer(
            token,
            manager=lambda: _manager_now(options.config_dir, manager),
            find_worker=registry.address,
            static=options.static,
            tls=tls is not None,
            hosts=(*options.hosts, *_own_names(options.host)),
            origins=options.origins,
            shares=ShareBook(options.config_dir, token),
            public=public,
        )
        server.sessions.name_cookie(port)
        adapt(server)
        stack.push_async_callback(server.close)
        runner = await start_site(server.app, sockets, tls)
        stack.push_async_callback(runner.cleanup)
        if options.first_worker and manager is not None:
            await _unless(ended, _first_worker(options.config_dir, registry, manager, say))
        stack.enter_context(announced(options.config_dir, server.url(options.host, port)))
        started(
            Started(
                server.url(options.host, port), server.launch_url(options.host, port), server.static.built
            )
        )
        if options.open_browser:
            await _open_browser(server.launch_url(options.host, port))
        await _first_of(ended, stopped)
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
            running.host,
            running.port,
            hint=f"the workermanager of {str(config_dir.path)!r} runs there already",
        )
    async with AsyncExitStack() as stack:
        ended = stack.enter_context(stop_event())
        sockets = open_sockets(host, port, hint="choose another one with --port")
        manager = await _start_manager(config_dir, host, sockets, stack, tls, certfile)
        started(host, sockets[0].getsockname()[1])
        await _first_of(ended, manager.stopped)


async def _unless(event: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Does some work, and leaves it when the event is set."""
    task = asyncio.ensure_future(work)
    wait = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({task, wait}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        wait.cancel()
        task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _own_names(host: str) -> list[str]:
    """Names by which browsers reach a server that listens on a host; all of this machine's for any-address."""
    if host not in {"0.0.0.0", "::"}:
        return [host]
    name = socket.gethostname()
    with suppress(OSError):
        return [name, *{str(entry[4][0]) for entry in socket.getaddrinfo(name, None)}]
    return [name]


async def _first_of(*events: asyncio.Event) -> None:
    """Waits until one of the events is set."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _check_safe(host: str, tls: ssl.SSLContext | None, insecure: bool) -> None:
    try:
        check_bind(host, tls=tls is not None, insecure=insecure)
    except BindError as error:
        raise InsecureBindError(host) from error


async def _manager(
    options: ServerOptions, stack: AsyncExitStack, say: Callable[[str], None]
) -> tuple[Address | None, asyncio.Event]:
    """The address of the running manager, or of one that is started here, and what tells of its end."""
    running = await find_manager(options.config_dir)
    if running is not None:
        say(f"Using the workermanager that runs on port {running[1]}")
        return running, asyncio.Event()
    if not options.start_manager:
        return None, asyncio.Event()
    sockets = _manager_sockets(options)
    manager = await _start_manager(options.config_dir, options.manager_host, sockets, stack, None)
    return Address(options.manager_host, sockets[0].getsockname()[1]), manager.stopped


def _manager_now(config_dir: ConfigDir, before: Address | None) -> Address | None:
    """Where the manager listens now: one that another process runs may have moved since."""
    return manager_address(config_dir) or before


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
    certfile: str | None = None,
) -> WorkerManager:
    stack.callback(_close_all, sockets)
    manager = WorkerManager(config_dir, hosts=(host,))
    runner = await start_site(manager.app, sockets, tls)
    stack.push_async_callback(runner.cleanup)
    stack.push_async_callback(manager.close)
    certificate = str(Path(certfile).absolute()) if certfile is not None else None
    await manager.open(Address(host, sockets[0].getsockname()[1], tls is not None, certificate))
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
            connect_manager(config_dir, manager) as client,
        ):
            await client.ask({"type": "set_active", "workerid": uuids[0]})
    except TimeoutError:
        say("The worker takes long to start; the editor shows when it is ready")
    except ProgramError as error:
        say(f"The worker did not start: {error}")


async def _use_running(
    options: ServerOptions, tls: ssl.SSLContext | None, started: Callable[[Started], None]
) -> bool:
    """Opens the editor of a server of ours that has the port already; False where it is somebody else's."""
    launch = await running_editor(options.config_dir, options.host, options.port, tls)
    if launch is None:
        return False
    started(Started(launch.partition("?")[0], launch, built=True, ours=False))
    if options.open_browser:
        second = await running_editor(options.config_dir, options.host, options.port, tls)
        await _open_browser(second or launch)
    return True


async def _open_browser(url: str) -> None:
    """Opens a browser where there is one; a machine without a screen would show a text browser in the terminal."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in screens):
        return
    with suppress(webbrowser.Error):
        await asyncio.to_thread(webbrowser.open, url)


def _close_all(sockets: list[socket.socket]) -> None:
    for opened in sockets:
        opened.close()
