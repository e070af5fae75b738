"""`WSWorker` inside another program: beside its other work, or mounted in its aiohttp application."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

import funcnodes_core as fn
from funcnodes_worker import WorkerClient, WSWorker, connect
from funcnodes_worker.errors import (
    AlreadyRunningError,
    BindError,
    CommandError,
    ConnectionFailedError,
    NotRunningError,
)

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

STOP_S = 5.0  # two in peace; more beside other tests


class Thing:
    """A value that no JSON can say."""


@fn.NodeDecorator("embedding.scale")
def scale(value: float, factor: float = 2.0) -> float:
    """Multiply."""
    return value * factor


@fn.NodeDecorator("embedding.same")
def same(value: Any) -> Any:
    """Hand on."""
    return value


@fn.NodeDecorator("embedding.nap")
def nap(seconds: float) -> None:
    """Block the graph's thread."""
    time.sleep(seconds)


SHELF = fn.Shelf(name="Host", nodes=[scale, same, nap])


def make(**kwargs: Any) -> WSWorker:
    return WSWorker(name="mine", shelves=[SHELF], **{"temporary": True, **kwargs})


async def scaled(space: fn.NodeSpace, value: float) -> Any:
    """What the host asks of its graph."""
    node = space.get_node_by_id("s")
    node.inputs["value"].set_value(value)
    await space.await_done()
    return node.outputs["out"].value


async def event(client: WorkerClient, name: str, **wanted: Any) -> dict[str, Any]:
    """The next event of a name with these data."""
    async with asyncio.timeout(10):
        async for frame in client.events():
            data = frame.get("data", {})
            if frame.get("event") == name and all(data.get(key) == value for key, value in wanted.items()):
                return dict(data)
    raise AssertionError("the connection ended")


async def test_the_host_and_an_editor_share_one_graph() -> None:
    async with make() as worker, await connect(worker.url, worker.token) as editor:
        await worker.call("add_node", node_id="embedding.scale", uuid="s", name="Scale")
        added = await event(editor, "node_added")

        answer = await worker.call_in_graph(scaled, 5.0)
        seen = await event(editor, "io_value_changed", node_uuid="s", io_id="out")
        await editor.call("update_node", uuid="s", input_id="factor", value=3.0)
        after = await worker.call_in_graph(scaled, 5.0)
        undone = await editor.call("undo", steps=2)
        left = await worker.call("get_nodes")

    assert added["uuid"] == "s"
    assert (answer, seen["value"], after) == (10.0, 10.0, 15.0)
    assert len(undone["undone"]) == 2
    assert left == []


async def test_functions_of_the_host_run_on_the_graphs_thread_and_keep_objects_as_they_are() -> None:
    thing = Thing()

    async with make() as worker:
        await worker.call("add_node", node_id="embedding.same", uuid="s")
        thread = await worker.call_in_graph(lambda space: threading.current_thread().name)
        same_thing = await worker.call_in_graph(scaled, thing)
        with pytest.raises(KeyError):
            await worker.call_in_graph(lambda space: space.get_node_by_id("none"))
        with pytest.raises(CommandError, match="unknown command"):
            await worker.call("fly")

    assert thread == "funcnodes-graph"
    assert same_thing is thing


async def test_a_client_refuses_at_once_what_no_frame_can_carry() -> None:
    async with make() as worker, await connect(worker.url, worker.token) as client:
        for value in (float("nan"), "\ud800"):
            with pytest.raises(ValueError, match=r"JSON|surrogates"):
                await client.call("update_node_input", uuid="s", input_id="x", value=value)

        assert await client.call("name")


async def test_nobody_comes_in_without_the_token() -> None:
    async with make() as worker, aiohttp.ClientSession() as session:
        url = worker.url.replace("ws", "http", 1)
        async with session.get(f"{url}files/x") as answer:
            status = answer.status
        with pytest.raises(ConnectionFailedError):
            await connect(worker.url, "wrong")

    assert status == 401


async def test_it_comes_and_goes_without_traces_in_the_host() -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    threads = threading.active_count()

    async with make() as worker:
        folder = worker.config.config_dir.path
        during = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        editor = await connect(worker.url, worker.token)
        begun = time.monotonic()
    took = time.monotonic() - begun
    with pytest.raises(ConnectionFailedError):
        await editor.call("uuid")
    await editor.close()

    assert during == handlers
    assert took < STOP_S
    assert not folder.exists()
    assert threading.active_count() <= threads + 1  # the default executor of this loop
    with pytest.raises(NotRunningError):
        await worker.call("uuid")


async def test_it_stops_in_time_while_a_node_blocks() -> None:
    async with make() as worker:
        await worker.call("add_node", node_id="embedding.nap", uuid="s")
        waiting = asyncio.create_task(worker.call_in_graph(blocked))
        await asyncio.wait({waiting}, timeout=0.2)
        begun = time.monotonic()
    took = time.monotonic() - begun

    assert took < STOP_S
    with pytest.raises(NotRunningError, match="ended before"):
        await waiting


async def test_a_host_that_no_longer_waits_cancels_its_function() -> None:
    ended = threading.Event()

    async def forever(space: fn.NodeSpace) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with make() as worker:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await worker.call_in_graph(forever)
        left = await asyncio.to_thread(ended.wait, 5.0)
        nodes = await worker.call_in_graph(lambda space: len(space.nodes))

    assert left
    assert nodes == 0


async def blocked(space: fn.NodeSpace) -> None:
    space.get_node_by_id("s").inputs["seconds"].set_value(4.0)
    await space.await_done()


async def test_a_folder_of_its_own_keeps_the_graph(tmp_path: Path) -> None:
    own: dict[str, Any] = {"temporary": False, "config_dir": tmp_path / "graph", "uuid": "graph"}
    async with make(**own) as first:
        await first.call("add_node", node_id="embedding.scale", uuid="s")
        await first.call_in_graph(scaled, 4.0)
        pid = json.loads((tmp_path / "graph" / "workers" / "worker_graph.p").read_text())
        with pytest.raises(AlreadyRunningError, match="in this process"):
            await make(**own).__aenter__()
        url = first.url
    async with make(**own) as again:
        value = await again.call("get_io_value", uuid="s", io_id="out")
        same_url = again.url == url

    assert pid["embedded"]
    assert value == 8.0
    assert same_url


async def test_other_machines_are_not_let_in() -> None:
    with pytest.raises(BindError, match="refusing"):
        await make(host="0.0.0.0").__aenter__()


# -- mounted


@asynccontextmanager
async def host_program(worker: WSWorker) -> AsyncIterator[str]:
    """An aiohttp application with a page of its own and the worker at /graph/."""

    async def page(request: web.Request) -> web.Response:
        return web.json_response(await worker.call_in_graph(scaled, float(request.query["value"])))

    app = web.Application()
    app.router.add_get("/scaled", page)
    app.add_subapp("/graph/", worker.make_app())
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "localhost", 0).start()
        yield f"http://localhost:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def test_it_can_be_mounted_in_an_application() -> None:
    worker = make()
    async with (
        host_program(worker) as url,
        aiohttp.ClientSession() as browser,
        await connect(f"{url.replace('http', 'ws', 1)}graph/", worker.token) as editor,
    ):
        await editor.call("add_node", node_id="embedding.scale", uuid="s")
        async with browser.get(f"{url}scaled?value=21") as answer:
            page = await answer.json()
        value = await editor.call("get_io_value", uuid="s", io_id="out")
        statuses = []
        for path in ("", "files/x", "healthz", "nothing"):
            async with browser.get(f"{url}graph/{path}") as answer:
                statuses.append(answer.status)

    assert page == value == 42.0
    assert statuses == [401, 401, 401, 401]


async def test_a_mounted_worker_stops_with_its_application() -> None:
    worker = make()
    async with host_program(worker) as url:
        editor = await connect(f"{url.replace('http', 'ws', 1)}graph/", worker.token)
        begun = time.monotonic()
    took = time.monotonic() - begun
    await editor.close()

    assert took < STOP_S
    with pytest.raises(NotRunningError):
        await worker.call("uuid")


async def test_the_host_hears_that_a_client_wants_it_to_stop() -> None:
    async with make() as worker, await connect(worker.url, worker.token) as editor:
        await editor.call("stop_worker")
        async with asyncio.timeout(5):
            await worker.stop_asked()
        still = await worker.call("uuid")

    assert still == worker.uuid()
