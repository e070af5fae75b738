"""The web server behind a reverse proxy: at another name, below a path, with TLS that the proxy ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request
from yarl import URL

from funcnodes.errors import UnknownWorkerError, UsageError
from funcnodes.net.listen import open_sockets, start_site
from funcnodes.net.public import PublicAddress
from funcnodes.web.server import WebServer
from funcnodes_worker.server.auth import SECURITY_HEADERS

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

TOKEN = "the-token-of-this-test"
PUBLIC = "https://graphs.example/lab/"
AS_PROXY = {"Host": "graphs.example", "Origin": "https://graphs.example"}


@asynccontextmanager
async def serving(
    tmp_path: Path, public: PublicAddress | None = None
) -> AsyncIterator[tuple[WebServer, str]]:
    def nobody(uuid: str) -> tuple[str, int, bool]:
        raise UnknownWorkerError(uuid, [])

    (tmp_path / "index.html").write_text("<!doctype html><title>editor</title>")
    (tmp_path / "main.js").write_text("export {};")
    server = WebServer(TOKEN, manager=lambda: None, find_worker=nobody, static=tmp_path, public=public)  # type: ignore[arg-type]
    sockets = open_sockets("localhost", 0)
    port = sockets[0].getsockname()[1]
    runner = await start_site(server.app, sockets)
    try:
        yield server, f"http://localhost:{port}"
    finally:
        await server.close()
        await runner.cleanup()


async def test_links_cookies_and_ways_on_are_those_that_browsers_see(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, PublicAddress(PUBLIC)) as (server, url),
        aiohttp.ClientSession(url, headers=AS_PROXY) as proxy,
    ):
        launch = server.launch_url("localhost", 1)
        async with proxy.get("/", allow_redirects=False) as answer:
            to_login = answer.headers["Location"]
        async with proxy.get(f"/?{launch.partition('?')[2]}", allow_redirects=False) as answer:
            home, cookie = answer.headers["Location"], answer.headers["Set-Cookie"]
        async with proxy.post("/login", json={"token": TOKEN}) as answer:
            signed_in = answer.status

    assert launch.startswith(f"{PUBLIC}?code=")
    assert (to_login, home) == ("/lab/login", "/lab/")
    assert "Path=/lab/" in cookie
    assert "Secure" in cookie
    assert signed_in == 200


async def test_other_names_and_origins_stay_outside(tmp_path: Path) -> None:
    async with (
        serving(tmp_path, PublicAddress(PUBLIC)) as (_, url),
        aiohttp.ClientSession(url) as proxy,
    ):
        statuses = []
        for headers in (
            {**AS_PROXY, "Host": "evil.example"}, {**AS_PROXY, "Origin": "http://graphs.example"},
            {**AS_PROXY, "Origin": "https://graphs.example:444"}, {**AS_PROXY, "Origin": "https://graphs.example.evil"},
            {**AS_PROXY, "Host": "evil.example", "X-Forwarded-Host": "graphs.example"},
        ):  # fmt: skip
            async with proxy.post("/login", json={"token": TOKEN}, headers=headers) as answer:
                statuses.append(answer.status)

    assert statuses == [403] * 5


@pytest.mark.parametrize(
    "text",
    [
        "graphs.example",
        "ftp://graphs.example/",
        "https://a/?x=1",
        "https://a/#x",
        "https://u:p@a/",
        "https://",
    ],
)
def test_a_base_url_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        PublicAddress(text)


def test_a_proxy_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="--trusted-proxy"):
        PublicAddress(None, ["graphs.example"])


@pytest.mark.parametrize(
    ("peer", "chain", "client"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.9", "203.0.113.9"),  # what a client says of itself is not believed
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),  # through two proxies of ours
        ("203.0.113.7", "1.2.3.4", "203.0.113.7"),  # not by a proxy at all
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "rubbish", "rubbish"),
    ],
)
def test_who_asks_is_the_last_that_is_no_proxy_of_ours(peer: str, chain: str, client: str) -> None:
    public = PublicAddress(None, ["10.0.0.0/8"])
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": chain})

    assert public.client(request.clone(remote=peer)) == client


async def test_the_token_cannot_be_tried_again_and_again(tmp_path: Path) -> None:
    async with serving(tmp_path) as (_, url), aiohttp.ClientSession(url, headers={"Origin": url}) as guesser:
        statuses = []
        for number in range(15):
            async with guesser.post("/login", json={"token": f"guess {number}"}) as answer:
                statuses.append(answer.status)
        async with guesser.post("/login", json={"token": TOKEN}) as answer:
            late, wait = answer.status, answer.headers["Retry-After"]

    assert statuses[:10] == [401] * 10
    assert set(statuses[10:]) == {429}
    assert late == 429
    assert 0 < int(wait) <= 5


async def test_guessing_through_a_proxy_locks_out_the_guesser_only(tmp_path: Path) -> None:
    public = PublicAddress(None, ["127.0.0.1", "::1"])
    async with (
        serving(tmp_path, public) as (_, url),
        aiohttp.ClientSession(url, headers={"Origin": url}) as proxy,
    ):
        for _ in range(12):
            await proxy.post("/login", json={"token": "x"}, headers={"X-Forwarded-For": "203.0.113.9"})
        async with proxy.post(
            "/login", json={"token": TOKEN}, headers={"X-Forwarded-For": "203.0.113.9"}
        ) as answer:
            guesser = answer.status
        async with proxy.post(
            "/login", json={"token": TOKEN}, headers={"X-Forwarded-For": "198.51.100.1"}
        ) as answer:
            other = answer.status

    assert (guesser, other) == (429, 200)


async def test_every_answer_of_the_web_server_says_what_a_browser_may_do_with_it(tmp_path: Path) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    missing = []
    async with serving(tmp_path) as (_, url), aiohttp.ClientSession(url) as session:
        for path in (
            "/",
            "/login",
            "/login.js",
            "/healthz",
            "/main.js",
            "/nowhere",
            "/shares",
            "/worker/a/files/b",
        ):
            for headers in ({}, bearer, {"Host": "evil.example"}):
                async with session.get(path, headers=headers, allow_redirects=False) as answer:
                    missing += [(path, name) for name in SECURITY_HEADERS if name not in answer.headers]
                    assert answer.headers["Server"] == "FuncNodes"
                    assert "Access-Control-Allow-Origin" not in answer.headers

    assert not missing


@pytest.mark.parametrize(
    "place", ["//evil.example", "/\\evil.example", "/%2f%2fevil.example", "/?next=//evil.example"]
)
async def test_nothing_sends_a_browser_elsewhere(tmp_path: Path, place: str) -> None:

    async with (
        serving(tmp_path) as (_, url),
        aiohttp.ClientSession() as session,
        session.get(URL(f"{url}{place}", encoded=True), allow_redirects=False) as answer,
    ):
        assert answer.headers.get("Location", "/login") == "/login"


async def test_the_worker_and_manager_say_it_too(program: Any) -> None:
    served = program.runserver()
    async with served.browser() as browser:
        for path in ("/worker/nobody/files/a", "/manager", "/shares"):
            async with browser.get(path) as answer:
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    async with aiohttp.ClientSession(headers=program.bearer) as session:
        for path in ("", "healthz", "worker/nobody/", "nowhere"):
            async with session.get(f"http://localhost:{program.manager_port}/{path}") as answer:
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
