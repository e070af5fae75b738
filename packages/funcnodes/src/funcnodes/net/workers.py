"""The way through to a worker: `/worker/<uuid>/...` of the web server and of the manager."""

import re
from collections.abc import Callable

import aiohttp
from aiohttp import web
from yarl import URL

from funcnodes.errors import UnknownWorkerError, WorkerConfigError, WorkerStoppedError
from funcnodes.net.listen import url_host
from funcnodes.net.proxy import close_with, pass_http, pass_websocket, refuse

__all__ = ["Address", "WorkerGate"]

Address = tuple[str, int, bool]
"""Host, port and whether it speaks TLS."""

_ROOMS = frozenset({"message", "value", "upload", "files", "plugin", "healthz"})
# what must not stand in a path that is passed on: parent folders and encoded separators
_UNSAFE = re.compile(r"(^|/)(\.|%2e){1,2}(/|$)|%2f|%5c|\\|%00", re.IGNORECASE)


class WorkerGate:
    """Passes requests on to the workers that `find` knows.

    Args:
        find: Gives the address of a worker by its id, or raises UnknownWorkerError or WorkerStoppedError.
        token: The shared secret, added to what goes on.
    """

    def __init__(self, find: Callable[[str], Address], token: str) -> None:
        self._find = find
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session: aiohttp.ClientSession | None = None

    def add_routes(self, app: web.Application) -> None:
        """Answers `/worker/<uuid>` and everything below it."""
        close_with(app)
        app.router.add_get("/worker/{uuid}", self._websocket)
        app.router.add_get("/worker/{uuid}/", self._websocket)
        app.router.add_route("*", "/worker/{uuid}/{tail:.+}", self._http)

    async def close(self) -> None:
        """Ends the connections to workers."""
        if self._session is not None:
            await self._session.close()

    def session(self) -> aiohttp.ClientSession:
        """The one client session; made when it is first needed, on the running loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=10.0),
                connector=aiohttp.TCPConnector(limit=0),
            )
        return self._session

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return refuse(426, "a WebSocket is served here", "upgrade_required")
        target = self._target(request, "ws", "/")
        if isinstance(target, web.Response):
            return target
        return await pass_websocket(request, self.session(), target, self._headers)

    async def _http(self, request: web.Request) -> web.StreamResponse:
        raw = request.raw_path.split("?", 1)[0]
        tail = raw.split("/", 3)[3] if raw.count("/") >= 3 else ""
        if tail.split("/", 1)[0] not in _ROOMS:
            return refuse(404, "nothing is served here", "not_found")
        if _UNSAFE.search(tail):
            return refuse(400, "this path is not passed on", "unsafe_path")
        query = f"?{request.query_string}" if request.query_string else ""
        target = self._target(request, "http", f"/{tail}{query}")
        if isinstance(target, web.Response):
            return target
        return await pass_http(request, self.session(), target, self._headers)

    def _target(self, request: web.Request, scheme: str, path: str) -> URL | web.Response:
        uuid = request.match_info["uuid"]
        try:
            host, port, tls = self._find(uuid)
        except UnknownWorkerError as error:
            return refuse(404, str(error), error.code)
        except WorkerStoppedError as error:
            return refuse(503, str(error), error.code)
        except WorkerConfigError as error:
            return refuse(500, str(error), error.code)
        secure = "s" if tls else ""
        return URL(f"{scheme}{secure}://{url_host(host)}:{port}{path}", encoded=True)
