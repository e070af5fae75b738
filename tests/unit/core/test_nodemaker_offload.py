"""Functions that run in threads and processes."""

import asyncio
import contextvars
import logging
import os
import queue
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from funcnodes_core.exceptions import NodeError
from funcnodes_core.nodemaker import _child
from funcnodes_core.nodemaker._threads import Job, ThreadPool
from funcnodes_core.nodemaker.offload import (
    ProcessExecutorWrapper,
    ThreadExecutorWrapper,
    call_sync,
    cancel_requested,
    make_async_if_needed,
    make_run_in_new_process,
    make_run_in_new_thread,
    make_sync_if_needed,
    offloaded,
)

# -------------------------------------------------------------------- threads


@pytest.mark.anyio
async def test_a_thread_wrapper_runs_elsewhere_and_keeps_name_and_attributes() -> None:
    def work(x: int) -> tuple[int, int]:
        """Doc."""
        return x, threading.get_ident()

    work.mark = 1  # type: ignore[attr-defined]
    wrapper = make_run_in_new_thread(work)

    result, thread = await wrapper(3)

    assert isinstance(wrapper, ThreadExecutorWrapper)
    assert (result, wrapper.__name__, wrapper.mark) == (3, "work", 1)
    assert thread != threading.get_ident()
    wrapper.shutdown()


@pytest.mark.anyio
async def test_an_async_function_gets_a_loop_of_its_own_in_the_thread() -> None:
    async def work() -> asyncio.AbstractEventLoop:
        await asyncio.sleep(0)
        return asyncio.get_running_loop()

    loop = await make_run_in_new_thread(work)()

    assert loop is not asyncio.get_running_loop()


@pytest.mark.anyio
async def test_errors_of_a_thread_reach_the_waiting_side() -> None:
    def fails() -> None:
        raise ValueError("no")

    def stops() -> None:
        raise StopIteration

    with pytest.raises(ValueError, match="no"):
        await make_run_in_new_thread(fails)()
    with pytest.raises(RuntimeError, match="StopIteration"):
        await make_run_in_new_thread(stops)()


@pytest.mark.anyio
async def test_context_variables_reach_the_thread() -> None:
    variable = contextvars.ContextVar("variable", default=0)
    variable.set(5)

    assert await make_run_in_new_thread(variable.get)() == 5


@pytest.mark.anyio
async def test_threads_are_reused() -> None:
    wrapper = make_run_in_new_thread(threading.get_ident)

    seen = {await wrapper() for _ in range(50)}

    assert len(seen) == 1


@pytest.mark.anyio
async def test_a_pool_runs_at_most_its_number_and_queues_the_rest() -> None:
    pool = ThreadPool("test", max_workers=2)
    lock, running, most = threading.Lock(), 0, 0
    gate = threading.Barrier(2, timeout=10)

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait()
        with lock:
            running -= 1

    await asyncio.gather(*(pool.run(work) for _ in range(6)))

    assert most == 2


@pytest.mark.anyio
async def test_a_cancelled_run_is_told_and_does_not_starve_the_others() -> None:
    pool = ThreadPool("test", max_workers=1)
    started, noticed = threading.Event(), threading.Event()

    def stubborn() -> None:
        started.set()
        while not cancel_requested():
            threading.Event().wait(0.001)
        noticed.set()

    task = asyncio.ensure_future(pool.run(stubborn))
    while not started.is_set():
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(10):
        assert await pool.run(lambda: 7) == 7
    assert noticed.wait(10)


@pytest.mark.anyio
async def test_a_run_that_is_cancelled_in_the_queue_never_starts() -> None:
    pool = ThreadPool("test", max_workers=1)
    go = threading.Event()
    first = asyncio.ensure_future(pool.run(lambda: go.wait(10)))
    calls: list[int] = []
    second = asyncio.ensure_future(pool.run(lambda: calls.append(1)))
    await asyncio.sleep(0)

    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    go.set()
    await first
    await pool.run(lambda: None)

    assert calls == []


@pytest.mark.anyio
async def test_a_pool_that_was_shut_down_refuses() -> None:
    wrapper = make_run_in_new_thread(len)
    wrapper.shutdown()

    with pytest.raises(RuntimeError, match="shut down"):
        await wrapper("x")


def test_a_result_for_a_closed_loop_is_dropped() -> None:
    calls: list[int] = []
    loop = asyncio.new_event_loop()
    job = Job(lambda: calls.append(1), loop)
    loop.close()

    job.run()
    job.deliver()

    assert calls == [1]
    assert not job.future.done()


# ------------------------------------------------------------------ processes


def own_pid() -> int:
    return os.getpid()


@pytest.mark.anyio
async def test_a_process_wrapper_really_runs_in_another_process() -> None:
    factor = 3

    def work(x: int) -> tuple[int, int]:
        print("this must not get between the frames")
        return x * factor, os.getpid()

    wrapper = make_run_in_new_process(work)

    (result, pid), (_, again) = await wrapper(4), await wrapper(5)

    assert isinstance(wrapper, ProcessExecutorWrapper)
    assert result == 12
    assert pid != os.getpid()
    assert pid == again
    wrapper.shutdown()


@pytest.mark.anyio
async def test_an_async_function_runs_in_a_process_too() -> None:
    async def work() -> int:
        return os.getpid()

    assert await ProcessExecutorWrapper(work, strict=True)() != os.getpid()


@pytest.mark.anyio
async def test_a_function_of_an_importable_module_is_found_by_name() -> None:
    assert await ProcessExecutorWrapper(os.getpid, strict=True)() != os.getpid()


@pytest.mark.anyio
async def test_metadata_that_does_not_pickle_does_not_matter() -> None:
    def work(x: int) -> int:
        return x + 1

    work.ef_funcmeta = {"on": threading.Lock()}  # type: ignore[attr-defined]

    assert await ProcessExecutorWrapper(work, strict=True)(1) == 2


@pytest.mark.anyio
async def test_an_error_in_the_process_keeps_its_type_and_shows_its_traceback() -> None:
    def fails() -> None:
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone") as info:
        await ProcessExecutorWrapper(fails)()

    assert "in fails" in str(info.value.__cause__)


@pytest.mark.anyio
async def test_an_error_that_cannot_be_built_again_becomes_a_runtime_error() -> None:
    def fails() -> None:
        class Odd(Exception):
            def __init__(self, a: int, b: int) -> None:
                super().__init__("odd")

        raise Odd(1, 2)

    with pytest.raises(RuntimeError, match="Odd: odd"):
        await ProcessExecutorWrapper(fails)()


@pytest.mark.anyio
async def test_what_does_not_pickle_runs_in_a_thread_with_one_logged_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def put(q: "queue.Queue[int]") -> int:
        q.put(1)
        return os.getpid()

    wrapper = make_run_in_new_process(put)
    box: queue.Queue[int] = queue.Queue()

    with caplog.at_level(logging.WARNING, "funcnodes"):
        pids = [await wrapper(box), await wrapper(box)]

    assert pids == [os.getpid()] * 2
    assert box.qsize() == 2
    assert len(caplog.records) == 1
    assert "runs in a thread" in caplog.text


@pytest.mark.anyio
async def test_a_strict_process_never_falls_back() -> None:
    def takes(lock: Any) -> None: ...

    def gives() -> Any:
        return threading.Lock()

    with pytest.raises(Exception, match="pickle"):
        await ProcessExecutorWrapper(takes, strict=True)(threading.Lock())
    with pytest.raises(Exception, match="cannot be pickled"):
        await ProcessExecutorWrapper(gives, strict=True)()


@pytest.mark.anyio
async def test_an_os_error_of_the_function_is_no_reason_to_run_it_again() -> None:
    def fails(path: str) -> None:
        with open(path, "a") as file:
            file.write("x")
        raise FileNotFoundError("gone")

    path = os.devnull
    with pytest.raises(FileNotFoundError, match="gone"):
        await ProcessExecutorWrapper(fails)(path)


@pytest.mark.anyio
async def test_cancelling_kills_the_process_and_the_next_run_gets_a_new_one(tmp_path: Path) -> None:
    def work(file: str) -> int:
        if file:
            with open(file, "w") as stream:
                stream.write(str(os.getpid()))
            os.rename(file, file + ".done")
            threading.Event().wait()
        return os.getpid()

    wrapper = ProcessExecutorWrapper(work, strict=True)
    task = asyncio.ensure_future(wrapper(str(tmp_path / "pid")))
    done = tmp_path / "pid.done"
    while not done.exists():
        await asyncio.sleep(0.005)
    first = int(done.read_text())

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    second = await wrapper("")

    assert second != first
    for _ in range(1000):
        try:
            os.kill(first, 0)
        except ProcessLookupError:
            break
        await asyncio.sleep(0.005)
    else:
        pytest.fail("the process still runs")
    wrapper.shutdown()


@pytest.mark.anyio
async def test_a_process_that_dies_is_an_error_and_is_replaced() -> None:
    def work(die: bool) -> int:
        if die:
            os._exit(3)
        return os.getpid()

    wrapper = ProcessExecutorWrapper(work)

    with pytest.raises(NodeError, match="exit code 3"):
        await wrapper(True)
    assert await wrapper(False) != os.getpid()


def test_the_child_answers_what_it_cannot_load() -> None:
    import pickle

    kind, text = pickle.loads(_child.call(pickle.dumps((("no_such_module", "f"), (), {}))))

    assert kind == "unloadable"
    assert "no_such_module" in text


# ------------------------------------------------------------------- choosing


def test_inline_is_the_function_itself() -> None:
    assert offloaded(own_pid, "inline", fallback=True, wants_node=False) is own_pid


def test_a_function_that_takes_its_node_runs_in_a_thread(caplog: pytest.LogCaptureFixture) -> None:
    def work(node: Any) -> None: ...

    with caplog.at_level(logging.WARNING, "funcnodes"):
        chosen = offloaded(work, "process", fallback=True, wants_node=True)

    assert type(chosen) is ThreadExecutorWrapper
    assert "takes the node" in caplog.text
    with pytest.raises(TypeError, match="takes the node"):
        offloaded(work, "process", fallback=False, wants_node=True)


@pytest.mark.anyio
async def test_a_generator_streams_from_its_thread() -> None:
    def numbers(n: int) -> Iterator[tuple[int, int]]:
        for i in range(n):
            yield i, threading.get_ident()

    stream = offloaded(numbers, "thread", fallback=True, wants_node=False)
    values = [value async for value in stream(3)]

    assert [i for i, _ in values] == [0, 1, 2]
    assert threading.get_ident() not in {thread for _, thread in values}


def test_generators_are_refused_by_an_explicit_process() -> None:
    def numbers() -> Iterator[int]:
        yield 1

    with pytest.raises(TypeError, match="yields"):
        offloaded(numbers, "process", fallback=False, wants_node=False)


@pytest.mark.anyio
async def test_an_async_generator_stays_on_its_loop() -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1

    assert offloaded(numbers, "thread", fallback=True, wants_node=False) is numbers


# ------------------------------------------------------------ sync and async


def double(x: int) -> int:
    return 2 * x


async def adouble(x: int) -> int:
    await asyncio.sleep(0)
    return 2 * x


def test_make_sync_leaves_sync_functions_alone() -> None:
    assert make_sync_if_needed(double) is double


def test_make_sync_runs_an_async_function_without_a_loop() -> None:
    assert make_sync_if_needed(adouble)(4) == 8
    assert call_sync(adouble, 5) == 10
    assert call_sync(double, x=6) == 12


@pytest.mark.anyio
async def test_make_sync_blocks_inside_a_loop() -> None:
    async def fails() -> None:
        raise ValueError("no")

    assert make_sync_if_needed(adouble)(4) == 8
    with pytest.raises(ValueError, match="no"):
        call_sync(fails)


@pytest.mark.anyio
async def test_make_async_makes_both_kinds_awaitable() -> None:
    assert make_async_if_needed(adouble) is adouble
    assert await make_async_if_needed(double)(3) == 6
    assert make_async_if_needed(double).__name__ == "double"
