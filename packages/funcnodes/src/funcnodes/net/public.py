"""How a server is reached through reverse proxies: its address there, and whose word about a request counts."""

import ipaddress
from collections.abc import Iterable

from aiohttp import web
from yarl import URL

from funcnodes.errors import UsageError

__all__ = ["PublicAddress"]


class PublicAddress:
    """What browsers see of a server behind a reverse proxy.

    Args:
        base_url: Where they reach it, with a path where the proxy serves it below one (and takes the path away).
        proxies: Addresses or networks of proxies whose `X-Forwarded-For` is believed; of nobody else's.

    Raises:
        UsageError: one of them is none.
    """

    def __init__(self, base_url: str | None = None, proxies: Iterable[str] = ()) -> None:
        self.url = _checked(base_url) if base_url is not None else None
        try:
            self._proxies = [ipaddress.ip_network(one, strict=False) for one in proxies]
        except ValueError as error:
            raise UsageError(f"--trusted-proxy is an address or a network: {error}") from error

    @property
    def path(self) -> str:
        """The path below which it is served, with a slash at the end."""
        return "/" if self.url is None else self.url.raw_path

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by https."""
        return self.url is not None and self.url.scheme == "https"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that a Host header may hold because of it."""
        return () if self.url is None or self.url.host is None else (self.url.host,)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of its own pages."""
        return () if self.url is None else (str(self.url.origin()),)

    def client(self, request: web.Request) -> str:
        """The address of whoever asks: the last one in the chain that is no proxy of ours."""
        chain = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
        seen = request.remote or ""
        while chain and chain[-1] and self._is_proxy(seen):
            seen = chain.pop()
        return seen

    def _is_proxy(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._proxies)


def _checked(text: str) -> URL:
    try:
        url = URL(text.strip())
    except ValueError as error:
        raise UsageError(f"--base-url {text!r} is no address: {error}") from error
    if url.scheme not in ("http", "https") or not url.host or url.query_string or url.fragment or url.user:
        raise UsageError(f"--base-url looks like https://example.org/graphs/, not {text!r}")
    return url.with_path(url.raw_path.rstrip("/") + "/", encoded=True)
