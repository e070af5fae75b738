"""The one door in front of every route of a process, deny by default (security.md 1-6).

The worker, the manager and the web server each put `Door.middleware` in front of all their routes. What passes:

- a Host that is a loopback address, `localhost` or a configured name;
- no Origin from elsewhere: an Origin that is sent must be this server's own or a configured one, and a request
  that can change something, or upgrades to a WebSocket, may lack it only with a Bearer token;
- the token as `Authorization: Bearer`, or (web server only) the cookie of a session that this process opened;
- a body that is JSON or multipart.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from funcnodes_worker.errors import BindError, ConfigError
from funcnodes_worker.paths import ConfigDir

__all__ = [
    "NEEDS_TOKEN",
    "PUBLIC",
    "SECURITY_HEADERS",
    "Door",
    "Refusal",
    "SessionCookies",
    "check_bind",
    "enumerate_routes",
    "is_loopback",
    "load_or_make_token",
    "read_token",
]

PUBLIC = frozenset({"/healthz"})
"""Paths that answer without a token: constant, and still Host-checked."""

SECURITY_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
"""Headers of every answer."""

NEEDS_TOKEN = "a token is needed: Authorization: Bearer <token>"
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_BODY_TYPES = frozenset({"application/json", "multipart/form-data"})


def read_token(config_dir: ConfigDir) -> str | None:
    """The shared secret, or None where none has been made.

    Raises:
        ConfigError: there is something else in its place.
    """
    file = config_dir.token_file
    try:
        return file.read_text("ascii").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ConfigError(f"the token file {str(file)!r} cannot be read ({reason}); remove it") from error


def load_or_make_token(config_dir: ConfigDir) -> str:
    """The shared secret of a configuration directory, made (0600) when it is not there yet.

    Two processes that start at once end up with the same token: the file appears whole, and only once.

    Raises:
        ConfigError: there is something else in its place.
    """
    if (token := read_token(config_dir)) is not None:
        return token
    config_dir.create()
    fresh = config_dir.path / f".token-{secrets.token_hex(8)}"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, config_dir.token_file)
    except FileExistsError:
        if read_token(config_dir) is None:  # an empty file is no token
            os.replace(fresh, config_dir.token_file)
    finally:
        fresh.unlink(missing_ok=True)
    return config_dir.token_file.read_text("ascii").strip()


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_bind(host: str, *, tls: bool, insecure: bool) -> None:
    """Refuse an address that others can reach without TLS.

    Raises:
        BindError: `host` is not loopback, there is no TLS, and `--insecure` was not said.
    """
    if not (is_loopback(host) or tls or insecure):
        raise BindError(
            f"refusing to listen on {host!r}: anyone who can reach it could run code here, and without TLS the "
            "token travels in the clear; give --certfile and --keyfile, or say --insecure"
        )


class SessionCookies(Protocol):
    """Sessions that the web server opened; valid in the process that issued them only."""

    def accepts(self, request: web.Request) -> bool:
        """Whether the request carries the cookie of an open session."""
        ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request does not get in."""

    status: int
    reason: str


class Door:
    """Decides who gets in; one for a process.

    Args:
        token: the shared secret.
        hosts: further names that a Host header may hold (loopback is always fine).
        origins: further origins, as `scheme://host:port`, beside the server's own.
        public: paths that need no token.
        sessions: cookies are looked at only when this is given.
    """

    def __init__(
        self,
        token: str,
        *,
        hosts: Iterable[str] = (),
        origins: Iterable[str] = (),
        public: Iterable[str] = PUBLIC,
        sessions: SessionCookies | None = None,
    ) -> None:
        self._token = token.encode()
        self._hosts = frozenset(name.lower() for name in hosts)
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)
        self._public = frozenset(public)
        self._sessions = sessions

    def check(self, request: web.Request) -> Refusal | None:
        """None for a request that may pass, else why not."""
        if not self.host_allowed(request):
            return Refusal(403, "this Host is not served here")
        if request.path in self._public:
            return self._check_public(request)
        bearer = self.bearer_valid(request)
        known = bearer or (self._sessions is not None and self._sessions.accepts(request))
        if not known and "Origin" not in request.headers:
            return Refusal(401, NEEDS_TOKEN)
        if not self._origin_allowed(request, missing_is_fine=bearer):
            return Refusal(403, "this Origin is not allowed")
        if not known:
            return Refusal(401, NEEDS_TOKEN)
        return _check_body_type(request)

    def _check_public(self, request: web.Request) -> Refusal | None:
        if request.method in _SAFE_METHODS:
            return None
        if not self._origin_allowed(request, missing_is_fine=False):
            return Refusal(403, "this Origin is not allowed")
        return _check_body_type(request)

    def host_allowed(self, request: web.Request) -> bool:
        """Whether the Host header names this machine or a configured name."""
        host = _host_name(request.headers.get("Host", ""))
        return host is not None and (is_loopback(host) or host in self._hosts)

    def bearer_valid(self, request: web.Request) -> bool:
        """Whether the request carries the token, compared in constant time."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token)

    def token_valid(self, given: str) -> bool:
        """Whether a text (of a login form) is the token, compared in constant time."""
        return hmac.compare_digest(given.strip().encode(), self._token)

    def _origin_allowed(self, request: web.Request, *, missing_is_fine: bool) -> bool:
        origin = request.headers.get("Origin")
        if origin is None:
            return missing_is_fine or (request.method in _SAFE_METHODS and not _is_upgrade(request))
        own = f"{request.scheme}://{request.headers.get('Host', '')}".lower()
        return origin.lower() == own or origin.lower() in self._origins

    @property
    def middleware(self) -> Middleware:
        """The aiohttp middleware; put it first."""

        @web.middleware
        async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
            if (refusal := self.check(request)) is not None:
                return web.json_response(
                    {"error": refusal.reason}, status=refusal.status, headers=SECURITY_HEADERS
                )
            try:
                response = await handler(request)
            except web.HTTPException as error:
                error.headers.extend(SECURITY_HEADERS)
                raise
            if not response.prepared:
                for name, value in SECURITY_HEADERS.items():
                    response.headers.setdefault(name, value)
            return response

        return door


def enumerate_routes(app: web.Application) -> Iterator[tuple[str, str]]:
    """Every (method, path) that an application answers, as the door test needs them."""
    for route in app.router.routes():
        if route.resource is not None:
            yield route.method, route.resource.canonical


def _host_name(header: str) -> str | None:
    try:
        name = urlsplit(f"//{header}").hostname
    except ValueError:
        return None
    return name.lower() if name else None


def _is_upgrade(request: web.Request) -> bool:
    return "upgrade" in request.headers.get("Connection", "").lower() or "Upgrade" in request.headers


def _check_body_type(request: web.Request) -> Refusal | None:
    if request.method in _SAFE_METHODS or not request.body_exists:
        return None
    if request.content_type in _BODY_TYPES:
        return None
    return Refusal(415, "a body must be application/json or multipart/form-data")
