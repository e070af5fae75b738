"""Where a node's function runs when it must not run on the graph's loop.

`executor="thread"` and `executor="process"` name the place and never another one. The older
`separate_thread=True` and `separate_process=True` are what published modules use; the latter falls back
to a thread, with one logged line, where something does not pickle: modules pass live objects, queues and
`node` to such functions.

Every wrapper here has a pool of its own. Stopping a run in a thread abandons the thread (long loops ask
`cancel_requested()`), stopping a run in a process kills that process.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import pickle
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal, ParamSpec, TypeVar, cast

from funcnodes_core.nodemaker._process import PROCESSES_EXIST, ProcessPool, RemoteTraceback
from funcnodes_core.nodemaker._threads import THREADS_EXIST, ThreadPool, cancel_requested

__all__ = [
    "Executor",
    "ProcessExecutorWrapper",
    "ThreadExecutorWrapper",
    "call_sync",
    "cancel_requested",
    "make_async_if_needed",
    "make_run_in_new_process",
    "make_run_in_new_thread",
    "make_sync_if_needed",
    "offloaded",
]

Executor = Literal["inline", "thread", "process"]
P = ParamSpec("P")
T = TypeVar("T")
_END: Any = object()
_LOGGER = logging.getLogger("funcnodes")


class ThreadExecutorWrapper:
    """A function with the name and attributes of `func` whose calls are awaited and run in a thread.

    An async function gets a fresh loop inside the thread. Where there are no threads (in a browser)
    the call runs at once.
    """

    def __init__(self, func: Callable[..., Any]) -> None:
        functools.update_wrapper(self, func)
        self.func = func
        self._pool = ThreadPool(getattr(func, "__name__", type(func).__name__))

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The result of the function."""
        if not THREADS_EXIST:
            return await make_async_if_needed(self.func)(*args, **kwargs)
        return await self._pool.run(functools.partial(_run_here, self.func, args, kwargs))

    def shutdown(self) -> None:
        """Accept no more calls and let idle threads end."""
        self._pool.shutdown()


class ProcessExecutorWrapper(ThreadExecutorWrapper):
    """Like ThreadExecutorWrapper, in another process.

    Args:
        func: What to run.
        strict: Raise pickle.PicklingError where something does not pickle, instead of falling back to
            a thread.
    """

    def __init__(self, func: Callable[..., Any], strict: bool = False) -> None:
        super().__init__(func)
        self._strict = strict
        self._processes = ProcessPool(getattr(func, "__name__", type(func).__name__))
        self._warned = False

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The result of the function."""
        if PROCESSES_EXIST:
            try:
                return await self._processes.run(self.func, args, kwargs)
            except (pickle.PicklingError, OSError) as error:
                if self._strict or isinstance(error.__cause__, RemoteTraceback):
                    raise  # the latter: the function itself raised it over there
                self._warn(error)
        return await super().__call__(*args, **kwargs)

    def shutdown(self) -> None:
        """Accept no more calls, end idle processes and threads."""
        self._processes.shutdown()
        super().shutdown()

    def _warn(self, error: Exception) -> None:
        if not self._warned:
            self._warned = True
            _LOGGER.warning("%s runs in a thread, not in a process: %s", self.func, error)


def make_run_in_new_thread(func: Callable[..., Any]) -> ThreadExecutorWrapper:
    """`func`, awaitable, in threads of its own."""
    return ThreadExecutorWrapper(func)


def make_run_in_new_process(func: Callable[..., Any]) -> ProcessExecutorWrapper:
    """`func`, awaitable, in processes of its own; in a thread where something does not pickle."""
    return ProcessExecutorWrapper(func)


def offloaded(
    func: Callable[..., Any], executor: Executor, *, fallback: bool, wants_node: bool
) -> Callable[..., Any]:
    """The callable that runs `func` where `executor` says; streaming functions stay streaming.

    Args:
        func: A sync or async function.
        executor: Where to run it.
        fallback: Use a thread where a process is impossible.
        wants_node: Whether the function is given its node, which never leaves this process.

    Raises:
        TypeError: The function cannot run in a process and there is no fallback.
    """
    if executor == "inline":
        return func
    streams = inspect.isgeneratorfunction(func) or inspect.isasyncgenfunction(func)
    if executor == "process" and (streams or wants_node):
        reason = "it yields values" if streams else "it takes the node as a parameter"
        if not fallback:
            raise TypeError(f"{func!r} cannot run in another process: {reason}")
        _LOGGER.warning("%s runs in a thread, not in a process: %s", func, reason)
        executor = "thread"
    if inspect.isasyncgenfunction(func):
        return func  # its loop is the graph's: what it awaits may belong to it
    if streams:
        return _stream_from_thread(func)
    return ThreadExecutorWrapper(func) if executor == "thread" else ProcessExecutorWrapper(func, not fallback)


def make_async_if_needed(func: Callable[P, Any]) -> Callable[P, Awaitable[Any]]:
    """`func` if it is async, else an async function that calls it."""
    if inspect.iscoroutinefunction(func):
        return func

    @functools.wraps(func)
    async def call(*args: P.args, **kwargs: P.kwargs) -> Any:
        result = func(*args, **kwargs)
        return await result if inspect.iscoroutine(result) else result

    return call


def make_sync_if_needed(func: Callable[P, Any]) -> Callable[P, Any]:
    """`func` if it is sync, else a sync function that waits for it.

    Without a running loop it uses `asyncio.run`; inside one the caller blocks while a thread runs it.
    """
    if not inspect.iscoroutinefunction(func):
        return func

    @functools.wraps(func)
    def call(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(func(*args, **kwargs))
        return _run_in_own_thread(functools.partial(_run_here, func, args, kwargs))

    return call


def call_sync(func: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> Any:
    """The result of a sync or async function, waited for."""
    return make_sync_if_needed(func)(*args, **kwargs)


def _run_here(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call in this thread; an async function gets a loop for it."""
    result = func(*args, **kwargs)
    return asyncio.run(result) if inspect.iscoroutine(result) else result


def _run_in_own_thread(call: Callable[[], T]) -> T:
    """The result of a call in a new thread, for which this one blocks."""
    outcome: list[Any] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            failure.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return cast(T, outcome[0])


def _stream_from_thread(func: Callable[..., Any]) -> Callable[..., AsyncIterator[Any]]:
    """An async generator function whose values are computed in a thread, one step at a time."""
    pool = ThreadPool(func.__name__)

    @functools.wraps(func)
    async def stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        values = func(*args, **kwargs)
        while (value := await pool.run(functools.partial(next, values, _END))) is not _END:
            yield value

    return stream
