"""Stopping what runs in a worker, also what keeps the graph's thread from everything else."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from funcnodes_worker.client import WorkerClient
from funcnodes_worker.errors import CallFailedError

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

MakeWorker = Callable[..., Any]

SOON_S = 5.0  # what takes a second at most in peace may take longer beside other tests


async def _event(one: WorkerClient, name: str, **facts: Any) -> dict[str, Any]:
    """The next event of that name with these facts."""
    async with asyncio.timeout(20):
        async for frame in one.events():
            data = frame.get("data", {})
            if frame.get("event") == name and all(data.get(key) == value for key, value in facts.items()):
                found: dict[str, Any] = data
                return found
    raise AssertionError(f"the connection ended without {name}")


async def _run(one: WorkerClient, uuid: str, **values: Any) -> None:
    """Set inputs of a node; returns when it runs."""
    for io_id, value in values.items():
        await one.call("update_node_input", uuid=uuid, input_id=io_id, value=value)
    await _event(one, "node_triggered", uuid=uuid)


async def _node(one: WorkerClient, uuid: str) -> dict[str, Any]:
    nodes = await one.call("get_nodes")
    found: dict[str, Any] = next(node for node in nodes if node["uuid"] == uuid)
    return found


async def test_stop_answers_in_time_also_while_a_node_waits_in_c(
    make_worker: MakeWorker, tmp_path: Path
) -> None:
    worker = make_worker().start()
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    async with worker.client() as one:
        await one.call("add_node", node_id="t.wait", uuid="b")
        await one.call("add_node", node_id="t.add", uuid="x")
        await _run(one, "b", path=str(gate))
        begin = time.monotonic()

        answer = await one.call("stop_node", uuid="b")

        assert answer == {"success": False, "how": "stuck", "restart": True}
        assert time.monotonic() - begin < SOON_S
        edit = asyncio.create_task(one.call("update_node", uuid="x", name="renamed"))
        await asyncio.to_thread(gate.write_text, "done")  # what it is stuck in returns: it ends as stopped
        await edit
        assert await one.call("stop_all") == {"success": True, "how": "not_running"}
        assert "was stopped" in (await _node(one, "b"))["error"]["error"]
        assert (await _node(one, "b"))["status"] == "failed"


@pytest.mark.parametrize("stop", ["stop_node", "stop_all"])
async def test_a_node_that_computes_without_end_is_stopped_and_the_graph_goes_on(
    make_worker: MakeWorker, stop: str
) -> None:
    worker = make_worker().start()
    async with worker.client() as one:
        await one.call("add_node", node_id="t.forever", uuid="f")
        await one.call("add_node", node_id="t.add", uuid="x")
        await one.call("add_edge", src_uuid="f", src_io="out", dst_uuid="x", dst_io="a")
        await _run(one, "f", x=1)
        edit = asyncio.create_task(one.call("add_node", node_id="t.items", uuid="late"))
        assert (await one.call("why", uuid="f")) == {"status": "running", "text": "it runs", "nodes": []}
        assert "'Forever' keeps the graph from everything else" in (await one.call("why", uuid="x"))["text"]
        with pytest.raises(CallFailedError, match="no node 'nobody'"):
            await one.call("why", uuid="nobody")
        begin = time.monotonic()

        answer = await one.call(stop, **({"uuid": "f"} if stop == "stop_node" else {}))
        took = time.monotonic() - begin

        assert answer == {"success": True, "how": "cancelled"}
        print(f"{stop} of a node that computes took {took * 1000:.0f} ms")
        assert took < SOON_S
        await edit
        assert (await _node(one, "f"))["error"]["error"].startswith("NodeCancelledError")
        assert (await _node(one, "x"))["status"] == "stale"
        await one.call("update_node_input", uuid="f", input_id="x", value=0)
        done = await _event(one, "io_value_changed", node_uuid="x", io_id="out")
        assert done["preview"] == 1
