"""Threads that a run may be abandoned in.

Unlike `concurrent.futures`, whose threads the interpreter joins when it ends, these are daemons: a
node function that never returns does not keep the program alive. A thread whose run was abandoned
no longer counts, so the runs that follow are not starved by it.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from funcnodes_core._jobs import CURRENT_JOB, cancel_requested

__all__ = ["THREADS_EXIST", "Job", "ThreadPool", "cancel_requested"]

THREADS_EXIST = sys.platform not in ("emscripten", "wasi")

_IDLE_S = 60.0
"""An idle thread ends after this time, so that pools of forgotten node classes go away."""


class Job:
    """One call on its way through a thread; its result goes to a future of the asking loop."""

    __slots__ = ("abandoned", "call", "context", "error", "finished", "future", "loop", "result")

    def __init__(self, call: Callable[[], Any], loop: asyncio.AbstractEventLoop) -> None:
        self.call = call
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.context = contextvars.copy_context()
        self.abandoned = False
        self.finished = False
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Call and keep the outcome."""
        CURRENT_JOB.job = self
        try:
            self.result = self.context.run(self.call)
        except BaseException as raised:  # noqa: BLE001 - foreign code; the awaiting side raises it
            self.error = raised
        finally:
            CURRENT_JOB.job = None

    def deliver(self) -> None:
        """Hand the outcome to the loop."""
        # a loop that was closed while the function ran: nobody is left to tell
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        if self.future.done():
            return
        error = self.error
        if error is None:
            self.future.set_result(self.result)
        elif isinstance(error, StopIteration):
            # a future refuses StopIteration; the same wording as Python's own for generators
            wrapped = RuntimeError("the function raised StopIteration")
            wrapped.__cause__ = error
            self.future.set_exception(wrapped)
        else:
            self.future.set_exception(error)


class ThreadPool:
    """Daemon threads, started on demand and reused; `run` is awaited on a loop."""

    def __init__(self, name: str, max_workers: int | None = None) -> None:
        self._name = name
        self._max_workers = max_workers or min(32, (os.cpu_count() or 1) + 4)
        self._condition = threading.Condition()
        self._jobs: deque[Job] = deque()
        self._workers = 0
        self._busy = 0
        self._closed = False

    async def run(self, call: Callable[[], Any], on_abandon: Callable[[], None] | None = None) -> Any:
        """The result of `call()` in a thread; when this is cancelled, the thread is abandoned.

        Args:
            call: What to run.
            on_abandon: Called once if the run is cancelled after it was handed over.

        Raises:
            RuntimeError: The pool was shut down.
        """
        job = Job(call, asyncio.get_running_loop())
        self._submit(job)
        try:
            return await job.future
        except asyncio.CancelledError:
            self._abandon(job)
            if on_abandon is not None:
                on_abandon()
            raise

    def shutdown(self) -> None:
        """Accept no more runs and end the idle threads; running ones finish on their own."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def _submit(self, job: Job) -> None:
        with self._condition:
            if self._closed:
                raise RuntimeError(f"the thread pool of {self._name!r} was shut down")
            self._jobs.append(job)
            self._condition.notify()
            idle = self._workers - self._busy
            if len(self._jobs) > idle and self._workers < self._max_workers:
                self._workers += 1
                threading.Thread(target=self._work, name=f"funcnodes-{self._name}", daemon=True).start()

    def _abandon(self, job: Job) -> None:
        with self._condition:
            job.abandoned = True
            if job in self._jobs:
                self._jobs.remove(job)
            elif not job.finished:
                self._workers -= 1
                self._busy -= 1

    def _work(self) -> None:
        while (job := self._next()) is not None:
            job.run()
            with self._condition:
                if job.abandoned:
                    return  # uncounted when it was abandoned
                job.finished = True
                self._busy -= 1
            job.deliver()
            del job  # do not keep the arguments alive while idle

    def _next(self) -> Job | None:
        """The next job; None when there is none for `_IDLE_S` or the pool was shut down."""
        with self._condition:
            while not self._jobs:
                if self._closed or not (self._condition.wait(_IDLE_S) or self._jobs):
                    self._workers -= 1
                    return None
            self._busy += 1
            return self._jobs.popleft()
