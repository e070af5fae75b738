"""Reads: what the graph looks like, answered from the projection."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from funcnodes_worker.broadcast.visible import visible_nodes
from funcnodes_worker.context import ReadContext
from funcnodes_worker.errors import ConflictError, ForbiddenError
from funcnodes_worker.protocol.events import IOType
from funcnodes_worker.protocol.shapes import (
    EdgeState,
    ExternalWorkerState,
    GroupState,
    LibraryState,
    NodeState,
)
from funcnodes_worker.rpc.registry import command

__all__ = ["CaughtUp", "FullState", "NodespaceState", "WorkerIdentity"]


class NodespaceState(Struct, kw_only=True):
    """The graph as it is now."""

    nodes: list[NodeState]
    edges: list[EdgeState]
    groups: list[GroupState]
    prop: dict[str, Any]


class WorkerIdentity(Struct, kw_only=True):
    """Which worker this is; `notices` are sentences for people: what was damaged, or cannot be loaded."""

    uuid: str
    name: str
    notices: list[str] = []


class FullState(Struct, kw_only=True):
    """Everything that an editor shows. Events with a `seq` above this one follow it."""

    nodespace: NodespaceState
    lib: LibraryState
    worker: WorkerIdentity
    client: str
    epoch: str
    seq: int
    rev: int
    external_workers: list[ExternalWorkerState] = []

    @property
    def position(self) -> int:
        """The log position that a client has reached with this answer."""
        return self.seq


class CaughtUp(Struct, kw_only=True):
    """Whether the missed events were sent; if not, a `resync` frame was."""

    success: bool
    seq: int


@command(scope="view")
def uuid(ctx: ReadContext) -> str:
    """The id of this worker."""
    return ctx.worker.config.uuid


@command(scope="view")
def name(ctx: ReadContext) -> str:
    """The name of this worker."""
    return ctx.worker.config.name


@command(scope="view")
def heartbeat(ctx: ReadContext) -> None:
    """Say that this worker is still needed."""
    ctx.worker.beat()


@command(scope="view")
def full_state(ctx: ReadContext) -> FullState:
    """The graph, the library and the worker, with the log position at which they are so."""
    hub, records = ctx.worker.hub, ctx.projection
    return FullState(
        nodespace=NodespaceState(
            nodes=visible_nodes(records.nodes.values(), ctx.grant),
            edges=list(records.edges),
            groups=list(records.groups.values()),
            prop=records.prop,
        ),
        lib=records.library,
        worker=WorkerIdentity(
            uuid=ctx.worker.config.uuid,
            name=ctx.worker.config.name,
            notices=ctx.worker.notices if ctx.grant.meets("logs") else [],  # they name files
        ),
        client=ctx.client,
        epoch=hub.epoch,
        seq=hub.seq,
        rev=hub.rev,
        external_workers=records.external_workers,
    )


@command(scope="view")
def catch_up(ctx: ReadContext, epoch: str, client: str, seq: int) -> CaughtUp:
    """Go on after a lost connection: the later events, or a `resync` when they are not kept any more."""
    success = ctx.session.catch_up(epoch, client, seq)
    return CaughtUp(success=success, seq=ctx.worker.hub.seq)


@command(scope="view")
def get_nodes(ctx: ReadContext) -> list[NodeState]:
    """All nodes, in the order in which they were added."""
    return visible_nodes(ctx.projection.nodes.values(), ctx.grant)


@command(scope="view")
def get_edges(ctx: ReadContext) -> list[EdgeState]:
    """All connections."""
    return list(ctx.projection.edges)


@command(scope="view")
def get_groups(ctx: ReadContext) -> list[GroupState]:
    """All groups."""
    return list(ctx.projection.groups.values())


@command(scope="view")
def get_library(ctx: ReadContext) -> LibraryState:
    """The tree of node classes that can be added."""
    return ctx.projection.library


@command(scope="view")
async def get_io_value(
    ctx: ReadContext, uuid: str, io_id: str, io_type: IOType | None = None, full: bool = False
) -> Any:
    """What a port shows, or with `full` its whole value where JSON can say it exactly."""
    if full and not ctx.grant.meets("values"):
        raise ForbiddenError("this link shows no whole values", scope="values")
    key = ctx.projection.locate(uuid, io_id, io_type)
    held = ctx.projection.values.get(key)
    if not full or held is None:
        port = ctx.projection.find_port(key)
        return None if port is None else port.value
    try:
        return await ctx.worker.encode_value(held.value)
    except (ValueError, RuntimeError) as error:  # no exact form, or a dict that a node changes meanwhile
        href = f"/value/{uuid}/{io_id}?io_type={key.io_type}"
        raise ConflictError(
            f"the value of {io_id!r} is not JSON: {error}; fetch {href!r}", href=href
        ) from error
