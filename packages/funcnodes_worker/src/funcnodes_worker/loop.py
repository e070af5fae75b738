"""Work that repeats: a loop that external workers and transports subclass, and what runs several of them."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine
from typing import Any

__all__ = ["MINIMUM_DELAY_S", "CustomLoop", "LoopManager"]

MINIMUM_DELAY_S = 0.1


class CustomLoop:
    """Calls its `loop` again and again, `delay` seconds apart, until it is stopped.

    Subclasses may assign `_delay` at any time.

    Args:
        delay: seconds between two calls, at least 0.1.
        logger: where failures of `loop` go.
    """

    def __init__(self, delay: float = MINIMUM_DELAY_S, logger: logging.Logger | None = None) -> None:
        self._delay = delay
        self._logger = logger or logging.getLogger(f"funcnodes.{type(self).__name__}")
        self._wake = asyncio.Event()
        self._paused_until = 0.0
        self._running = False
        self._stopped = False

    @property
    def delay(self) -> float:
        """Seconds between two calls of `loop`."""
        return max(MINIMUM_DELAY_S, self._delay)

    @property
    def running(self) -> bool:
        """Whether the loop has begun and not ended."""
        return self._running

    @property
    def stopped(self) -> bool:
        """Whether it was told to end."""
        return self._stopped

    async def loop(self) -> None:
        """One round; subclasses do their work here. What it raises is logged, and the next round comes."""

    async def stop(self) -> None:
        """End after the present round."""
        self._stopped = True
        self._wake.set()

    def pause(self) -> None:
        """Start no round until `resume`."""
        self._paused_until = float("inf")

    def resume(self) -> None:
        """Go on at once."""
        self._paused_until = 0.0
        self._wake.set()

    def resume_in(self, delay: float) -> None:
        """Go on after so many seconds."""
        self._paused_until = time.monotonic() + delay
        self._wake.set()

    async def continuous_run(self) -> None:
        """Run until stopped."""
        self._running = True
        try:
            while not self._stopped:
                if (pause := self._paused_until - time.monotonic()) > 0:
                    await self._wait(None if pause == float("inf") else pause)
                    continue
                try:
                    await self.loop()
                except (Exception, SystemExit) as error:  # noqa: BLE001 - code of modules; the next round comes
                    self._round_failed(error)
                else:
                    self._round_done()
                await self._wait(self.delay)
        finally:
            self._running = False

    def _round_failed(self, error: BaseException) -> None:
        """A hook: `loop` raised something; called where it is being handled."""
        self._logger.error("a round of %s failed", type(self).__name__, exc_info=error)

    def _round_done(self) -> None:
        """A hook: `loop` came to its end."""

    async def _wait(self, seconds: float | None) -> None:
        if self._stopped:
            return
        self._wake.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return


class LoopManager:
    """Runs custom loops beside each other on one event loop.

    Args:
        worker: whoever owns it.
    """

    def __init__(self, worker: object = None) -> None:
        self.worker = worker
        self._loops: dict[CustomLoop, asyncio.Task[None] | None] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._end = asyncio.Event()

    @property
    def running(self) -> bool:
        """Whether the loops run."""
        return self._event_loop is not None

    def add_loop(self, loop: CustomLoop) -> None:
        """Add a loop; it starts at once when the others run."""
        self._loops.setdefault(loop, None)
        if self._event_loop is not None:
            self._event_loop.call_soon_threadsafe(self._start, loop)

    def remove_loop(self, loop: CustomLoop) -> None:
        """Stop a loop and forget it."""
        if loop in self._loops:
            del self._loops[loop]
            self.async_call(loop.stop())

    def async_call(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine on the manager's event loop; without one it runs to its end here and now."""
        if self._event_loop is None:
            asyncio.run(coroutine)
        else:
            self._event_loop.call_soon_threadsafe(self._spawn, coroutine)

    async def run_forever_async(self) -> None:
        """Run every loop until `stop`."""
        self._event_loop = asyncio.get_running_loop()
        self._end.clear()
        try:
            for loop in list(self._loops):
                self._start(loop)
            await self._end.wait()
            await asyncio.gather(*(loop.stop() for loop in self._loops))
            await asyncio.gather(*(task for task in self._loops.values() if task is not None))
        finally:
            self._event_loop = None

    def run_forever(self) -> None:
        """Run every loop until `stop`, in this thread."""
        asyncio.run(self.run_forever_async())

    def run_forever_threaded(self) -> threading.Thread:
        """Run every loop until `stop`, in a thread of its own."""
        thread = threading.Thread(target=self.run_forever, name="funcnodes-loops", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """End every loop after its present round; from any thread."""
        if self._event_loop is not None:
            self._event_loop.call_soon_threadsafe(self._end.set)

    def _start(self, loop: CustomLoop) -> None:
        if loop in self._loops and self._loops[loop] is None:
            self._loops[loop] = asyncio.get_running_loop().create_task(loop.continuous_run())

    def _spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
