"""The workermanager as a process, spoken to with plain aiohttp from what protocol.md says."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


class Manager:
    """A running `funcnodes startworkermanager`."""

    def __init__(self, program: Any, helpers: Any, **env: str) -> None:
        self.program, self.helpers = program, helpers
        self.process = program.start("startworkermanager", "--port", "0", **env)
        self.url = helpers.wait_for_line(self.process, r"ws://\S+/").replace("ws://", "http://")

    @asynccontextmanager
    async def client(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        async with (
            aiohttp.ClientSession(headers=self.program.bearer) as session,
            session.ws_connect(self.url) as socket,
        ):
            yield socket

    async def ask(
        self, socket: aiohttp.ClientWebSocketResponse, answer: str, **message: Any
    ) -> dict[str, Any]:
        await socket.send_json(message)
        found: dict[str, Any] = await self.helpers.receive(socket, answer)
        return found

    def pid_of(self, uuid: str) -> int | None:
        from funcnodes.manager.process import live_pid

        return live_pid(self.program.dir / "workers" / f"worker_{uuid}.p")

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        self.process.communicate(timeout=20)
        return int(self.process.returncode)


async def test_answers_the_words(program: Any, helpers: Any) -> None:
    manager = Manager(program, helpers)
    async with manager.client() as socket:
        await socket.send_str("ping")
        pong = await socket.receive_str()
        await socket.send_str("identify")
        who = await socket.receive_json()
        await socket.send_str("worker_status")
        status = await socket.receive_json()

    assert pong == "pong"
    assert who["class"] == "WorkerManager"
    assert who["py"]
    assert status == {"type": "worker_status", "active": [], "inactive": []}


async def test_starts_restarts_and_stops_a_worker(program: Any, helpers: Any) -> None:
    program.new_fake()
    manager = Manager(program, helpers)
    async with manager.client() as socket:
        first = await manager.ask(socket, "set_worker", type="set_active", workerid="fake", id="a")
        first_pid = manager.pid_of("fake")
        await socket.send_str("worker_status")
        running = await helpers.receive(socket, "worker_status")
        again = await manager.ask(socket, "set_worker", type="restart_worker", workerid="fake")
        second_pid = manager.pid_of("fake")
        stopped = await manager.ask(socket, "worker_stopped", type="stop_worker", workerid="fake", id=7)

    assert first["id"] == "a"
    assert first["worker"]["status"] == "running"
    assert [worker["uuid"] for worker in running["active"]] == ["fake"]
    assert again["worker"]["port"] == first["worker"]["port"]
    assert first_pid != second_pid
    assert (stopped["workerid"], stopped["id"]) == ("fake", 7)
    assert manager.pid_of("fake") is None


async def test_starting_twice_at_once_makes_one_process(program: Any, helpers: Any) -> None:
    program.new_fake()
    manager = Manager(program, helpers, FAKE_WORKER="slow")
    async with manager.client() as one, manager.client() as two:
        for socket in (one, two):
            await socket.send_json({"type": "set_active", "workerid": "fake"})
        answers = [await helpers.receive(socket, "set_worker") for socket in (one, two)]

    assert answers[0]["worker"] == answers[1]["worker"]


async def test_makes_renames_changes_and_deletes_a_worker(program: Any, helpers: Any) -> None:
    manager = Manager(program, helpers)
    async with manager.client() as socket, manager.client() as other:
        created = await manager.ask(
            socket, "worker_created", type="new_worker", id="n", kwargs={"name": "mine", "in_venv": False}
        )
        uuid = created["worker"]["uuid"]
        seen = await helpers.receive(other, "worker_created")
        await manager.ask(socket, "worker_renamed", type="rename_worker", workerid=uuid, name="yours")
        await manager.ask(
            socket,
            "worker_config_updated",
            type="update_worker_config",
            workerid=uuid,
            config={"autostart": True},
        )
        config = program.config(uuid)
        deleted = await manager.ask(socket, "worker_deleted", type="delete_worker", workerid=uuid)
        told = await helpers.receive(other, "worker_deleted")

    assert created["worker"]["name"] == "mine"
    assert seen["worker"] == created["worker"]
    assert (created["id"], seen.get("id")) == ("n", None)
    assert (config["name"], config["autostart"]) == ("yours", True)
    assert deleted["workerid"] == told["workerid"] == uuid
    assert list((program.dir / "workers").iterdir()) == []


WRONG_REQUESTS = [
    ("nonsense", "bad_request", "nonsense"),
    ("{", "bad_request", "{"),
    ('{"type": "dance"}', "bad_request", "dance"),
    ('{"type": "set_active"}', "bad_request", "workerid"),
    ('{"type": "set_active", "workerid": 3}', "bad_request", "workerid"),
    ('{"type": "set_active", "workerid": "../../etc"}', "unknown_worker", "../../etc"),
    ('{"type": "delete_worker", "workerid": "nobody"}', "unknown_worker", "nobody"),
    ('{"type": "new_worker", "kwargs": {"data_path": "/tmp/x"}}', "bad_request", "data_path"),
    ('{"type": "new_worker", "kwargs": {"uuid": "../x", "in_venv": false}}', "usage", "../x"),
    ('{"type": "new_worker", "kwargs": {"uuid": "fake", "in_venv": false}}', "worker_exists", "fake"),
    (
        '{"type": "update_worker_config", "workerid": "fake", "config": {"python_path": "/x"}}',
        "usage",
        "python",
    ),
    ('{"type": "rename_worker", "workerid": "fake", "name": " "}', "usage", "empty"),
]


async def test_wrong_requests_are_answered_and_the_connection_stays(program: Any, helpers: Any) -> None:
    program.new_fake()
    manager = Manager(program, helpers)
    answers = []
    async with manager.client() as socket:
        for text, _, _ in WRONG_REQUESTS:
            await socket.send_str(text)
            answers.append(await helpers.receive(socket, "error"))
        await socket.send_str("ping")
        pong = await socket.receive_str()

    assert [answer["code"] for answer in answers] == [code for _, code, _ in WRONG_REQUESTS]
    for answer, (text, _, names) in zip(answers, WRONG_REQUESTS, strict=True):
        assert names in answer["error"], text
    assert pong == "pong"


async def test_a_worker_that_cannot_start_says_why(program: Any, helpers: Any) -> None:
    program.new_fake()
    manager = Manager(program, helpers, FAKE_WORKER="crash")
    async with manager.client() as socket:
        error = await manager.ask(socket, "error", type="set_active", workerid="fake", id=1)
        await socket.send_str("worker_status")
        status = await helpers.receive(socket, "worker_status")

    assert (error["code"], error["workerid"], error["id"]) == ("worker_start", "fake", 1)
    assert "no luck today" in error["error"]
    assert status["inactive"][0]["status"] == "crashed"


async def test_a_killed_worker_is_told_to_everyone_and_starts_again(program: Any, helpers: Any) -> None:
    program.new_fake()
    manager = Manager(program, helpers)
    async with manager.client() as socket, manager.client() as other:
        await manager.ask(socket, "set_worker", type="set_active", workerid="fake")
        while (await helpers.receive(other, "worker_status"))["inactive"]:
            pass
        os.kill(manager.pid_of("fake") or 0, signal.SIGKILL)
        while not (status := await helpers.receive(other, "worker_status"))["inactive"]:
            pass
        again = await manager.ask(socket, "set_worker", type="set_active", workerid="fake")

    assert status["inactive"][0]["status"] == "crashed"
    assert status["inactive"][0]["detail"] == "ended by SIGKILL"
    assert again["worker"]["status"] == "running"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_workers_end_with_the_manager_and_start_with_the_next(
    program: Any, helpers: Any, number: int
) -> None:
    program.new_fake()
    manager = Manager(program, helpers)
    async with manager.client() as socket:
        await manager.ask(socket, "set_worker", type="set_active", workerid="fake")
    pid = manager.pid_of("fake")

    status = manager.end(number)
    alive = helpers.lives(pid)
    said = (program.dir / "workers" / "worker_fake.runstate").read_text()
    following = Manager(program, helpers)
    started = await helpers.until(lambda: following.pid_of("fake"))

    assert status == 0
    assert not alive
    assert said.startswith("stopped")
    assert started != pid


async def test_a_worker_that_was_stopped_stays_stopped(program: Any, helpers: Any) -> None:
    program.new_fake()
    manager = Manager(program, helpers)
    async with manager.client() as socket:
        await manager.ask(socket, "set_worker", type="set_active", workerid="fake")
        await manager.ask(socket, "worker_stopped", type="stop_worker", workerid="fake")
    manager.end()

    following = Manager(program, helpers)
    async with following.client() as socket:
        await socket.send_str("worker_status")
        status = await helpers.receive(socket, "worker_status")

    assert status["active"] == []


async def test_a_killed_manager_leaves_workers_that_the_next_one_takes_over(
    program: Any, helpers: Any
) -> None:
    program.new_fake()
    manager = Manager(program, helpers)
    async with manager.client() as socket:
        await manager.ask(socket, "set_worker", type="set_active", workerid="fake")
    pid = manager.pid_of("fake")

    manager.end(signal.SIGKILL)
    following = Manager(program, helpers)
    async with following.client() as socket:
        taken = await following.ask(socket, "set_worker", type="set_active", workerid="fake")
    same = following.pid_of("fake")
    following.end()

    assert taken["worker"]["status"] == "running"
    assert same == pid
    await helpers.until(lambda: not helpers.lives(pid))


async def test_a_worker_that_ignores_the_request_to_end_is_ended(
    program: Any, helpers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from funcnodes.manager import supervisor
    from funcnodes.manager.registry import WorkerRegistry
    from funcnodes_worker.paths import ConfigDir

    program.new_fake()
    monkeypatch.setenv("FAKE_WORKER", "deaf")
    monkeypatch.setattr(supervisor, "_STOP_DEADLINE_S", 0.3)
    made = supervisor.Supervisor(WorkerRegistry(ConfigDir(program.dir)))
    await made.start("fake")
    pid = made.pid("fake")
    await made.stop("fake")

    assert pid is not None
    assert not helpers.lives(pid)
    assert made.pid("fake") is None


async def test_a_second_ctrl_c_ends_what_does_not_end_by_itself(program: Any, helpers: Any) -> None:
    program.new_fake()
    manager = Manager(program, helpers, FAKE_WORKER="deaf")
    async with manager.client() as socket:
        await manager.ask(socket, "set_worker", type="set_active", workerid="fake")
        pid = manager.pid_of("fake")
        manager.process.send_signal(signal.SIGINT)
        while (await helpers.receive(socket, "worker_status"))["active"][0]["status"] != "stopping":
            pass
        manager.process.send_signal(signal.SIGINT)
        await helpers.until(lambda: manager.process.poll() is not None, 5.0)

    await helpers.until(lambda: not helpers.lives(pid), 5.0)
    assert manager.process.returncode == 130


async def test_a_worker_whose_port_was_taken_moves_to_another_for_good(program: Any, helpers: Any) -> None:
    program.run("worker", "--uuid", "mine", "new", "--not-in-venv", "--create-only")
    manager = Manager(program, helpers)
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        taken = stranger.getsockname()[1]
        program.edit("mine", port=taken)
        async with manager.client() as client:
            moved = await manager.ask(client, "set_worker", type="set_active", workerid="mine")
            again = await manager.ask(client, "set_worker", type="restart_worker", workerid="mine")

    assert moved["worker"]["port"] not in {0, taken}
    assert again["worker"]["port"] == moved["worker"]["port"]


async def test_passes_through_to_a_worker(program: Any, helpers: Any) -> None:
    program.new_fake()
    manager = Manager(program, helpers)
    async with manager.client() as socket:
        await manager.ask(socket, "set_worker", type="set_active", workerid="fake")
    async with aiohttp.ClientSession(manager.url, headers=program.bearer) as session:
        async with session.ws_connect("/worker/fake", protocols=["funcnodes.v1"]) as worker:
            await worker.send_str("hello")
            echoed = await worker.receive_str()
            await worker.send_str("who")
            who = await worker.receive_json()
        async with session.get("/worker/nobody/files/x") as unknown:
            status = unknown.status

    assert echoed == "hello"
    assert who["protocol"] == "funcnodes.v1"
    assert status == 404


async def test_a_second_manager_of_the_folder_is_refused(program: Any, helpers: Any) -> None:
    Manager(program, helpers)

    second = program.run("startworkermanager", "--port", "0")

    assert second.returncode == 1
    assert f"{program.manager_port}" in second.stderr
    assert "runs there already" in second.stderr


async def test_the_word_stop_ends_it(program: Any, helpers: Any) -> None:
    manager = Manager(program, helpers)
    async with manager.client() as socket:
        await socket.send_str("stop")
        await helpers.until(lambda: manager.process.poll() is not None)

    assert manager.process.returncode == 0


REFUSED = [
    {},
    {"Authorization": "Bearer wrong"},
    {"Authorization": "Bearer wrong", "Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Host": "evil.example"},
    {"Cookie": "funcnodes_session_9380=x"},
]


async def test_the_door_refuses_before_the_upgrade(program: Any, helpers: Any) -> None:
    manager = Manager(program, helpers)
    statuses = []
    async with aiohttp.ClientSession(manager.url) as session:
        for headers in REFUSED:
            for path in ("/", "/worker/fake", "/worker/fake/"):
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await session.ws_connect(path, headers=headers)
                statuses.append(refused.value.status)
            async with session.get("/worker/fake/files/x", headers=headers) as answer:
                statuses.append(answer.status)

    assert set(statuses) <= {401, 403}
    assert len(statuses) == 4 * len(REFUSED)
