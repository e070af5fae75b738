"""Every route of a worker is behind the one door: who has no business here is refused on each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.server.app import make_app
from funcnodes_worker.server.auth import PUBLIC, Door, enumerate_routes
from funcnodes_worker.worker import Worker

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
FILLED = {
    "{msg_id}": "abc", "{node_uuid}": "n", "{io_id}": "out", "{path}": "data.csv", "{module}": "m",
}  # fmt: skip


def fill(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


@pytest.fixture
async def routes(tmp_path: Any) -> list[tuple[str, str]]:
    """Every method and path that the application answers, as its own router says."""
    config = WorkerConfig(ConfigDir(tmp_path), {"uuid": "w"})
    app = make_app(Worker(config), Door("token"))
    return [(method, fill(path)) for method, path in enumerate_routes(app)]


@pytest.fixture
def worker(shared_worker: Any) -> Any:
    return shared_worker


@pytest.fixture
async def web(worker: Any) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(worker.url) as session:
        yield session


def intruders(worker: Any) -> dict[str, dict[str, str]]:
    token, port = worker.bearer, worker.port
    return {
        "no token": {},
        "a wrong token": {"Authorization": "Bearer wrong"},
        "an empty token": {"Authorization": "Bearer "},
        "the token in another scheme": {"Authorization": token["Authorization"].replace("Bearer", "Basic")},
        "the token as a cookie": {"Cookie": f"token={token['Authorization'].removeprefix('Bearer ')}"},
        "a foreign Origin": {**token, "Origin": "https://evil.example"},
        "the Origin of another port": {**token, "Origin": f"http://localhost:{port + 1}"},
        "the null Origin": {**token, "Origin": "null"},
        "an empty Origin": {**token, "Origin": ""},
        "a foreign Host": {**token, "Host": f"evil.example:{port}"},
        "a Host that begins like ours": {**token, "Host": "localhost.evil.example"},
        "a Host that is an address elsewhere": {**token, "Host": "192.0.2.1"},
    }


async def test_every_route_refuses_every_intruder(
    worker: Any, web: aiohttp.ClientSession, routes: list[tuple[str, str]]
) -> None:
    assert ("GET", "/") in routes
    assert ("POST", "/upload/") in routes
    let_in = []

    for method, path in routes:
        for who, headers in intruders(worker).items():
            if path in PUBLIC and "Host" not in who:
                continue
            for extra in ({}, UPGRADE) if method == "GET" else ({},):
                async with web.request(method, path, headers={**headers, **extra}) as answer:
                    if answer.status not in (401, 403):
                        let_in.append((method, path, who, bool(extra), answer.status))

    assert not let_in


async def test_a_bearer_without_origin_and_one_with_our_own_come_in(
    worker: Any, web: aiohttp.ClientSession
) -> None:
    own = {"Origin": worker.url.rstrip("/")}

    for headers in (worker.bearer, {**worker.bearer, **own}):
        async with web.ws_connect("/", headers=headers) as socket:
            await socket.send_json({"type": "ping"})
            assert await socket.receive_json() == {"type": "pong"}


async def test_our_own_origin_is_no_token(worker: Any, web: aiohttp.ClientSession) -> None:
    async with web.get("/", headers={"Origin": worker.url.rstrip("/"), **UPGRADE}) as answer:
        assert answer.status == 401


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_mutation_takes_json_or_multipart_only(
    worker: Any, web: aiohttp.ClientSession, kind: str
) -> None:
    async with web.post("/upload/", data=b"a=1", headers={**worker.bearer, "Content-Type": kind}) as answer:
        assert answer.status == 415
        assert "a body must be application/json" in await answer.text()  # the door's word, not the handler's


@pytest.mark.parametrize(
    "path",
    [
        "../token",
        "..%2ftoken",
        "%2e%2e/token",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "a/../../token",
        "..\\token",
    ],
)
async def test_no_path_leaves_the_files_folder(worker: Any, web: aiohttp.ClientSession, path: str) -> None:
    from yarl import URL

    async with web.get(URL(f"{worker.url}files/{path}", encoded=True), headers=worker.bearer) as answer:
        assert answer.status in (400, 404)
        assert worker.bearer["Authorization"].removeprefix("Bearer ") not in await answer.text()


async def test_a_link_that_leads_out_is_not_followed(worker: Any, web: aiohttp.ClientSession) -> None:
    (worker.data / "files" / "link").symlink_to(worker.dir / "token")

    async with web.get("/files/link", headers=worker.bearer) as answer:
        assert answer.status == 400


async def test_healthz_is_open_constant_and_host_checked(worker: Any, web: aiohttp.ClientSession) -> None:
    async with web.get("/healthz") as answer:
        assert (answer.status, await answer.read()) == (200, b"")
    async with web.get("/healthz", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403


async def test_a_declared_gigabyte_is_bounded_and_the_worker_still_answers(
    worker: Any, web: aiohttp.ClientSession
) -> None:
    headers = {
        **worker.bearer,
        "Content-Length": str(2**33),
        "Content-Type": "multipart/form-data; boundary=x",
    }
    async with web.post("/upload/", headers=headers, data=b"--x--\r\n") as answer:
        assert answer.status == 413

    async with web.get("/healthz") as answer:
        assert answer.status == 200


async def test_content_is_never_run_by_a_browser(worker: Any, web: aiohttp.ClientSession) -> None:
    form = aiohttp.FormData()
    form.add_field("file", b"<script>alert(1)</script>", filename="page.html", content_type="text/html")
    async with web.post("/upload/", data=form, headers=worker.bearer) as answer:
        assert await answer.json() == {"success": True, "filename": "page.html", "path": "page.html"}

    async with web.get("/files/page.html", headers=worker.bearer) as answer:
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert await answer.read() == b"<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("body", "boundary", "status"),
    [(b"--x\r\ngarbage", "; boundary=x", 400), (b"", "", 400), (b"--x--\r\n", "; boundary=x", 400)],
)
async def test_an_upload_that_is_none_is_refused(
    worker: Any, web: aiohttp.ClientSession, body: bytes, boundary: str, status: int
) -> None:
    headers = {**worker.bearer, "Content-Type": f"multipart/form-data{boundary}"}

    async with web.post("/upload/", headers=headers, data=body) as answer:
        assert answer.status == status
        assert "the body" in await answer.text()


async def test_an_upload_with_an_impossible_name_is_refused(worker: Any, web: aiohttp.ClientSession) -> None:
    form = aiohttp.FormData()
    form.add_field("file", b"x", filename="n" * 300)

    async with web.post("/upload/", data=form, headers=worker.bearer) as answer:
        assert answer.status == 400
        assert "too long for a file name" in await answer.text()


async def test_the_token_is_private_and_in_no_log(worker: Any) -> None:
    token = worker.bearer["Authorization"].removeprefix("Bearer ")

    assert len(token) >= 43
    assert (worker.dir / "token").stat().st_mode & 0o777 == 0o600
    assert token not in (worker.data / "worker.log").read_text()
