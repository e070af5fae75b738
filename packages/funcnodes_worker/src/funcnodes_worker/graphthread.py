"""The thread and loop on which the graph lives."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from funcnodes_core.node import Node
from funcnodes_core.node.interrupt import Turn, Wanted, break_off, running_on

__all__ = ["GraphLoop", "GraphThread", "InlineExecutor", "SameLoop"]

_R = TypeVar("_R")
_LOG = logging.getLogger("funcnodes.worker.graph")


class GraphLoop(Protocol):
    """Where the graph lives, as the serving side sees it."""

    def start(self) -> None: ...

    def call(self, function: Callable[..., Any], *args: Any) -> None: ...

    def run(self, function: Callable[[], _R]) -> Future[_R]: ...

    def submit(self, work: Coroutine[Any, Any, _R]) -> Future[_R]: ...

    def break_off(self, wanted: Wanted, turn: Turn, deadline_s: float, struck: list[Node]) -> None: ...

    def blocker(self) -> str: ...

    def stop(self, timeout_s: float) -> bool: ...


class SameLoop:
    """The graph on the serving loop, where threads do not exist (Pyodide)."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Use the running loop."""
        self._loop = asyncio.get_running_loop()

    def call(self, function: Callable[..., Any], *args: Any) -> None:
        """Run a function soon, after what was asked before."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(function, *args)

    def run(self, function: Callable[[], _R]) -> Future[_R]:
        """Run a function now and hand back its result or error."""
        done: Future[_R] = Future()
        _settle(done, function)
        return done

    def submit(self, work: Coroutine[Any, Any, _R]) -> Future[_R]:
        """Begin a coroutine soon and hand back its result or error."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def break_off(self, wanted: Wanted, turn: Turn, deadline_s: float, struck: list[Node]) -> None:
        """Nothing: what asks for it runs where the node does, so no node is under way."""

    def blocker(self) -> str:
        """Nobody: who asks for it has the loop."""
        return ""

    def stop(self, timeout_s: float) -> bool:
        """Nothing to end."""
        return True


class GraphThread:
    """A thread with an asyncio loop of its own; a daemon, because a node may never end."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="funcnodes-graph", daemon=True)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The graph's loop; only after `start`."""
        assert self._loop is not None
        return self._loop

    def start(self) -> None:
        """Start the thread; returns when its loop runs."""
        self._thread.start()
        self._ready.wait()

    def call(self, function: Callable[..., Any], *args: Any) -> None:
        """Run a function on the graph's thread, after what was asked before; from any thread."""
        self.loop.call_soon_threadsafe(function, *args)

    def run(self, function: Callable[[], _R]) -> Future[_R]:
        """Run a function on the graph's thread and hand back its result or error."""
        done: Future[_R] = Future()
        self.call(_settle, done, function)
        return done

    def submit(self, work: Coroutine[Any, Any, _R]) -> Future[_R]:
        """Begin a coroutine on the graph's thread and hand back its result or error."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def break_off(self, wanted: Wanted, turn: Turn, deadline_s: float, struck: list[Node]) -> None:
        """Interrupt the wanted nodes that keep the thread from its next turn; from any thread, returns at once."""
        assert self._thread.ident is not None
        work = (self._thread.ident, wanted, turn, deadline_s, struck)
        threading.Thread(target=break_off, args=work, name="funcnodes-stop", daemon=True).start()

    def blocker(self) -> str:
        """The uuid of the node that keeps the thread from its next turn, "" when none does; from any thread."""
        assert self._thread.ident is not None
        return str(getattr(running_on(self._thread.ident), "uuid", ""))

    def stop(self, timeout_s: float) -> bool:
        """End the loop; False when a node that blocks keeps the thread busy (it dies with the process)."""
        with contextlib.suppress(RuntimeError):  # closed already: it had been told before
            self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        loop = asyncio.new_event_loop()
        loop.set_default_executor(_ContextExecutor(thread_name_prefix="funcnodes-graph-pool"))
        asyncio.set_event_loop(loop)
        self._loop = loop
        loop.call_soon(self._ready.set)
        try:
            while not _ran_to_its_end(loop):
                continue
            _cancel_all(loop)
        finally:
            loop.close()


class InlineExecutor(Executor):
    """Does what it is given here and now, where threads do not exist."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """What is done already."""
        done: Future[Any] = Future()
        _settle(done, lambda: fn(*args, **kwargs))
        return done


class _ContextExecutor(ThreadPoolExecutor):
    """Threads that know for which node they work, as those of `asyncio.to_thread` do."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return super().submit(contextvars.copy_context().run, fn, *args, **kwargs)


def _ran_to_its_end(loop: asyncio.AbstractEventLoop) -> bool:
    """Runs a loop until it is stopped; False when code of a node has broken it off, and it must go on."""
    try:
        loop.run_forever()
    except (SystemExit, KeyboardInterrupt):
        # asyncio lets these two end a loop, but here they come from no user and no system
        _LOG.exception("a callback on the graph's thread tried to end the process")
        return False
    return True


def _settle(done: Future[_R], function: Callable[[], _R]) -> None:
    if not done.set_running_or_notify_cancel():
        return
    try:
        done.set_result(function())
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the future
        done.set_exception(error)


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.run_until_complete(loop.shutdown_asyncgens())
