"""Two configuration folders on one machine: a worker of the one, added to the other and edited through its server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from funcnodes.errors import TokenRefusedError, UsageError, WorkerUnreachableError
from funcnodes.manager.registry import WorkerRegistry
from funcnodes.manager.remotes import add_remote
from funcnodes.manager.state import ManagerState
from funcnodes.net.listen import open_sockets, start_site
from funcnodes.net.remote import check_url
from funcnodes.web.server import WebServer
from funcnodes_worker import WSWorker
from funcnodes_worker.paths import ConfigDir

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


@pytest.fixture
def lab(tmp_path: Path, helpers: Any) -> Iterator[Any]:
    """The program of somebody else, who runs the worker."""
    folder = tmp_path / "lab"
    (folder / "home").mkdir(parents=True)
    made = helpers.Program(folder / "config", folder / "home")
    yield made
    made.end_all()


@pytest.fixture
def registry(tmp_path: Path) -> WorkerRegistry:
    return WorkerRegistry(ConfigDir(tmp_path / "mine"))


def worker_of(program: Any) -> dict[str, Any]:
    """The only worker of a folder."""
    (config,) = [json.loads(file.read_text()) for file in (program.dir / "workers").glob("worker_*.json")]
    found: dict[str, Any] = config
    return found


async def ask(socket: aiohttp.ClientWebSocketResponse, cmd: str, **kwargs: Any) -> Any:
    """The result of a command."""
    await socket.send_json({"type": "cmd", "id": cmd, "cmd": cmd, "kwargs": kwargs})
    async with asyncio.timeout(15):
        while True:
            message = await socket.receive_json()
            if message.get("id") == cmd:
                assert message["type"] == "result", message
                return message["result"]


def named(message: dict[str, Any], name: str) -> dict[str, Any] | None:
    listed = [*message["active"], *message["inactive"]]
    return next((worker for worker in listed if worker["name"] == name), None)


@pytest.mark.timeout(150)  # two servers and six programs, one after the other
async def test_a_worker_of_somebody_else_is_added_edited_and_forgotten(
    program: Any, lab: Any, helpers: Any
) -> None:
    lab.runserver()
    theirs = worker_of(lab)
    token_file = str(lab.dir / "token")
    url = f"ws://localhost:{theirs['port']}"
    mine = program.runserver()

    added = program.run("worker", "add", url, "--token-file", token_file, "--name", "Lab")
    uuid = added.stdout.strip()
    async with mine.browser() as browser, browser.ws_connect("/manager", headers=mine.origin) as manager:
        async with asyncio.timeout(60):
            while (seen := named(await helpers.receive(manager, "worker_status", 60), "Lab")) is None or seen[
                "status"
            ] != "running":
                continue
        await manager.send_json({"type": "set_active", "workerid": uuid})
        opened = await helpers.receive(manager, "set_worker")
        async with browser.ws_connect(f"/worker/{uuid}/", headers=mine.origin) as editor:
            node = await ask(editor, "add_node", node_id="funcnodes.add")
        form = aiohttp.FormData()
        form.add_field("file", b"<b>hello</b>", filename="x.html")
        async with browser.post(f"/worker/{uuid}/upload/", data=form, headers=mine.origin) as answer:
            sent = answer.status
        async with browser.get(f"/worker/{uuid}/files/x.html") as answer:
            page, policy = await answer.text(), answer.headers["Content-Security-Policy"]
        await manager.send_json({"type": "stop_worker", "workerid": uuid})
        refused = await helpers.receive(manager, "error")
        await manager.send_json({"type": "restart_worker", "workerid": uuid})
        refused_too = await helpers.receive(manager, "error")
    async with (
        aiohttp.ClientSession(headers=lab.bearer) as session,
        session.ws_connect(url) as direct,
    ):
        nodes = await ask(direct, "get_nodes")
    listed = program.run("worker", "list", "--json")
    lab.end_all()
    later = program.run("worker", "list", "--json")
    forgotten = program.run("worker", "delete", "--name", "Lab")

    assert added.returncode == 0, added.stderr
    assert opened["worker"]["remote"] == f"{url}/"
    assert [one["uuid"] for one in nodes] == [node["uuid"]]
    assert (sent, page) == (200, "<b>hello</b>")
    assert policy == "sandbox; default-src 'none'"
    assert refused["code"] == refused_too["code"] == "foreign_worker"
    statuses = [
        {one["name"]: one["status"] for one in json.loads(ran.stdout)}["Lab"] for ran in (listed, later)
    ]
    assert statuses == ["running", "unreachable"]
    assert forgotten.returncode == 0, forgotten.stderr
    assert not (program.dir / "workers" / f"worker_{uuid}.json").exists()
    assert (lab.dir / "workers" / f"worker_{theirs['uuid']}" / "nodespace.json").exists()


async def test_a_worker_is_reached_through_the_server_of_its_owner(program: Any, lab: Any) -> None:
    served = lab.runserver()
    theirs = worker_of(lab)
    mine = program.runserver()

    added = program.run(
        "worker", "add", f"{served.url}worker/{theirs['uuid']}", "--token-file", str(lab.dir / "token")
    )
    async with (
        mine.browser() as browser,
        browser.ws_connect(f"/worker/{added.stdout.strip()}/", headers=mine.origin) as editor,
    ):
        uuid = await ask(editor, "uuid")

    assert added.returncode == 0, added.stderr
    assert uuid == theirs["uuid"]


# -- what is refused


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("nonsense", "not the address of a worker"),
        ("ftp://localhost/", "not the address of a worker"),
        ("ws:///x", "not the address of a worker"),
        ("ws://localhost:99999/", "not an address"),
        ("ws://me:secret@localhost/", "scheme, host, port and path only"),
        ("ws://localhost/?token=x", "scheme, host, port and path only"),
        ("ws://lab.example.org:9382/", "not encrypted"),
        ("http://10.0.0.7/", "not encrypted"),
    ],
)
def test_addresses_that_are_none_or_not_safe_are_refused(url: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        check_url(url, insecure=False)


@pytest.mark.parametrize(
    ("url", "insecure", "kept"),
    [
        ("http://localhost:9382", False, "ws://localhost:9382/"),
        ("ws://[::1]:9382/graph", False, "ws://[::1]:9382/graph/"),
        ("https://lab.example.org/worker/x/", False, "wss://lab.example.org/worker/x/"),
        ("ws://lab.example.org:9382/", True, "ws://lab.example.org:9382/"),
    ],
)
def test_addresses_are_kept_in_one_form(url: str, insecure: bool, kept: str) -> None:
    assert str(check_url(url, insecure=insecure)) == kept


async def test_what_cannot_be_used_is_not_added_and_said(registry: WorkerRegistry, tmp_path: Path) -> None:
    async def add(url: str, file: Path, **kwargs: Any) -> None:
        await add_remote(registry, url, file, name=None, insecure=False, **kwargs)

    wrong, empty = tmp_path / "wrong", tmp_path / "empty"
    wrong.write_text("not-the-token\n")
    empty.write_text("\n")
    async with WSWorker(temporary=True, name="lab") as worker, elsewhere(says_nothing) as other:
        with pytest.raises(UsageError, match="No such file"):
            await add(worker.url, tmp_path / "missing")
        with pytest.raises(UsageError, match="holds no token"):
            await add(worker.url, empty)
        with pytest.raises(TokenRefusedError, match="refuses the token in"):
            await add(worker.url, wrong)
        with pytest.raises(WorkerUnreachableError, match="not a worker"):
            await add(other, wrong)
        with pytest.raises(WorkerUnreachableError, match="no worker answers at ws://localhost:1/"):
            await add("ws://localhost:1/", wrong)
        before = list(registry)
        right = worker.config.config_dir.token_file
        await add(worker.url, right)
        with pytest.raises(UsageError, match="registered already"):
            await add(worker.url, right)
        await add("ws://localhost:1/", wrong, check=False)

    assert before == []
    assert sorted(one.name for one in registry) == ["lab", "localhost"]


def test_other_keys_survive_and_nothing_is_deleted_elsewhere(
    registry: WorkerRegistry, tmp_path: Path
) -> None:
    keep = tmp_path / "mine" / "workers" / "worker_keep"
    keep.mkdir(parents=True)
    token = tmp_path / "token"
    token.write_text("x")
    made = registry.create_remote(
        check_url("ws://localhost:1/", insecure=False), token, name="a", insecure=False
    )
    file = registry.dir.worker_json(made.uuid)
    file.write_text(json.dumps({**json.loads(file.read_text()), "note": "hers", "data_path": "worker_keep"}))

    registry.rename(made.uuid, "b")
    kept = json.loads(file.read_text())
    with pytest.raises(UsageError, match="cannot be changed"):
        registry.update(made.uuid, {"autostart": True})
    registry.delete(made.uuid)

    assert (kept["name"], kept["note"], kept["workertype"]) == ("b", "hers", "remote")
    assert not file.exists()
    assert keep.is_dir()
    assert token.exists()


# -- the token goes to one place only


async def says_nothing(request: web.Request) -> web.StreamResponse:
    return web.Response(text="hello")


@asynccontextmanager
async def elsewhere(handler: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    """A server of somebody else."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    sockets = open_sockets("localhost", 0)
    runner = await start_site(app, sockets)
    try:
        yield f"ws://localhost:{sockets[0].getsockname()[1]}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def front(registry: WorkerRegistry, static: Path) -> AsyncIterator[tuple[str, str]]:
    """A web server in front of the workers of a registry; its address and its token."""
    server = WebServer("mine", manager=lambda: None, find_worker=registry.address, static=static)
    sockets = open_sockets("localhost", 0)
    runner = await start_site(server.app, sockets)
    try:
        yield f"http://localhost:{sockets[0].getsockname()[1]}", "mine"
    finally:
        await server.close()
        await runner.cleanup()


async def test_no_redirect_takes_the_token_along(registry: WorkerRegistry, tmp_path: Path) -> None:
    came: list[tuple[str, str | None]] = []
    token = tmp_path / "token"
    token.write_text("theirs\n")

    async def thief(request: web.Request) -> web.StreamResponse:
        came.append((request.path, request.headers.get("Authorization")))
        return web.Response()

    async with elsewhere(thief) as stolen:

        async def sends_on(request: web.Request) -> web.StreamResponse:
            assert request.headers["Authorization"] == "Bearer theirs"
            assert "mine" not in str(request.headers)
            raise web.HTTPFound(stolen.replace("ws", "http", 1))

        async with elsewhere(sends_on) as url, front(registry, tmp_path) as (mine, key):
            made = registry.create_remote(check_url(url, insecure=False), token, name="x", insecure=False)
            async with aiohttp.ClientSession(mine, headers={"Authorization": f"Bearer {key}"}) as browser:
                async with browser.get(f"/worker/{made.uuid}/files/x", allow_redirects=False) as answer:
                    status, headers = answer.status, answer.headers
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await browser.ws_connect(f"/worker/{made.uuid}/")

    assert came == []
    assert (status, refused.value.status) == (502, 502)
    assert "Location" not in headers


async def test_answers_from_elsewhere_are_never_pages_of_ours(
    registry: WorkerRegistry, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("theirs")

    async def page(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("refused"):
            return web.Response(status=401, headers={"WWW-Authenticate": "Basic"})
        headers = {"Set-Cookie": "a=b", "Refresh": "0", "Access-Control-Allow-Origin": "*", "ETag": '"1"'}
        return web.Response(text="<script>", content_type="text/html", headers=headers)

    async with elsewhere(page) as url, front(registry, tmp_path) as (mine, key):
        made = registry.create_remote(check_url(url, insecure=False), token, name="x", insecure=False)
        async with aiohttp.ClientSession(mine, headers={"Authorization": f"Bearer {key}"}) as browser:
            async with browser.get(f"/worker/{made.uuid}/files/x") as answer:
                headers = answer.headers
            async with browser.get(f"/worker/{made.uuid}/files/refused") as answer:
                refused = answer.status, (await answer.json())["code"]
            token.unlink()
            async with browser.get(f"/worker/{made.uuid}/files/x") as answer:
                lost = answer.status, (await answer.json())["error"]

    assert not {"Set-Cookie", "Refresh", "Access-Control-Allow-Origin"} & set(headers)
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["ETag"] == '"1"'
    assert refused == (502, "token_refused")
    assert lost[0] == 500
    assert "No such file" in lost[1]


async def test_a_circle_of_servers_ends(registry: WorkerRegistry, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("mine")

    async with front(registry, tmp_path) as (mine, key):
        made = registry.create_remote(
            check_url("ws://localhost:1/", insecure=False), token, name="x", insecure=False
        )
        file = registry.dir.worker_json(made.uuid)
        file.write_text(json.dumps({**json.loads(file.read_text()), "url": f"{mine}/worker/{made.uuid}/"}))
        async with (
            aiohttp.ClientSession(mine, headers={"Authorization": f"Bearer {key}"}) as browser,
            browser.get(f"/worker/{made.uuid}/files/x") as answer,
        ):
            status, text = answer.status, await answer.text()

    assert status == 508, text


# -- workers inside other programs


async def test_a_worker_inside_another_program_is_listed_and_never_stopped(
    program: Any, helpers: Any
) -> None:
    ManagerState.read(ConfigDir(program.dir)).want("inside", True)  # as if a manager had run it before
    async with WSWorker(config_dir=program.dir, uuid="inside", name="Inside") as worker:
        served = await asyncio.to_thread(program.runserver)
        listed = await asyncio.to_thread(program.run, "worker", "list", "--json")
        stopped = await asyncio.to_thread(program.run, "worker", "stop", "--name", "Inside")
        async with (
            served.browser() as browser,
            browser.ws_connect("/worker/inside/", headers=served.origin) as editor,
        ):
            name = await ask(editor, "name")
        await asyncio.to_thread(served.stop)
        alive = await worker.call("uuid")
    after = await asyncio.to_thread(program.run, "worker", "list", "--json")

    assert json.loads(listed.stdout)[0]["status"] == "running"
    assert stopped.returncode == 1
    assert "part of another program" in stopped.stderr
    assert (name, alive) == ("Inside", "inside")
    assert json.loads(after.stdout)[0]["status"] == "stopped"
