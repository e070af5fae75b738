"""Links from the command line and from the editor, through the web server and the manager to a worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


@pytest.fixture
def served(program: Any) -> Any:
    return program.runserver()


def worker_of(program: Any) -> str:
    (file,) = (program.dir / "workers").glob("worker_*.json")
    return str(json.loads(file.read_text())["uuid"])


def made_link(program: Any, *args: str) -> str:
    done = program.run("share", *args)
    assert done.returncode == 0, done.stderr
    return str(done.stdout.strip())


@asynccontextmanager
async def guest(served: Any, link: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody who opened a link: the page takes the key from behind the # and shows it to the server."""
    url, _, key = link.partition("#share=")
    assert url == f"{served.url}login"
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(served.url, cookie_jar=jar, headers=served.origin) as session:
        async with session.post("/login", json={"token": key}) as answer:
            assert answer.status == 200, await answer.text()
            assert key not in answer.headers["Set-Cookie"]
            assert "HttpOnly" in answer.headers["Set-Cookie"]
            assert "SameSite=Strict" in answer.headers["Set-Cookie"]
        yield session


async def ask(socket: aiohttp.ClientWebSocketResponse, cmd: str, **kwargs: Any) -> dict[str, Any]:
    await socket.send_json({"type": "cmd", "id": cmd, "cmd": cmd, "kwargs": kwargs})
    async with asyncio.timeout(10):
        while True:
            answer: dict[str, Any] = await socket.receive_json()
            if answer.get("id") == cmd:
                return answer


async def test_a_viewer_sees_the_graph_and_changes_nothing(program: Any, served: Any) -> None:
    link = made_link(program, "--scope", "view", "--hours", "8")
    worker = worker_of(program)

    async with guest(served, link) as viewer:
        async with viewer.ws_connect(f"/worker/{worker}/") as socket:
            state = await ask(socket, "full_state")
            refused = [await ask(socket, cmd) for cmd in ("clear", "stop_worker", "get_config", "save")]
        async with viewer.get("/", allow_redirects=False) as page:
            landed = page.status
        statuses = []
        for method, path in (
            ("GET", "/shares"), ("POST", "/shares"), ("DELETE", "/shares/0123456789abcdef"), ("POST", "/launch"),
            ("GET", f"/worker/{worker}/files/a"), ("POST", f"/worker/{worker}/upload/"),
            ("GET", "/worker/another/"),
        ):  # fmt: skip
            async with viewer.request(method, path, json={} if method != "GET" else None) as answer:
                statuses.append((path, answer.status))

    assert state["type"] == "result"
    assert {answer["code"] for answer in refused} == {"forbidden"}
    assert landed in (200, 503)
    assert {status for path, status in statuses if path != "/worker/another/"} == {403}


async def test_a_link_shows_one_worker_in_the_manager_and_asks_it_nothing_else(
    program: Any, served: Any, helpers: Any
) -> None:
    program.new_fake("secret")
    program.edit("secret", name="not for you")
    worker = worker_of_default(program)
    link = made_link(program, "--scope", "admin", "--worker", worker)

    async with guest(served, link) as viewer, viewer.ws_connect("/manager") as manager:
        await manager.send_str("worker_status")
        status = await helpers.receive(manager, "worker_status")
        errors = []
        for message in (
            "stop", "identify", '{"type": "new_worker"}', f'{{"type": "delete_worker", "workerid": "{worker}"}}',
            f'{{"type": "stop_worker", "workerid": "{worker}"}}', '{"type": "set_active", "workerid": "secret"}',
        ):  # fmt: skip
            await manager.send_str(message)
            errors.append((await helpers.receive(manager, "error"))["error"])
        await manager.send_str("ping")
        async with asyncio.timeout(5):
            pong = await manager.receive_str()

    seen = [*status["active"], *status["inactive"]]
    assert [(one["uuid"], set(one)) for one in seen] == [(worker, {"uuid", "name", "status", "detail"})]
    assert all("does not reach the workermanager" in error for error in errors)
    assert pong == "pong"


def worker_of_default(program: Any) -> str:
    for file in (program.dir / "workers").glob("worker_*.json"):
        config = json.loads(file.read_text())
        if config["name"] == "default":
            return str(config["uuid"])
    raise AssertionError("there is no default worker")


async def test_the_editor_makes_lists_and_revokes_links(program: Any, served: Any) -> None:
    worker = worker_of(program)
    wanted = {"scope": "knobs", "hours": 2, "worker": worker, "label": "for Ann", "inputs": [["n", "a"]]}

    async with served.browser() as owner:
        async with owner.post("/shares", json=wanted, headers=served.origin) as answer:
            made = await answer.json()
        async with owner.get("/shares") as answer:
            listed = await answer.json()
        async with guest(served, f"{served.url}{made['path']}") as viewer:
            async with viewer.ws_connect(f"/worker/{worker}/", protocols=["funcnodes.v1"]) as socket:
                hello = await socket.receive_json()
                async with owner.delete(f"/shares/{made['id']}", headers=served.origin) as answer:
                    revoked = answer.status
                await socket.send_json({"type": "ping"})
                async with asyncio.timeout(5):
                    end = await socket.receive()
            async with viewer.get("/", allow_redirects=False) as page:
                moved = page.headers["Location"]
        async with owner.get("/shares") as answer:
            left = await answer.json()

    assert [one["id"] for one in listed] == [made["id"]]
    assert (hello["access"]["scope"], hello["access"]["inputs"]) == ("knobs", [["n", "a"]])
    assert revoked == 200
    assert end.type is aiohttp.WSMsgType.CLOSE
    assert moved == "/login"
    assert left == []


@pytest.mark.parametrize(
    "wanted",
    [
        {}, [], {"scope": "root", "hours": 1}, {"scope": "view"}, {"scope": "view", "hours": -1},
        {"scope": "knobs", "hours": 1}, {"scope": "view", "hours": 1, "more": 1},
        {"scope": "view", "hours": 1, "extras": ["everything"]}, {"scope": "view", "hours": 1, "label": "x" * 101},
    ],
)  # fmt: skip
async def test_a_link_that_makes_no_sense_is_refused(served: Any, wanted: Any) -> None:
    async with served.browser() as owner, owner.post("/shares", json=wanted, headers=served.origin) as answer:
        assert answer.status == 400
        assert (await answer.json())["code"] == "bad_request"


async def test_a_foreign_page_makes_no_link(served: Any) -> None:
    wanted = {"scope": "admin", "hours": 1}
    async with served.browser() as owner:
        for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            async with owner.post("/shares", json=wanted, headers=headers) as answer:
                assert answer.status == 403
        async with owner.get("/shares") as answer:
            assert await answer.json() == []


async def test_who_made_a_link_keeps_everything_when_opening_it(program: Any, served: Any) -> None:
    key = made_link(program, "--scope", "view").partition("#share=")[2]

    async with served.browser() as owner:
        async with owner.post("/login", json={"token": key}, headers=served.origin) as answer:
            assert (answer.status, "Set-Cookie" in answer.headers) == (200, False)
        async with owner.get("/shares") as answer:
            assert answer.status == 200


def test_the_command_line_lists_and_revokes(program: Any, served: Any) -> None:
    made_link(program, "--scope", "run", "--hours", "1", "--label", "for Bob")

    listed = json.loads(program.run("share", "--list", "--json").stdout)
    shown = program.run("share", "--list").stdout
    done = program.run("share", "--revoke", listed[0]["id"])
    again = program.run("share", "--revoke", listed[0]["id"])

    assert [(one["scope"], one["label"]) for one in listed] == [("run", "for Bob")]
    assert "for Bob" in shown
    assert done.returncode == 0
    assert again.returncode == 1
    assert "no link" in again.stderr
    assert json.loads(program.run("share", "--list", "--json").stdout) == []


async def test_inputs_are_found_by_the_names_that_people_see(program: Any, served: Any) -> None:
    worker = worker_of(program)
    async with (
        served.browser() as owner,
        owner.ws_connect(f"/worker/{worker}/", headers=served.origin) as socket,
    ):
        added = await ask(socket, "add_node", node_id="funcnodes.add", name="Sum of two")
    node = added["result"]["uuid"]

    link = await asyncio.to_thread(made_link, program, "--scope", "knobs", "--input", "Sum of two.a")
    unknown = await asyncio.to_thread(program.run, "share", "--scope", "knobs", "--input", "Sum of two.zz")
    nobody = await asyncio.to_thread(program.run, "share", "--scope", "knobs", "--input", "Nobody.a")
    none = await asyncio.to_thread(program.run, "share", "--scope", "knobs")

    async with guest(served, link) as viewer, viewer.ws_connect(f"/worker/{worker}/") as socket:
        allowed = await ask(socket, "update_node_input", uuid=node, input_id="a", value=3)
        refused = await ask(socket, "update_node_input", uuid=node, input_id="b", value=3)
    assert allowed["type"] == "result"
    assert refused["code"] == "forbidden"
    assert "has no input 'zz'" in unknown.stderr
    assert "0 nodes are called 'Nobody'" in nobody.stderr
    assert "lists none" in none.stderr
