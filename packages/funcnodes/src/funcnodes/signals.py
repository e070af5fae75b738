"""Ending on ctrl+c and on the system's request, in order."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["stop_event"]

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def stop_event() -> Iterator[asyncio.Event]:
    """An event that is set by ctrl+c, by SIGTERM and when the terminal is closed.

    A second ctrl+c interrupts the orderly end; then the context raises KeyboardInterrupt.
    """
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    main_task = asyncio.current_task()

    def stop() -> None:
        if event.is_set() and main_task is not None:
            main_task.cancel()
        event.set()

    added = []
    for number in _SIGNALS:
        with suppress(NotImplementedError, RuntimeError, ValueError):  # not on Windows, not in other threads
            loop.add_signal_handler(number, stop)
            added.append(number)
    try:
        yield event
    except asyncio.CancelledError:
        if event.is_set():
            raise KeyboardInterrupt from None
        raise
    finally:
        for number in added:
            loop.remove_signal_handler(number)
