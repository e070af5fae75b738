"""Listening sockets and TLS as the command line speaks of them, and serving on both."""

import socket
import ssl
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from funcnodes.errors import PortTakenError, UsageError
from funcnodes_worker import errors as worker_errors
from funcnodes_worker.server.listen import bind

__all__ = ["open_sockets", "server_tls", "start_site", "url_host"]


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
    for opened in sockets:
        await web.SockSite(runner, opened, ssl_context=tls).start()
    return runner


def server_tls(certfile: str | None, keyfile: str | None) -> ssl.SSLContext | None:
    """TLS from a certificate's files, or None when none were given.

    Raises:
        UsageError: only one of the two was given, or they cannot be read.
    """
    if certfile is None and keyfile is None:
        return None
    if certfile is None or keyfile is None:
        raise UsageError("--certfile and --keyfile belong together")
    for option, name in (("--certfile", certfile), ("--keyfile", keyfile)):
        if not Path(name).is_file():
            raise UsageError(f"{option}: no such file {name!r}")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certfile, keyfile)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"the certificate {certfile!r} cannot be used: {error}") from error
    return context


def url_host(host: str) -> str:
    """The host as it stands in a URL: any-address becomes `localhost`, IPv6 gets brackets."""
    if host in {"0.0.0.0", "::", ""}:
        return "localhost"
    return f"[{host}]" if ":" in host else host
