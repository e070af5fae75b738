"""Nodes that hold on to the process of their worker, for tests of its end."""

import asyncio
import atexit
import os
import threading
import time
from pathlib import Path

import funcnodes_core as fn


@fn.NodeDecorator("t.block_thread", separate_thread=True)
def block_thread(path: str) -> int:
    """Tells that it runs, and never returns; in a thread of its own."""
    Path(path).write_text(str(os.getpid()))
    while True:
        time.sleep(1)


@fn.NodeDecorator("t.block_process", executor="process")
def block_process(path: str) -> int:
    """Tells its process, and never returns."""
    Path(path).write_text(str(os.getpid()))
    while True:
        time.sleep(1)


@fn.NodeDecorator("t.block_executor")
async def block_executor(path: str) -> int:
    """Waits for a thread of the loop's executor, which Python waits for at its end."""
    Path(path).write_text(str(os.getpid()))
    await asyncio.to_thread(time.sleep, 3600)
    return 0


@fn.NodeDecorator("t.leave_thread")
def leave_thread(path: str) -> int:
    """Leaves a thread behind that Python waits for at its end."""
    threading.Thread(target=time.sleep, args=(3600,), daemon=False).start()
    Path(path).write_text(str(os.getpid()))
    return 0


@fn.NodeDecorator("t.leave_hook")
def leave_hook(path: str) -> int:
    """Leaves something to do at the end that never ends."""
    atexit.register(time.sleep, 3600)
    Path(path).write_text(str(os.getpid()))
    return 0


@fn.NodeDecorator("t.cancelled_never")
async def cancelled_never(path: str) -> int:
    """Takes no cancellation."""
    Path(path).write_text(str(os.getpid()))
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            continue


NODE_SHELF = fn.Shelf(
    name="Stubborn",
    nodes=[block_thread, block_process, block_executor, leave_thread, leave_hook, cancelled_never],
    subshelves=[],
    description="For tests",
)
