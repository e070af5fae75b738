"""Planning connections."""

from __future__ import annotations

from msgspec import UNSET

from funcnodes_core.io import can_connect
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_worker.edits import Edge, Edit, PutEdge, RemoveEdge
from funcnodes_worker.errors import ConflictError, NotFoundError
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.plan.checks import find_input, find_port

__all__ = ["plan_add_edge", "plan_remove_edge"]


def plan_add_edge(model: GraphModel, space: NodeSpace, edge: Edge, replace: bool) -> list[Edit]:
    """A connection, or a forward when the source is an input; nothing when it is there already.

    The value that was set at its end is given up, hidden ports show, and with `replace` the edge that was there goes.

    Raises:
        NotFoundError: a node or port is not there.
        ConflictError: the two do not fit, or the input is taken.
    """
    src = find_port(space, edge[0], edge[1], is_input=_source_is_input(space, edge))
    dst = find_input(space, edge[2], edge[3])
    if edge in model.edges:
        return []
    edits: list[Edit] = []
    taken = not dst.allow_multiple and (dst.links_in or space.bad_edges)
    others = model.edges_into(edge[2], edge[3]) if taken else []
    if others and not replace:
        raise ConflictError(f"input {edge[3]!r} is connected already", uuid=edge[2], io_id=edge[3])
    edits += [RemoveEdge(other) for other in others]
    verdict = can_connect(src, dst, replace=True)
    if not verdict.ok:
        raise ConflictError(verdict.reason, src=[edge[0], edge[1]], dst=[edge[2], edge[3]])
    for port, uuid in ((src, edge[0]), (dst, edge[2])):
        if port.hidden:
            edits.append(model.set(("nodes", uuid, "io", port.id, "hidden"), False))
    for key in ("value", "default"):
        path = ("nodes", edge[2], "io", edge[3], key)
        if model.field(path) is not UNSET:
            edits.append(model.set(path, UNSET))
    return [*edits, PutEdge(edge)]


def _source_is_input(space: NodeSpace, edge: Edge) -> bool:
    """An output wins where both sides of the source node have a port of that id."""
    try:
        return edge[1] not in space.get_node_by_id(edge[0]).outputs
    except LookupError:
        return False


def plan_remove_edge(model: GraphModel, edge: Edge) -> list[Edit]:
    """A connection goes.

    Raises:
        NotFoundError: it is not there.
    """
    if edge not in model.edges:
        raise NotFoundError(f"no edge from {edge[0]}.{edge[1]} to {edge[2]}.{edge[3]}")
    return [RemoveEdge(edge)]
