"""Why a node ran, or why it does not: a sentence, made from what the scheduler keeps anyway."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from funcnodes_core._runnable import sources
from funcnodes_core.exceptions import NodeCancelledError
from funcnodes_core.io.input import NodeInput
from funcnodes_core.node.protocol import NodeLike

__all__ = ["Why", "why"]

_MOST = 3  # nodes that a sentence names


class Why(NamedTuple):
    """Why a node stands as it does.

    Attributes:
        status: The node's status word.
        text: The reason, without the node's own name: "waiting for a value at 'b'".
        nodes: The nodes that the reason names.
    """

    status: str
    text: str
    nodes: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return self.text


def why(node: NodeLike) -> Why:
    """What made a node run last (which input, and whose change), or what it waits for."""
    status = node.status_word
    for reason in (_waits, _does_not_run, _did_not_run):
        if (found := reason(node, status)) is not None:
            text, nodes = found
            return Why(status, text, tuple(nodes))
    if status in ("running", "done"):
        text, nodes = _because(node)
        return Why(status, f"it {'runs' if status == 'running' else 'ran'}{text}", tuple(nodes))
    return Why(status, "nobody asked")


_Reason = tuple[str, Iterable[Any]]


def _waits(node: NodeLike, status: str) -> _Reason | None:
    """What a node that was asked or marked waits for."""
    if status != "waiting":
        return None
    if node._timer is not None:
        return f"waiting until nothing has changed for {node.pretrigger_delay:g} s", ()
    holders = {link.src._node(): None for link in node._links_in() if link.holds and not link.src.is_input()}
    holders |= dict.fromkeys(_held_through_forwards(node))
    holders.pop(None, None)
    if holders:
        return f"waiting for {_names(holders)}", holders
    for first, kept in node._scheduler._watchers.items():
        if node in kept:
            return f"waiting until {first.name!r} has run for an earlier change", (first,)
    return "waiting for its turn", ()


def _held_through_forwards(node: NodeLike) -> list[Any]:
    held = [link for link in node._links_in() if link.holds and link.src.is_input()]
    return [source for source in sources(node) if source._live] if held else []


def _does_not_run(node: NodeLike, status: str) -> _Reason | None:
    """What keeps a node from being asked at all."""
    if status == "missing":
        return f"its class {node.node_id!r} is not installed", ()
    if status == "running":
        return None
    if node._muted:
        return ("it is muted, and remembers that it was asked" if node._requested else "it is muted"), ()
    missing = [port.name for port in node._missing_inputs()]
    if missing:
        return f"waiting for a value at {', '.join(map(repr, missing))}", ()
    if node._space is not None and node in node._space._held_back:
        return "the graph is paused", ()
    return None


def _did_not_run(node: NodeLike, status: str) -> _Reason | None:
    """What went wrong when it was to run."""
    if status == "failed" and _was_stopped(node):
        return "its last run was stopped", ()
    if status == "failed":
        return f"its last run failed: {node.last_error.error}", ()
    cause: Any = node._blocked_by
    if status == "stale" and cause is not None:
        return f"blocked by {'the stop' if _was_stopped(cause) else 'the failure'} of {cause.name!r}", (
            cause,
        )
    if status == "stale":
        above: list[Any] = list(dict.fromkeys(sources(node)))
        old = [source for source in above if source._stale]
        if old:
            return f"{_names(old)} {'is' if len(old) == 1 else 'are'} stale", old
        return "something upstream has changed since it ran, or its run was taken back", ()
    return None


def _was_stopped(node: NodeLike) -> bool:
    return node.last_error is not None and isinstance(node.last_error.exception, NodeCancelledError)


def _because(node: NodeLike) -> _Reason:
    """Which input asked for the run, and from whose change that value came."""
    cause = node._cause
    if cause is None:
        return ", asked for by hand", ()
    source = _sender(cause)
    if source is None:
        return f" because {cause.name!r} got a value", ()
    text = f" because {cause.name!r} got a value from {source.name!r}"
    origin, first = _origin(source)
    if origin is None:
        return text, (source,)
    if first is source:
        return f"{text}, whose {origin.name!r} was set", (source,)
    return f"{text}, after {origin.name!r} of {first.name!r} was set", (source, first)


def _sender(port: NodeInput) -> Any:
    """The node that feeds an input, where there is but one."""
    wires = port.links_in
    while len(wires) == 1 and wires[0].src.is_input():
        wires = wires[0].src.links_in
    return wires[0].src._node() if len(wires) == 1 else None


def _origin(node: Any) -> tuple[NodeInput | None, Any]:
    """The input that somebody set, from which the last run of a node followed, and its node."""
    seen = {node}
    while (cause := node._cause) is not None and (source := _sender(cause)) is not None:
        if source in seen:
            return None, node  # round and round
        seen.add(source)
        node = source
    return node._cause, node


def _names(nodes: Iterable[Any]) -> str:
    names = [repr(node.name) for node in nodes]
    shown = ", ".join(names[:_MOST])
    return shown if len(names) <= _MOST else f"{shown} and {len(names) - _MOST} more"
