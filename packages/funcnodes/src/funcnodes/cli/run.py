"""`funcnodes run`: a saved graph, once, without a server."""

import argparse
import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from funcnodes.cli import output
from funcnodes.errors import ProgramError, SaveError, UsageError
from funcnodes.headless import OpenGraph, find_port, open_graph, parse_setting, run_once
from funcnodes_core.codec.exact import to_exact
from funcnodes_core.codec.json import JSONEncoder
from funcnodes_core.exceptions import NotExactError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.nodespace.script import open_ends
from funcnodes_core.sentinels import NoValue
from funcnodes_worker.persistence.export import save_graph_file

__all__ = ["run"]

_PATIENCE_S = 2.0


def run(args: argparse.Namespace) -> int:
    """Runs a graph and prints what was asked for.

    The exit code is 1 where a node failed and 3 where nodes are not installed: then nothing runs.
    """
    if args.save:
        _check_folder(args.save)
    settings = [parse_setting(text) for text in args.set]
    with open_graph(Path(args.file), Path(args.files) if args.files else None) as graph:
        for warning in graph.warnings:
            output.say(f"warning: {warning}")
        if args.save:
            _save(graph, args.save)
        graph.check_complete()
        inputs = [(find_port(graph.space, address, inputs_only=True), value) for address, value in settings]
        wanted = [(address, find_port(graph.space, address)) for address in args.get]
        before = _listing(graph.files)
        _run(graph, inputs, args.timeout)
        _tell_of_lost_files(graph, before, args.files)
        _print(_named(graph, wanted, everything=args.out == "json"), args.out)
    return 0


def _run(graph: OpenGraph, inputs: list[tuple[NodeIO, Any]], timeout_s: float | None) -> None:
    async def once() -> None:
        try:
            await run_once(graph.space, inputs, progress=progress, timeout_s=timeout_s)
        except ProgramError as error:
            _end_soon(str(error), error.exit_code)
            raise

    begin = time.perf_counter()
    with output.progress_bar() as progress, _interruptible():
        asyncio.run(once())
    seconds = time.perf_counter() - begin
    output.say(f"Ran {len(graph.space.nodes)} nodes in {seconds:.2f} s")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Makes ctrl+c end a run at once, also while a node keeps the loop busy."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        _end_soon("interrupted", 130)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end_soon(text: str, exit_code: int) -> None:
    """Ends the process in two seconds if it is still there: nothing can stop a thread that a node blocks."""

    def end() -> None:
        output.error(f"{text} (a node did not stop by itself)")
        os._exit(exit_code)

    timer = threading.Timer(_PATIENCE_S, end)
    timer.daemon = True
    timer.start()


def _named(
    graph: OpenGraph, wanted: list[tuple[str, NodeIO]], *, everything: bool
) -> Sequence[tuple[str, NodeIO]]:
    """The ports to print: those asked for, or else, in JSON, every output that feeds nothing."""
    if wanted or not everything:
        return wanted
    return list(open_ends(graph.space.nodes).items())


def _print(ports: Sequence[tuple[str, NodeIO]], form: str) -> None:
    values = {address: _plain(port.value) for address, port in ports}
    if form == "json":
        output.json_answer(values)
        return
    for address, value in values.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        output.answer(text if len(values) == 1 else f"{address} = {text}")


def _plain(value: Any) -> Any:
    """A value as JSON: exact where JSON can say it, otherwise as its type's encoder shows it."""
    if value is NoValue:
        return "<NoValue>"
    try:
        return to_exact(value)
    except NotExactError:
        return json.loads(json.dumps(value, cls=JSONEncoder))


def _listing(folder: Path) -> dict[str, float]:
    return {str(file): file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}


def _tell_of_lost_files(graph: OpenGraph, before: dict[str, float], kept: str | None) -> None:
    """Files that nodes wrote beside those of an archive end with the run, unless a folder was named."""
    if kept or (not graph.loaded.files and graph.loaded.path.suffix != ".fnw"):
        return
    written = sorted(set(_listing(graph.files).items()) - set(before.items()))
    if written:
        names = ", ".join(Path(name).name for name, _ in written)
        output.say(
            f"warning: files that nodes wrote are not kept ({names}); name a folder with --files to keep them"
        )


def _check_folder(path: str) -> None:
    if not Path(path).absolute().parent.is_dir():
        raise UsageError(f"--save {path!r}: there is no such folder")
    if Path(path).is_dir():
        raise UsageError(f"--save {path!r} is a folder; name a file in it")


def _save(graph: OpenGraph, path: str) -> None:
    try:
        save_graph_file(graph.loaded, Path(path))
    except OSError as error:
        raise SaveError(path, error.strerror or str(error)) from error
