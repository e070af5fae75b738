"""Listening sockets: a taken port and a wrong host are named."""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from typing import Any

import pytest

from funcnodes.errors import PortTakenError, UsageError
from funcnodes.net.address import url_host
from funcnodes.net.listen import open_sockets, server_tls


def test_localhost_means_loopback_on_one_port() -> None:
    opened = open_sockets("localhost", 0)
    try:
        names = [made.getsockname()[:2] for made in opened]
    finally:
        for made in opened:
            made.close()

    assert names[0][0] == "127.0.0.1"
    assert {host for host, _ in names} <= {"127.0.0.1", "::1"}
    assert len({port for _, port in names}) == 1


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"port {port} .*try another") as refused:
            open_sockets("localhost", port, hint="try another")

    assert (refused.value.port, refused.value.host) == (port, "localhost")
    assert isinstance(refused.value, OSError)


class Forbidding(socket.socket):
    """What a user without rights meets at a low port; tests may run as root, who meets nothing."""

    def bind(self, address: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")


def test_a_port_that_needs_rights_is_not_called_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", Forbidding)

    with pytest.raises(UsageError, match=r"may not listen on port 80 .*more rights"):
        open_sockets("localhost", 80)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7"])
def test_a_host_that_is_not_ours_is_named(host: str) -> None:
    with pytest.raises(UsageError, match=host):
        open_sockets(host, 0)


@pytest.mark.parametrize(
    ("host", "shown"),
    [("0.0.0.0", "localhost"), ("::", "localhost"), ("::1", "[::1]"), ("example.org", "example.org")],
)
def test_hosts_as_they_stand_in_urls(host: str, shown: str) -> None:
    assert url_host(host) == shown


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("nothing")

    assert server_tls(None, None) is None
    with pytest.raises(UsageError, match="belong together"):
        server_tls(str(broken), None)
    with pytest.raises(UsageError, match=r"broken\.pem"):
        server_tls(str(broken), str(broken))
