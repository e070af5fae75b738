"""What of the graph a caller below `edit` is shown: no tracebacks, logs or other things that its link does not list."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.shapes import NodeFailure, NodeState
from funcnodes_worker.scopes import Grant

__all__ = ["visible_event", "visible_nodes"]


def visible_nodes(nodes: Iterable[NodeState], grant: Grant) -> list[NodeState]:
    """The records of nodes as a caller sees them."""
    if grant.meets("tracebacks"):
        return list(nodes)
    return [_without_traceback(node) for node in nodes]


def visible_event(event: ev.Event, grant: Grant) -> ev.Event | None:
    """An event as a caller sees it; None when it is not for it."""
    if not grant.meets(event.needs):
        return None
    if grant.meets("tracebacks"):
        return event
    match event:
        case ev.NodeErrored() if event.traceback:
            return msgspec.structs.replace(event, traceback="")
        case ev.Status(error=NodeFailure() as failure) if failure.traceback:
            return msgspec.structs.replace(event, error=NodeFailure(error=failure.error))
        case ev.NodeAdded():
            return msgspec.structs.replace(event, serialized=_without_traceback(event.serialized))
    return event


def _without_traceback(node: NodeState) -> NodeState:
    if node.error is None or not node.error.traceback:
        return node
    return msgspec.structs.replace(node, error=NodeFailure(error=node.error.error))
