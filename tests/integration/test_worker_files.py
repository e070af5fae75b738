"""Files of a real worker: in and out over HTTP, whole or not at all, in bounded memory."""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from funcnodes.net.address import Address
from funcnodes.net.listen import open_sockets, start_site
from funcnodes.web.server import WebServer

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

MakeWorker = Callable[..., Any]
MEBIBYTE = 1024 * 1024
PATTERN = bytes(range(256)) * 4096  # one mebibyte


def browser(worker: Any) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(worker.url, headers=worker.bearer)


def rss_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def form(name: str, data: Any) -> aiohttp.FormData:
    made = aiohttp.FormData()
    made.add_field("file", io.BytesIO(data) if isinstance(data, bytes) else data, filename=name)
    return made


async def upload(session: aiohttp.ClientSession, name: str, data: Any, **query: str) -> dict[str, Any]:
    async with session.post("/upload/", data=form(name, data), params=query) as answer:
        assert answer.status == 200, await answer.text()
        found: dict[str, Any] = await answer.json()
        return found


@asynccontextmanager
async def through_the_web_server(worker: Any, static: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of a web server that stands in front of the worker, as browsers reach it."""
    static.mkdir()
    token = worker.bearer["Authorization"].removeprefix("Bearer ")
    server = WebServer(
        token, manager=lambda: None, find_worker=lambda uuid: Address("localhost", worker.port), static=static
    )
    sockets = open_sockets("localhost", 0)
    port = sockets[0].getsockname()[1]
    runner: web.AppRunner = await start_site(server.app, sockets)
    try:
        async with aiohttp.ClientSession(
            f"http://localhost:{port}/worker/{worker.uuid}/", headers=worker.bearer
        ) as session:
            yield session
    finally:
        await server.close()
        await runner.cleanup()


class Memory:
    """How much memory a process has taken at most since this was made."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._start = self._most = rss_bytes(pid)

    @property
    def growth(self) -> int:
        self._most = max(self._most, rss_bytes(self._pid))
        return self._most - self._start


async def pieces(count: int, memory: Memory) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield PATTERN
        assert memory.growth < 50 * MEBIBYTE


async def test_an_upload_and_its_download_stay_out_of_memory(make_worker: MakeWorker) -> None:
    worker, mebibytes = make_worker().start(), 64  # a gibibyte is for `make bench`
    async with browser(worker) as session:
        await upload(session, "warm up", b"x" * MEBIBYTE)
        memory = Memory(worker.process.pid)
        stored = await upload(session, "big.bin", pieces(mebibytes, memory))
        digest = hashlib.sha256()
        async with session.get(f"/files/{stored['path']}") as answer:
            async for chunk in answer.content.iter_chunked(MEBIBYTE):
                digest.update(chunk)
                assert memory.growth < 50 * MEBIBYTE

    expected = hashlib.sha256()
    for _ in range(mebibytes):
        expected.update(PATTERN)
    assert digest.digest() == expected.digest()
    print(f"{mebibytes} MiB up and down: {memory.growth / MEBIBYTE:.1f} MiB of memory")


async def test_while_a_file_comes_in_others_are_served(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    slowest = 0.0
    loop = asyncio.get_running_loop()
    async with worker.client() as one, browser(worker) as session:
        sending = asyncio.create_task(upload(session, "a", pieces(64, Memory(worker.process.pid))))
        while not sending.done():
            started = loop.time()
            await one.call("uuid")
            slowest = max(slowest, loop.time() - started)
        await sending

    assert slowest < 0.5


async def test_a_broken_upload_leaves_nothing(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    head = (
        "POST /upload/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        f"Authorization: {worker.bearer['Authorization']}\r\n"
    )
    part = '--b\r\nContent-Disposition: form-data; name="f"; filename="broken.txt"\r\n\r\n' + "x" * 3_000_000
    bodies = {
        "the client goes away": (f"{head}Content-Length: 9000000\r\n\r\n{part}", False),
        "no boundary at the end": (f"{head}Content-Length: {len(part)}\r\n\r\n{part}", True),
        "not multipart": (f"{head}Content-Length: 5\r\n\r\nhello", True),
        "chunks that end early": (f"{head}Transfer-Encoding: chunked\r\n\r\nFFFFFF\r\n{part}", False),
    }
    statuses = {}
    for name, (body, answered) in bodies.items():
        reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
        writer.write(body.encode())
        await writer.drain()
        if answered:
            statuses[name] = int((await reader.readline()).split()[1])
        writer.close()
        await writer.wait_closed()
    files = worker.data / "files"
    async with asyncio.timeout(10), worker.client() as one:
        while list(files.iterdir()):  # the worker hears of a lost connection when it hears of it
            await asyncio.sleep(0.01)
        assert await one.call("list_files") == []

    assert statuses == {"no boundary at the end": 400, "not multipart": 400}


async def test_a_file_appears_only_when_it_is_whole_and_all_clients_hear_of_it(
    make_worker: MakeWorker,
) -> None:
    worker = make_worker().start()
    half, go_on = asyncio.Event(), asyncio.Event()

    async def data() -> AsyncIterator[bytes]:
        for _ in range(4):
            yield PATTERN
        half.set()
        await go_on.wait()
        yield b"end"

    async with worker.client() as one, browser(worker) as session, asyncio.timeout(20):
        sending = asyncio.create_task(upload(session, "a.bin", data(), task="mine"))
        await half.wait()
        assert await one.call("list_files") == []
        go_on.set()
        stored = await sending
        await one.call("delete_file", path="a.bin")
        events = []
        async for event in one.events():
            events.append((event["event"], event["data"]))
            if event["data"].get("change") == "removed":
                break

    size = 4 * MEBIBYTE + 3
    assert stored == {"success": True, "filename": "a.bin", "path": "a.bin"}
    assert events[-2:] == [
        ("files_changed", {"path": "a.bin", "change": "added", "size": size}),
        ("files_changed", {"path": "a.bin", "change": "removed"}),
    ]


async def test_a_long_upload_says_how_far_it_is(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    told = asyncio.Event()

    async def data() -> AsyncIterator[bytes]:
        while not told.is_set():
            yield PATTERN
            await asyncio.sleep(0)

    async def listen(client: Any) -> list[dict[str, Any]]:
        found = []
        async for event in client.events():
            if event.get("event") == "upload_progress":
                told.set()
                found.append(event["data"])
                if event["data"].get("done"):
                    break
        return found

    async with worker.client() as one, browser(worker) as session, asyncio.timeout(30):
        listening = asyncio.create_task(listen(one))
        await upload(session, "a.bin", data(), task="mine")
        progress = await listening

    assert {each["task"] for each in progress} == {"mine"}
    assert {each["filename"] for each in progress} == {"a.bin"}
    received = [each["received"] for each in progress]
    assert received == sorted(received)
    assert received[0] > 0


async def test_uploads_of_one_name_at_once_are_all_kept(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    async with browser(worker) as session:
        stored = await asyncio.gather(*(upload(session, "a.csv", b"%d" % n * 100_000) for n in range(8)))

    paths = {each["path"] for each in stored}
    assert paths == {"a.csv", *(f"a-{n}.csv" for n in range(1, 8))}
    assert {(worker.data / "files" / path).read_bytes()[:1] for path in paths} == {
        b"%d" % n for n in range(8)
    }


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "a\\..\\x", "nul", "x" * 300, "a/../../x", "gpj\u202eexe", ".upload-1", "tail."],
)
async def test_hostile_names_are_refused_by_every_way_in(shared_worker: Any, name: str) -> None:
    async with shared_worker.client() as one, browser(shared_worker) as session:
        answer = await one.request("upload", {"filename": name, "data": "eA=="})
        body = (
            b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename*=UTF-8''"
            + "".join(f"%{byte:02x}" for byte in name.encode()).encode()
            + b"\r\n\r\nx\r\n--b--\r\n"
        )
        async with session.post(
            "/upload/", data=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
        ) as reply:
            status = reply.status
        listed = await one.call("list_files")

    assert answer["code"] == "file_name"
    # a multipart reader takes the last part of a path as its name, as browsers mean it
    assert status == 400 or (status == 200 and [file["path"] for file in listed] in (["x"], ["x", "x-1"], []))


async def test_over_the_quota_is_said_before_and_while_it_comes(make_worker: MakeWorker) -> None:
    worker = make_worker(max_upload_bytes=2 * MEBIBYTE, max_files_bytes=3 * MEBIBYTE).start()
    async with browser(worker) as session:
        await upload(session, "a", PATTERN * 2)
        async with session.post("/upload/", data=form("b", PATTERN * 3)) as declared:
            too_large = declared.status
        async with session.post("/upload/", data=form("b", pieces(2, Memory(worker.process.pid)))) as coming:
            no_room = coming.status
        await upload(session, "b", b"x")

    assert (too_large, no_room) == (413, 413)
    assert sorted(path.name for path in (worker.data / "files").iterdir()) == ["a", "b"]


@asynccontextmanager
async def the_way(worker: Any, through: str, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    if through == "worker":
        async with browser(worker) as session:
            yield session
    else:
        async with through_the_web_server(worker, tmp_path / "static") as session:
            yield session


@pytest.mark.parametrize("through", ["worker", "web server"])
async def test_a_part_of_a_file_can_be_fetched(shared_worker: Any, through: str, tmp_path: Path) -> None:
    async with the_way(shared_worker, through, tmp_path) as session:
        async with session.post("upload/", data=form("range.txt", b"0123456789")) as sent:
            path = f"files/{(await sent.json())['path']}"
        async with session.get(path) as whole:
            assert (whole.status, await whole.read()) == (200, b"0123456789")
            assert whole.headers["Accept-Ranges"] == "bytes"
            assert whole.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
            etag, modified = whole.headers["ETag"], whole.headers["Last-Modified"]
        async with session.head(path) as head:
            assert (head.status, head.headers["Content-Length"], await head.read()) == (200, "10", b"")
        expected = {
            "bytes=2-4": (206, b"234", "bytes 2-4/10"),
            "bytes=8-99": (206, b"89", "bytes 8-9/10"),
            "bytes=7-": (206, b"789", "bytes 7-9/10"),
            "bytes=-2": (206, b"89", "bytes 8-9/10"),
            "bytes=-99": (206, b"0123456789", "bytes 0-9/10"),
            "bytes=10-": (416, b"", "bytes */10"),
            "bytes=-0": (416, b"", "bytes */10"),
            "bytes=5-2": (200, b"0123456789", None),
            "bytes=0-1,3-4": (200, b"0123456789", None),
            "lines=1-2": (200, b"0123456789", None),
            f"bytes={'9' * 5000}-": (200, b"0123456789", None),
        }
        for asked, answer in expected.items():
            async with session.get(path, headers={"Range": asked}) as part:
                found = (part.status, await part.read(), part.headers.get("Content-Range"))
            assert found == answer, asked
        for validator, status in ((etag, 206), (modified, 206), ('"old"', 200), ("nonsense", 200)):
            async with session.get(path, headers={"Range": "bytes=0-0", "If-Range": validator}) as part:
                assert part.status == status, validator
        for header, value in (
            ("If-None-Match", etag),
            ("If-None-Match", "*"),
            ("If-Modified-Since", modified),
        ):
            async with session.get(path, headers={header: value}) as known:
                assert (known.status, await known.read()) == (304, b"")


async def test_what_is_packed_beside_a_file_is_not_sent_in_its_place(shared_worker: Any) -> None:
    async with browser(shared_worker) as session:
        await upload(session, "plain.csv", b"a,b")
        await upload(session, "plain.csv.gz", b"something else")
        async with session.get("/files/plain.csv", headers={"Accept-Encoding": "gzip"}) as answer:
            assert await answer.read() == b"a,b"


async def test_files_go_through_the_web_server_out_of_memory(make_worker: MakeWorker, tmp_path: Path) -> None:
    worker = make_worker(max_upload_bytes=40 * MEBIBYTE).start()
    memory = Memory(worker.process.pid)
    async with through_the_web_server(worker, tmp_path / "static") as session:
        async with session.post("upload/", data=form("big", pieces(32, memory))) as sent:
            stored = await sent.json()
        async with session.get(f"files/{stored['path']}") as answer:
            size = len(await answer.read())
        async with session.post("upload/", data=form("huge", pieces(48, memory))) as refused:
            status, text = refused.status, await refused.text()

    assert size == 32 * MEBIBYTE
    assert status == 413, text
