"""Running a saved graph once, without worker, server or editor."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from funcnodes.errors import GraphFileError, GraphRunError, PlaceholderError, UsageError
from funcnodes_core.codec.exact import from_exact
from funcnodes_core.exceptions import IONotFoundError, NodeNotFoundError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.node import Node
from funcnodes_core.node.run import RunError
from funcnodes_core.nodespace import script
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.nodespace.observer import SpaceObserver
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_worker.errors import DocumentError
from funcnodes_worker.libraryfill import fill_library
from funcnodes_worker.persistence.export import LoadedGraph, extract_files, load_graph_file
from funcnodes_worker.persistence.live import build_space
from funcnodes_worker.persistence.store import DocumentStore

__all__ = ["OpenGraph", "Progress", "find_port", "open_graph", "parse_setting", "run_once"]

Progress = Callable[[str, float], None]


@dataclass
class OpenGraph:
    """A graph that was read and built; nothing of it has run.

    Attributes:
        space: The graph.
        loaded: The file as it was read.
        files: Folder in which its nodes read and write files.
        warnings: What could not be taken over, and modules that could not be loaded.
    """

    space: NodeSpace
    loaded: LoadedGraph
    files: Path
    warnings: list[str] = field(default_factory=list)

    def missing(self) -> dict[str, list[str]]:
        """The nodes whose classes are not installed: their names by node id."""
        found: dict[str, list[str]] = {}
        for node in self.space.nodes:
            if isinstance(node, PlaceHolderNode):
                found.setdefault(node.missing_node_id, []).append(node.name)
        return found

    def check_complete(self) -> None:
        """Looks for placeholders.

        Raises:
            PlaceholderError: there are some; it names them.
        """
        if missing := self.missing():
            raise PlaceholderError(missing)


@contextmanager
def open_graph(path: Path, files: Path | None = None) -> Iterator[OpenGraph]:
    """Reads a graph in any of its forms and builds it from the node modules that are installed here.

    Args:
        path: A `.fnw`, a `nodespace.json` or another JSON graph.
        files: Folder for the files of its nodes. By default those of a `.fnw` are unpacked into a folder that
            ends with the context, and those of a JSON graph lie in `files/` beside it, or else beside it.

    Raises:
        GraphFileError: the file is missing or holds no graph.
        UsageError: the folder for files cannot be made.
    """
    with tempfile.TemporaryDirectory(prefix="funcnodes-run-") as scratch:
        try:
            loaded = _read(path, Path(scratch))
        except FileNotFoundError:
            raise GraphFileError(path, "there is no such file") from None
        except (OSError, DocumentError) as error:
            raise GraphFileError(path, str(error)) from error
        folder = files or _default_files(loaded, Path(scratch))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"the folder {str(folder)!r} cannot be used for files: {error.strerror}"
            ) from error
        try:
            extract_files(loaded, folder)
        except (OSError, DocumentError) as error:
            raise GraphFileError(path, str(error)) from error
        space = NodeSpace(loaded.snapshot.id or None)
        warnings = fill_library(space).failed
        space.set_secret_property("files_dir", folder.resolve().as_posix())
        report = build_space(loaded, space)
        yield OpenGraph(space, loaded, folder, [*warnings, *report.warnings])


def _read(path: Path, scratch: Path) -> LoadedGraph:
    """The graph of a file; of a worker's own file with what its journal holds beyond it."""
    loaded = load_graph_file(path)
    if path.name == "nodespace.json" and path.with_name("nodespace.journal").exists():
        # a copy: opening repairs files, and the worker may be running
        copy = scratch / "document"
        copy.mkdir()
        for file in path.absolute().parent.glob("nodespace.j*"):
            shutil.copy(file, copy)
        store = DocumentStore(copy)
        loaded.warnings += store.open().warnings
        loaded.snapshot = store.snapshot()
        store.close()
    return loaded


def _default_files(loaded: LoadedGraph, scratch: Path) -> Path:
    if loaded.path.suffix == ".fnw" or loaded.files:
        return scratch / "files"
    beside = loaded.path.absolute().parent
    return beside / "files" if (beside / "files").is_dir() else beside


def parse_setting(text: str) -> tuple[str, Any]:
    """The address and the value in `NODE.IO=JSON`.

    Raises:
        UsageError: it has another form, or the value is no JSON.
    """
    address, equals, raw = text.partition("=")
    if not equals or "." not in address:
        raise UsageError(f"--set {text!r}: expected NODE.IO=JSON")
    try:
        return address.strip(), from_exact(json.loads(raw))
    except ValueError as error:
        hint = f"; a text needs quotes: '{address}={json.dumps(raw)}'" if raw[:1] not in "[{\"'" else ""
        raise UsageError(f"--set {text!r}: {raw!r} is not JSON ({error}){hint}") from error


def find_port(space: NodeSpace, address: str, *, inputs_only: bool = False) -> NodeIO:
    """The port at `NODE.IO`: the node's name or id, the port's id or name; outputs come before inputs.

    Raises:
        UsageError: there is no such node or port, or several nodes have this name.
    """
    try:
        return script.find_port(space.nodes, address, inputs_only=inputs_only)
    except (IONotFoundError, NodeNotFoundError) as error:
        raise UsageError(f"{address!r}: {error}") from error


async def run_once(
    space: NodeSpace,
    settings: Sequence[tuple[NodeIO, Any]] = (),
    *,
    progress: Progress = lambda text, done: None,
    timeout_s: float | None = None,
) -> None:
    """Sets inputs, then runs every node that can run, each after what feeds it.

    Raises:
        UsageError: an input does not take its value, or a wire feeds it.
        GraphRunError: a node failed, or time ran out; all that could run has run.
    """
    watch = _Watch(len(space.nodes), progress)
    forget = space.observe(watch)
    try:
        for port, value in settings:
            _set(port, value)
        for node in space.nodes:
            node.request_trigger()
        async with asyncio.timeout(timeout_s):
            await space.await_done()
    except TimeoutError:
        names = ", ".join(repr(name) for name in watch.running.values()) or "a node"
        raise GraphRunError(names, f"not done after {timeout_s:g} s") from None
    finally:
        forget()
        if not space.idle():
            await space.stop()
    if watch.failed:
        (name, error), *others = watch.failed
        also = f" (and {len(others)} more: {', '.join(repr(other) for other, _ in others)})" if others else ""
        raise GraphRunError(name, error.error + also)


def _set(port: NodeIO, value: Any) -> None:
    node = port.node
    owner = node.name if node is not None else ""
    if port.is_connected():
        raise UsageError(f"'{owner}.{port.id}' cannot be set: a wire feeds it")
    try:
        port.set_value(value)
        return
    except Exception as error:  # noqa: BLE001 - setting a value runs callbacks of the node's module
        failure = error
    raise UsageError(f"'{owner}.{port.id}' does not take {value!r}: {failure}") from failure


class _Watch(SpaceObserver):
    """Notes how far a run is and what failed."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total = max(total, 1)
        self._done: set[str] = set()
        self._progress = progress
        self.running: dict[str, str] = {}
        self.failed: list[tuple[str, RunError]] = []

    def run_started(self, node: Node) -> None:
        self.running[node.uuid] = node.name
        self._tell(node.name)

    def run_done(self, node: Node, duration_s: float) -> None:
        self._end(node)

    def run_failed(self, node: Node, error: RunError) -> None:
        self.failed.append((node.name, error))
        self._end(node)

    def progress(self, node: Node, info: dict[str, Any]) -> None:
        parts = [str(info[key]) for key in ("n", "total") if info.get(key) is not None]
        self._tell(f"{node.name} {'/'.join(parts)}")

    def _end(self, node: Node) -> None:
        self.running.pop(node.uuid, None)
        self._done.add(node.uuid)
        self._tell(node.name)

    def _tell(self, text: str) -> None:
        self._progress(text, len(self._done) / self._total)
