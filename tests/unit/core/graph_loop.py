"""A graph on a loop in a thread of its own, for tests that look at it from outside."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

__all__ = ["GraphLoop", "graph_loop"]

T = TypeVar("T")


class GraphLoop:
    """A thread with a running loop; `troubles` is what its callbacks failed with."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.troubles: list[dict[str, Any]] = []
        self.loop.set_exception_handler(lambda loop, context: self.troubles.append(context))
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    @property
    def thread_id(self) -> int:
        assert self.thread.ident is not None
        return self.thread.ident

    def post(self, call: Callable[[], Any]) -> None:
        """Do something over there, soon."""
        self.loop.call_soon_threadsafe(call)

    def do(self, call: Callable[[], T]) -> T:
        """Do something over there and give its result; what it asks for has not run yet."""

        async def act() -> T:
            return call()

        return asyncio.run_coroutine_threadsafe(act(), self.loop).result(20)

    def wait(self, work: Any) -> Any:
        """Await something over there."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)


@contextmanager
def graph_loop() -> Iterator[GraphLoop]:
    """A graph's loop that ends with the block."""
    made = GraphLoop()
    try:
        yield made
    finally:
        made.post(made.loop.stop)
        made.thread.join(20)
        made.loop.close()
