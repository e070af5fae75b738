"""Real processes, the cheapest client there is, and the table of what was measured."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HERE = Path(__file__).parent


class Row(NamedTuple):
    """One line of the table; `ratio` is to the bare limit, measured in the same run.

    Attributes:
        asserted: false for what is so far from its goal that five times it says nothing.
    """

    what: str
    measured: float
    goal: float
    unit: str
    limit: float | None = None
    higher_is_better: bool = False
    asserted: bool = True

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"{self.limit:,.3g}"
        ratio = "" if not self.limit else f"{self.measured / self.limit:.2f}"
        reached = self.measured >= self.goal if self.higher_is_better else self.measured <= self.goal
        sign = ">=" if self.higher_is_better else "<="
        mark = "yes" if reached else "no"
        return (
            f"{self.what:<62} {self.measured:>11,.4g} {self.unit:<9} {limit:>9} {ratio:>7}   "
            f"{sign} {self.goal:<9,.6g} {mark}"
        )


class Figures:
    """Collects rows, and fails what is five times beyond its goal."""

    SLACK = 5.0

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def add(self, row: Row) -> None:
        self.rows.append(row)
        if row.asserted and row.higher_is_better:
            assert row.measured >= row.goal / self.SLACK, row
        elif row.asserted:
            assert row.measured <= row.goal * self.SLACK, row


@pytest.fixture(scope="session")
def figures() -> Iterator[Figures]:
    """The table, printed at the end."""
    made = Figures()
    yield made
    head = f"{'what':<62} {'measured':>11} {'':<9} {'limit':>9} {'ratio':>7}   goal         reached"
    print("", head, *map(str, made.rows), sep="\n")


class RawSocket:
    """A blocking WebSocket client that costs next to nothing, so that the server is what is measured."""

    def __init__(self, port: int, token: str = "", v1: bool = True, path: str = "/") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._calls = 0
        self._data = bytearray()
        self._at = 0
        lines = [
            f"GET {path} HTTP/1.1", f"Host: localhost:{port}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13",
        ]  # fmt: skip
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if v1:
            lines.append("Sec-WebSocket-Protocol: funcnodes.v1")
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        while b"\r\n\r\n" not in self._data:
            self._more()
        assert self._data.startswith(b"HTTP/1.1 101"), bytes(self._data)
        self._at = self._data.index(b"\r\n\r\n") + 4

    def send(self, *messages: bytes) -> None:
        """Send text frames in one write, with a mask of zeros."""
        self.socket.sendall(b"".join(map(_frame, messages)))

    def receive(self) -> bytes:
        """The payload of the next frame."""
        while (payload := self._next()) is None:
            self._more()
        return payload

    def receive_until(self, word: bytes) -> bytes:
        """The payload of the next frame with a word in it."""
        while word not in (payload := self.receive()):
            continue
        return payload

    def call(self, cmd: str, **kwargs: Any) -> Any:
        """Run a command; gives its result."""
        self._calls += 1  # a repeated id would be answered from memory
        self.send(command(cmd, id=f"call {self._calls}", **kwargs))
        while True:
            answer = self.receive()
            if b'"large_message"' in answer[:60]:
                return answer
            if b'"type":"result"' in answer[:40] or b'"type":"error"' in answer[:40]:
                message = json.loads(answer)
                assert message["type"] == "result", message
                return message.get("result")

    def close(self) -> None:
        self.socket.close()

    def _more(self) -> None:
        if self._at > 2**20:
            del self._data[: self._at]
            self._at = 0
        data = self.socket.recv(2**18)
        assert data, "the server closed the connection"
        self._data += data

    def _next(self) -> bytes | None:
        data, at = self._data, self._at
        if len(data) < at + 2:
            return None
        length, start = data[at + 1], at + 2
        if length == 126:
            if len(data) < at + 4:
                return None
            length, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
        elif length == 127:
            if len(data) < at + 10:
                return None
            length, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
        if len(data) < start + length:
            return None
        self._at = start + length
        return bytes(data[start : self._at])


def _frame(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return struct.pack("!BB4x", 0x81, 0x80 | size) + payload
    if size < 65536:
        return struct.pack("!BBH4x", 0x81, 0xFE, size) + payload
    return struct.pack("!BBQ4x", 0x81, 0xFF, size) + payload


def command(cmd: str, id: int | str | None = None, **kwargs: Any) -> bytes:
    """The text frame of a command."""
    return json.dumps({"type": "cmd", "id": id, "cmd": cmd, "kwargs": kwargs}).encode()


class Process:
    """A process with a port."""

    def __init__(self, args: list[str], port: int, env: dict[str, str]) -> None:
        self.port = port
        self.token = ""
        self.began = time.perf_counter()
        self.clients: list[RawSocket] = []
        self.process = subprocess.Popen(
            args, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def connect(self, v1: bool = True, path: str = "/") -> RawSocket:
        """A client; waits until the process listens."""
        while True:
            try:
                made = RawSocket(self.port, self.token, v1, path)
                self.clients.append(made)
                return made
            except ConnectionError:
                assert self.process.poll() is None, "the process ended"
                time.sleep(0.002)

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of `GET path`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        connection.request("GET", path, headers={**headers, "Host": f"localhost:{self.port}"})
        with contextlib.closing(connection):
            answer = connection.getresponse()
            return answer.status, answer.read()

    def fact(self, name: str) -> int:
        """A number of /proc/<pid>/status."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
        raise KeyError(name)

    def cpu_s(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wakeups(self) -> int:
        """How often its threads have gone to sleep so far."""
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            line = next(ln for ln in (task / "status").read_text().splitlines() if ln.startswith("voluntary"))
            total += int(line.split()[1])
        return total

    def end(self) -> None:
        for client in self.clients:
            client.close()
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def echo() -> Iterator[Process]:
    """The bare limit."""
    port = free_port()
    made = Process([sys.executable, str(HERE / "echo.py"), str(port)], port, dict(os.environ))
    made.connect().close()
    yield made
    made.end()


MakeWorker = Callable[..., Process]


def install(name: str, folder: Path) -> None:
    """A node module as installers leave it: importable, with an entry point."""
    facts = folder / f"{name}-1.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[funcnodes.module]\nmodule = {name}\n")
    (folder / f"{name}.py").write_bytes((HERE / f"{name}.py").read_bytes())


@pytest.fixture
def make_worker(tmp_path: Path) -> Iterator[MakeWorker]:
    """Starts workers, each on a folder of its own with a graph that is there already."""
    made: list[Process] = []

    def make(graph: dict[str, Any] | None = None, *more: str) -> Process:
        number = len(made)
        folder, port, uuid = tmp_path / f"w{number}", free_port(), f"w{number}"
        data = folder / "workers" / f"worker_{uuid}"
        data.mkdir(parents=True)
        (data.parent / f"worker_{uuid}.json").write_text(
            json.dumps({"uuid": uuid, "name": uuid, "port": port})
        )
        (folder / "token").write_text("bench-token-" + "x" * 40)
        (folder / "token").chmod(0o600)
        if graph is not None:
            (data / "nodespace.json").write_text(json.dumps(graph))
        for name in ("bench_nodes", *more):
            install(name, folder / "modules")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FUNCNODES", "COVERAGE"))}
        env = {**kept, "HOME": str(folder), "PYTHONPATH": str(folder / "modules")}
        args = [sys.executable, "-m", "funcnodes_worker", "--dir", str(folder), "--uuid", uuid]
        made.append(Process(args, port, env))
        made[-1].token = (folder / "token").read_text()
        return made[-1]

    yield make
    for process in made:
        process.end()


def graph_of(nodes: int) -> dict[str, Any]:
    """A saved graph: chains of ten nodes with a value at the head of each."""
    uuids = [f"n{number}" for number in range(nodes)]
    return {
        "format": 3, "kind": "funcnodes graph", "rev": 1, "id": "bench", "groups": {}, "properties": {},
        "nodes": [{"uuid": uuid, "node_id": "b.add", "name": "Add"} for uuid in uuids],
        "edges": [[f"n{i}", "out", f"n{i + 1}", "a"] for i in range(nodes - 1) if i % 10 != 9],
        "layout": {uuid: {"pos": [number % 100 * 200, number // 100 * 150]} for number, uuid in enumerate(uuids)},
        "values": {uuid: {"a": number} for number, uuid in enumerate(uuids) if number % 10 == 0},
    }  # fmt: skip


@pytest.fixture(scope="session")
def kit() -> Any:
    """The functions above, for test files: pytest imports each of them alone."""
    return sys.modules[__name__]
