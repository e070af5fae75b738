"""Wires between ports and the one answer to "may these two be connected?"."""

from __future__ import annotations

from typing import Literal

from funcnodes_core.exceptions import MultipleConnectionsError, NodeConnectionError
from funcnodes_core.io.base import Link, NodeIO
from funcnodes_core.typenames import Verdict, can_accept

__all__ = [
    "Link",
    "can_connect",
    "check_threads",
    "make_room",
    "raise_allow_connections",
    "reaches",
    "structure_version",
]


class _Structure:
    """Counts changes of any graph's wiring, so that what was derived from it can be kept."""

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.version = 0


structure_version = _Structure()


def _in_use(dst: NodeIO, src: NodeIO) -> bool:
    if not dst.links_in or dst.allow_multiple:
        return False
    return any(link.src is not src for link in dst.links_in)


def can_connect(src: NodeIO, dst: NodeIO, *, replace: bool = False) -> Verdict:
    """Tell whether a value may flow from `src` to `dst`, and why not.

    Args:
        src: An output, or an input that is to be mirrored.
        dst: An input.
        replace: Whether a wire that occupies `dst` would be taken away first.

    Returns:
        `Verdict(ok, reason)`; the reason is empty when ok.
    """
    if not dst.is_input():
        return Verdict(False, f"{dst.name!r} is an output and takes no connection")
    if src is dst:
        return Verdict(False, f"{dst.name!r} cannot be connected with itself")
    if src.is_input() and src.node is not None and src.node is dst.node:
        return Verdict(False, "an input cannot be forwarded to an input of the same node")
    if src.is_input() and reaches(dst, src):
        return Verdict(False, f"forwards would run in a circle through {dst.name!r}")
    if not replace and _in_use(dst, src):
        return Verdict(False, f"input {dst.name!r} is connected already")
    return can_accept(src.type_spec, dst.type_spec)


def raise_allow_connections(src: NodeIO, trg: NodeIO) -> Literal[True]:
    """Return True, or raise what forbids the connection.

    Raises:
        NodeConnectionError: Two outputs, or the same port twice.
        MultipleConnectionsError: The input takes one connection and has it.
    """
    into = trg.is_input()
    if not into and not src.is_input():
        raise NodeConnectionError(f"two outputs cannot be connected: {src.full_id!r} and {trg.full_id!r}")
    if src is trg:
        raise NodeConnectionError(f"a port cannot be connected with itself: {src.full_id!r}")
    first, second = (trg, src) if into else (src, trg)
    if _in_use(first, second):
        raise MultipleConnectionsError(
            f"input {first.full_id!r} is connected already and takes one connection"
        )
    return True


def make_room(src: NodeIO, dst: NodeIO, *, replace: bool, check: bool) -> None:
    """Check everything that forbids a wire, then take away the one that it replaces.

    Raises:
        NodeConnectionError: The two cannot be connected, or their types never fit (with `check`).
        MultipleConnectionsError: The input is taken, and `replace` is false.
        WrongThreadError: A node of theirs runs on another thread.
    """
    occupied = replace and dst.is_input() and _in_use(dst, src)
    if not occupied:
        raise_allow_connections(src, dst)
    # types of one name are mostly one object
    if check and src.type_spec is not dst.type_spec:
        verdict = can_accept(src.type_spec, dst.type_spec)
        if not verdict.ok:
            raise NodeConnectionError(f"cannot connect {src.id!r} with {dst.id!r}: {verdict.reason}")
    check_threads(src, dst)
    if occupied:
        for link in tuple(dst.links_in):
            dst.disconnect(link.src)  # and nothing else: what mirrors `dst` goes on doing so


def reaches(start: NodeIO, goal: NodeIO) -> bool:
    """Tell whether forwards lead from `start` to `goal`."""
    seen = {id(start)}
    todo = [start]
    while todo:
        port = todo.pop()
        if port is goal:
            return True
        for link in port.forwards:
            if id(link.dst) not in seen:
                seen.add(id(link.dst))
                todo.append(link.dst)
    return False


def check_threads(*ports: NodeIO) -> None:
    """Refuse to wire ports whose nodes run on another thread."""
    for port in ports:
        node = port._node()
        if node is not None and node._off_thread():
            node._check_thread()
