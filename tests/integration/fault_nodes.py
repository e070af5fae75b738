"""Nodes that do harm to the process that they run in."""

import asyncio
import os

import funcnodes_core as fn

STEP_BYTES = 8 * 1024 * 1024


@fn.NodeDecorator("t.exit", name="Exit")
def leave(code: int) -> int:
    """Ends the interpreter without a word."""
    os._exit(code)


@fn.NodeDecorator("t.leak", name="Leak")
def leak(used: bool) -> int:
    """Takes memory for ever, and writes to it or only asks for it."""
    held = []
    while True:
        held.append(b"x" * STEP_BYTES if used else bytes(STEP_BYTES))


@fn.NodeDecorator("t.await", name="Await")
async def wait(x: int) -> None:
    """Runs for ever and keeps nobody from anything."""
    await asyncio.Event().wait()


NODE_SHELF = fn.Shelf(name="Faults", nodes=[leave, leak, wait], subshelves=[], description="For tests")
