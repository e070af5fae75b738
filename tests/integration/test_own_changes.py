"""What nodes change of themselves while they run reaches clients and the disk."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


async def test_ports_and_properties_of_a_running_node_are_told_and_kept(
    make_worker: Callable[..., Any], helpers: Any
) -> None:
    worker = make_worker().install("changing_nodes").start()
    async with worker.client() as client, worker.client() as other:
        graph = await other.follow()
        await client.add_node("c.growing", uuid="g")
        await client.add_node("t.add", uuid="sum")
        await client.update_node_input("g", "count", 3)

        async with asyncio.timeout(20):
            await graph.until(lambda graph: "out2" in graph.nodes["g"].outputs)
            await graph.until(lambda graph: graph.nodes["g"].properties.get("runs") == 2)
            await graph.until(lambda graph: graph.properties.get("largest") == 3)
        assert graph.nodes["g"].outputs["out2"].name == "OUT2"
        await client.add_edge("g", "out2", "sum", "a")
        async with asyncio.timeout(20):
            await graph.until(lambda graph: graph.nodes["sum"].outputs["out"].value == 21)
        steps = [entry["cmd"] for entry in await client.get_history()]
        assert steps == ["add_node", "add_node", "update_node_input", "add_edge"]
        journal = worker.data / "nodespace.journal"
        await helpers.until(lambda: b'"added"' in journal.read_bytes() and b"largest" in journal.read_bytes())
        await helpers.until(lambda: b'"value":21' in journal.read_bytes())
    worker.kill(signal.SIGKILL)
    worker.start()

    async with worker.client() as client:
        graph = await client.follow()
        node = graph.nodes["g"]
        assert [io for io in node.outputs if io[0] != "_"] == ["out0", "out1", "out2"]
        assert (node.outputs["out2"].name, node.outputs["out2"].value, node.outputs["out2"].type) == (
            "OUT2",
            20,
            "int",
        )
        assert node.properties == {"runs": 2}
        assert graph.properties == {"largest": 3}
        assert len(graph.edges) == 1
        assert graph.nodes["sum"].outputs["out"].value == 21

        await client.update_node_input("g", "count", 1)

        async with asyncio.timeout(20):
            await graph.until(lambda graph: "out2" not in graph.nodes["g"].outputs)
            await graph.until(lambda graph: not graph.edges)
        copied = await client.copy_nodes(["g"])
        await client.paste_nodes(copied, [0, 0])
        async with asyncio.timeout(20):
            await graph.until(lambda graph: len(graph.nodes) == 3)
