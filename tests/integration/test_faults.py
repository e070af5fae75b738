"""Nodes that harm their process, clients that mean no good, a clock that runs backwards: nobody else loses anything."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import resource
import signal
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from funcnodes_worker.client import connect
from funcnodes_worker.errors import CallFailedError, ConnectionFailedError
from funcnodes_worker.paths import ConfigDir

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

MakeWorker = Callable[..., Any]
MOST_LEAKED_BYTES = 300 * 1024 * 1024


async def node(worker: Any, uuid: str) -> dict[str, Any]:
    async with worker.client() as one:
        return {found["uuid"]: found for found in await one.call("get_nodes")}[uuid]  # type: ignore[no-any-return]


async def value_of(one: Any, uuid: str, wanted: float) -> None:
    """Waits until a node's output shows a value."""
    async with asyncio.timeout(20):
        while await one.call("get_io_value", uuid=uuid, io_id="out") != wanted:
            continue


# -- nodes


async def test_a_node_that_ends_the_interpreter_takes_no_edit_with_it(make_worker: MakeWorker) -> None:
    worker = make_worker().install("fault_nodes").start()
    async with worker.client() as one:
        await one.call("add_node", node_id="t.add", uuid="sum", name="kept")
        await one.call("update_node_input", uuid="sum", input_id="a", value=2)
        await one.call("add_node", node_id="t.exit", uuid="bomb")
        with contextlib.suppress(ConnectionFailedError):  # the answer may or may not come through
            await one.call("update_node_input", uuid="bomb", input_id="code", value=7)
    assert await asyncio.to_thread(worker.process.wait, 10) == 7

    worker.start()

    assert (await node(worker, "sum"))["name"] == "kept"
    assert (await node(worker, "bomb"))["inputs"]["code"]["value"] == 7, "opening runs nothing"


async def test_the_manager_tells_of_a_worker_that_a_node_has_ended_and_starts_it_again(
    program: Any, helpers: Any, tmp_path: Path
) -> None:
    modules = tmp_path / "modules"
    for module in ("worker_nodes", "fault_nodes"):
        code = Path(__file__).with_name(f"{module}.py").read_text()
        helpers._install(modules, code, module)
    ConfigDir(program.dir).create()
    helpers.WorkerRegistry(ConfigDir(program.dir)).create(uuid="real", in_venv=False)
    served = program.runserver(PYTHONPATH=str(modules))
    async with served.manager() as manager:
        await manager.send_json({"type": "set_active", "workerid": "real"})
        started = await helpers.receive(manager, "set_worker")
        async with client_of(program, started) as one:
            await one.call("add_node", node_id="t.exit", uuid="bomb", name="the bomb")
            with contextlib.suppress(ConnectionFailedError):
                await one.call("update_node_input", uuid="bomb", input_id="code", value=9)
        while not (status := await helpers.receive(manager, "worker_status"))["inactive"]:
            continue
        await manager.send_json({"type": "set_active", "workerid": "real"})
        again = await helpers.receive(manager, "set_worker")
        async with client_of(program, again) as one:
            names = [found["name"] for found in await one.call("get_nodes")]

    assert status["inactive"][0]["status"] == "crashed"
    assert "9" in status["inactive"][0]["detail"]
    assert names == ["the bomb"]


@asynccontextmanager
async def client_of(program: Any, started: dict[str, Any]) -> AsyncIterator[Any]:
    token = program.bearer["Authorization"].removeprefix("Bearer ")
    async with await connect(f"ws://localhost:{started['worker']['port']}/", token) as one:
        yield one


async def test_a_node_that_leaks_until_the_system_kills_the_worker_takes_no_edit_with_it(
    make_worker: MakeWorker,
) -> None:
    worker = make_worker().install("fault_nodes").start()
    async with worker.client() as one:
        await one.call("add_node", node_id="t.add", uuid="sum")
        await one.call("add_node", node_id="t.leak", uuid="leak")
        await one.call("update_node_input", uuid="leak", input_id="used", value=True)
        edit = asyncio.create_task(one.call("update_node", uuid="sum", name="never acknowledged"))
        while resident_bytes(worker.process.pid) < MOST_LEAKED_BYTES:  # as the system does, only earlier
            assert (await one.call("get_runstate"))["runstate"] == "running"
        worker.kill(signal.SIGKILL)
        with pytest.raises(ConnectionFailedError):
            await edit

    worker.start()

    assert (await node(worker, "sum"))["name"] == "Add"
    assert (await node(worker, "leak"))["inputs"]["used"]["value"] is True


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


async def test_a_node_that_gets_no_more_memory_has_failed_and_the_worker_goes_on(
    make_worker: MakeWorker,
) -> None:
    worker = make_worker().install("fault_nodes")
    worker.prefix = ["prlimit", f"--as={2 * 1024**3}"]
    worker.start()
    async with worker.client() as one:
        await one.call("add_node", node_id="t.add", uuid="sum")
        await one.call("add_node", node_id="t.leak", uuid="leak")
        await one.call("update_node_input", uuid="leak", input_id="used", value=False)
        async with asyncio.timeout(30):
            while (failed := (await one.call("get_nodes"))[1])["error"] is None:
                continue

        await one.call("update_node_input", uuid="sum", input_id="a", value=4)
        await value_of(one, "sum", 5)

    assert "MemoryError" in failed["error"]["error"]


async def test_who_waits_is_told_the_node_that_blocks_and_not_one_that_runs_beside(
    make_worker: MakeWorker, tmp_path: Path
) -> None:
    worker = make_worker().install("fault_nodes").start()
    gate = tmp_path / "gate"
    async with worker.client() as one:
        await one.call("add_node", node_id="t.await", uuid="beside", name="beside")
        await one.call("update_node_input", uuid="beside", input_id="x", value=1)
        await one.call("add_node", node_id="t.block", uuid="blocker", name="the blocker")
        await one.call("update_node_input", uuid="blocker", input_id="path", value=str(gate))
        edit = asyncio.create_task(one.call("update_node", uuid="beside", name="renamed"))
        async with asyncio.timeout(15):
            async for frame in one.events():
                if frame["type"] == "progress":
                    break
        statuses = {found["uuid"]: found["status"] for found in await one.call("get_nodes")}
        gate.touch()
        await edit

    assert frame["text"] == "update_node waits: 'the blocker' is running"
    assert statuses == {"beside": "running", "blocker": "running"}


# -- the clock

BACKWARDS = """
import time
from pathlib import Path

_real, _real_ns, _file = time.time, time.time_ns, Path({file!r})


def _shift():
    return float(_file.read_text() or 0)


time.time = lambda: _real() + _shift()
time.time_ns = lambda: _real_ns() + int(_shift() * 1e9)
"""


async def test_a_clock_that_is_set_back_changes_no_order(make_worker: MakeWorker, tmp_path: Path) -> None:
    worker = make_worker()
    shift = tmp_path / "shift"
    shift.write_text("0")
    (tmp_path / "modules" / "sitecustomize.py").write_text(BACKWARDS.format(file=str(shift)))
    worker.start()
    async with worker.client() as one:
        await one.call("add_node", node_id="t.add", uuid="a", name="first")
        await one.call("save")
        shift.write_text(str(-400 * 86400))
        await one.call("update_node", uuid="a", name="second")
        await one.call("update_node_input", uuid="a", input_id="a", value=1)
        await value_of(one, "a", 2)
        history = await one.call("get_history")
        await one.call("save")
        await one.call("update_node", uuid="a", name="third")
        worker.kill()

    worker.start()

    async with worker.client() as one:
        state = await one.call("full_state")
        await one.call("undo", steps=3)
        first = (await one.call("get_nodes"))[0]
    assert history[0]["at"] > history[1]["at"] + 300 * 86400, "the clock of this test does not run backwards"
    assert [step["rev"] for step in history] == [1, 2, 3]
    assert state["nodespace"]["nodes"][0]["name"] == "third"
    assert state["nodespace"]["nodes"][0]["outputs"]["out"]["value"] == 2
    assert state["rev"] == 4
    assert first["name"] == "first"
    assert not list(worker.data.glob("*.damaged-*"))


# -- clients


class RawSocket:
    """A WebSocket without any manners."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, worker: Any) -> RawSocket:
        reader, writer = await asyncio.open_connection("127.0.0.1", worker.port)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            "GET / HTTP/1.1",
            f"Host: localhost:{worker.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: funcnodes.v1",
            f"Authorization: {worker.bearer['Authorization']}",
        )
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        return cls(reader, writer)

    async def answered(self) -> int:
        """The status of the answer to the handshake."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1])

    def send(self, text: bytes, declared: int | None = None) -> None:
        """One masked text frame, which may say that it is longer than it is."""
        length = len(text) if declared is None else declared
        head = struct.pack(">BBQ", 0x81, 0x80 | 127, length) + b"\0\0\0\0"
        self.writer.write(head + text)

    def reset(self) -> None:
        """End the connection without a word."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


def command(cmd: str, **kwargs: Any) -> bytes:
    return json.dumps({"type": "cmd", "id": 1, "cmd": cmd, "kwargs": kwargs}).encode()


async def breaks_off(worker: Any) -> None:
    """Ends in the middle of a frame, and right behind one that changes the graph."""
    for number in range(20):
        raw = await RawSocket.open(worker)
        assert await raw.answered() == 101
        raw.send(command("update_node", uuid="far", name=f"half {number}")[:30], declared=70)
        await raw.writer.drain()
        raw.reset()


async def declares_a_gigabyte(worker: Any) -> None:
    for _ in range(5):
        raw = await RawSocket.open(worker)
        assert await raw.answered() == 101
        raw.send(b"[" * 1000, declared=2**30)
        async with asyncio.timeout(20):
            while await raw.reader.read(65536):  # until the worker has closed
                continue
        raw.writer.close()


async def never_reads(worker: Any) -> RawSocket:
    raw = await RawSocket.open(worker)
    assert await raw.answered() == 101
    raw.reader._transport.pause_reading()  # type: ignore[attr-defined]
    for _ in range(50):
        raw.send(command("full_state"))
    return raw


async def all_of_them(worker: Any) -> list[RawSocket]:
    """The crowd comes last: the worker lets no more clients in then."""
    await breaks_off(worker)
    await declares_a_gigabyte(worker)
    return list(await asyncio.gather(*(RawSocket.open(worker) for _ in range(1000))))


async def test_beside_bad_clients_the_others_go_on_and_values_end_right(make_worker: MakeWorker) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4096), hard), hard))
    worker = make_worker().start()
    async with worker.client() as one, worker.client() as other:
        await one.call("add_node", node_id="t.add", uuid="near")
        await one.call("add_node", node_id="t.add", uuid="far", name="far")
        await one.call("add_edge", src_uuid="near", src_io="out", dst_uuid="far", dst_io="a")
        before = resident_bytes(worker.process.pid)
        lazy = await never_reads(worker)
        bad = asyncio.create_task(all_of_them(worker))
        waits = []
        for number in range(300):
            begin = time.monotonic()
            await one.call("update_node_input", uuid="near", input_id="a", value=number)
            waits.append(time.monotonic() - begin)
        crowd = await bad
        await value_of(other, "far", 301)
        grown = resident_bytes(worker.process.pid) - before
        name = (await other.call("get_nodes"))[1]["name"]
        for raw in (*crowd, lazy):
            raw.writer.close()

        print(f"{max(waits) * 1000:.0f} ms at most, {grown / 2**20:.0f} MiB more")
        assert name == "far", "half a frame is no command"
        assert sorted(waits)[len(waits) // 2] < 0.5
        assert grown < 200 * 2**20
        await one.call("update_node", uuid="far", name="still edited")
    worker.kill()
    worker.start()
    assert (await node(worker, "far"))["name"] == "still edited"


async def test_a_command_without_memory_of_its_client_is_still_done_once(make_worker: MakeWorker) -> None:
    """It is sent, the connection breaks before the answer, and it is sent again over another one."""
    worker = make_worker().start()
    frame = {"type": "cmd", "id": "once", "cmd": "add_node", "kwargs": {"node_id": "t.add"}}
    async with worker.client() as other:
        raw = await RawSocket.open(worker)
        assert await raw.answered() == 101
        hello = await first_frame(raw)
        raw.send(json.dumps(frame).encode())
        await raw.writer.drain()
        async with asyncio.timeout(10):
            while not await other.call("get_nodes"):
                continue
        raw.reset()

        again = await RawSocket.open(worker)
        assert await again.answered() == 101
        again.send(command("catch_up", **{key: hello[key] for key in ("epoch", "client", "seq")}))
        again.send(json.dumps(frame).encode())
        answer = hello
        async with asyncio.timeout(10):
            while answer.get("id") != "once":
                answer = await first_frame(again)
        again.writer.close()

        nodes = await other.call("get_nodes")
    assert answer["type"] == "result"
    assert [found["uuid"] for found in nodes] == [answer["result"]["uuid"]]


async def first_frame(raw: RawSocket) -> dict[str, Any]:
    """The next frame of the worker."""
    head = await raw.reader.readexactly(2)
    length = head[1]
    if length == 126:
        (length,) = struct.unpack(">H", await raw.reader.readexactly(2))
    elif length == 127:
        (length,) = struct.unpack(">Q", await raw.reader.readexactly(8))
    frame: dict[str, Any] = json.loads(await raw.reader.readexactly(length))
    return frame


async def test_the_graph_is_not_changed_by_what_is_refused(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    async with worker.client() as one:
        await one.call("add_node", node_id="t.add", uuid="a")
        before = await one.call("full_state")
        for cmd, kwargs in (
            ("load_data", {"data": {"backend": {"nodes": 3}}}),
            ("load_data", {"data": "{"}),
            ("import_worker", {"data": "UEsDBAo="}),
            ("paste_nodes", {"fragment": {"nodes": [{}]}}),
            ("add_package_dependency", {"package": "funcnodes-numpy", "dry_run": True}),
        ):
            with pytest.raises(CallFailedError):
                await one.call(cmd, **kwargs)
        after = await one.call("full_state")
    assert (after["nodespace"], after["rev"]) == (before["nodespace"], before["rev"])
