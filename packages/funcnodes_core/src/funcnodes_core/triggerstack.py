"""Runs that were started together, and their results."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from typing import Any

__all__ = ["TriggerStack"]


class TriggerStack:
    """Tasks of runs, newest last.

    Awaiting it gives the results of all of them, newest first; those appended meanwhile count.
    """

    __slots__ = ("_tasks",)

    def __init__(self) -> None:
        self._tasks: list[asyncio.Future[Any]] = []

    def append(self, task: asyncio.Future[Any]) -> None:
        """Puts a task on top."""
        self._tasks.append(task)

    def check(self) -> None:
        """Drops finished tasks from the top."""
        while self._tasks and self._tasks[-1].done():
            self._tasks.pop()

    def done(self) -> bool:
        """Whether nothing is left after a `check`."""
        self.check()
        return not self._tasks

    def __len__(self) -> int:
        return len(self._tasks)

    def __bool__(self) -> bool:
        # an empty stack is a stack: `stack or TriggerStack()` must not replace it
        return True

    def __getitem__(self, index: int) -> asyncio.Future[Any]:
        return self._tasks[index]

    async def __aiter__(self) -> AsyncIterator[Any]:
        while self._tasks:
            yield await self._tasks.pop()

    async def _results(self) -> list[Any]:
        return [result async for result in self]

    def __await__(self) -> Generator[Any, None, list[Any]]:
        return self._results().__await__()
