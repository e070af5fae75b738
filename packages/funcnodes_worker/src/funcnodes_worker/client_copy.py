"""A client's copy of a worker's graph, kept in step by the worker's events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from funcnodes_worker.commands.state import FullState, NodespaceState
from funcnodes_worker.projection import Projection
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.frames import ValueFrameHeader
from funcnodes_worker.protocol.shapes import (
    EdgeState,
    ExternalWorkerState,
    GroupState,
    LibraryState,
    NodeState,
)

__all__ = ["GraphCopy"]

_EVENTS: dict[str, type[ev.Event]] = {event.event: event for event in ev.EVENTS}


class GraphCopy:
    """The graph as the worker last told it; `WorkerClient.follow` gives one.

    Attributes:
        epoch: which life of the worker it is a copy of.
        seq: the position in the worker's log that it has reached.
        rev: the revision of the graph.
    """

    def __init__(self) -> None:
        self.epoch = ""
        self.seq = 0
        self.rev = 0
        self._records = Projection()
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def nodes(self) -> Mapping[str, NodeState]:
        """The nodes by uuid."""
        return self._records.nodes

    @property
    def edges(self) -> list[EdgeState]:
        """The connections."""
        return list(self._records.edges)

    @property
    def groups(self) -> Mapping[str, GroupState]:
        """The groups by id."""
        return self._records.groups

    @property
    def properties(self) -> Mapping[str, Any]:
        """What is kept with the graph."""
        return self._records.prop

    @property
    def library(self) -> LibraryState:
        """The node classes that can be added."""
        return self._records.library

    @property
    def external_workers(self) -> list[ExternalWorkerState]:
        """The external workers beside the graph."""
        return self._records.external_workers

    def as_json(self) -> dict[str, Any]:
        """The same data as `nodespace` in the answer to `full_state`."""
        state = NodespaceState(
            nodes=list(self.nodes.values()),
            edges=self.edges,
            groups=list(self.groups.values()),
            prop=dict(self.properties),
        )
        found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(state))
        return found

    async def until(self, condition: Callable[[GraphCopy], object]) -> None:
        """Wait until something holds of the copy; `asyncio.timeout` bounds it."""
        while not condition(self):
            changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(changed)
            await changed

    # -- what the client tells it

    def load(self, full_state: Mapping[str, Any]) -> None:
        """Become what an answer to `full_state` says."""
        state = msgspec.convert(full_state, FullState)
        records = Projection()
        records.nodes = {node.uuid: node for node in state.nodespace.nodes}
        records.edges = dict.fromkeys(state.nodespace.edges)
        records.groups = {group.id: group for group in state.nodespace.groups}
        records.prop = state.nodespace.prop
        records.library = state.lib
        records.external_workers = state.external_workers
        self._records = records
        self.epoch, self.seq, self.rev = state.epoch, state.seq, state.rev
        self._tell()

    def load_library(self, library: Mapping[str, Any]) -> None:
        """Take in another library."""
        self._records.library = msgspec.convert(library, LibraryState)
        self._tell()

    def apply(self, frame: Mapping[str, Any]) -> bool:
        """Take in an event frame; False when one before it is missing."""
        if frame["prev"] != self.seq:
            return False
        self.seq, self.rev = frame["seq"], max(self.rev, frame.get("rev", 0))
        kind = _EVENTS.get(frame["event"])
        if kind is not None:  # else of a worker that is newer than this
            self._records.apply(msgspec.convert(frame["data"], kind))
        self._tell()
        return True

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)


def value_frame(header: ValueFrameHeader) -> dict[str, Any]:
    """A binary frame's header as the event frame that a client without binary frames would get."""
    fields = msgspec.to_builtins(header)
    data = {
        key: fields[key]
        for key in ("node_uuid", "io_id", "io_type", "mime", "complete", "href")
        if key in fields
    }
    rest = {key: fields[key] for key in ("seq", "prev", "rev", "by", "cmd_id") if key in fields}
    return {"type": "nodespaceevent", "event": "io_value_changed", "data": {**data, "preview": None}, **rest}
