"""Opening listening sockets, so that a taken port is named before anything else starts."""

import errno
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from funcnodes.errors import PortTakenError, UsageError

__all__ = ["open_sockets", "server_tls", "start_site", "url_host"]

_LOOPBACK = ("127.0.0.1", "::1")
_TRIES = 20


def open_sockets(host: str, port: int, *, hint: str = "") -> list[socket.socket]:
    """Binds `host` and gives the listening sockets, all on one port.

    `localhost` means both loopback addresses, where the machine has both. Port 0 takes any free one.

    Raises:
        PortTakenError: somebody else listens there.
        UsageError: the host is no address of this machine.
    """
    for attempt in range(_TRIES):
        try:
            return _bind_all(host, port)
        except OSError as error:
            if port == 0 and error.errno == errno.EADDRINUSE and attempt < _TRIES - 1:
                continue  # the port that one address family chose is taken in the other
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                raise PortTakenError(host, port, hint) from error
            raise UsageError(f"cannot listen on {host!r} port {port}: {error.strerror or error}") from error
    raise PortTakenError(host, port, hint)


def _bind_all(host: str, port: int) -> list[socket.socket]:
    if host != "localhost":
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        return [_bind(family, host, port)]
    first = _bind(socket.AF_INET, _LOOPBACK[0], port)
    sockets = [first]
    try:
        sockets.append(_bind(socket.AF_INET6, _LOOPBACK[1], first.getsockname()[1]))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            first.close()
            raise
        # no IPv6 on this machine: one loopback address is all there is
    return sockets


def _bind(family: int, host: str, port: int) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        with suppress(OSError):  # only a convenience after a restart
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((host, port))
        opened.listen(128)
        opened.setblocking(False)
    except BaseException:
        opened.close()
        raise
    return opened


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
