"""A web server to derive from, around the same way in and the same proxy as the editor's."""

import asyncio
import inspect
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from aiohttp import web

from funcnodes.launch import ServerOptions, serve
from funcnodes.paths import STATIC_DIR
from funcnodes.web.server import WebServer
from funcnodes_core.config import get_config_dir
from funcnodes_worker.paths import ConfigDir

__all__ = ["BaseServer"]


class BaseServer:
    """Serves other files below another URL.

    Attributes:
        STATIC_PATH: Folder of the files.
        STATIC_URL: Where they lie in the URL.
    """

    STATIC_PATH: ClassVar[str | Path] = STATIC_DIR
    STATIC_URL: ClassVar[str] = "/"

    def __init__(self, server: WebServer) -> None:
        self.server = server

    async def index(self, request: web.Request) -> web.StreamResponse:
        """The page at `/`."""
        return self.server.static.index()

    async def serve_static_file(self, request: web.Request) -> web.StreamResponse:
        """The file that a request asks for; the page at `/` where it names none."""
        prefix = f"/{self.STATIC_URL.strip('/')}".rstrip("/") + "/"
        if request.path in {"/", prefix, prefix.rstrip("/")}:
            return self.server.static.index()
        if not request.path.startswith(prefix):
            return web.Response(status=404, text="no such file")
        return self.server.static.serve(request.path.removeprefix(prefix))

    async def _page(self, request: web.Request) -> web.StreamResponse:
        response: Any = self.index(request)
        while inspect.isawaitable(
            response
        ):  # a derived class may return the coroutine of `serve_static_file`
            response = await response
        assert isinstance(response, web.StreamResponse)
        return response

    @classmethod
    def _adapt(cls, server: WebServer) -> None:
        own = cls(server)
        server.page = own._page
        if cls.STATIC_URL.strip("/"):
            server.static_handler = own.serve_static_file

    @classmethod
    def run_server(
        cls,
        port: int = 8029,
        host: str | None = None,
        open_browser: bool = True,
        worker_manager_host: str | None = None,
        worker_manager_port: int | None = None,
        worker_manager_ssl: bool | None = None,
        start_worker_manager: bool = True,
        has_worker_manager: bool = True,
        worker_host: str | None = None,
        worker_port: int | None = None,
        worker_ssl: bool | None = None,
        register_shutdown_handler: Callable[[Callable[[], None]], Any] | None = None,
        shutdown_timeout: float = 5.0,
        **kwargs: Any,
    ) -> None:
        """Serves until ctrl+c, or until the function given to `register_shutdown_handler` is called.

        The browser talks to this origin only, so the addresses of single workers (`worker_*`) are not needed and
        not used; `has_worker_manager=False` serves the files alone.
        """
        options = ServerOptions(
            config_dir=ConfigDir(get_config_dir()),
            host=host or "localhost",
            port=port,
            manager_host=worker_manager_host or "localhost",
            manager_port=worker_manager_port,
            start_manager=start_worker_manager and has_worker_manager,
            first_worker=False,
            open_browser=open_browser,
            static=Path(cls.STATIC_PATH),
        )
        with suppress(KeyboardInterrupt):
            asyncio.run(_run(cls._adapt, options, register_shutdown_handler))


async def _run(
    adapt: Callable[[WebServer], None],
    options: ServerOptions,
    register: Callable[[Callable[[], None]], Any] | None,
) -> None:
    stop: asyncio.Event | None = None
    if register is not None:
        stop = asyncio.Event()
        loop, event = asyncio.get_running_loop(), stop
        register(lambda: _set_from_anywhere(loop, event))
    await serve(options, stop=stop, adapt=adapt)


def _set_from_anywhere(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    with suppress(RuntimeError):  # the loop is closed: it has stopped already
        loop.call_soon_threadsafe(event.set)
