"""The one door in front of every route of a process, deny by default (security.md 1-6).

The worker, the manager and the web server each put `Door.middleware` in front of all their routes. What passes:

- a Host that is a loopback address, `localhost` or a configured name;
- no Origin from elsewhere: an Origin that is sent must be this server's own or a configured one, and a request
  that can change something, or upgrades to a WebSocket, may lack it only with a Bearer token;
- the token as `Authorization: Bearer`, or (web server only) the cookie of a session that this process opened; the
  key of a share link in the place of the token opens only the routes that are marked for such callers;
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
from funcnodes_worker.scopes import FULL, Grant, Need
from funcnodes_worker.shares import ShareBook

__all__ = [
    "NEEDS_TOKEN",
    "PUBLIC",
    "SECURITY_HEADERS",
    "Caller",
    "Door",
    "Refusal",
    "SessionCookies",
    "caller_of",
    "check_bind",
    "enumerate_routes",
    "is_loopback",
    "load_or_make_token",
    "read_token",
]

PUBLIC = frozenset({"/healthz"})
"""Paths that answer without a token: constant, and still Host-checked."""

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers of every answer, unless it has its own."""

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


@dataclass(frozen=True, slots=True)
class Caller:
    """Who got in.

    Attributes:
        grant: what it may do.
        key: what it showed, or its session stands for: the token or the key of a link.
    """

    grant: Grant
    key: str


class SessionCookies(Protocol):
    """Sessions that the web server opened; valid in the process that issued them only."""

    def key_of(self, request: web.Request) -> str | None:
        """What the session of a request stands for: "" for the token, else the key of a link; None without one."""
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
        proxied: names in `hosts` that a reverse proxy answers to: of their origins only those in `origins` are ours.
        public: paths that need no token.
        sessions: cookies are looked at only when this is given.
        shares: the links that are good here; none without them.
        worker: the id of the one worker behind this door; links for others are refused.
    """

    def __init__(
        self,
        token: str,
        *,
        hosts: Iterable[str] = (),
        origins: Iterable[str] = (),
        proxied: Iterable[str] = (),
        public: Iterable[str] = PUBLIC,
        sessions: SessionCookies | None = None,
        shares: ShareBook | None = None,
        worker: str | None = None,
    ) -> None:
        self._token = token.encode()
        self._hosts = frozenset(name.lower() for name in hosts)
        self._proxied = frozenset(name.lower() for name in proxied)
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)
        self._public = frozenset(public)
        self._sessions = sessions
        self._shares = shares
        self._worker = worker
        self._needs: dict[web.AbstractResource, Need] = {}

    def protect(self, app: web.Application) -> None:
        """Put this door in front of everything that an application answers; call it before anything else."""
        app.middlewares.append(self.middleware)
        app.on_response_prepare.append(_add_headers)

    def open_to(self, route: web.AbstractRoute, need: Need) -> None:
        """Let callers with less than everything use a route, if their link meets the need; all others stay shut."""
        assert route.resource is not None
        self._needs[route.resource] = need

    def check(self, request: web.Request) -> Refusal | None:
        """None for a request that may pass, else why not."""
        if not self.host_allowed(request):
            return Refusal(403, "this Host is not served here")
        if request.path in self._public:
            return self._check_public(request)
        bearer = self._bearer(request)
        caller = bearer or self._by_cookie(request)
        if caller is None and "Origin" not in request.headers:
            return Refusal(401, NEEDS_TOKEN)
        if not self._origin_allowed(request, missing_is_fine=bearer is not None):
            return Refusal(403, "this Origin is not allowed")
        if caller is None:
            return Refusal(401, NEEDS_TOKEN)
        request[_CALLER] = caller
        return self._check_grant(request, caller.grant) or _check_body_type(request)

    def _check_public(self, request: web.Request) -> Refusal | None:
        if request.method in _SAFE_METHODS:
            return None
        if not self._origin_allowed(request, missing_is_fine=False):
            return Refusal(403, "this Origin is not allowed")
        return _check_body_type(request)

    def _check_grant(self, request: web.Request, grant: Grant) -> Refusal | None:
        if grant.full:
            return None
        if self._worker is not None and not grant.covers(self._worker):
            return Refusal(403, "this link is for another worker")
        resource = request.match_info.route.resource
        need = None if resource is None else self._needs.get(resource)
        if need is None or not grant.meets(need):
            return Refusal(403, "this link does not reach that")
        return None

    def host_allowed(self, request: web.Request) -> bool:
        """Whether the Host header names this machine or a configured name."""
        host = _host_name(request.headers.get("Host", ""))
        return host is not None and (is_loopback(host) or host in self._hosts)

    def caller(self, request: web.Request) -> Caller | None:
        """Who asks, by its key or its session; None for a stranger."""
        return self._bearer(request) or self._by_cookie(request)

    def caller_by(self, key: str) -> Caller | None:
        """Who shows this key: the token, compared in constant time, or that of a link; None for neither."""
        if hmac.compare_digest(key.strip().encode(), self._token):
            return Caller(FULL, key.strip())
        grant = self._shares.find(key.strip()) if self._shares is not None else None
        return None if grant is None else Caller(grant, key.strip())

    def bearer_valid(self, request: web.Request) -> bool:
        """Whether the request carries the token itself."""
        caller = self._bearer(request)
        return caller is not None and caller.grant.full

    def _bearer(self, request: web.Request) -> Caller | None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return self.caller_by(given) if scheme.lower() == "bearer" else None

    def _by_cookie(self, request: web.Request) -> Caller | None:
        key = self._sessions.key_of(request) if self._sessions is not None else None
        if key is None:
            return None
        return self.caller_by(key) if key else Caller(FULL, self._token.decode())

    def _origin_allowed(self, request: web.Request, *, missing_is_fine: bool) -> bool:
        origin = request.headers.get("Origin")
        if origin is None:
            return missing_is_fine or (request.method in _SAFE_METHODS and not _is_upgrade(request))
        if origin.lower() in self._origins:
            return True
        host = request.headers.get("Host", "")
        return (
            origin.lower() == f"{request.scheme}://{host}".lower() and _host_name(host) not in self._proxied
        )

    @property
    def middleware(self) -> Middleware:
        """The aiohttp middleware that asks `check`; `protect` puts it first."""

        @web.middleware
        async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
            refusal = self.check(request)
            if refusal is not None:
                response: web.StreamResponse = web.json_response(
                    {"error": refusal.reason}, status=refusal.status
                )
            else:
                response = await handler(request)
            if _CALLER not in request and not response.prepared:
                response.force_close()  # a stranger keeps no connection open
            return response

        return door


_CALLER = web.RequestKey("funcnodes_caller", Caller)


def caller_of(request: web.Request) -> Caller:
    """Who sent a request that the door let in.

    Raises:
        KeyError: it came in by a public path, which asks nobody who they are.
    """
    return request[_CALLER]


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "FuncNodes"


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
