"""The parts that other programs use: a server to derive from, and a manager on demand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from funcnodes.manager.client import assert_worker_manager_running, connect_manager, find_manager
from funcnodes_worker.paths import ConfigDir

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

DERIVED = """
import sys, threading
from aiohttp import web
from funcnodes.runner import BaseServer

class Mine(BaseServer):
    STATIC_PATH = sys.argv[1]
    STATIC_URL = "/mine"

    async def index(self, request):
        return web.Response(text="my own page", content_type="text/html")

def register(stop):
    threading.Thread(target=lambda: (sys.stdin.readline(), stop()), daemon=True).start()

import socket
with socket.create_server(("127.0.0.1", 0)) as taken:
    port = taken.getsockname()[1]
print(port, flush=True)
Mine.run_server(port=port, open_browser=False, start_worker_manager=False, register_shutdown_handler=register)
"""


async def test_a_derived_server_serves_its_own_files(program: Any, helpers: Any, tmp_path: Path) -> None:
    files = tmp_path / "mine"
    files.mkdir()
    (files / "index.html").write_text("not this one")
    (files / "own.js").write_text("export {};")
    process = subprocess.Popen(
        [sys.executable, "-c", DERIVED, str(files)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**program.environment, "FUNCNODES_CONFIG_DIR": str(program.dir)}, start_new_session=True,
    )  # fmt: skip
    program.started.append(process)
    assert process.stdout is not None
    url = f"http://localhost:{process.stdout.readline().strip()}"

    await helpers.until(lambda: (program.dir / "token").exists() or process.poll() is not None)
    async with aiohttp.ClientSession(headers=program.bearer) as session:
        page = await fetch(session, f"{url}/")
        script = await fetch(session, f"{url}/mine/own.js")
        async with session.get(f"{url}/own/../own.js") as other:
            missing = other.status
    process.communicate("\n", timeout=15)

    assert page == "my own page"
    assert script == "export {};"
    assert missing == 404
    assert process.returncode == 0


async def fetch(session: aiohttp.ClientSession, url: str) -> str:
    """The text at an address, once the server listens."""
    for _ in range(500):
        try:
            async with session.get(url) as answer:
                assert answer.status == 200
                return await answer.text()
        except aiohttp.ClientConnectorError:
            continue
    raise AssertionError(f"nobody listens at {url}")


async def test_a_manager_is_started_once(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(program.home))
    directory = ConfigDir(program.dir)

    first = await assert_worker_manager_running(directory, port=0)
    second = await assert_worker_manager_running(directory, port=0)
    async with connect_manager(directory) as client:
        who = await client.identify()
        await client.stop_manager()
    after = await find_manager(directory)

    assert first == second
    assert who["class"] == "WorkerManager"
    assert after is None
