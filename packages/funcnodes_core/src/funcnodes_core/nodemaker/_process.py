"""Runs in other processes that can be killed one by one.

Not `concurrent.futures`: a stopped run must end *its* process and no other, and a function of a script
without an `if __name__ == "__main__"` guard must not run the script again in the child.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import importlib
import os
import pickle
import subprocess
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from funcnodes_core.exceptions import NodeError
from funcnodes_core.nodemaker import _child
from funcnodes_core.nodemaker._threads import THREADS_EXIST, ThreadPool

__all__ = ["PROCESSES_EXIST", "ProcessPool", "RemoteTraceback"]

PROCESSES_EXIST = THREADS_EXIST
_DROPPED = ("ef_funcmeta", "_is_exposed_method")


class RemoteTraceback(Exception):
    """Shows the traceback of the other process as the cause of an error."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


class _Child:
    """One process and the pipes to it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(_child.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._relay = _Relay(self._process.stderr)
        _child.write_frame(self._stdin, pickle.dumps(sys.path))

    def call(self, frame: bytes) -> bytes:
        """The answer to a frame; blocks.

        Raises:
            NodeError: The process ended first.
        """
        self._relay.context = contextvars.copy_context()
        try:
            _child.write_frame(self._stdin, frame)
            answer = _child.read_frame(self._stdout)
        except (OSError, ValueError):
            answer = None
        if answer is None:
            code = self._process.wait()
            raise NodeError(f"the process of the node ended before its function returned (exit code {code})")
        return answer

    def kill(self) -> None:
        """End the process at once; whoever waits in `call` gets its NodeError."""
        self._process.kill()

    def end(self) -> None:
        """Kill the process and close the pipes."""
        self._process.kill()
        self._process.wait()
        for stream in (self._stdin, self._stdout):
            try:
                stream.close()
            except OSError:
                continue  # what was buffered for a dead process is of no use to anybody


class _Relay:
    """Says on our stderr what a process prints, as a part of the run that the process works on."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.context = contextvars.copy_context()
        self._stream = stream
        threading.Thread(target=self._run, name="funcnodes-process-output", daemon=True).start()

    def _run(self) -> None:
        with self._stream:
            for line in self._stream:
                stderr = sys.stderr
                if stderr is not None:  # a program without a console has none
                    with contextlib.suppress(OSError, ValueError):  # nobody reads our own any more
                        self.context.run(stderr.write, line.decode("utf-8", "replace"))


class ProcessPool:
    """Processes for the runs of one node class, started on demand and reused."""

    def __init__(self, name: str, max_workers: int | None = None) -> None:
        self._threads = ThreadPool(f"{name}-process", max_workers or max(2, os.cpu_count() or 1))
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._closed = False
        self._by_name = True
        # forgotten pools, and all of them when the program ends
        weakref.finalize(self, _end_all, self._idle)

    def shutdown(self) -> None:
        """End the idle processes; those that work end when their function returns."""
        with self._lock:
            self._closed = True
            _end_all(self._idle)
        self._threads.shutdown()

    async def run(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """The result of `func` in another process; cancelling it kills that process.

        Raises:
            pickle.PicklingError: Something does not pickle, or cannot be loaded over there.
            NodeError: The process died.
        """
        refused = ""
        for target in self._targets(func):
            kind, *answer = await self._ask(_pickled((target, args, dict(kwargs))))
            if kind == "done":
                return answer[0]
            if kind == "failed":
                error, text = answer
                raise error from RemoteTraceback(text)
            if kind == "unsendable":
                raise pickle.PicklingError(str(answer[0]))
            refused = str(answer[0])
            self._by_name = False
        raise pickle.PicklingError(f"the other process cannot load it: {refused}")

    async def _ask(self, frame: bytes) -> Any:
        run = _Run(self, frame)
        try:
            return pickle.loads(await self._threads.run(run.work, on_abandon=run.stop))
        except asyncio.CancelledError as stopped:
            if run.killed:
                stopped.how = "killed"  # type: ignore[attr-defined]  # a note for who asks how a stop went
            raise

    def _targets(self, func: Callable[..., Any]) -> Iterator[Any]:
        """The ways to name the function to the child, the quick one first."""
        if self._by_name and (name := _importable_name(func)) is not None:
            yield name
        yield _bare(func)

    def take(self) -> _Child:
        """An idle process or a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Child()

    def give_back(self, child: _Child) -> None:
        """Keep the process for the next run."""
        with self._lock:
            if not self._closed:
                self._idle.append(child)
                return
        child.end()


class _Run:
    """One call in one process: worked on in a thread, stopped from the loop."""

    def __init__(self, pool: ProcessPool, frame: bytes) -> None:
        self._pool = pool
        self._frame = frame
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._stopped = False
        self.killed = False  # whether a process was at work when it was stopped

    def work(self) -> bytes:
        """The answer of the process."""
        child = self._pool.take()
        with self._lock:
            self._child = child
            if self._stopped:
                child.kill()
        try:
            answer = child.call(self._frame)
        except NodeError:
            child.end()
            raise
        with self._lock:
            self._child = None
        if self._stopped:
            child.end()
        else:
            self._pool.give_back(child)
        return answer

    def stop(self) -> None:
        """Kill the process that works on this run, if it still does."""
        with self._lock:
            self._stopped = True
            if self._child is not None:
                self.killed = True
                self._child.kill()


def _end_all(children: list[_Child]) -> None:
    while children:
        children.pop().end()


def _pickled(message: Any) -> bytes:
    try:
        return bytes(_cloudpickle_or_pickle().dumps(message, protocol=pickle.HIGHEST_PROTOCOL))
    except Exception as error:
        raise pickle.PicklingError(f"cannot be pickled: {type(error).__name__}: {error}") from error


def _cloudpickle_or_pickle() -> types.ModuleType:
    try:
        return importlib.import_module("cloudpickle")
    except ImportError:
        return pickle


def _importable_name(func: Callable[..., Any]) -> tuple[str, str] | None:
    """Module and name under which another process finds the function, or None."""
    module, qualname = getattr(func, "__module__", None), getattr(func, "__qualname__", "<")
    if not module or module == "__main__" or "<" in qualname or module not in sys.modules:
        return None
    found: Any = sys.modules[module]
    for part in qualname.split("."):
        found = getattr(found, part, None)
    if found is func or (isinstance(found, type) and getattr(found, "o_func", None) is func):
        return module, qualname
    return None


def _bare(func: Callable[..., Any]) -> Callable[..., Any]:
    """The function without its metadata, which may hold what does not pickle."""
    if not isinstance(func, types.FunctionType):
        return func
    copy = types.FunctionType(
        func.__code__, func.__globals__, func.__name__, func.__defaults__, func.__closure__
    )
    copy.__kwdefaults__ = func.__kwdefaults__
    copy.__module__, copy.__qualname__ = func.__module__, func.__qualname__
    copy.__dict__.update({k: v for k, v in func.__dict__.items() if k not in _DROPPED})
    return copy
