"""Clients that mean harm, on bare sockets against a worker in a process of its own: bounded, and others are served."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from funcnodes_worker.server.guard import MAX_OPEN, MAX_SILENT

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

UPGRADE = (
    "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


@pytest.fixture
def worker(shared_worker: Any) -> Any:
    return shared_worker


def memory_bytes(pid: int) -> int:
    """What a process holds in memory now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


KNOCKING: list[asyncio.StreamWriter] = []


@pytest.fixture(autouse=True)
async def hang_up() -> AsyncIterator[None]:
    yield
    for writer in KNOCKING:
        writer.transport.abort()
    KNOCKING.clear()
    await asyncio.sleep(0)


async def knock(worker: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
    KNOCKING.append(writer)
    return reader, writer


@contextlib.asynccontextmanager
async def upgraded(worker: Any) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A WebSocket by hand."""
    reader, writer = await knock(worker)
    token = worker.bearer["Authorization"]
    writer.write(f"{UPGRADE}Authorization: {token}\r\n\r\n".encode())
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    try:
        yield reader, writer
    finally:
        hang_up_now(writer)


def hang_up_now(writer: asyncio.StreamWriter) -> None:
    KNOCKING.remove(writer)
    writer.transport.abort()


async def is_served(worker: Any, deadline_s: float = 5.0) -> bool:
    async with asyncio.timeout(deadline_s), worker.client() as client:
        return bool(await client.call("uuid") == "w1")


async def ended(reader: asyncio.StreamReader, deadline_s: float = 15.0) -> bool:
    """Whether the other side has closed; what it says before is not looked at."""
    async with asyncio.timeout(deadline_s):
        with contextlib.suppress(ConnectionError):
            while await reader.read(65536):
                continue
        return True


async def test_a_thousand_silent_connections_keep_nobody_out(worker: Any) -> None:
    before, files = memory_bytes(worker.process.pid), open_files(worker.process.pid)
    async with worker.client() as friend:
        for _ in range(1000):
            await knock(worker)
        assert await friend.call("uuid") == "w1"
        assert await is_served(worker)
        held = open_files(worker.process.pid) - files
        grown = memory_bytes(worker.process.pid) - before

    assert held <= MAX_SILENT + 5
    assert grown < 40 * 1024 * 1024
    assert await is_served(worker)


async def test_a_request_that_comes_in_drops_is_not_waited_for(worker: Any) -> None:
    slow = [await knock(worker) for _ in range(50)]
    for _, writer in slow:
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")

    assert await is_served(worker)
    async with asyncio.timeout(30):
        for reader, _ in slow:
            assert await ended(reader, 25)


async def test_a_head_without_end_is_cut_off(worker: Any) -> None:
    reader, writer = await knock(worker)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
    with contextlib.suppress(ConnectionError):
        for number in range(2000):
            writer.write(f"X-{number}: {'a' * 1000}\r\n".encode())
            await writer.drain()

    assert await ended(reader)
    assert await is_served(worker)


async def test_a_stranger_keeps_no_connection_open(worker: Any) -> None:
    for path in ("/", "/healthz", "/nowhere"):
        reader, writer = await knock(worker)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert await ended(reader, 5)


@pytest.mark.parametrize("size", [2**30, 2**40, 2**63])
async def test_a_frame_that_declares_too_much_is_refused_before_it_comes(worker: Any, size: int) -> None:
    before = memory_bytes(worker.process.pid)
    async with upgraded(worker) as (reader, writer):
        writer.write(b"\x81\xff" + struct.pack(">Q", size) + b"mask" + b"x" * 1000)
        assert await ended(reader)

    assert memory_bytes(worker.process.pid) - before < 20 * 1024 * 1024
    assert await is_served(worker)


async def test_a_client_that_goes_in_mid_frame_is_forgotten(worker: Any) -> None:
    for _ in range(30):
        async with upgraded(worker) as (_, writer):
            writer.write(b"\x81\xfe\x10\x00mask" + b"x" * 10)
            await writer.drain()

    async with worker.client() as client, asyncio.timeout(10):
        while (await client.call("get_runstate"))["clients"] > 1:
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    "frame",
    [
        b"\xf1\x80mask",  # reserved bits
        b"\x83\x80mask",  # reserved kind
        b"\x89\xfe\x01\x00mask" + b"x" * 256,  # a ping that is too long
        b"\x80\x80mask",  # goes on with nothing
        b"\x81\x82mask" + bytes(a ^ b for a, b in zip(b"\xff\xfe", b"ma", strict=True)),  # no UTF-8
        b"\xc1\x84mask" + b"zzzz",  # packed, which was not agreed upon
    ],
)
async def test_a_frame_against_the_rules_ends_its_own_connection_only(worker: Any, frame: bytes) -> None:
    async with worker.client() as friend, upgraded(worker) as (reader, writer):
        writer.write(frame)
        assert await ended(reader)
        assert await friend.call("uuid") == "w1"


async def test_a_client_that_asks_and_never_reads_costs_a_bounded_amount(worker: Any) -> None:
    before = memory_bytes(worker.process.pid)
    question = b'{"type":"cmd","cmd":"get_library"}'
    frame = b"\x81" + bytes([0x80 | len(question)]) + bytes(4) + question
    async with worker.client() as friend, upgraded(worker) as (_, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(3):
                for _ in range(2000):
                    writer.write(frame * 50)
                    await writer.drain()
        grown = memory_bytes(worker.process.pid) - before

        assert await friend.call("uuid") == "w1"
    assert grown < 60 * 1024 * 1024


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"\x00" * 100 + b"\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n", b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"POST /upload/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /upload/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET /%ff%fe%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"CONNECT evil.example:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)  # fmt: skip
async def test_what_is_no_request_for_us_gets_a_refusal_and_no_traceback(
    worker: Any, request_bytes: bytes
) -> None:
    reader, writer = await knock(worker)
    writer.write(request_bytes)
    async with asyncio.timeout(15):
        answer = await reader.read(65536)

    assert answer[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 401", b"HTTP/1.1 403", b"HTTP/1.0 400")
    assert b"Traceback" not in answer
    assert b".py" not in answer
    assert await is_served(worker)


async def test_more_connections_than_there_is_room_for_are_ended_and_no_session_is(worker: Any) -> None:
    async with worker.client() as friend, aiohttp.ClientSession(headers=worker.bearer) as session:
        for _ in range(MAX_OPEN):
            await knock(worker)
        async with session.get(f"{worker.url}files/none") as answer:
            assert answer.status == 404
        assert await friend.call("uuid") == "w1"


async def test_the_listening_socket_is_not_deaf_after_resets(worker: Any) -> None:
    for _ in range(200):
        raw = socket.create_connection(("127.0.0.1", worker.port))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.close()  # a reset

    with socket.create_connection(("127.0.0.1", worker.port), timeout=5) as raw:
        raw.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 200")
