"""The text of a secret is used by its node and is nowhere else but in the secret store."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from funcnodes_worker.client import WorkerClient
from funcnodes_worker.errors import CallFailedError

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

TEXT = "hunter2-of-this-test"


async def until_shown(client: WorkerClient, uuid: str, io_id: str, value: Any) -> None:
    async with asyncio.timeout(10):
        while await client.call("get_io_value", uuid=uuid, io_id=io_id) != value:
            await asyncio.sleep(0)


def places_with(worker: Any, text: str) -> set[str]:
    """The files of a worker that hold a text."""
    return {
        file.relative_to(worker.dir).as_posix()
        for file in worker.dir.rglob("*")
        if file.is_file() and text.encode() in file.read_bytes()
    }


async def test_a_secret_is_used_and_told_to_nobody(make_worker: Any) -> None:
    worker = make_worker().start("--debug")
    async with worker.client() as owner, worker.client() as watcher:
        await watcher.call("full_state")
        node = (await owner.call("add_node", node_id="t.login"))["uuid"]
        answers = [await owner.request("update_node_input", {"uuid": node, "input_id": "key", "value": TEXT})]
        await until_shown(owner, node, "out", f"ann: {len(TEXT)}")
        await owner.call("update_node_input", uuid=node, input_id="account", value="nobody")
        heard = []
        async with asyncio.timeout(10):
            async for event in watcher.events():
                heard.append(event)
                if event.get("event") == "node_error":
                    break
        for cmd, kwargs in (
            ("full_state", {}), ("get_nodes", {}), ("get_history", {}), ("save", {}), ("copy_nodes", {"uuids": [node]}),
            ("export_worker", {}), ("get_logs", {}), ("get_io_value", {"uuid": node, "io_id": "key", "full": True}),
            ("why", {"uuid": node}), ("update_io", {"uuid": node, "io_id": "key", "default": TEXT}),
        ):  # fmt: skip
            answers.append(await owner.request(cmd, kwargs))
        async with (
            aiohttp.ClientSession(worker.url, headers=worker.bearer) as http,
            http.get(f"/value/{node}/key") as answer,
        ):
            fetched = await answer.text()

    assert TEXT not in json.dumps(heard)
    assert "is not that of nobody" in json.dumps(heard)
    assert TEXT not in json.dumps(answers)
    assert TEXT not in fetched
    assert places_with(worker, TEXT) == {"workers/worker_w1.secrets"}
    assert (worker.dir / "workers" / "worker_w1.secrets").stat().st_mode & 0o777 == 0o600


async def test_a_secret_outlives_restarts_and_undo(make_worker: Any) -> None:
    worker = make_worker().start()
    async with worker.client() as owner:
        node = (await owner.call("add_node", node_id="t.login"))["uuid"]
        await owner.call("update_node_input", uuid=node, input_id="key", value=TEXT)
        await owner.call("update_node_input", uuid=node, input_id="key", value="another one")
        await until_shown(owner, node, "out", "ann: 11")
        await owner.call("undo")
        await until_shown(owner, node, "out", f"ann: {len(TEXT)}")
    worker.kill()

    worker.start()
    async with worker.client() as owner:
        shown = await owner.call("get_io_value", uuid=node, io_id="key")
        await owner.call("update_node_input", uuid=node, input_id="account", value="bob")
        await until_shown(owner, node, "out", f"bob: {len(TEXT)}")
        await owner.call("update_node_input", uuid=node, input_id="key", value="••••••••")  # as it was shown
        await owner.call("update_node_input", uuid=node, input_id="account", value="eve")
        await until_shown(owner, node, "out", f"eve: {len(TEXT)}")

    assert shown == "••••••••"
    assert places_with(worker, TEXT) == {"workers/worker_w1.secrets"}


async def test_a_copy_comes_without_the_secret_and_a_reference_from_elsewhere_opens_nothing(
    make_worker: Any,
) -> None:
    worker = make_worker().start()
    async with worker.client() as owner:
        node = (await owner.call("add_node", node_id="t.login"))["uuid"]
        await owner.call("update_node_input", uuid=node, input_id="key", value=TEXT)
        fragment = await owner.call("copy_nodes", uuids=[node])
        saved = await owner.call("save")
        (copy,) = (await owner.call("paste_nodes", fragment=fragment))["uuids"]
        unset = await owner.call("get_io_value", uuid=copy, io_id="key")
        with pytest.raises(CallFailedError):
            await owner.call(
                "update_node_input", uuid=copy, input_id="account", value={"$fn:secret": "0123456789abcdef"}
            )
        await owner.call("load_data", data=saved)
        after_load = await owner.call("get_io_value", uuid=node, io_id="key")

    assert "$fn:secret" not in json.dumps(fragment)
    assert unset == "<NoValue>"
    assert after_load == "<NoValue>"
