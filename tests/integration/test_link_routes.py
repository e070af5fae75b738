"""Every route of web server and manager, asked by the bearer of a link: shut unless it stands in the list here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from funcnodes.errors import UnknownWorkerError
from funcnodes.manager.service import WorkerManager
from funcnodes.net.listen import open_sockets, start_site
from funcnodes.web.server import WebServer
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.server.auth import enumerate_routes, load_or_make_token
from funcnodes_worker.shares import ShareBook

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

PUBLIC = {"/", "/healthz", "/login", "/login.js", "/login.css"}
OPEN_TO_LINKS = {
    "/logout",
    "/manager",
    "/worker/{uuid}",
    "/worker/{uuid}/",
    "/worker/{uuid}/{tail}",
    "/{path}",
}


async def shut_routes(app: web.Application, url: str, key: str, scope: str) -> set[tuple[str, str]]:
    """The routes that refuse the bearer of a link."""
    shut = set()
    async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {key}"}) as session:
        for method, canonical in set(enumerate_routes(app)):
            path = canonical.replace("{uuid}", "w").replace("{tail}", "files/a").replace("{id}", "0" * 16)
            asked = "POST" if method == "*" else method
            body: Any = {} if asked in ("POST", "DELETE") else None
            async with session.request(asked, path.replace("{path}", "main.js"), json=body) as answer:
                text = await answer.text()
            if answer.status == 403 and (method == "HEAD" or "this link does not reach that" in text):
                shut.add((method, canonical))
    return shut


@pytest.mark.parametrize("scope", ["view", "edit", "admin"])
async def test_the_web_server_opens_to_links_what_is_listed_and_nothing_else(
    tmp_path: Path, scope: Any
) -> None:
    def nobody(uuid: str) -> tuple[str, int, bool]:
        raise UnknownWorkerError(uuid, [])

    directory = ConfigDir(tmp_path).create()
    book = ShareBook(directory, load_or_make_token(directory))
    server = WebServer(
        load_or_make_token(directory), manager=lambda: None, find_worker=nobody, static=tmp_path, shares=book  # type: ignore[arg-type]
    )  # fmt: skip
    sockets = open_sockets("localhost", 0)
    runner = await start_site(server.app, sockets)
    try:
        url = f"http://localhost:{sockets[0].getsockname()[1]}"
        shut = await shut_routes(server.app, url, book.make(scope, 1)[1], scope)
    finally:
        await server.close()
        await runner.cleanup()

    routes = set(enumerate_routes(server.app))
    assert ("POST", "/shares") in shut
    assert shut == {(method, path) for method, path in routes if path not in PUBLIC | OPEN_TO_LINKS}


@pytest.mark.parametrize("scope", ["view", "admin"])
async def test_the_manager_opens_to_links_what_is_listed_and_nothing_else(tmp_path: Path, scope: Any) -> None:
    directory = ConfigDir(tmp_path).create()
    manager = WorkerManager(directory)
    book = ShareBook(directory, load_or_make_token(directory))
    sockets = open_sockets("localhost", 0)
    runner = await start_site(manager.app, sockets)
    try:
        url = f"http://localhost:{sockets[0].getsockname()[1]}"
        key = book.make(scope, 1)[1]
        shut = await shut_routes(manager.app, url, key, scope)
    finally:
        await manager.close()
        await runner.cleanup()

    routes = set(enumerate_routes(manager.app))
    assert shut == {(method, path) for method, path in routes if path not in PUBLIC | OPEN_TO_LINKS}
