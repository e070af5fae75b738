"""A graph with a document, without a server; and a disk that fills up when the test says so."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import funcnodes_core as fn
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.types import SVG
from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.context import GraphContext
from funcnodes_worker.document import Document
from funcnodes_worker.externals import ExternalWorkers
from funcnodes_worker.feed import Feed
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.persistence.store import OpenReport
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.secretstore import SecretStore

RUNS: list[str] = []


class Pair:
    """A value that JSON cannot say."""

    def __init__(self, first: int) -> None:
        self.first = first

    def __str__(self) -> str:
        return f"pair of {self.first}"


@fn.NodeDecorator("doc.add", name="Add")
def add(a: int, b: int = 1) -> int:
    """The sum."""
    RUNS.append("add")
    return a + b


@fn.NodeDecorator("doc.pair", name="Pair")
def pair(a: int) -> Pair:
    """A pair."""
    RUNS.append("pair")
    return Pair(a)


@fn.NodeDecorator(
    "doc.kinds",
    outputs=[{"name": "picture"}, {"name": "tuple"}, {"name": "set"}, {"name": "nested"}],
)
def kinds(a: int) -> tuple[SVG, Any, Any, Any]:
    """Values that JSON says only with a word beside it."""
    return SVG("<svg/>"), (a, a), {a}, [{"a": a, "b": [b"x", float("inf")]}]


@fn.NodeDecorator("doc.constant", name="Constant")
def constant() -> int:
    """Runs as soon as it exists."""
    RUNS.append("constant")
    return 42


def refuse(src: Any, result: Any) -> None:
    """A callback that fails for one value."""
    if result == 13:
        raise RuntimeError("unlucky")


@fn.NodeDecorator("doc.picky", default_io_options={"a": {"on": {"after_set_value": refuse}}})
def picky(a: int = 1) -> int:
    """Has a callback that fails for 13."""
    return a


class Broken(fn.Node):
    """A node class whose constructor fails."""

    node_id = "doc.broken"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no such device")

    async def func(self) -> None:
        """Never reached."""


class Heard:
    """Hears everything that a feed tells, also what would be replaced by something newer."""

    def __init__(self, changes: list[ev.Change]) -> None:
        self.changes = changes

    def post(self, record: Any) -> None:
        """A record, in order."""
        self.changes.append(record)

    def put(self, mark: Any, newest: Any) -> None:
        """The newest under a mark."""
        self.changes.extend(mark.changes(newest))

    put_last = put

    def take(self, mark: Any) -> None:
        """Nothing waits: it was heard at once."""


class Bench:
    """A document and its space, with commands as clients give them."""

    def __init__(self, folder: Path, durability: Any = "grouped") -> None:
        self.space = NodeSpace()
        self.changes: list[ev.Change] = []
        self.document = Document(self.space, folder, durability=durability, feed=Feed(Heard(self.changes)))
        self.report: OpenReport = self.document.open()
        self.config = WorkerConfig(ConfigDir(folder / "config").create(), {"uuid": "bench"})
        self.externals = ExternalWorkers(self.document, SecretStore(folder / "secrets"))

    def do(self, cmd: str, *, by: str = "me", gesture: str | None = None, **kwargs: Any) -> Any:
        """What a command gives."""
        command = REGISTRY.get(cmd)
        context = GraphContext(
            document=self.document,
            space=self.space,
            externals=self.externals,
            config=self.config,
            by=by,
            cmd=cmd,
            cmd_id="c",
            gesture=gesture,
        )
        return command.handler(context, **command.convert(kwargs))

    def value(self, uuid: str, io_id: str) -> Any:
        """What a port holds."""
        return self.space.get_node_by_id(uuid)[io_id].value

    def events(self, kind: type[Any]) -> list[Any]:
        """What clients were told, of one kind."""
        return [change.what for change in self.changes if isinstance(change.what, kind)]


@pytest.fixture
def runs() -> Iterator[list[str]]:
    """The runs of nodes so far, by name."""
    RUNS.clear()
    yield RUNS
    RUNS.clear()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Opens the document of this test, also a second time as after a crash."""
    opened: list[Bench] = []

    def open_it(folder: Path = tmp_path, durability: str = "grouped") -> Bench:
        opened.append(Bench(folder / "graph", durability))
        return opened[-1]

    yield open_it
    for one in opened:
        one.document.store.close()


class SmallDisk:
    """A folder on a disk that can be filled and freed."""

    def __init__(self, path: Path, mounted: bool) -> None:
        self.path = path
        self._mounted = mounted
        self._limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        """Leave no room at all."""
        if not self._mounted:  # where nothing may be mounted, no file may grow
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, self._limits[1]))
            return
        with (self.path / "filler").open("wb", buffering=0) as filler:
            for size in (65536, 4096, 512, 1):
                try:
                    while filler.write(b"\0" * size):
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        """Make room again."""
        if self._mounted:
            (self.path / "filler").unlink(missing_ok=True)
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, self._limits)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A tmpfs of one megabyte, or a limit on file sizes where mounting is refused."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    ).returncode
    disk = SmallDisk(folder, mounted)
    yield disk
    disk.free()
    if mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)
