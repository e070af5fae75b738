"""Rubbish over a real connection: each frame has its answer, and the worker goes on."""

from __future__ import annotations

import asyncio
import json
import os
import struct
from typing import Any

import aiohttp
import fuzz
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funcnodes_worker.commands import REGISTRY

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

ANSWERS = {"result", "error", "pong", "large_message"}
COMMANDS = [
    command for command in REGISTRY if command.name not in ("stop_worker", "update_config", "find_modules")
]
FRAMES = st.lists(
    fuzz.rubbish | st.sampled_from(COMMANDS).flatmap(fuzz.frames) | st.binary(max_size=20),
    min_size=20,
    max_size=40,
)


async def answers(worker: Any, frames: list[bytes | str]) -> list[dict[str, Any]]:
    """The answers to frames that are sent one after the other, and to a ping at the end."""
    found = []
    async with (
        aiohttp.ClientSession(headers=worker.bearer) as http,
        http.ws_connect(worker.url, max_msg_size=0) as socket,
    ):
        for frame in [*frames, '{"type": "ping"}']:
            await (socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_str(frame))
            async with asyncio.timeout(20):
                message = await socket.receive_json()
                while message["type"] not in ANSWERS:
                    message = await socket.receive_json()
            found.append(message)
    return found


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(frames=FRAMES)
def test_each_frame_over_a_connection_has_its_answer(frames: list[bytes | str], shared_worker: Any) -> None:
    found = asyncio.run(answers(shared_worker, frames))

    assert len(found) == len(frames) + 1
    assert found[-1] == {"type": "pong"}
    assert all(message["error"] for message in found if message["type"] == "error")
    assert shared_worker.process.poll() is None


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x81\x82\0\0\0\0\xff\xfe", 1007),  # a text that is no UTF-8
        (b"\xc1\x80\0\0\0\0", 1002),  # compressed, which nobody has agreed upon
        (b"\x83\x80\0\0\0\0", 1002),  # a kind of frame that there is none of
        (b"\x81\xff" + struct.pack(">Q", 2**62) + b"\0\0\0\0", 1009),
    ],
    ids=["text", "compressed", "kind", "length"],
)
async def test_a_frame_that_is_none_ends_its_connection_only(
    shared_worker: Any, frame: bytes, code: int
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", shared_worker.port)
    lines = (
        "GET / HTTP/1.1",
        f"Host: localhost:{shared_worker.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
        f"Authorization: {shared_worker.bearer['Authorization']}",
    )
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    await reader.readuntil(b"\r\n\r\n")

    writer.write(frame + os.urandom(100))
    async with asyncio.timeout(20):
        rest = await reader.read()
    writer.close()

    closing = rest[rest.index(b"\x88") :]
    assert struct.unpack(">H", closing[2:4])[0] == code
    async with shared_worker.client() as one:
        assert json.dumps(await one.call("get_runstate"))
