"""The way through to a worker: `/worker/<uuid>/...` of the web server and of the manager."""

import re
import ssl
from collections.abc import Callable, Mapping
from typing import NamedTuple

import aiohttp
from aiohttp import web
from yarl import URL

from funcnodes.errors import UnknownWorkerError, WorkerConfigError, WorkerStoppedError
from funcnodes.net.address import Address
from funcnodes.net.proxy import close_with, pass_http, pass_websocket, refuse
from funcnodes.net.remote import Remote, new_session
from funcnodes_worker.errors import ConfigError
from funcnodes_worker.server.auth import Door, caller_of

__all__ = ["WorkerGate"]

_ROOMS = frozenset({"message", "value", "upload", "files", "plugin", "healthz"})
# what must not stand in a path that is passed on: parent folders and encoded separators
_UNSAFE = re.compile(r"(^|/)(\.|%2e){1,2}(/|$)|%2f|%5c|\\|%00", re.IGNORECASE)


# one sign for each server that a request has come through on its way to a worker elsewhere
_HOPS = "X-FuncNodes-Hops"
_MOST_HOPS = 5


class _Way(NamedTuple):
    """Where a request goes on to, and with what."""

    target: URL
    headers: Mapping[str, str]
    foreign: bool
    verified_by: ssl.SSLContext | bool = True


class WorkerGate:
    """Passes requests on to the workers that `find` knows.

    Args:
        find: Gives the address of a worker by its id, or raises UnknownWorkerError or WorkerStoppedError.
    """

    def __init__(self, find: Callable[[str], Address | Remote]) -> None:
        self._find = find
        self._session: aiohttp.ClientSession | None = None

    def add_routes(self, app: web.Application, door: Door) -> None:
        """Answers `/worker/<uuid>` and everything below it; what a link allows there, its worker decides."""
        close_with(app)
        door.open_to(app.router.add_get("/worker/{uuid}", self._websocket), "view")
        door.open_to(app.router.add_get("/worker/{uuid}/", self._websocket), "view")
        door.open_to(app.router.add_route("*", "/worker/{uuid}/{tail:.+}", self._http), "view")

    async def close(self) -> None:
        """Ends the connections to workers."""
        if self._session is not None:
            await self._session.close()

    def session(self) -> aiohttp.ClientSession:
        """The one client session; made when it is first needed, on the running loop."""
        if self._session is None:
            self._session = new_session()
        return self._session

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return refuse(426, "a WebSocket is served here", "upgrade_required")
        way = self._way(request, "ws", "/")
        if isinstance(way, web.Response):
            return way
        return await pass_websocket(
            request, self.session(), way.target, way.headers, verified_by=way.verified_by
        )

    async def _http(self, request: web.Request) -> web.StreamResponse:
        raw = request.raw_path.split("?", 1)[0]
        tail = raw.split("/", 3)[3] if raw.count("/") >= 3 else ""
        if tail.split("/", 1)[0] not in _ROOMS:
            return refuse(404, "nothing is served here", "not_found")
        if _UNSAFE.search(tail):
            return refuse(400, "this path is not passed on", "unsafe_path")
        query = f"?{request.query_string}" if request.query_string else ""
        way = self._way(request, "http", f"/{tail}{query}")
        if isinstance(way, web.Response):
            return way
        return await pass_http(
            request,
            self.session(),
            way.target,
            way.headers,
            foreign=way.foreign,
            verified_by=way.verified_by,
        )

    def _way(self, request: web.Request, scheme: str, path: str) -> _Way | web.Response:
        uuid = request.match_info["uuid"]
        caller = caller_of(request)
        if not caller.grant.covers(uuid):
            return refuse(403, "this link is for another worker", "forbidden")
        try:
            found = self._find(uuid)
        except UnknownWorkerError as error:
            return refuse(404, str(error), error.code)
        except WorkerStoppedError as error:
            return refuse(503, str(error), error.code)
        except WorkerConfigError as error:
            return refuse(500, str(error), error.code)
        if isinstance(found, Remote):
            if not caller.grant.full:  # all that we could show there is a token that may do everything
                return refuse(403, "a link does not reach workers that run elsewhere", "forbidden")
            hops = request.headers.get(_HOPS, "")
            if len(hops) >= _MOST_HOPS:
                return refuse(508, f"the way to worker {uuid!r} leads in a circle", "worker_unreachable")
            return _Way(found.at(scheme, path), {**found.headers, _HOPS: f"{hops}+"}, foreign=True)
        target = URL(found.url(scheme, path), encoded=True)
        headers = {"Authorization": f"Bearer {caller.key}"}
        try:
            return _Way(target, headers, foreign=False, verified_by=found.verified_by)
        except ConfigError as error:
            return refuse(500, str(error), "config")
