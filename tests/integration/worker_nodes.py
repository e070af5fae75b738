"""Nodes for tests of the worker, installed like a published module."""

import time
from pathlib import Path

import funcnodes_core as fn


@fn.NodeDecorator("t.add", name="Add")
def add(a: float, b: float = 1) -> float:
    """The sum."""
    return a + b


@fn.NodeDecorator("t.join", name="Join")
def join(a: str = "a", b: str = "b") -> str:
    """One text behind the other, as far as that is not too long: in a circle it would double for ever."""
    return (a + b)[-20_000:]


@fn.NodeDecorator("t.divide", name="Divide")
def divide(a: float, b: float) -> float:
    """The quotient; fails on 0."""
    return a / b


@fn.NodeDecorator("t.items", name="Items")
def items(n: int = 3) -> list[int]:
    """Some numbers."""
    return list(range(n))


@fn.NodeDecorator("t.picture", name="Picture")
def picture(n: int = 4) -> bytes:
    """Bytes that look like a PNG."""
    return b"\x89PNG\r\n\x1a\n" + bytes(n)


@fn.NodeDecorator("t.strange", name="Strange")
def strange(n: int = 4) -> object:
    """A value that JSON cannot say."""
    return {n, "x"}


@fn.NodeDecorator("t.block", name="Block")
def block(path: str) -> int:
    """Blocks its thread until the file at `path` is there."""
    rounds = 0
    while not Path(path).exists():
        time.sleep(0.01)
        rounds += 1
    return rounds


@fn.NodeDecorator("t.spin", name="Spin")
def spin(path: str) -> int:
    """Computes, in Python, until the file at `path` is there."""
    rounds = 0
    while rounds % 100_000 or not Path(path).exists():
        rounds += 1
    return rounds


NODE_SHELF = fn.Shelf(
    name="Test",
    nodes=[add, join, divide, items, picture, strange, block, spin],
    subshelves=[],
    description="For tests",
)
