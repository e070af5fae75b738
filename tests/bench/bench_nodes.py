"""Nodes for the figures of the worker, installed like a published module."""

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


NODE_SHELF = fn.Shelf(
    name="Bench",
    nodes=[add, count, raw_bytes, image],
    subshelves=[],
    description="For the figures",
)
