"""The web server: one door in front of everything, a way in without the token, and the way through to workers."""

from __future__ import annotations

import asyncio
import io
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from funcnodes.errors import UnknownWorkerError
from funcnodes.net.listen import open_sockets, start_site
from funcnodes.web.server import WebServer
from funcnodes_worker.server.auth import enumerate_routes

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

TOKEN = "the-token-of-this-test"


class Site:
    """A web server in this process, in front of nothing."""

    def __init__(self, server: WebServer, url: str) -> None:
        self.server = server
        self.url = url


@asynccontextmanager
async def serving(static: Path) -> AsyncIterator[Site]:
    def nobody(uuid: str) -> tuple[str, int, bool]:
        raise UnknownWorkerError(uuid, [])

    server = WebServer(TOKEN, manager=lambda: None, find_worker=nobody, static=static)
    sockets = open_sockets("localhost", 0)
    port = sockets[0].getsockname()[1]
    server.sessions.name_cookie(port)
    runner = await start_site(server.app, sockets)
    try:
        yield Site(server, f"http://localhost:{port}")
    finally:
        await server.close()
        await runner.cleanup()


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>editor</title>")
    (folder / "assets" / "main-1a2b.js").write_text("export {};")
    (tmp_path / "secret").write_text("not for you")
    (folder / "link").symlink_to(tmp_path / "secret")
    return folder


def session(**kwargs: Any) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), **kwargs)


async def test_a_launch_code_lets_one_browser_in_once(static: Path) -> None:
    async with serving(static) as site, session() as browser, session() as late:
        code = site.server.sessions.new_code()
        async with browser.get(f"{site.url}/?code={code}", allow_redirects=False) as first:
            moved, cookie = first.headers["Location"], first.headers["Set-Cookie"]
        async with browser.get(f"{site.url}/") as page:
            text = await page.text()
        async with browser.get(f"{site.url}/assets/main-1a2b.js") as script:
            kind = script.content_type
        async with late.get(f"{site.url}/?code={code}") as second:
            landed, policy = second.url.path, second.headers["Content-Security-Policy"]
        async with late.get(f"{site.url}/assets/main-1a2b.js") as refused:
            status = refused.status

    assert moved == "/"
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    assert "editor" in text
    assert kind == "text/javascript"
    assert landed == "/login"
    assert "default-src 'self'" in policy
    assert status == 401


async def test_the_login_page_takes_the_token_as_json_only(static: Path) -> None:
    async with serving(static) as site, session(headers={"Origin": site.url}) as browser:
        async with browser.post(f"{site.url}/login", data={"token": TOKEN}) as form:
            as_form = form.status
        async with browser.post(
            f"{site.url}/login", data=TOKEN, headers={"Content-Type": "text/plain"}
        ) as plain:
            as_text = plain.status
        async with browser.post(f"{site.url}/login", json={"token": "guess"}) as wrong:
            as_guess = wrong.status
        async with browser.post(f"{site.url}/login", json=[TOKEN]) as shape:
            as_list = shape.status
        async with browser.post(f"{site.url}/login", json={"token": TOKEN}) as right:
            as_token = right.status
        async with browser.get(f"{site.url}/") as page:
            text = await page.text()
        async with browser.post(f"{site.url}/logout", json={}) as left:
            as_leaver = left.status
        async with browser.get(f"{site.url}/", allow_redirects=False) as after:
            as_stranger = after.headers["Location"]

    assert (as_form, as_text, as_guess, as_list, as_token, as_leaver) == (415, 415, 401, 400, 200, 200)
    assert "editor" in text
    assert as_stranger == "/login"


async def test_login_from_a_foreign_page_is_refused(static: Path) -> None:
    async with serving(static) as site, session() as browser:
        statuses = []
        for headers in ({}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
            async with browser.post(f"{site.url}/login", json={"token": TOKEN}, headers=headers) as answer:
                statuses.append(answer.status)

    assert statuses == [403, 403, 403]


async def test_launch_codes_are_made_for_the_token_only(static: Path) -> None:
    async with serving(static) as site, session() as browser:
        async with browser.get(f"{site.url}/?code={site.server.sessions.new_code()}"):
            pass
        async with browser.post(f"{site.url}/launch", headers={"Origin": site.url}) as by_cookie:
            refused = by_cookie.status
        async with browser.post(
            f"{site.url}/launch", headers={"Authorization": f"Bearer {TOKEN}"}
        ) as by_token:
            code = (await by_token.json())["code"]

        redeemed = site.server.sessions.redeem(code)

    assert refused == 403
    assert redeemed


PUBLIC = {("GET", "/"), ("GET", "/healthz"), ("GET", "/login"), ("GET", "/login.js"), ("GET", "/login.css")}
REFUSED: list[dict[str, str]] = [
    {},
    {"Authorization": "Bearer wrong"},
    {"Authorization": f"Bearer {TOKEN}", "Origin": "http://evil.example"},
    {"Authorization": f"Bearer {TOKEN}", "Origin": "null"},
    {"Authorization": f"Bearer {TOKEN}", "Host": "evil.example"},
    {"Cookie": "funcnodes_session_1=guess"},
]


async def test_every_route_is_behind_the_door(static: Path) -> None:
    wrong = []
    async with serving(static) as site, session() as client:
        routes = [(method, path) for method, path in enumerate_routes(site.server.app) if method != "HEAD"]
        for method, path in routes:
            shown = (
                path.replace("{uuid}", "w")
                .replace("{tail}", "files/x")
                .replace("{path}", "assets/main-1a2b.js")
            )
            verb = "POST" if method == "*" else method
            for headers in REFUSED:
                if (method, path) in PUBLIC and headers.get("Host") is None:
                    continue
                async with client.request(
                    verb, site.url + shown, headers=headers, allow_redirects=False
                ) as answer:
                    if answer.status not in {401, 403}:
                        wrong.append((verb, shown, headers, answer.status))

    assert len(routes) >= 10
    assert not wrong


async def test_a_plain_text_body_is_refused_on_every_route(static: Path) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "text/plain"}
    async with serving(static) as site, session() as client:
        statuses = []
        for path in ("/login", "/logout", "/launch", "/worker/w/upload/"):
            async with client.post(
                site.url + path, data=b"{}", headers={**headers, "Origin": site.url}
            ) as answer:
                statuses.append(answer.status)

    assert statuses == [415] * 4


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/%2e%2e/secret",
        "/assets/../../secret",
        "/assets/..%2f..%2fsecret",
        "//etc/passwd",
        "/link",
        "/assets",
        "/assets/",
        "/nothing.js",
    ],
)
async def test_only_files_of_the_build_are_served(static: Path, path: str) -> None:
    async with serving(static) as site, session() as client:
        url = URL(site.url + path, encoded=True)
        async with client.get(url, headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
            status, text, sniff = answer.status, await answer.text(), answer.headers["X-Content-Type-Options"]

    assert status == 404
    assert sniff == "nosniff"
    assert "not for you" not in text


async def test_a_missing_build_says_how_to_make_it_and_a_new_one_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "static"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with serving(folder) as site, session(headers=headers) as client:
        async with client.get(f"{site.url}/") as before:
            status, text = before.status, await before.text()
        folder.mkdir()
        (folder / "index.html").write_text("built")
        (folder / "new.css").write_text("a{}")
        async with client.get(f"{site.url}/") as after:
            page = await after.text()
        async with client.get(f"{site.url}/new.css") as style:
            found = style.status

    assert status == 503
    assert "make frontend" in text
    assert page == "built"
    assert found == 200


async def test_the_health_check_is_constant(static: Path) -> None:
    async with serving(static) as site, session() as client, client.get(f"{site.url}/healthz") as answer:
        body, headers = await answer.read(), answer.headers

    assert body == b""
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_the_browser_reaches_manager_and_worker_through_one_origin(program: Any, helpers: Any) -> None:
    program.new_fake()
    served = program.runserver()
    async with served.browser() as browser:
        async with browser.ws_connect("/manager", headers=served.origin) as manager:
            await manager.send_json({"type": "set_active", "workerid": "fake"})
            set_worker = await helpers.receive(manager, "set_worker")
        async with browser.ws_connect(
            "/worker/fake/", headers=served.origin, protocols=["funcnodes.v1"]
        ) as worker:
            await worker.send_str("who")
            who = await worker.receive_json()
            await worker.send_bytes(b"\x00\x01" * 1000)
            echoed = await worker.receive_bytes()
            await worker.send_str("close")
            await worker.receive()
            code = worker.close_code
        body = aiohttp.FormData()
        body.add_field("file", io.BytesIO(b"x" * 3_000_000), filename="big.bin")
        async with browser.post("/worker/fake/upload/", data=body, headers=served.origin) as answer:
            upload = await answer.json()
        async with browser.get(URL(f"{served.url}worker/fake/files/a%20b.csv?rev=3", encoded=True)) as answer:
            seen, policy, tag = (
                await answer.text(),
                answer.headers["Content-Security-Policy"],
                answer.headers["ETag"],
            )

    assert set_worker["worker"]["status"] == "running"
    assert who == {"cookie": False, "protocol": "funcnodes.v1"}
    assert echoed == b"\x00\x01" * 1000
    assert code == 1009
    assert upload["type"] == "multipart/form-data"
    assert upload["size"] > 3_000_000
    assert (seen, policy, tag) == ("/files/a%20b.csv?rev=3", "sandbox", '"x"')


async def test_what_cannot_be_passed_through_is_answered(program: Any, helpers: Any) -> None:
    program.new_fake("gone")
    served = program.runserver()
    async with served.browser() as browser:
        async with browser.ws_connect("/manager", headers=served.origin) as manager:
            await manager.send_json({"type": "stop_worker", "workerid": "gone"})
            await helpers.receive(manager, "worker_stopped")
        statuses = []
        for path in (
            "nobody/files/x",
            "gone/files/x",
            "gone/secret",
            "gone/files/..%2fx",
            "gone/files/%2e%2e/x",
        ):
            async with browser.get(URL(f"{served.url}worker/{path}", encoded=True)) as answer:
                statuses.append(answer.status)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await browser.ws_connect("/worker/gone/", headers=served.origin)
        with pytest.raises(aiohttp.WSServerHandshakeError) as foreign:
            await browser.ws_connect("/worker/gone/", headers={"Origin": "http://evil.example"})

    assert statuses == [404, 503, 404, 400, 400]
    assert refused.value.status == 503
    assert foreign.value.status == 403


async def test_the_first_start_makes_a_worker_and_the_next_one_starts_it_again(
    program: Any, helpers: Any
) -> None:
    served = program.runserver()
    files = list((program.dir / "workers").glob("worker_*.json"))
    first = json.loads(files[0].read_text())
    pid = json.loads(files[0].with_suffix(".p").read_text())["pid"]
    printed = served.stop(signal.SIGINT)
    alive = helpers.lives(pid)
    again = program.runserver()
    async with again.manager() as manager:
        await manager.send_str("worker_status")
        status = await helpers.receive(manager, "worker_status")

    assert len(files) == 1
    assert (first["name"], first["env_path"]) == ("default", None)
    assert "Stopping" in printed
    assert served.process.returncode == 0
    assert not alive
    assert [worker["uuid"] for worker in status["active"]] == [first["uuid"]]


async def test_a_running_manager_is_used(program: Any, helpers: Any) -> None:
    program.new_fake()
    alone = program.start("startworkermanager", "--port", "0")
    helpers.wait_for_line(alone, r"ws://\S+/")
    port = program.manager_port
    served = program.runserver()
    async with served.manager() as manager:
        await manager.send_json({"type": "set_active", "workerid": "fake"})
        await helpers.receive(manager, "set_worker")
    served.stop()

    assert program.manager_port == port
    assert alone.poll() is None


async def test_a_second_start_opens_the_one_that_runs(program: Any, helpers: Any) -> None:
    served = program.runserver()
    port = str(URL(served.url).port)
    second = program.run("runserver", "--no-browser", "--port", port)
    launch = second.stderr.split()[-1]
    async with session() as browser, browser.get(launch) as page:
        landed = page.url.path

    assert second.returncode == 0
    assert "runs already at" in second.stderr
    assert landed == "/"


async def test_open_pages_do_not_delay_the_end(program: Any, helpers: Any) -> None:
    program.new_fake()
    served = program.runserver()
    async with served.browser() as browser:
        manager = await browser.ws_connect("/manager", headers=served.origin)
        await manager.send_json({"type": "set_active", "workerid": "fake"})
        await helpers.receive(manager, "set_worker")
        worker = await browser.ws_connect("/worker/fake/", headers=served.origin)
        begin = time.monotonic()
        served.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(10):
            while (await worker.receive()).type is not aiohttp.WSMsgType.CLOSED:
                pass
            await helpers.until(lambda: served.process.poll() is not None)
        seconds = time.monotonic() - begin

    assert served.process.returncode == 0
    assert seconds < 5  # two in peace; aiohttp alone would wait a minute for open sockets


async def test_the_word_stop_ends_the_server_that_runs_the_manager(program: Any, helpers: Any) -> None:
    served = program.runserver()
    async with served.manager() as manager:
        await manager.send_str("stop")
        await helpers.until(lambda: served.process.poll() is not None)

    assert served.process.returncode == 0


async def test_a_stranger_on_the_port_of_a_stopped_worker_never_sees_the_token(
    program: Any, helpers: Any
) -> None:
    program.new_fake("gone")
    seen = []

    async def stranger(request: web.Request) -> web.Response:
        seen.append(dict(request.headers))
        return web.Response()

    app = web.Application()
    app.router.add_get("/{path:.*}", stranger)
    sockets = open_sockets("localhost", 0)
    program.edit("gone", port=sockets[0].getsockname()[1])
    runner = await start_site(app, sockets)
    alone = program.start("startworkermanager", "--port", "0")
    helpers.wait_for_line(alone, r"ws://\S+/")
    url = f"http://localhost:{program.manager_port}/worker/gone/files/x"
    async with session(headers=program.bearer) as client, client.get(url) as answer:
        status = answer.status
    await runner.cleanup()

    assert status == 503
    assert seen == []
