"""Nodes for the figures of the worker, installed like a published module."""

import hashlib
import time
from collections.abc import Iterator

import funcnodes_core as fn

MEGABYTES_10 = 10 * 1024 * 1024


@fn.NodeDecorator("b.add", name="Add")
def add(a: float, b: float = 1) -> float:
    """The sum."""
    return a + b


@fn.NodeDecorator("b.count", name="Count")
def count(n: int) -> Iterator[int]:
    """Sends one number after the other; each goes through the whole graph before the next."""
    yield from range(n)


@fn.NodeDecorator("b.bytes", name="Bytes")
def raw_bytes(n: int) -> bytes:
    """10 MB of bytes."""
    return n.to_bytes(2, "big") + bytes(MEGABYTES_10)


@fn.NodeDecorator("b.image", name="Image", default_render_options={"data": {"src": "out", "type": "image"}})
def image(n: int) -> bytes:
    """10 MB that are a PNG by their first bytes."""
    return b"\x89PNG\r\n\x1a\n" + n.to_bytes(2, "big") + bytes(MEGABYTES_10)


@fn.NodeDecorator("b.rows", name="Rows")
def rows(n: int) -> list[dict[str, object]]:
    """A table of numbers and text."""
    return [{"id": i, "name": f"row {i * 7919 % n}", "share": i / 7} for i in range(n)]


@fn.NodeDecorator("b.block", name="Block")
def block(how: str) -> int:
    """Holds on to the graph's thread for three seconds, in one of three ways."""
    end = time.monotonic() + 3
    if how == "sleep":
        time.sleep(3)
    while time.monotonic() < end:
        if how == "c":  # releases the interpreter lock for about a tenth of a second
            hashlib.pbkdf2_hmac("sha256", b"word", b"salt", 200_000)
    return 0


NODE_SHELF = fn.Shelf(
    name="Bench",
    nodes=[add, count, raw_bytes, image, block, rows],
    subshelves=[],
    description="For the figures",
)
