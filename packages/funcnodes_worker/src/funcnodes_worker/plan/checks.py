"""What planners ask of the graph itself: does a port exist, may two ports be connected."""

from __future__ import annotations

from funcnodes_core.io.base import NodeIO
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_worker.edits import Edge
from funcnodes_worker.errors import NotFoundError
from funcnodes_worker.persistence.model import GraphModel

__all__ = ["find_input", "find_port", "input_taken"]


def find_port(space: NodeSpace, uuid: str, io_id: str, *, is_input: bool | None = None) -> NodeIO:
    """A port of a node; where an input and an output share an id, the input unless `is_input` says.

    Raises:
        NotFoundError: there is no such node or port.
    """
    try:
        node = space.get_node_by_id(uuid)
    except LookupError as exc:
        raise NotFoundError(f"no node {uuid!r}", uuid=uuid) from exc
    if is_input is not False and io_id in node.inputs:
        return node.inputs[io_id]
    if is_input is not True and io_id in node.outputs:
        return node.outputs[io_id]
    kind = {True: "input", False: "output", None: "port"}[is_input]
    raise NotFoundError(f"{node.name!r} has no {kind} {io_id!r}", uuid=uuid, io_id=io_id)


def find_input(space: NodeSpace, uuid: str, io_id: str) -> NodeIO:
    """An input of a node, or NotFoundError."""
    return find_port(space, uuid, io_id, is_input=True)


def input_taken(space: NodeSpace, edge: Edge, model: GraphModel) -> bool:
    """Whether the input at an edge's end takes one edge only and another one ends there in `model`."""
    others = [other for other in model.edges_into(edge[2], edge[3]) if other != edge]
    if not others:
        return False
    try:
        return not find_input(space, edge[2], edge[3]).allow_multiple
    except NotFoundError:  # the node is not built yet: an undo brings it back first
        return False
