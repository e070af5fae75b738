"""Graphs that never come to rest: the worker goes on answering, and what waits for the clients stays bounded."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import funcnodes_core as fn
from funcnodes_worker.client import WorkerClient
from funcnodes_worker.websocket import WSWorker

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

NODES = 300
SOON_S = 1.0  # the figure is 0.05; a busy machine may hold up a single answer
TOO_LATE_S = 10.0

Call = Callable[..., Awaitable[Any]]


@fn.NodeDecorator("flood.add", name="Add")
def add(a: float, b: float = 1) -> float:
    """The sum."""
    return a + b


async def make_circle(call: Call, node_id: str, prefix: str = "n", nodes: int = NODES) -> None:
    """Nodes in a circle in which a number goes round and grows for ever."""
    uuids = [f"{prefix}{number}" for number in range(nodes)]
    await asyncio.gather(*(call("add_node", node_id=node_id, uuid=uuid) for uuid in uuids))
    ends = zip(uuids, [*uuids[1:], uuids[0]], strict=True)
    await asyncio.gather(
        *(call("add_edge", src_uuid=src, src_io="out", dst_uuid=dst, dst_io="a") for src, dst in ends)
    )
    await call("update_node_input", uuid=uuids[0], input_id="a", value=0)


async def took_s(answer: Awaitable[Any]) -> float:
    begin = time.monotonic()
    async with asyncio.timeout(TOO_LATE_S):
        await answer
    return time.monotonic() - begin


async def shown(one: WorkerClient, uuid: str) -> float:
    value = await one.call("get_io_value", uuid=uuid, io_id="out")
    return -1.0 if isinstance(value, str) else float(value)


async def test_beside_a_circle_that_never_settles_everything_is_answered_soon(
    make_worker: Callable[..., Any],
) -> None:
    worker = make_worker().start()
    async with worker.client() as one, worker.client() as other:
        await make_circle(one.call, "t.add")
        while await shown(one, "n0") < 3 * NODES:
            continue

        waits: dict[str, list[float]] = {"read": [], "edit": [], "of another": []}
        for number in range(20):
            waits["read"].append(await took_s(one.call("get_nodes")))
            waits["edit"].append(await took_s(one.call("update_node", uuid="n5", name=f"name {number}")))
            waits["of another"].append(await took_s(other.call("uuid")))
        state = await one.call("full_state")
        grown = await shown(one, "n0")
        stopped = await one.call("stop_all")
        waits["stop"] = [await took_s(one.call("stop_all"))]

        print(*(f"{what}: {max(times) * 1000:.0f} ms at most" for what, times in waits.items()), sep="; ")
        assert {
            what: sorted(times)[len(times) // 2] < SOON_S for what, times in waits.items()
        } == dict.fromkeys(waits, True)
        assert state["nodespace"]["nodes"][5]["name"] == "name 19"
        assert stopped == {"success": True, "how": "cancelled"}
        assert grown > 3 * NODES
        async with asyncio.timeout(TOO_LATE_S):  # what is shown follows a moment behind the stop
            while await numbers(one) != await numbers(other):
                continue


async def numbers(one: WorkerClient) -> list[Any]:
    """What the nodes show."""
    nodes = await one.call("get_nodes")
    return [(node["outputs"]["out"]["value"], node["inputs"]["a"]["value"]) for node in nodes]


async def test_what_waits_for_the_serving_loop_stays_as_long_as_the_graph_has_ports() -> None:
    shelf = fn.Shelf(name="Flood", nodes=[add], subshelves=[])
    async with WSWorker(temporary=True, shelves=[shelf]) as program:
        channel = program.worker._channel
        await make_circle(program.call, "flood.add", nodes=100)
        backlogs = []
        runs = 0
        while runs < 20_000:
            backlogs.append(channel.backlog)
            runs = 100 * await program.call_in_graph(lambda space: space.get_node_by_id("n0").run_count)
        await program.call("stop_all")

        # input, output and run of each node, and a few records
        assert max(backlogs) <= 3 * 100 + 10


async def test_a_circle_that_was_removed_leaves_nothing_behind(make_worker: Callable[..., Any]) -> None:
    worker = make_worker().start()
    async with worker.client() as one:
        await make_circle(one.call, "t.add", nodes=50)
        while await shown(one, "n0") < 200:
            continue

        assert await took_s(one.call("clear")) < TOO_LATE_S
        await one.call("undo")
        await one.call("clear")

        assert await one.call("get_nodes") == []
        assert (await one.call("full_state"))["nodespace"]["edges"] == []


async def test_a_client_that_asks_and_never_reads_is_asked_to_wait(make_worker: Callable[..., Any]) -> None:
    """Its answers are bounded because its questions are no longer read; others do not notice."""
    worker = make_worker(message_size_before_request=2**20).start()
    async with worker.client() as one:
        for number in range(200):
            await one.call("add_node", node_id="t.add", uuid=f"n{number}")
        question = json.dumps({"type": "cmd", "cmd": "get_nodes"})
        async with aiohttp.ClientSession(headers=worker.bearer) as http:
            greedy = await http.ws_connect(worker.url, max_msg_size=0)
            asked = 0
            with contextlib.suppress(TimeoutError):
                while asked < 20_000:  # each answer is about 300 kB
                    async with asyncio.timeout(2):
                        await greedy.send_str(question)
                    asked += 1

            assert await took_s(one.call("uuid")) < SOON_S
            assert resident_mb(worker.process.pid) < 250
            first = await greedy.receive_json()
            assert first["type"] == "result"


def resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
