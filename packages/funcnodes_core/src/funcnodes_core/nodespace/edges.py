"""Wires of a graph by ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funcnodes_core.exceptions import EdgeNotFoundError, IONotFoundError, NodeNotFoundError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.connection import Link
from funcnodes_core.io.input import NodeInput
from funcnodes_core.node.base import Node
from funcnodes_core.nodespace.observer import Edge

Space = Any  # a NodeSpace, which delegates to these functions

__all__ = ["disconnect", "edge_of", "edges_of", "forget_bad", "links_from", "ports_of", "saved_edges"]


def edge_of(link: Link) -> Edge:
    """A wire by the ids of its ends."""
    src, dst = link.src.node, link.dst.node
    return Edge(src.uuid if src else "", link.src.id, dst.uuid if dst else "", link.dst.id)


def links_from(node: Node) -> list[Link]:
    """The wires that start at a node, outputs before forwards."""
    links = [link for port in node.outputs.values() for link in port.links]
    return links + [link for port in node.inputs.values() for link in port.forwards]


def edges_of(nodes: Iterable[Node]) -> list[Edge]:
    """Every wire that starts at one of the nodes."""
    links = (link for node in nodes for link in links_from(node))
    return [edge_of(link) for link in links if link.dst.node is not None]


def saved_edges(nodes: Iterable[Node], bad: Iterable[Edge]) -> list[tuple[str, str, str, str]]:
    """Every wire as files have it, with those that a file named and that could not be made."""
    made = dict.fromkeys(edges_of(nodes))
    made.update(dict.fromkeys(bad))
    return [tuple(edge) for edge in made]  # type: ignore[misc]


def forget_bad(bad: dict[Edge, str], uuid: str) -> None:
    """Drop what was noted of a removed node's wires."""
    for edge in [edge for edge in bad if uuid in (edge.src, edge.dst)]:
        del bad[edge]


def ports_of(src: Node, src_io: str, dst: Node, dst_io: str) -> tuple[NodeIO, NodeIO]:
    """The ports of an edge; an output is meant where a node has both of an id."""
    source: NodeIO = src.outputs[src_io] if src_io in src.outputs else src.get_input_or_output(src_io)
    return source, dst.get_input(dst_io)


def disconnect(space: Space, edge: Edge) -> None:
    """Take a wire or a forward away, also one that could not be made.

    Raises:
        EdgeNotFoundError: There is none.
    """
    bad = space.bad_edges.pop(edge, None)
    try:
        source, target = space.find_edge_ports(*edge)
        if isinstance(source, NodeInput) and isinstance(target, NodeInput):
            source.unforward(target)
        else:
            source.disconnect(target)
    except (EdgeNotFoundError, NodeNotFoundError, IONotFoundError):
        if bad is None:
            raise
