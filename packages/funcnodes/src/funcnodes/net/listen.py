"""Listening sockets and TLS as the command line speaks of them, and serving on both."""

import socket
import ssl
from collections.abc import Sequence

from aiohttp import web

from funcnodes.errors import PortTakenError, UsageError
from funcnodes_worker import errors as worker_errors
from funcnodes_worker.server.guard import Guard, GuardedSite
from funcnodes_worker.server.listen import bind
from funcnodes_worker.server.tls import server_context

__all__ = ["open_sockets", "server_tls", "start_site"]


def open_sockets(host: str, port: int, *, hint: str = "") -> list[socket.socket]:
    """Binds `host` and gives the listening sockets, all on one port.

    `localhost` means both loopback addresses, where the machine has both. Port 0 takes any free one.

    Raises:
        PortTakenError: somebody else listens there.
        UsageError: the host is no address of this machine.
    """
    try:
        return bind(host, port)
    except worker_errors.PortTakenError as error:
        raise PortTakenError(host, port, hint) from error
    except worker_errors.StartError as error:
        raise UsageError(str(error)) from error


async def start_site(
    app: web.Application, sockets: Sequence[socket.socket], tls: ssl.SSLContext | None = None
) -> web.AppRunner:
    """Serves an application on sockets that are open already; `cleanup()` of what it gives ends it."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    assert runner.server is not None
    guard = Guard(runner.server)
    for opened in sockets:
        await GuardedSite(runner, opened, guard, tls).start()
    return runner


def server_tls(certfile: str | None, keyfile: str | None) -> ssl.SSLContext | None:
    """TLS from a certificate's files, or None when none were given.

    Raises:
        UsageError: only one of the two was given, or they cannot be read.
    """
    try:
        return server_context(certfile, keyfile)
    except worker_errors.ConfigError as error:
        raise UsageError(str(error)) from error
