"""One worker process from its start to its end."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import ssl
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from funcnodes_core.lib.shelf import Shelf
from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.errors import PortTakenError
from funcnodes_worker.graph import Durability
from funcnodes_worker.instance import Instance
from funcnodes_worker.processlog import captured
from funcnodes_worker.server.app import make_app
from funcnodes_worker.server.auth import Door, check_bind, is_loopback, load_or_make_token
from funcnodes_worker.server.ending import Ending
from funcnodes_worker.server.guard import Guard, GuardedSite
from funcnodes_worker.server.listen import bind, bind_free
from funcnodes_worker.server.tls import server_context
from funcnodes_worker.shares import ShareBook
from funcnodes_worker.worker import Worker

__all__ = [
    "ServeOptions",
    "listening",
    "make_door",
    "serve",
    "take_certificate",
    "take_port",
    "worker_url",
]

_LOG = logging.getLogger("funcnodes.worker")
_SHUTDOWN_S = 0.3
_SWITCH_S = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeOptions:
    """What the command line adds to a worker's file.

    Attributes:
        owns_process: nothing but the worker is in this process: it may be ended where something does not let go.
    """

    host: str | None = None
    port: int | None = None
    debug: bool = False
    durability: Durability = "grouped"
    insecure: bool = False
    certfile: str | None = None
    keyfile: str | None = None
    shelves: tuple[Shelf, ...] = ()
    owns_process: bool = False


async def serve(config: WorkerConfig, options: ServeOptions) -> None:
    """Serve one worker until it is told to stop, by a signal or a client.

    Raises:
        StartError: it runs already, its port is taken, or its address must not be opened.
    """
    instance = Instance(config.config_dir, config.uuid, data_path=config.data_path)
    instance.acquire()
    # beside a node that computes in Python, the loop that serves clients waits one such interval at each wake-up
    sys.setswitchinterval(_SWITCH_S)
    ending = Ending(instance, owns_process=options.owns_process)
    try:
        instance.set_state("starting")
        with ending.on_signals():
            await _serve(config, options, instance, ending)
    except asyncio.CancelledError:
        instance.set_state("stopped")
        if not ending.asked:
            raise
    except BaseException as error:
        instance.set_state("crashed", f"{type(error).__name__}: {error}")
        raise
    else:
        instance.set_state("stopped")
    finally:
        instance.release()


async def _serve(config: WorkerConfig, options: ServeOptions, instance: Instance, ending: Ending) -> None:
    host = options.host or config.settings.host or "localhost"
    tls = take_certificate(config, options.certfile, options.keyfile)
    check_bind(host, tls=tls is not None, insecure=options.insecure)
    sockets = take_port(config, host, options.port)
    worker = Worker(config, debug=options.debug, durability=options.durability, shelves=options.shelves)
    with captured(config.data_path, worker.book) as flush_parts:
        worker.log_teller.flush_parts = flush_parts
        async with listening(worker, host, sockets, tls) as url:
            instance.set_state("running", url)
            if options.owns_process:  # what is there now stays: later collections need not look at it again
                gc.collect()
                gc.freeze()
            _LOG.info("worker %s (%s) listens on %s", config.name, config.uuid, url)
            ending.begin_by(worker.request_stop)
            await _until_stopped(worker)
            ending.begun()
            instance.set_state("stopping")


@asynccontextmanager
async def listening(
    worker: Worker, host: str, sockets: Iterable[socket.socket], tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """A worker, started and served on sockets that are open already; gives its address."""
    runner = web.AppRunner(
        make_app(worker, make_door(worker.config, host)),
        access_log=None,
        shutdown_timeout=_SHUTDOWN_S,
        lingering_time=1.0,
    )
    try:
        await worker.start()
        await runner.setup()
        assert runner.server is not None
        guard = Guard(runner.server)
        for made in sockets:
            await GuardedSite(runner, made, guard, tls).start()
        yield worker_url(worker.config, host)
    finally:
        await worker.stop()
        await runner.cleanup()
        for made in sockets:
            made.close()


def take_certificate(
    config: WorkerConfig, certfile: str | None, keyfile: str | None
) -> ssl.SSLContext | None:
    """The certificate to serve with, if any: one that is given is the worker's own from then on.

    Raises:
        ConfigError: it cannot be used.
    """
    if certfile is not None or keyfile is not None:
        given = [None if name is None else str(Path(name).absolute()) for name in (certfile, keyfile)]
        context = server_context(*given)
        config.update(ssl=True, certfile=given[0], keyfile=given[1])
        return context
    settings = config.settings
    return server_context(settings.certfile, settings.keyfile) if settings.ssl else None


def take_port(config: WorkerConfig, host: str, wanted: int | None) -> list[socket.socket]:
    """Bind the worker's own port, or a free one that is its own from then on."""
    port = wanted if wanted is not None else config.settings.port
    if port:
        try:
            sockets = bind(host, port)
        except PortTakenError as error:
            raise PortTakenError(
                f"{error}; it belongs to the worker {config.name!r}: end that program, or give the worker "
                f"another port with --port"
            ) from None
    else:
        sockets = bind_free(host, config.ports_of_others())
    config.update(host=host, port=sockets[0].getsockname()[1])
    return sockets


def make_door(
    config: WorkerConfig, host: str, hosts: Iterable[str] = (), origins: Iterable[str] = ()
) -> Door:
    """The door of a worker that listens on a host; `hosts` and `origins` are allowed beside those of its file."""
    settings = config.settings
    own = [] if is_loopback(host) else [host]
    token = load_or_make_token(config.config_dir)
    return Door(
        token,
        hosts=[*settings.allowed_hosts, *own, *hosts],
        origins=[*settings.allowed_origins, *origins],
        shares=ShareBook(config.config_dir, token),
        worker=config.uuid,
    )


def worker_url(config: WorkerConfig, host: str) -> str:
    """The address of a worker that listens on a host."""
    scheme = "wss" if config.settings.ssl and config.settings.certfile else "ws"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{config.settings.port}/"


async def _until_stopped(worker: Worker) -> None:
    """Wait for the word to stop; with `required_heartbeat` also for clients that no longer need the worker."""
    patience = worker.config.settings.required_heartbeat
    while not worker.stop_requested.is_set():
        left = None if not patience else worker.last_beat + patience - time.monotonic()
        if left is not None and left <= 0:
            _LOG.info("no heartbeat for %s s", patience)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                await worker.stop_requested.wait()
