"""What the bearer of a link can and cannot do, asked of a worker in a process of its own."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from funcnodes_worker.client import WorkerClient, connect
from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.errors import CallFailedError, ConnectionFailedError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.scopes import SCOPES
from funcnodes_worker.shares import ShareBook

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

# Written down here once more, so that a command cannot get a lower scope unseen. A new command stands here first.
NEEDED = {
    "view": "catch_up full_state get_available_modules get_edges get_external_workers get_groups get_history"
    " get_io_value get_library get_nodes get_plugins get_runstate get_worker_dependencies heartbeat name uuid why",
    "knobs": "update_node_input",
    "run": "pause resume run_stale stop_all stop_node trigger_node",
    "edit": "add_edge add_external_worker add_node clear copy_nodes delete_file export_worker"
    " get_external_worker_config get_missing_modules get_table group_nodes import_worker list_files load_data"
    " paste_nodes redo remove_edge remove_external_worker remove_group remove_node save set_node_mode undo"
    " update_external_worker update_group update_io update_node upload",
    "install": "add_package_dependency find_modules remove_package_dependency",
    "admin": "get_config get_logs stop_worker update_config",
}
SCOPE_OF = {name: scope for scope, names in NEEDED.items() for name in names.split()}


@pytest.fixture
def worker(shared_worker: Any) -> Any:
    return shared_worker


def book_of(worker: Any) -> ShareBook:
    return ShareBook(ConfigDir(worker.dir), worker.bearer["Authorization"].removeprefix("Bearer "))


def link(running: Any, scope: Any, **allowed: Any) -> str:
    if scope == "knobs":
        allowed.setdefault("inputs", [("nobody", "a")])
    return book_of(running).make(scope, 1, **allowed)[1]


@asynccontextmanager
async def came_by(worker: Any, key: str) -> AsyncIterator[WorkerClient]:
    async with await connect(worker.url.replace("http", "ws", 1), key) as client:
        yield client


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_every_command_has_the_scope_that_is_written_down() -> None:
    assert {command.name: command.scope for command in REGISTRY} == SCOPE_OF


def test_every_command_that_sets_a_knob_names_it() -> None:
    for command in REGISTRY:
        if command.scope == "knobs":
            assert {"uuid", "input_id"} <= set(command.kwargs_type.__struct_fields__)


@pytest.mark.parametrize("scope", SCOPES)
async def test_every_command_is_refused_below_its_scope_and_reached_from_it(worker: Any, scope: str) -> None:
    async with came_by(worker, link(worker, scope)) as client:
        answers = {name: (await client.request(name, {"no_such_kwarg": 1})).get("code") for name in SCOPE_OF}

    # what is reached sees that the kwargs are wrong; what is not never looks at them
    reached = {name for name, code in answers.items() if code == "bad_arguments"}
    refused = {name for name, code in answers.items() if code == "forbidden"}
    assert reached | refused == set(SCOPE_OF)
    assert reached == {
        name
        for name, needed in SCOPE_OF.items()
        if SCOPES.index(needed) <= SCOPES.index(scope)  # type: ignore[arg-type]
    }


async def test_the_hello_says_what_the_link_allows(worker: Any) -> None:
    async with came_by(worker, link(worker, "knobs", label="Ann", inputs=[("n", "a")])) as client:
        await client.call("uuid")
        access = client.hello["access"]
    async with worker.client() as owner:
        await owner.call("uuid")
        all_of_it = owner.hello["access"]

    assert (access["scope"], access["label"], access["inputs"]) == ("knobs", "Ann", [["n", "a"]])
    assert 3500 < access["expires_at"] - time.time() <= 3600
    assert (all_of_it["scope"], all_of_it["share"]) == ("admin", "")


async def test_a_knob_is_set_and_nothing_beside_it(worker: Any) -> None:
    async with worker.client() as owner:
        node = (await owner.call("add_node", node_id="t.add"))["uuid"]
        async with came_by(worker, link(worker, "knobs", inputs=[(node, "a")])) as guest:
            await guest.call("update_node_input", uuid=node, input_id="a", value=41)
            for uuid, io_id in ((node, "b"), (node, "out"), ("other", "a"), ("__proto__", "a")):
                with pytest.raises(CallFailedError, match="may not set"):
                    await guest.call("update_node_input", uuid=uuid, input_id=io_id, value=1)

        assert await owner.call("get_io_value", uuid=node, io_id="a", full=True) == 41
        assert await owner.call("get_io_value", uuid=node, io_id="b", full=True) == 1


async def failing_node(owner: WorkerClient) -> str:
    uuid: str = (await owner.call("add_node", node_id="t.divide"))["uuid"]
    await owner.call("update_node_input", uuid=uuid, input_id="b", value=0)
    await owner.call("update_node_input", uuid=uuid, input_id="a", value=1)
    return uuid


async def all_that_is_heard(client: WorkerClient, until: str) -> str:
    heard = []
    async with asyncio.timeout(10):
        async for event in client.events():
            heard.append(json.dumps(event))
            if event.get("data", {}).get("uuid") == until and event["data"].get("error"):
                return "".join(heard)
    raise AssertionError("the connection ended")


async def test_a_viewer_sees_that_a_node_failed_but_no_traceback(worker: Any) -> None:
    async with (
        worker.client() as owner,
        came_by(worker, link(worker, "view")) as viewer,
        came_by(worker, link(worker, "view", extras=["tracebacks"])) as trusted,
    ):
        for client in (viewer, trusted):
            await client.call("uuid")
        node = await failing_node(owner)
        told = {client: await all_that_is_heard(client, node) for client in (owner, viewer, trusted)}
        shown = {client: json.dumps(await client.call("full_state")) for client in told}
        listed = {client: json.dumps(await client.call("get_nodes")) for client in told}
        asked = (viewer.hello["epoch"], viewer.hello["client"], viewer.hello["seq"])

        async with came_by(worker, link(worker, "view")) as late:
            await late.call("uuid")
            await late.call("catch_up", epoch=asked[0], client=late.hello["client"], seq=asked[2])
            caught_up = await all_that_is_heard(late, node)

    for client, texts in ((c, (told[c], shown[c], listed[c])) for c in told):
        for text in texts:
            assert "ZeroDivisionError" in text
            assert ("worker_nodes.py" in text) == (client is not viewer)
    assert "ZeroDivisionError" in caught_up
    assert "worker_nodes.py" not in caught_up


async def test_whole_values_and_files_are_for_those_whose_link_lists_them(worker: Any) -> None:
    (worker.data / "files" / "a.txt").write_text("of the owner")
    async with worker.client() as owner, aiohttp.ClientSession(worker.url) as http:
        node = (await owner.call("add_node", node_id="t.items"))["uuid"]
        await owner.call("update_node_input", uuid=node, input_id="n", value=3)

        async def statuses(key: str) -> list[int]:
            found = []
            for path in (f"value/{node}/out", "files/a.txt"):
                async with http.get(path, headers=bearer(key)) as answer:
                    found.append(answer.status)
            async with http.post("upload/", headers=bearer(key), json={}) as answer:
                found.append(answer.status)
            return found

        assert await statuses(link(worker, "view")) == [403, 403, 403]
        assert await statuses(link(worker, "run")) == [403, 403, 403]
        assert await statuses(link(worker, "view", extras=["values"])) == [200, 403, 403]
        assert await statuses(link(worker, "view", extras=["files"])) == [403, 200, 403]
        assert await statuses(link(worker, "edit")) == [200, 200, 415]
        async with came_by(worker, link(worker, "view")) as viewer:
            with pytest.raises(CallFailedError, match="no whole values"):
                await viewer.call("get_io_value", uuid=node, io_id="out", full=True)
            with pytest.raises(CallFailedError, match="'list_files' needs the scope 'edit'"):
                await viewer.call("list_files")
        async with came_by(worker, link(worker, "view", extras=["files", "logs"])) as viewer:
            assert "a.txt" in [one["path"] for one in await viewer.call("list_files")]
            assert "listens on" in json.dumps(await viewer.call("get_logs"))


async def test_a_link_for_another_worker_is_refused(worker: Any) -> None:
    with pytest.raises(ConnectionFailedError, match="403"):
        async with came_by(worker, link(worker, "admin", worker="another")):
            pass
    async with came_by(worker, link(worker, "view", worker="w1")) as guest:
        assert await guest.call("uuid") == "w1"


async def test_revoking_ends_the_connection_and_nothing_more_is_heard(worker: Any) -> None:
    book = book_of(worker)
    share, key = book.make("view", 1)
    async with worker.client() as owner, came_by(worker, key) as guest:
        await guest.call("uuid")

        book.revoke(share.id)
        await owner.call("add_node", node_id="t.add", name="after the end")
        async with asyncio.timeout(10):
            heard = [event async for event in guest.events()]

    assert "after the end" not in json.dumps(heard)
    with pytest.raises(ConnectionFailedError, match="401"):
        async with came_by(worker, key):
            pass


async def test_a_revoked_client_gets_no_answer_any_more(worker: Any) -> None:
    book = book_of(worker)
    share, key = book.make("edit", 1)
    async with came_by(worker, key) as guest:
        await guest.call("uuid")

        book.revoke(share.id)

        with pytest.raises(ConnectionFailedError):
            await guest.call("add_node", node_id="t.add")


async def test_a_connection_ends_when_its_link_does(worker: Any) -> None:
    _, key = book_of(worker).make("view", 1.0 / 3600)  # a second
    async with came_by(worker, key) as guest, asyncio.timeout(10):
        await guest.call("uuid")
        async for _ in guest.events():
            pass

        with pytest.raises(ConnectionFailedError):
            await guest.call("uuid")


async def test_no_link_gives_the_remembered_answers_of_another_client(worker: Any) -> None:
    question = {"type": "cmd", "id": "c1", "cmd": "get_config", "kwargs": {}}
    async with worker.client() as owner, came_by(worker, link(worker, "view")) as guest:
        await owner.call("uuid")
        await owner._socket.send_str(json.dumps(question))
        await owner.call("uuid")

        await guest.call("uuid")
        hello = guest.hello
        await guest.call("catch_up", epoch=hello["epoch"], client=owner.hello["client"], seq=hello["seq"])
        answer = await guest.request("get_config", {})

    assert answer["code"] == "forbidden"


async def test_a_large_answer_is_for_who_asked(make_worker: Any) -> None:
    worker = make_worker(message_size_before_request=1000).start()
    async with aiohttp.ClientSession(worker.url) as http:
        async with http.ws_connect("/", headers=worker.bearer) as socket:
            await socket.send_json({"type": "cmd", "id": 1, "cmd": "get_library"})
            note = await socket.receive_json()
        assert note["type"] == "large_message"

        async with http.get(f"message/{note['msg_id']}", headers=bearer(link(worker, "view"))) as answer:
            stolen = answer.status
        async with http.get(f"message/{note['msg_id']}", headers=worker.bearer) as answer:
            fetched = answer.status

    assert (stolen, fetched) == (404, 200)


async def test_a_link_below_edit_is_held_to_a_pace_and_the_owner_is_not(worker: Any) -> None:
    async with came_by(worker, link(worker, "view")) as guest, worker.client() as owner:
        answers = await asyncio.gather(*(guest.request("uuid", {}) for _ in range(600)))
        of_owner = await asyncio.gather(*(owner.request("uuid", {}) for _ in range(600)))

    codes = [answer.get("code") for answer in answers]
    assert codes.count(None) >= 300
    assert codes.count("busy") > 0
    assert {answer["type"] for answer in of_owner} == {"result"}


async def test_a_link_below_edit_sends_no_large_frames(worker: Any) -> None:
    async with (
        aiohttp.ClientSession(worker.url, headers=bearer(link(worker, "view"))) as http,
        http.ws_connect("/") as socket,
        asyncio.timeout(10),
    ):
        await socket.send_str(" " * (1024 * 1024 + 1))
        end = await socket.receive()

    assert (end.type, end.data) == (aiohttp.WSMsgType.CLOSE, 1009)
