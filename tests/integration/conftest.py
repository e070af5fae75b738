"""Real processes on loopback: a configuration folder of its own for each test, and processes that end with it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from funcnodes.manager.registry import WorkerRegistry
from funcnodes_worker.client import WorkerClient, connect
from funcnodes_worker.paths import ConfigDir

FAKE_WORKER = Path(__file__).with_name("fake_worker.py")


class Program:
    """The program `funcnodes` on one configuration folder, as a user would run it."""

    def __init__(self, config_dir: Path, home: Path) -> None:
        self.dir = config_dir
        self.home = home
        self.python = sys.executable
        self.started: list[subprocess.Popen[str]] = []

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("FUNCNODES", "COVERAGE"))
        }
        return {**kept, "HOME": str(self.home), "PYTHONUNBUFFERED": "1", "BROWSER": "true"}

    def command(self, *args: str) -> list[str]:
        return [self.python, "-m", "funcnodes", "--dir", str(self.dir), *args]

    def run(self, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return subprocess.run(
            self.command(*args), env={**self.environment, **env}, capture_output=True, text=True, timeout=50,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def start(self, *args: str, **env: str) -> subprocess.Popen[str]:
        """Starts a command that goes on; it ends with the test at the latest."""
        process = subprocess.Popen(
            self.command(*args), env={**self.environment, **env}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def runserver(self, *args: str, **env: str) -> Served:
        """Starts `funcnodes runserver` on a free port and waits for its start line."""
        process = self.start("runserver", "--no-browser", "--port", "0", "--manager-port", "0", *args, **env)
        line = wait_for_line(process, r"http://\S+\?code=\S+")
        return Served(self, process, line)

    def new_fake(self, uuid: str = "fake") -> None:
        """Makes a worker whose process is `fake_worker.py`."""
        WorkerRegistry(ConfigDir(self.dir)).create(uuid=uuid, in_venv=False)
        interpreter = self.home / "fake-python"
        interpreter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE_WORKER}" "$@"\n')
        interpreter.chmod(0o755)
        self.edit(uuid, python_path=str(interpreter))

    def edit(self, uuid: str, **changes: Any) -> None:
        file = self.dir / "workers" / f"worker_{uuid}.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))

    def config(self, uuid: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.dir / "workers" / f"worker_{uuid}.json").read_text())
        return found

    @property
    def manager_port(self) -> int:
        return int(json.loads((self.dir / "manager.json").read_text())["port"])

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {(self.dir / 'token').read_text().strip()}"}

    def end_all(self) -> None:
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
        for process in self.started:
            try:
                process.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        for file in (self.dir / "workers").glob("worker_*.p"):  # whatever a killed manager left behind
            try:
                os.kill(json.loads(file.read_text())["pid"], signal.SIGKILL)
            except (ProcessLookupError, FileNotFoundError):
                continue


class Served:
    """A running `funcnodes runserver`."""

    def __init__(self, program: Program, process: subprocess.Popen[str], launch_url: str) -> None:
        self.program = program
        self.process = process
        self.launch_url = launch_url
        self.url = launch_url.partition("?")[0]

    def stop(self, number: int = signal.SIGINT) -> str:
        """Ends it as ctrl+c does, and gives what it printed."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=20)[0]

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[aiohttp.ClientSession]:
        """A client with a cookie jar that came in by the launch code."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.url, cookie_jar=jar) as session:
            async with session.get(self.launch_url) as answer:
                assert answer.status in {200, 503}
            yield session

    @property
    def origin(self) -> dict[str, str]:
        return {"Origin": self.url.rstrip("/")}

    @asynccontextmanager
    async def manager(self) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """The manager, as the browser reaches it."""
        async with self.browser() as session, session.ws_connect("/manager", headers=self.origin) as socket:
            yield socket


def wait_for_line(process: subprocess.Popen[str], pattern: str) -> str:
    """Reads what a process prints until a part of it fits; gives that part."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if found := re.search(pattern, line):
            return found.group()
    raise AssertionError(f"{process.args} ended without {pattern!r}:\n{''.join(seen)}")


async def until(condition: Any, deadline_s: float = 15.0) -> Any:
    """Waits until a condition on files or processes holds, which tell nobody when they change."""
    async with asyncio.timeout(deadline_s):
        while not (value := condition()):
            await asyncio.sleep(0.02)
    return value


async def receive(
    socket: aiohttp.ClientWebSocketResponse, kind: str, deadline_s: float = 20.0
) -> dict[str, Any]:
    """The next message of a type."""
    async with asyncio.timeout(deadline_s):
        while True:
            frame = await socket.receive()
            assert frame.type is aiohttp.WSMsgType.TEXT, frame
            if frame.data.startswith("{"):
                message: dict[str, Any] = json.loads(frame.data)
                if message.get("type") == kind:
                    return message


def lives(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The program with an empty home and a configuration folder that is not there yet."""
    home = tmp_path / "home"
    home.mkdir()
    made = Program(tmp_path / "config", home)
    yield made
    made.end_all()


@pytest.fixture
def helpers() -> Any:
    """The functions above, for test files: pytest imports each of them alone."""
    return sys.modules[__name__]


class WorkerProcess:
    """`python -m funcnodes_worker` on a folder of its own, with the nodes of `worker_nodes.py`."""

    def __init__(self, folder: Path, uuid: str = "w1", **config: Any) -> None:
        self.dir = folder / "config"
        self.uuid = uuid
        self.home = folder / "home"
        self.home.mkdir(exist_ok=True)
        self.python = sys.executable
        self.started: list[subprocess.Popen[str]] = []
        self.process: subprocess.Popen[str] | None = None
        self.url = ""
        self.prefix: list[str] = []
        self.file = self.dir / "workers" / f"worker_{uuid}.json"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # a port of its own: between two starts another test's worker would take the first free one
        config = {"uuid": uuid, "name": "tested", "port": _free_port(), **config}
        self.file.write_text(json.dumps(config))
        _install(folder / "modules", Path(__file__).with_name("worker_nodes.py").read_text(), "worker_nodes")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FUNCNODES", "COVERAGE"))}
        self.environment = {
            **kept, "HOME": str(self.home), "PYTHONPATH": str(folder / "modules"), "PYTHONUNBUFFERED": "1"
        }  # fmt: skip

    @property
    def data(self) -> Path:
        return self.dir / "workers" / f"worker_{self.uuid}"

    @property
    def port(self) -> int:
        return int(json.loads(self.file.read_text())["port"])

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {(self.dir / 'token').read_text().strip()}"}

    @asynccontextmanager
    async def client(self) -> AsyncIterator[WorkerClient]:
        """A connection with the worker's token."""
        token = self.bearer["Authorization"].removeprefix("Bearer ")
        async with await connect(self.url.replace("http", "ws", 1), token) as made:
            yield made

    def install(self, module: str) -> WorkerProcess:
        """Installs another module of this folder, with all that it offers."""
        _install(self.dir.parent / "modules", Path(__file__).with_name(f"{module}.py").read_text(), module)
        return self

    def spawn(self, *args: str) -> subprocess.Popen[str]:
        """Starts a process without waiting for anything."""
        process = subprocess.Popen(
            [*self.prefix, sys.executable, "-m", "funcnodes_worker", "--dir", str(self.dir), "--uuid", self.uuid,
             *args],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def start(self, *args: str) -> WorkerProcess:
        """Starts it and waits until it listens."""
        self.process = self.spawn(*args)
        self.url = wait_for_line(self.process, r"ws://\S+").replace("ws://", "http://")
        threading.Thread(target=_drain, args=(self.process,), daemon=True).start()
        return self

    def kill(self, number: int = signal.SIGKILL, timeout_s: float = 10.0) -> int:
        """Ends it by a signal; gives the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout_s)

    def end_all(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _drain(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    with contextlib.suppress(ValueError):  # closed at the end of the test
        for _ in process.stdout:
            continue


def _install(folder: Path, code: str, module: str) -> None:
    """A node module as installers leave it: importable, with an entry point."""
    facts = folder / f"{module}-1.0.dist-info"
    facts.mkdir(parents=True, exist_ok=True)
    (facts / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {module.replace('_', '-')}\nVersion: 1.0\nSummary: For tests\n"
    )
    (facts / "entry_points.txt").write_text(f"[funcnodes.module]\nmodule = {module}\n")
    (folder / f"{module}.py").write_text(code)


@pytest.fixture(scope="module")
def shared_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    """One running worker for all tests of a file that leave it as it is."""
    worker = WorkerProcess(tmp_path_factory.mktemp("shared"))
    yield worker.start()
    worker.end_all()


@pytest.fixture
def make_worker(tmp_path: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Makes worker processes that end with the test."""
    made: list[WorkerProcess] = []

    def make(**config: Any) -> WorkerProcess:
        made.append(WorkerProcess(tmp_path, **config))
        return made[-1]

    yield make
    for worker in made:
        worker.end_all()
