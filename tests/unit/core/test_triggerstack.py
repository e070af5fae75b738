"""The stack of started runs."""

from __future__ import annotations

import asyncio

import pytest

from funcnodes_core.triggerstack import TriggerStack


async def give(value: int) -> int:
    await asyncio.sleep(0)
    return value


@pytest.mark.anyio
async def test_awaiting_gives_results_newest_first() -> None:
    stack = TriggerStack()
    stack.append(asyncio.ensure_future(give(1)))
    stack.append(asyncio.ensure_future(give(2)))

    size, top = len(stack), stack[-1]
    results = await stack

    assert size == 2
    assert top.result() == 2
    assert results == [2, 1]
    assert stack.done()


@pytest.mark.anyio
async def test_iterating_gives_the_same() -> None:
    stack = TriggerStack()
    for value in range(3):
        stack.append(asyncio.ensure_future(give(value)))

    assert [result async for result in stack] == [2, 1, 0]


@pytest.mark.anyio
async def test_check_drops_finished_runs_from_the_end() -> None:
    stack = TriggerStack()
    slow: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    quick = asyncio.ensure_future(give(1))
    stack.append(slow)
    stack.append(quick)
    await quick

    stack.check()

    assert len(stack) == 1
    assert not stack.done()
    slow.set_result(0)
    assert stack.done()


@pytest.mark.anyio
async def test_a_failed_run_fails_the_await() -> None:
    async def fail() -> None:
        raise ValueError("bad")

    stack = TriggerStack()
    stack.append(asyncio.ensure_future(fail()))

    with pytest.raises(ValueError, match="bad"):
        await stack


def test_an_empty_stack_is_still_a_stack() -> None:
    stack = TriggerStack()

    assert (stack or None) is stack
    assert stack.done()
