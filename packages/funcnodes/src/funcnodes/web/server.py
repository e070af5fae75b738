"""The one origin that a browser talks to: the editor's files, the login, and the way to manager and workers."""

from collections.abc import Callable
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from funcnodes.net.address import Address, url_host
from funcnodes.net.proxy import pass_websocket, refuse
from funcnodes.net.public import PublicAddress
from funcnodes.net.remote import Remote
from funcnodes.net.workers import WorkerGate
from funcnodes.paths import STATIC_DIR
from funcnodes.web.login import LOGIN_PATHS, Login
from funcnodes.web.sessions import Sessions
from funcnodes.web.sharing import Sharing
from funcnodes.web.static import StaticFiles
from funcnodes_worker.server.auth import Door, caller_of
from funcnodes_worker.shares import ShareBook

__all__ = ["WebServer"]

_BODY_LIMIT_BYTES = 64 * 1024  # of what this process reads itself; what is passed on is streamed


class WebServer:
    """The web server of one configuration folder: an aiohttp application and what it needs to know.

    `page` and `static_handler` answer `/` and every other file; a derived server may put others in their place.

    Args:
        token: The shared secret.
        manager: Gives the address of the manager, or None while there is none.
        find_worker: Gives the address of a worker by its id, or raises UnknownWorkerError.
        static: Folder of the built editor.
        tls: Whether it is served over TLS.
        hosts: Host names that are served beside the loopback ones.
        origins: Origins that may talk to it beside its own.
        shares: The links that let others in; none without them.
        public: Where browsers reach it through a reverse proxy.
    """

    def __init__(
        self,
        token: str,
        *,
        manager: Callable[[], Address | None],
        find_worker: Callable[[str], Address | Remote],
        static: Path = STATIC_DIR,
        tls: bool = False,
        hosts: tuple[str, ...] = (),
        origins: tuple[str, ...] = (),
        shares: ShareBook | None = None,
        public: PublicAddress | None = None,
    ) -> None:
        self._public = public or PublicAddress()
        self.sessions = Sessions(secure=tls or self._public.secure, path=self._public.path)
        self.static = StaticFiles(static)
        self.door = Door(
            token,
            hosts=(*hosts, *self._public.hosts),
            origins=(*origins, *self._public.origins),
            proxied=self._public.hosts,
            public={"/", "/healthz", *LOGIN_PATHS},
            sessions=self.sessions,
            shares=shares,
        )
        self.page: Handler = self._editor
        self.static_handler: Handler = self._file
        self._tls = tls
        self._manager = manager
        self._gate = WorkerGate(find_worker)
        self._shares = shares
        self.app = web.Application(client_max_size=_BODY_LIMIT_BYTES)
        self.door.protect(self.app)
        self._add_routes()

    def _add_routes(self) -> None:
        router = self.app.router
        router.add_get("/", self._index)
        router.add_get("/healthz", _healthz)
        Login(self.door, self.sessions, self._public).add_routes(self.app)
        router.add_post("/launch", self._launch)
        if self._shares is not None:
            Sharing(self._shares).add_routes(self.app)
        self.door.open_to(router.add_get("/manager", self._to_manager), "view")
        self._gate.add_routes(self.app, self.door)
        self.door.open_to(router.add_get("/{path:.+}", self._other), "view")

    async def close(self) -> None:
        """Ends the connections to manager and workers."""
        await self._gate.close()

    def url(self, host: str, port: int) -> str:
        """The address of the editor without a way in."""
        if self._public.url is not None:
            return str(self._public.url)
        return f"{'https' if self._tls else 'http'}://{url_host(host)}:{port}/"

    def launch_url(self, host: str, port: int) -> str:
        """An address that lets one browser in, once, within a minute."""
        return f"{self.url(host, port)}?code={self.sessions.new_code()}"

    async def _index(self, request: web.Request) -> web.StreamResponse:
        """The editor for those who are in; a launch code becomes a session; all others sign in."""
        code = request.query.get("code")
        if code is not None and self.sessions.redeem(code):
            response: web.StreamResponse = web.Response(status=303, headers={"Location": self._public.path})
            self.sessions.begin(response)
        elif self.door.caller(request) is not None:
            if code is None:
                return await self.page(request)
            response = web.Response(
                status=303, headers={"Location": self._public.path}
            )  # an old code leaves the address bar
        else:
            response = web.Response(status=303, headers={"Location": f"{self._public.path}login"})
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _launch(self, request: web.Request) -> web.StreamResponse:
        """A fresh launch code for a program of the same user that holds the token."""
        if not self.door.bearer_valid(request):
            return refuse(403, "launch codes are made for the token only", "forbidden")
        return web.json_response({"code": self.sessions.new_code()})

    async def _to_manager(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return refuse(426, "a WebSocket is served here", "upgrade_required")
        address = self._manager()
        if address is None:
            return refuse(502, "no workermanager runs", "manager")
        headers = {"Authorization": f"Bearer {caller_of(request).key}"}
        return await pass_websocket(
            request,
            self._gate.session(),
            URL(address.url("ws")),
            headers,
            verified_by=address.verified_by,
        )

    async def _editor(self, request: web.Request) -> web.StreamResponse:
        return self.static.index()

    async def _other(self, request: web.Request) -> web.StreamResponse:
        return await self.static_handler(request)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return self.static.serve(request.path)


async def _healthz(request: web.Request) -> web.Response:
    return web.Response()
