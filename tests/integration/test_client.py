"""The Python client: commands as methods, a copy in step, and connections that are lost."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from funcnodes_worker.client import WorkerClient, connect
from funcnodes_worker.client_copy import GraphCopy
from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.errors import CallFailedError, ConnectionFailedError

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


class Wire:
    """A way to a worker that can be cut and mended."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.writers: set[asyncio.StreamWriter] = set()
        self.mute = False
        self.server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        assert self.server is not None
        return f"ws://127.0.0.1:{self.server.sockets[0].getsockname()[1]}/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.close()
            return
        self.writers |= {writer, far_writer}
        await asyncio.gather(self.copy(reader, far_writer), self.copy(far_reader, writer, back=True))

    async def copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool = False
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                if not (back and self.mute):
                    writer.write(data)
                    await writer.drain()
        writer.close()

    def cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()
        self.mute = False


@asynccontextmanager
async def wire_to(worker: Any) -> AsyncIterator[Wire]:
    wire = Wire(worker.port)
    wire.server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    try:
        yield wire
    finally:
        wire.cut()
        wire.server.close()


def token(worker: Any) -> str:
    return str(worker.bearer["Authorization"]).removeprefix("Bearer ")


async def in_step(copy: GraphCopy, client: WorkerClient) -> None:
    """Compares a copy with the worker's own, as another client reads it."""
    async with asyncio.timeout(20):
        while True:
            seq = (await client.full_state())["seq"]
            await copy.until(lambda copy, seq=seq: copy.seq >= seq)
            again = await client.full_state()
            if again["seq"] == seq == copy.seq:
                break
    assert copy.rev == again["rev"]
    mine = copy.as_json()
    for one, two in zip(mine["nodes"], again["nodespace"]["nodes"], strict=True):
        assert one == two
    assert mine == again["nodespace"]


def test_no_command_hides_behind_a_member() -> None:
    assert not {command.name for command in REGISTRY} & set(vars(WorkerClient))


async def test_commands_are_methods_with_help(shared_worker: Any) -> None:
    async with shared_worker.client() as client:
        assert list(inspect.signature(client.add_node).parameters) == ["node_id", "uuid", "name", "frontend"]
        assert client.add_node.__doc__.startswith("Add a node of a class")
        assert {"add_node", "full_state", "call", "events"} <= set(dir(client))

        assert (await client.add_node("t.add", uuid="m"))["uuid"] == "m"
        assert await client.remove_node(uuid="m") == {"success": True}

        with pytest.raises(TypeError, match="colour"):
            await client.add_node("t.add", colour="red")
        with pytest.raises(AttributeError, match=r"no command 'add_nodes'; perhaps 'add_node'"):
            await client.add_nodes("t.add")
        with pytest.raises(CallFailedError, match="none") as refused:
            await client.add_node("none")
        assert refused.value.code == "node_class_not_found"


async def test_a_copy_is_what_the_worker_holds(make_worker: Callable[..., Any]) -> None:
    worker = make_worker().start()
    chance = random.Random(4)
    async with worker.client() as client, worker.client() as other:
        graph = await client.follow()
        uuids: list[str] = []
        for number in range(150):
            uuids.append(
                (await other.add_node(chance.choice(["t.add", "t.join", "t.items", "t.picture"])))["uuid"]
            )
            one, two = chance.choice(uuids), chance.choice(uuids)
            for what in (
                {"cmd": "update_node_input", "uuid": one, "input_id": "a", "value": number},
                {"cmd": "add_edge", "src_uuid": one, "src_io": "out", "dst_uuid": two, "dst_io": "b"},
                {
                    "cmd": "update_node",
                    "uuid": two,
                    "name": f"node {number}",
                    "frontend": {"pos": [number, 1]},
                },
                {"cmd": "group_nodes", "nodes": [one, two]},
                {"cmd": "remove_node", "uuid": two} if number % 7 == 0 else {"cmd": "undo"},
            ):
                with contextlib.suppress(CallFailedError):
                    await other.call(what.pop("cmd"), **what)
        await in_step(graph, other)
        assert graph.library.shelves[0].name


async def test_what_a_lost_connection_missed_is_caught_up(make_worker: Callable[..., Any]) -> None:
    worker = make_worker().start()
    async with AsyncExitStack() as stack:
        wire = await stack.enter_async_context(wire_to(worker))
        other = await stack.enter_async_context(worker.client())
        client = await stack.enter_async_context(await connect(wire.url, token(worker), reconnect_s=20))
        graph = await client.follow()
        seen = client.hello["client"]
        await client.add_node("t.add", uuid="one")
        wire.cut()
        await other.add_node("t.add", uuid="two")
        await other.update_node_input("two", "a", 5)

        assert await client.add_node("t.add", uuid="three")

        await graph.until(lambda graph: {"one", "two", "three"} <= graph.nodes.keys())
        await in_step(graph, other)
        assert client.hello["client"] != seen


async def test_a_command_whose_answer_was_lost_is_not_done_twice(make_worker: Callable[..., Any]) -> None:
    worker = make_worker().start()
    async with AsyncExitStack() as stack:
        wire = await stack.enter_async_context(wire_to(worker))
        other = await stack.enter_async_context(worker.client())
        client = await stack.enter_async_context(await connect(wire.url, token(worker), reconnect_s=20))
        await client.uuid()
        graph = await other.follow()
        wire.mute = True
        call = asyncio.create_task(client.add_node("t.add"))
        await graph.until(lambda graph: graph.nodes)

        wire.cut()

        async with asyncio.timeout(20):
            answer = await call
        assert list(graph.nodes) == [answer["uuid"]]
        assert len(await other.get_nodes()) == 1


async def test_a_worker_that_starts_again_is_followed(make_worker: Callable[..., Any]) -> None:
    worker = make_worker().start()
    async with await connect(worker.url.replace("http", "ws"), token(worker), reconnect_s=30) as client:
        graph = await client.follow()
        await client.add_node("t.add", uuid="kept")
        before = graph.epoch
        worker.kill(signal.SIGKILL)
        await asyncio.to_thread(worker.start)

        async with asyncio.timeout(30):
            await graph.until(lambda graph: graph.epoch not in ("", before))
        assert list(graph.nodes) == ["kept"]
        await client.add_node("t.add", uuid="new")
        async with worker.client() as other:
            await in_step(graph, other)


async def test_without_patience_a_lost_connection_is_an_error(make_worker: Callable[..., Any]) -> None:
    worker = make_worker().start()
    async with worker.client() as client:
        worker.kill(signal.SIGKILL)
        with pytest.raises(ConnectionFailedError):
            await client.get_nodes()
        assert [frame async for frame in client.events()] == []
        with pytest.raises(ConnectionFailedError, match="closed"):
            await client.get_nodes()
    with pytest.raises(ConnectionFailedError, match="cannot connect"):
        await connect(worker.url.replace("http", "ws"), "token")


async def test_pictures_come_with_their_bytes(shared_worker: Any) -> None:
    async with shared_worker.client() as client:
        await client.add_node("t.picture", uuid="pic")
        await client.trigger_node("pic")
        async with asyncio.timeout(20):
            async for event in client.events():
                if event["event"] == "io_value_changed" and event.get("payload"):
                    break
        assert event["payload"].startswith(b"\x89PNG")
        assert event["data"]["mime"] == "image/png"
        await client.remove_node("pic")


def test_the_command_line_runs_a_command(program: Any, helpers: Any) -> None:
    assert program.run("worker", "--uuid", "w", "new", "--not-in-venv", "--create-only").returncode == 0
    stopped = program.run("worker", "--uuid", "w", "call", "name")
    helpers.wait_for_line(program.start("worker", "--uuid", "w", "start"), "listens on")

    added = program.run("worker", "call", "add_node", "node_id=funcnodes.add", "uuid=sum")
    nodes = program.run("worker", "call", "get_nodes")
    wrong = [
        program.run("worker", "call", *words)
        for words in (["fly"], ["add_node"], ["remove_node", "uuid"], ["remove_node", "uuid=none"])
    ]

    assert stopped.returncode != 0
    assert json.loads(added.stdout)["uuid"] == "sum", added.stderr
    assert [node["uuid"] for node in json.loads(nodes.stdout)] == ["sum"]
    assert all(run.returncode and "Traceback" not in run.stderr for run in wrong)
    assert "unknown command 'fly'" in wrong[0].stderr
    assert "kwargs.node_id: missing" in wrong[1].stderr
    assert "no node 'none'" in wrong[3].stderr
