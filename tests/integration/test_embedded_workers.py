"""Workers inside a script: their messages go through methods, queues and plain sockets."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from exposedfunctionality import exposed_method

import funcnodes_core as fn
from funcnodes_worker import MsQueueWorker, RemoteWorker, SocketWorker, Worker, WorkerConfig, remote_worker
from funcnodes_worker.errors import AlreadyRunningError, BindError, CommandError, PortTakenError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.server.auth import load_or_make_token

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


@fn.NodeDecorator("embedded.picture")
def picture(n: int = 4) -> bytes:
    """Bytes that look like a PNG."""
    return b"\x89PNG\r\n\x1a\n" + bytes(n)


@pytest.fixture(autouse=True)
def config_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FUNCNODES_CONFIG_DIR", str(tmp_path))
    ConfigDir(tmp_path).create()
    return tmp_path


class Carried(RemoteWorker):
    """Keeps what it would send."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sent: asyncio.Queue[Any] = asyncio.Queue()

    async def sendmessage(self, msg: str, **kwargs: Any) -> None:
        self.sent.put_nowait(json.loads(msg))

    async def send_bytes(self, data: bytes, header: dict[str, Any], **kwargs: Any) -> None:
        self.sent.put_nowait((header, data))

    async def next(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(20):
            while (message := await self.sent.get())["type"] != kind:
                continue
        found: dict[str, Any] = message
        return found

    @exposed_method()
    async def greet(self, who: str, loud: bool = False) -> str:
        """Say hello."""
        return f"HELLO {who}" if loud else f"hello {who}"

    @exposed_method()
    def name_of_place(self) -> str:
        """Where this is."""
        return "here"

    @exposed_method()
    def heartbeat(self) -> str:
        """In the place of the worker's own."""
        return "thump"


def test_it_can_be_made_without_arguments_and_without_a_loop(config_dir: Path) -> None:
    worker = Carried()

    assert (worker.runstate, worker.uuid(), worker.name()) == ("undefined", worker.uuid(), worker.uuid())
    assert [path.name for path in config_dir.iterdir()] == ["workers"]


@pytest.mark.parametrize("threads", [True, False])
async def test_messages_go_in_and_out(threads: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_worker, "_THREADS", threads)
    shelf = fn.Shelf(name="Mine", nodes=[picture], subshelves=[], description="")
    worker = Carried(uuid="r1", name="remote", default_nodes=[shelf])
    await worker.receive_message({"type": "ping"})  # before it runs: kept
    task = asyncio.create_task(worker.run_forever_async())
    await worker.next("pong")
    assert worker.runstate == "running"

    worker.receive_message(json.dumps({"type": "cmd", "cmd": "greet", "kwargs": {"who": "you"}}))
    assert (await worker.next("result"))["result"] == "hello you"
    worker.receive_message({"type": "cmd", "cmd": "greet", "kwargs": {"who": 3}})
    assert (await worker.next("error"))["error"] == "BadArgumentsError: kwargs.who: expected str, got int"
    worker.receive_message({"type": "cmd", "cmd": "heartbeat"})
    assert (await worker.next("result"))["result"] == "thump"

    worker.receive_message(
        {"type": "cmd", "cmd": "add_node", "kwargs": {"node_id": "embedded.picture", "uuid": "p"}}
    )
    async with asyncio.timeout(20):
        while not isinstance(message := await worker.sent.get(), tuple):
            continue
    assert message[0]["mime"] == "image/png"
    assert message[1].startswith(b"\x89PNG")

    assert await worker.run_cmd({"cmd": "uuid"}) == "r1"
    assert (await worker.run_cmd({"cmd": "add_node", "kwargs": {"node_id": "embedded.picture"}})).node_id
    with pytest.raises(CommandError, match="unknown command"):
        await worker.run_cmd({"cmd": "fly"})

    worker.stop()
    async with asyncio.timeout(10):
        await task
    assert worker.runstate == "stopped"


async def test_queues_carry_messages() -> None:
    said: queue.Queue[Any] = queue.Queue()
    heard: queue.Queue[Any] = queue.Queue()
    worker = MsQueueWorker(said, heard, uuid="q1")
    task = asyncio.create_task(worker.run_forever_async())

    said.put('{"type": "cmd", "id": 1, "cmd": "uuid"}')
    answer = await asyncio.to_thread(_result, heard)
    said.put(None)

    assert answer["result"] == "q1"
    async with asyncio.timeout(10):
        await task


def _result(heard: queue.Queue[Any]) -> dict[str, Any]:
    while (message := json.loads(heard.get(timeout=20)))["type"] != "result":
        continue
    found: dict[str, Any] = message
    return found


async def test_a_socket_needs_the_token(config_dir: Path) -> None:
    worker = SocketWorker(uuid="s1")
    task = asyncio.create_task(worker.run_forever_async())
    async with asyncio.timeout(20):
        while worker.port == 0:
            await asyncio.sleep(0)
    token = load_or_make_token(ConfigDir(config_dir))

    for first in (b'{"type": "ping"}\n', b'{"type": "auth", "token": "wrong"}\n', b"nonsense\n"):
        assert await _talk(worker.port, first) == b""
    greeting = json.dumps({"type": "auth", "token": token}).encode() + b"\n"
    assert json.loads(await _talk(worker.port, greeting)) == {"type": "pong"}

    worker.stop()
    async with asyncio.timeout(10):
        await task


async def _talk(port: int, first: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("localhost", port)
    writer.write(first + b'{"type": "ping"}\n')
    async with asyncio.timeout(10):
        try:
            return await reader.readline()
        except ConnectionError:
            return b""
        finally:
            writer.close()


def test_a_socket_opens_loopback_only() -> None:
    with pytest.raises(BindError, match="refusing"):
        SocketWorker(host="0.0.0.0")


def test_without_threads_everything_goes_on_one_loop(tmp_path: Path) -> None:
    script = Path(__file__).with_name("no_threads.py")

    run = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "FUNCNODES_CONFIG_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {
        "sum": 6, "refused": {}, "state": "running", "bytes": ["image/png"], "end": "stopped", "again": 6, "threads": 1
    }  # fmt: skip
    assert "Traceback" not in run.stderr


async def test_each_is_served_beside_the_rest_of_a_program(config_dir: Path) -> None:
    before = set(threading.enumerate())
    said: queue.Queue[Any] = queue.Queue()
    heard: queue.Queue[Any] = queue.Queue()

    async with SocketWorker(uuid="s2") as over_tcp, MsQueueWorker(said, heard, uuid="q2") as over_queues:
        assert await over_tcp.run_cmd({"cmd": "uuid"}) == "s2"
        token = load_or_make_token(ConfigDir(config_dir))
        greeting = json.dumps({"type": "auth", "token": token}).encode() + b"\n"
        assert json.loads(await _talk(over_tcp.port, greeting)) == {"type": "pong"}
        said.put('{"type": "cmd", "id": 1, "cmd": "name"}')
        assert (await asyncio.to_thread(_result, heard))["result"] == "q2"

    assert (over_tcp.runstate, over_queues.runstate) == ("stopped", "stopped")
    async with asyncio.timeout(10):
        while left := {
            one.name for one in set(threading.enumerate()) - before if not one.name.startswith("asyncio")
        }:
            assert all(name.startswith("funcnodes-") for name in left)
            await asyncio.sleep(0)


async def test_a_start_that_fails_is_told_to_the_program() -> None:
    async with SocketWorker(uuid="s3") as first:
        with pytest.raises(PortTakenError):
            async with SocketWorker(uuid="s4", port=first.port):
                pass


async def test_one_worker_is_served_once() -> None:
    async with SocketWorker(uuid="s5"):
        with pytest.raises(AlreadyRunningError, match="s5"):
            async with SocketWorker(uuid="s5"):
                pass
    async with SocketWorker(uuid="s5"):
        pass


async def test_a_bare_worker_runs_inside_a_program(config_dir: Path) -> None:
    config = WorkerConfig(ConfigDir(config_dir), {"uuid": "bare"})

    async with Worker(config) as worker:
        assert await worker.run_cmd({"cmd": "uuid"}) == "bare"

    assert worker.runstate == "stopped"
