"""Where another process of ours listens, and how to be sure that it is that one."""

import ssl
from functools import lru_cache
from typing import NamedTuple

from funcnodes_worker.server.tls import client_context

__all__ = ["Address", "url_host"]


class Address(NamedTuple):
    """Where a manager or a worker listens.

    Attributes:
        tls: Whether it speaks TLS.
        certificate: File of its certificate, which need not be signed by an authority.
    """

    host: str
    port: int
    tls: bool = False
    certificate: str | None = None

    def url(self, scheme: str, path: str = "/") -> str:
        """The address of a path (encoded, with a leading slash); `scheme` is ws or http."""
        return f"{scheme}{'s' if self.tls else ''}://{url_host(self.host)}:{self.port}{path}"

    @property
    def verified_by(self) -> ssl.SSLContext | bool:
        """What decides whether the certificate there is the right one, as aiohttp's `ssl` takes it.

        Raises:
            ConfigError: the certificate's file cannot be read.
        """
        return _context(self.certificate) if self.tls else True


@lru_cache(maxsize=32)
def _context(certificate: str | None) -> ssl.SSLContext:
    return client_context(certificate)


def url_host(host: str) -> str:
    """The host as it stands in a URL: any-address becomes `localhost`, IPv6 gets brackets."""
    if host in {"0.0.0.0", "::", ""}:
        return "localhost"
    return f"[{host}]" if ":" in host else host
