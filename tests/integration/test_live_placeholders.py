"""Placeholders of a running worker turn into real nodes when their classes arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import funcnodes_core as fn
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_worker import WSWorker, connect

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

MODULE = """
import funcnodes_core as fn

@fn.NodeDecorator("late.double")
def double(a: float) -> float:
    "Twice."
    return 2 * a

NODE_SHELF = fn.Shelf(name="Late", nodes=[double], subshelves=[], description="")
"""

GRAPH = {
    "backend": {
        "nodes": [
            {
                "id": "n",
                "node_id": "late.double",
                "name": "my own",
                "io": {"a": {"is_input": True, "value": 4}},
            },
            {"id": "sum", "node_id": "t.add", "name": "sum", "io": {}},
        ],
        "edges": [["n", "out", "sum", "a"]],
    }
}


async def test_a_module_that_is_installed_later_is_found(
    make_worker: Callable[..., Any], tmp_path: Path
) -> None:
    worker = make_worker().start()
    async with worker.client() as client, worker.client() as other:
        await client.call("load_data", data=GRAPH)
        assert (await client.call("get_missing_modules"))["node_ids"] == {"late.double": 1}
        facts = tmp_path / "modules" / "late_nodes-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: late-nodes\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text(
            "[funcnodes.module]\nmodule = late_nodes\nshelf = late_nodes:NODE_SHELF\n"
        )
        (tmp_path / "modules" / "late_nodes.py").write_text(MODULE)

        assert await client.call("find_modules") == {"added": ["late_nodes"], "failed": []}

        assert await client.call("find_modules") == {"added": [], "failed": []}
        assert (await client.call("get_missing_modules"))["node_ids"] == {}
        node = next(node for node in await other.call("get_nodes") if node["uuid"] == "n")
        assert (node["placeholder"], node["name"], node["status"]) == (False, "my own", "stale")
        assert node["inputs"]["a"]["value"] == 4
        assert len(await other.call("get_edges")) == 1
        await client.call("run_stale")
        async with asyncio.timeout(20):
            async for frame in other.events():
                data = frame.get("data", {})
                if data.get("node_uuid") == "sum" and data.get("io_id") == "out":
                    assert data["value"] == 9
                    break
        # nothing of this is a step of the history
        assert len((await client.call("undo", scope="all"))["undone"]) == 1
        assert await client.call("get_nodes") == []


@fn.NodeDecorator("late.here")
def here(a: int = 1) -> int:
    """The same."""
    return a


async def test_a_shelf_that_the_program_adds_brings_them_back() -> None:
    shelf = fn.Shelf(name="Here", nodes=[here], subshelves=[], description="")
    node_class = fn.node.REGISTERED_NODES.pop("late.here")

    def add(space: NodeSpace) -> None:
        fn.node.register_node(node_class)
        space.add_shelf(shelf)

    async with WSWorker(temporary=True) as worker, await connect(worker.url, worker.token) as client:
        graph = {"backend": {"nodes": [{"id": "n", "node_id": "late.here", "io": {}}], "edges": []}}
        await client.call("load_data", data=graph)
        assert (await client.call("get_nodes"))[0]["placeholder"]

        await worker.call_in_graph(add)

        async with asyncio.timeout(20):
            async for frame in client.events():
                if frame.get("event") == "node_added" and not frame["data"]["serialized"]["placeholder"]:
                    break
