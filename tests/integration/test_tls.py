"""TLS with certificates of our own: worker, manager and web server, each known by name and by nothing else."""

from __future__ import annotations

import asyncio
import json
import shutil
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from funcnodes.errors import ManagerError
from funcnodes.manager.client import connect_manager
from funcnodes_worker.client import connect
from funcnodes_worker.errors import ConnectionFailedError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.server.tls import client_context, server_context

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

CERTIFICATES = Path(__file__).parents[1] / "data" / "tls"
OURS = ("--certfile", str(CERTIFICATES / "localhost.pem"), "--keyfile", str(CERTIFICATES / "localhost.key"))
OTHER = ("--certfile", str(CERTIFICATES / "other.pem"), "--keyfile", str(CERTIFICATES / "other.key"))


async def test_a_worker_with_a_certificate_speaks_tls_only_and_keeps_it(make_worker: Any) -> None:
    worker = make_worker()
    worker.spawn(*OURS)
    url = f"wss://localhost:{worker.port}/"
    async with asyncio.timeout(20):
        while (
            not (worker.data.parent / "worker_w1.runstate").exists()
            or "running" not in (worker.data.parent / "worker_w1.runstate").read_text()
        ):
            await asyncio.sleep(0.02)
    token = worker.bearer["Authorization"].removeprefix("Bearer ")

    async with await connect(url, token, certificate=OURS[1]) as client:
        assert await client.call("uuid") == "w1"
    with pytest.raises(ConnectionFailedError, match="certificate"):  # signed by nobody that we know
        await connect(url, token)
    with pytest.raises(ConnectionFailedError, match="certificate"):
        await connect(url, token, certificate=OTHER[1])
    with pytest.raises(ConnectionFailedError):
        await connect(url.replace("wss", "ws"), token)
    config = json.loads(worker.file.read_text())
    assert (config["ssl"], config["certfile"], config["keyfile"]) == (True, OURS[1], OURS[3])


def test_an_open_address_needs_a_certificate_or_the_word(make_worker: Any) -> None:
    worker = make_worker()

    refused = worker.spawn("--host", "0.0.0.0")

    out, _ = refused.communicate(timeout=20)
    assert refused.returncode == 1
    assert "refusing to listen on '0.0.0.0'" in out
    assert "Traceback" not in out


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (("--certfile", OURS[1]), "belong together"),
        (("--certfile", "/nowhere.pem", "--keyfile", OURS[3]), "no such file '/nowhere.pem'"),
        (("--certfile", OURS[1], "--keyfile", OTHER[3]), "cannot be used"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_said(
    make_worker: Any, args: tuple[str, ...], reason: str
) -> None:
    process = make_worker().spawn(*args)

    out, _ = process.communicate(timeout=20)

    assert process.returncode == 1
    assert reason in out
    assert "Traceback" not in out


def manager_of(program: Any, *args: str) -> Any:
    process = program.start("startworkermanager", "--port", "0", *args)
    assert process.stdout is not None
    for line in process.stdout:
        if "workermanager runs at" in line:
            return process
    raise AssertionError("the manager did not start")


async def test_the_web_server_reaches_a_manager_of_its_own_over_tls(program: Any, helpers: Any) -> None:
    manager_of(program, *OURS)
    served = program.runserver()

    record = json.loads((program.dir / "manager.json").read_text())
    async with served.manager() as manager:
        await manager.send_str("worker_status")
        status = await helpers.receive(manager, "worker_status")

    assert record["ssl"] is True
    assert len([*status["active"], *status["inactive"]]) == 1


async def test_a_manager_with_the_certificate_of_another_name_is_refused(program: Any) -> None:
    manager_of(program, *OTHER)

    with pytest.raises(ManagerError, match=r"certificate|Hostname mismatch"):
        async with connect_manager(ConfigDir(program.dir)):
            pass


async def test_the_web_server_reaches_a_worker_over_tls_and_no_other_in_its_place(
    program: Any, tmp_path: Path
) -> None:
    own = tmp_path / "own.pem"
    shutil.copy(OURS[1], own)
    served = program.runserver()
    (file,) = (program.dir / "workers").glob("worker_*.json")
    uuid = json.loads(file.read_text())["uuid"]
    assert program.run("worker", "--uuid", uuid, "stop").returncode == 0
    program.edit(uuid, ssl=True, certfile=str(own), keyfile=OURS[3])
    assert program.run("worker", "--uuid", uuid, "start", "--background").returncode == 0

    async with served.browser() as browser:
        async with browser.ws_connect(f"/worker/{uuid}/", headers=served.origin) as socket:
            await socket.send_json({"type": "cmd", "cmd": "uuid"})
            assert (await socket.receive_json())["result"] == uuid
        program.edit(uuid, certfile=OTHER[1])  # what the web server knows it by
        async with browser.get(f"/worker/{uuid}/value/a/b") as answer:
            refused, said = answer.status, await answer.json()

    assert refused == 502
    assert said["code"] == "certificate_refused"
    assert "localhost" in said["error"]


async def test_the_web_server_speaks_tls_and_marks_its_cookie(program: Any) -> None:
    process = program.start("runserver", "--no-browser", "--port", "0", "--manager-port", "0", *OURS)
    assert process.stdout is not None
    launch = ""
    for line in process.stdout:
        if "?code=" in line:
            launch = line[line.index("https://") :].strip()
            break

    async with aiohttp.ClientSession() as browser:
        async with browser.get(launch, ssl=client_context(OURS[1]), allow_redirects=False) as answer:
            cookie = answer.headers["Set-Cookie"]
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await browser.get(launch)

    assert "Secure" in cookie
    assert "HttpOnly" in cookie


def test_old_versions_of_tls_are_not_spoken() -> None:
    context = server_context(OURS[1], OURS[3])

    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
