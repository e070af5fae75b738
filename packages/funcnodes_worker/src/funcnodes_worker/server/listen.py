"""Opening listening sockets, so that a taken port is named before anything else starts."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterable

from funcnodes_worker.config import FIRST_PORT
from funcnodes_worker.errors import PortTakenError, StartError

__all__ = ["bind", "bind_free"]

_LAST_PORT = FIRST_PORT + 1000
_TRIES = 20
# Windows says EACCES of a port that another program has for itself alone
_TAKEN = frozenset({errno.EADDRINUSE, errno.EACCES} if sys.platform == "win32" else {errno.EADDRINUSE})


def bind(host: str, port: int) -> list[socket.socket]:
    """Listening sockets for a host name, all on one port; `localhost` means 127.0.0.1 and ::1.

    Args:
        host: a name or address of this machine.
        port: 0 takes any free one.

    Raises:
        PortTakenError: another program listens there.
        StartError: this machine does not have the address.
    """
    for _ in range(_TRIES if port == 0 else 0):
        try:
            return _bind_all(host, port)
        except PortTakenError:
            continue  # the port that one address family chose is taken in the other
    return _bind_all(host, port)


def _bind_all(host: str, port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            made = _listen(family, address, port)
            if made is not None:
                sockets.append(made)
                port = made.getsockname()[1]  # the same for every family when 0 was asked for
    except BaseException:
        for made in sockets:
            made.close()
        raise
    if not sockets:
        raise StartError(f"cannot listen on {host!r}: this machine does not have that address")
    return sockets


def bind_free(host: str, taken: Iterable[int]) -> list[socket.socket]:
    """Listening sockets on the first free port from 9382 on that no other worker owns.

    Raises:
        PortTakenError: a thousand ports are taken.
    """
    avoid = set(taken)
    for port in range(FIRST_PORT, _LAST_PORT):
        if port in avoid:
            continue
        try:
            return bind(host, port)
        except PortTakenError:
            continue
    raise PortTakenError(f"no free port between {FIRST_PORT} and {_LAST_PORT}")


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    if host.lower() == "localhost":
        return [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise StartError(f"cannot listen on {host!r}: {error.strerror}") from None
    return list(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


def _listen(family: socket.AddressFamily, address: str, port: int) -> socket.socket | None:
    """One listening socket, or None where the machine lacks the address (often ::1 in containers)."""
    try:
        made = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None
    try:
        if sys.platform != "win32":  # there it would let two programs share the port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((address, port))
        made.listen(128)
    except OSError as error:
        made.close()
        if error.errno in _TAKEN:
            raise PortTakenError(f"port {port} on {address} is taken by another program") from None
        if error.errno in (errno.EACCES, errno.EPERM):
            raise StartError(
                f"this user may not listen on port {port} of {address}: ports below 1024 need more rights"
            ) from None
        return None
    return made
