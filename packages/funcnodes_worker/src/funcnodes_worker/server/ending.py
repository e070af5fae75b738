"""How a worker's process ends: on a signal at any moment of its life, and in time whatever holds on to it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from funcnodes_worker.instance import Instance

__all__ = ["Ending"]

_LOG = logging.getLogger("funcnodes.worker")
_EXIT_S = 1.6
_SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)]


class Ending:
    """The end of one process; made in the task that serves the worker.

    Args:
        instance: this process as the one that serves the worker.
        owns_process: the process is nothing but the worker. Where code of nodes holds on to it (a thread that never
            returns, an exit handler that waits), it is ended all the same; so it is by a second signal.

    Attributes:
        asked: a signal has come.
    """

    def __init__(self, instance: Instance, *, owns_process: bool) -> None:
        self.asked = False
        self._instance = instance
        self._owns_process = owns_process
        self._task = asyncio.current_task()
        self._begin: Callable[[], None] | None = None

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Inside, SIGTERM, SIGINT and the end of the terminal end the worker."""
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        # what is to be ignored (nohup, a shell's background) stays so
        numbers = [number for number in _SIGNALS if before[number] is not signal.SIG_IGN]
        for number in numbers:
            try:
                loop.add_signal_handler(number, self._signal, number)
            except NotImplementedError:  # Windows
                signal.signal(number, lambda number, _: loop.call_soon_threadsafe(self._signal, number))
        try:
            yield
        finally:
            if not self._owns_process:
                self._give_back(loop, {number: before[number] for number in numbers})

    def _give_back(self, loop: asyncio.AbstractEventLoop, handlers: dict[int, Any]) -> None:
        for number, handler in handlers.items():
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def begin_by(self, begin: Callable[[], None]) -> None:
        """The worker runs: from here on it ends by this function and no more by breaking off its start."""
        self._begin = begin
        if self.asked:
            begin()

    def begun(self) -> None:
        """The end has begun: the process is gone in time whatever happens now."""
        if self._owns_process:
            threading.Thread(target=self._end_in_time, name="funcnodes-ending", daemon=True).start()

    def _signal(self, number: int) -> None:
        if self.asked and self._owns_process:
            self._end_now(128 + number, "ended by a second signal")
        self.asked = True
        if self._begin is not None:
            self._begin()
        elif self._task is not None:
            self.begun()
            self._task.cancel()

    def _end_in_time(self) -> None:
        time.sleep(_EXIT_S)
        self._end_now(0, "something did not let go of the process in time")

    def _end_now(self, code: int, why: str) -> None:
        # everything that was acknowledged is in the journal already
        _LOG.warning("%s", why)
        self._instance.set_state("stopped", why)
        self._instance.release()
        logging.shutdown()
        os._exit(code)
