"""External workers of a real worker process: made, configured, stopped, removed, and after a restart."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from funcnodes_worker.client import WorkerClient
from funcnodes_worker.errors import CallFailedError

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

SECRET = "swordfish-4711"
CONFIG = {"port": "usb0", "speed": 3, "password": SECRET, "hint": "kept-here-only"}


@pytest.fixture
def worker(make_worker: Callable[..., Any]) -> Any:
    """A running worker with a module of external workers."""
    return make_worker().install("external_nodes").start()


@pytest.fixture
async def client(worker: Any) -> AsyncIterator[WorkerClient]:
    async with worker.client() as made:
        yield made


async def heard(client: WorkerClient, event: str, where: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async with asyncio.timeout(20):
        async for frame in client.events():
            if frame.get("event") == event and where(frame["data"]):
                data: dict[str, Any] = frame["data"]
                return data
    raise AssertionError


async def nodes_of(client: WorkerClient) -> dict[str, dict[str, Any]]:
    return {node["uuid"]: node for node in await client.call("get_nodes")}


async def add_pump_with_nodes(client: WorkerClient, **config: Any) -> str:
    """A pump with uuid `p`, whose node feeds an adder."""
    await client.call("add_external_worker", classid="test.pump", uuid="p", config={**CONFIG, **config})
    await client.call("add_node", node_id="test.pump.p.pumped", uuid="n")
    await client.call("add_node", node_id="t.add", uuid="sum")
    await client.call("add_edge", src_uuid="n", src_io="out", dst_uuid="sum", dst_io="a")
    await client.call("update_node_input", uuid="n", input_id="litres", value=5)
    await heard(client, "io_value_changed", lambda data: data["node_uuid"] == "sum" and data["value"] == 16)
    return "p"


async def test_what_can_be_added_is_listed_with_its_form(client: WorkerClient) -> None:
    found = await client.call("get_external_workers")
    form = await client.call("get_external_worker_config", classid="test.pump")

    assert found["workers"] == []
    assert [(one["classid"], one["name"], one["configurable"]) for one in found["classes"]] == [
        ("test.pump", "Pump", True), ("test.bell", "Bell", False)
    ]  # fmt: skip
    assert found["classes"][0]["description"] == "A pump."
    assert form["schema"]["required"] == ["port"]
    assert form["secrets"] == {"hint": False, "password": False}


async def test_every_client_sees_it_come_and_go(worker: Any, client: WorkerClient) -> None:
    async with worker.client() as other:
        added = await client.call("add_external_worker", classid="test.bell", name="door")
        uuid = added["uuid"]
        here = {"uuid": uuid, "classid": "test.bell", "name": "door", "missing": False, "error": None}
        data = await heard(other, "external_workers_changed", lambda data: bool(data["workers"]))
        assert data["workers"] == [{**here, "running": True}]
        assert (await other.call("full_state"))["external_workers"] == [{**here, "running": True}]
        shelf = (await other.call("get_library"))["shelves"][-1]
        assert (shelf["name"], shelf["subshelves"][0]["name"]) == ("_external_worker", uuid)
        assert shelf["subshelves"][0]["nodes"][0]["node_id"] == f"test.bell.{uuid}.ring"

        await client.call("remove_external_worker", uuid=uuid)

        await heard(other, "external_workers_changed", lambda data: not data["workers"])
        assert all(
            shelf["name"] != "_external_worker" for shelf in (await other.call("get_library"))["shelves"]
        )


async def test_nodes_of_one_that_is_removed_keep_everything_and_come_back(client: WorkerClient) -> None:
    await add_pump_with_nodes(client)
    await client.call("group_nodes", nodes=["n", "sum"], name="both")
    edges, groups = await client.call("get_edges"), await client.call("get_groups")

    await client.call("remove_external_worker", uuid="p")
    gone = await nodes_of(client)
    gone_edges = await client.call("get_edges")
    await client.call("update_node", uuid="n", name="renamed meanwhile")
    await client.call(
        "add_external_worker", classid="test.pump", uuid="p", config={"port": "usb1", "speed": 10}
    )
    back = await nodes_of(client)

    assert gone["n"]["placeholder"]
    assert gone["n"]["inputs"]["litres"]["value"] == 5
    assert gone["n"]["outputs"]["out"]["value"] == 15
    assert gone["sum"]["outputs"]["out"]["value"] == 16
    assert gone_edges == edges
    assert not back["n"]["placeholder"]
    assert back["n"]["name"] == "renamed meanwhile"
    assert back["n"]["outputs"]["out"]["value"] == 15
    assert await client.call("get_edges") == edges
    assert await client.call("get_groups") == groups
    await client.call("trigger_node", uuid="n")
    await heard(
        client, "io_value_changed", lambda data: data["node_uuid"] == "sum" and data.get("value") == 51
    )


async def test_after_a_restart_it_is_there_and_stopped(worker: Any) -> None:
    async with worker.client() as client:
        await add_pump_with_nodes(client)
    assert worker.kill(signal.SIGKILL) == -signal.SIGKILL
    worker.start()

    async with worker.client() as client:
        state = await client.call("full_state")
        assert [(one["uuid"], one["running"]) for one in state["external_workers"]] == [("p", False)]
        assert (await nodes_of(client))["n"]["placeholder"]
        assert "stopped" in (await client.call("why", uuid="n"))["text"]

        await client.call("update_external_worker", uuid="p", running=True)

        node = (await nodes_of(client))["n"]
        assert not node["placeholder"]
        assert node["inputs"]["litres"]["value"] == 5
        found = await client.call("get_external_worker_config", uuid="p")
        assert found["config"] == {"port": "usb0", "speed": 3.0}
        assert found["secrets"] == {"hint": True, "password": True}


async def test_secrets_are_in_no_file_but_their_own(worker: Any) -> None:
    async with worker.client() as client:
        await add_pump_with_nodes(client)
        await client.call("update_external_worker", uuid="p", config={"speed": 13})
        await heard(client, "external_workers_changed", lambda data: bool(data["workers"][0]["error"]))
        await client.call("add_node", node_id="test.pump.p.leak", uuid="leak")
        await client.call("update_node_input", uuid="leak", input_id="how", value="refused")
        failed = await heard(client, "node_error", lambda data: data["uuid"] == "leak")
        with pytest.raises(CallFailedError) as refused:
            await client.call(
                "update_external_worker", uuid="p", config={"speed": -1, "password": "other-secret"}
            )
        with pytest.raises(CallFailedError) as broken:
            await client.call(
                "add_external_worker",
                classid="test.pump",
                config={"port": "none", "password": "third-secret"},
            )
        saved = json.dumps(await client.call("save"))
        exported = await client.call("export_worker")
        state = json.dumps(await client.call("full_state"))
        await client.call("stop_worker")
    assert worker.process.wait(10) == 0

    assert "unlucky with ***" in state
    assert "refused: ***" in failed["error"]
    assert SECRET not in json.dumps(failed)
    assert str(refused.value) == (
        "BadArgumentsError: kwargs.config.speed: Input should be greater than or equal to 0"
    )
    assert str(broken.value) == "ConflictError: 'test.pump' cannot be made: OSError: no pump at ***"
    for text in (saved, json.dumps(exported), state):
        assert SECRET not in text
    own = worker.dir / "workers" / "worker_w1.secrets"
    assert own.stat().st_mode & 0o777 == 0o600
    assert json.loads(own.read_text()) == {"p": {"hint": CONFIG["hint"], "password": SECRET}}
    hidden = [SECRET.encode(), b"other-secret", b"third-secret", b"kept-here-only"]
    for file in worker.dir.rglob("*"):
        if file.is_file() and file != own:
            assert not any(secret in file.read_bytes() for secret in hidden), file


async def test_a_secret_stays_until_it_is_given_as_null(client: WorkerClient) -> None:
    await client.call("add_external_worker", classid="test.pump", uuid="p", config=CONFIG)

    await client.call("update_external_worker", uuid="p", config={"hint": None, "speed": 4}, name="Big pump")

    found = await client.call("get_external_worker_config", uuid="p")
    assert found["secrets"] == {"hint": False, "password": True}
    assert found["config"]["speed"] == 4.0
    assert (await client.call("get_external_workers"))["workers"][0]["name"] == "Big pump"


async def test_a_loop_that_fails_is_told_and_goes_on(client: WorkerClient) -> None:
    await client.call("add_external_worker", classid="test.pump", uuid="p", config={**CONFIG, "speed": 14})
    data = await heard(client, "external_workers_changed", lambda data: bool(data["workers"][0]["error"]))
    assert data["workers"][0]["error"] == "SystemExit: out"
    assert data["workers"][0]["running"]

    await client.call("update_external_worker", uuid="p", config={"speed": 1})

    await heard(client, "external_workers_changed", lambda data: data["workers"][0]["error"] is None)


async def test_one_that_does_not_stop_is_left(client: WorkerClient) -> None:
    await add_pump_with_nodes(client, port="stuck")

    async with asyncio.timeout(10):
        await client.call("update_external_worker", uuid="p", running=False)

    assert not (await client.call("get_external_workers"))["workers"][0]["running"]
    assert (await nodes_of(client))["n"]["placeholder"]


@pytest.mark.parametrize(
    ("command", "kwargs", "code"),
    [
        ("add_external_worker", {"classid": "test.none"}, "not_found"),
        ("add_external_worker", {"classid": "test.pump"}, "bad_arguments"),
        ("add_external_worker", {"classid": "test.bell", "uuid": "../x"}, "bad_arguments"),
        ("update_external_worker", {"uuid": "none", "name": "x"}, "not_found"),
        ("remove_external_worker", {"uuid": "none"}, "not_found"),
        ("get_external_worker_config", {}, "bad_arguments"),
        ("get_external_worker_config", {"uuid": "none"}, "not_found"),
    ],
)
async def test_what_does_not_fit_is_refused(
    shared_external: WorkerClient, command: str, kwargs: dict[str, Any], code: str
) -> None:
    with pytest.raises(CallFailedError) as refused:
        await shared_external.call(command, **kwargs)

    assert refused.value.code == code


@pytest.fixture
async def shared_external(client: WorkerClient) -> WorkerClient:
    return client


async def test_an_imported_graph_brings_them_stopped(client: WorkerClient) -> None:
    await add_pump_with_nodes(client)
    data = await client.call("save")
    await client.call("remove_external_worker", uuid="p")
    await client.call("clear")
    await client.call("add_external_worker", classid="test.bell", uuid="mine")

    await client.call("load_data", data=data)

    workers = (await client.call("get_external_workers"))["workers"]
    assert [(one["uuid"], one["running"]) for one in workers] == [("mine", True), ("p", False)]
    assert (await nodes_of(client))["n"]["placeholder"]
    assert (await client.call("get_external_worker_config", uuid="p"))["secrets"]["password"] is False
