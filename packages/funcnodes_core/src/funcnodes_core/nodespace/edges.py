"""Wires of a graph by ids."""

from __future__ import annotations

from collections.abc import Iterable

from funcnodes_core.exceptions import NodeConnectionError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.connection import Link, can_connect
from funcnodes_core.io.input import NodeInput
from funcnodes_core.node.base import Node
from funcnodes_core.nodespace.observer import Edge

__all__ = ["connect", "disconnect", "edge_of", "edges_of", "ports_of"]


def edge_of(link: Link) -> Edge:
    """A wire by the ids of its ends."""
    src, dst = link.src.node, link.dst.node
    return Edge(src.uuid if src else "", link.src.id, dst.uuid if dst else "", link.dst.id)


def edges_of(nodes: Iterable[Node]) -> list[Edge]:
    """Every wire that starts at one of the nodes; of a node, outputs come before forwards."""
    out = []
    for node in nodes:
        links = [link for port in node.outputs.values() for link in port.links]
        links += [link for port in node.inputs.values() for link in port.forwards]
        out += [edge_of(link) for link in links if link.dst.node is not None]
    return out


def ports_of(src: Node, src_io: str, dst: Node, dst_io: str) -> tuple[NodeIO, NodeIO]:
    """The ports of an edge; an output is meant where a node has both of an id."""
    source: NodeIO = src.outputs[src_io] if src_io in src.outputs else src.get_input_or_output(src_io)
    return source, dst.get_input(dst_io)


def connect(source: NodeIO, target: NodeIO, *, replace: bool, check: bool) -> None:
    """Connect two ports.

    Raises:
        NodeConnectionError: They cannot be connected; the message says why.
    """
    if check:
        verdict = can_connect(source, target, replace=True)
        if not verdict.ok:
            raise NodeConnectionError(f"cannot connect {source.id!r} with {target.id!r}: {verdict.reason}")
    source.connect(target, replace=replace)  # type: ignore[attr-defined]


def disconnect(source: NodeIO, target: NodeIO) -> None:
    """Take a wire or a forward away.

    Raises:
        EdgeNotFoundError: There is none.
    """
    if isinstance(source, NodeInput) and isinstance(target, NodeInput):
        source.unforward(target)
    else:
        source.disconnect(target)
