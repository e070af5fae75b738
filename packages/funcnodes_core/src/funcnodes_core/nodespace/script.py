"""Running a graph once from a script."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from funcnodes_core.exceptions import IONotFoundError, NodeNotFoundError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.node.base import Node
from funcnodes_core.node.waiting import wait_for
from funcnodes_core.nodespace._ctrl_c import breakable
from funcnodes_core.nodespace.nodespace import NodeSpace

__all__ = ["arun", "find_port", "open_ends", "run"]

Graph = NodeSpace | Node | Iterable[Node]


def _nodes(graph: Graph) -> list[Node]:
    if isinstance(graph, NodeSpace):
        return graph.nodes
    if isinstance(graph, type):
        raise TypeError(f"{graph.__name__} is a node class: make a node of it, as in {graph.__name__}()")
    return [graph] if isinstance(graph, Node) else list(graph)


def find_port(nodes: Iterable[Node], address: str, *, inputs_only: bool = False) -> NodeIO:
    """The port of an address `NODE.PORT`; outputs come before inputs.

    Args:
        nodes: Where to look.
        address: The node by uuid or name, the port by id or name; both may hold dots.
        inputs_only: Outputs are not meant.

    Raises:
        NodeNotFoundError: No node, or more than one, is meant.
        IONotFoundError: The node has no such port; the message names those that it has.
    """
    nodes = list(nodes)
    keys = [*((node.uuid, node) for node in nodes), *((node.name, node) for node in nodes)]
    begun = [(key, node) for key, node in keys if address.startswith(f"{key}.")]
    for key, node in begun:
        for port in _ports(node, address[len(key) + 1 :], inputs_only):
            same = [other.uuid for name, other in begun if name == key]
            if key != node.uuid and len(same) > 1:
                raise NodeNotFoundError(f"{len(same)} nodes are named {key!r}; use an id: {', '.join(same)}")
            return port
    if begun:
        key, node = max(begun, key=lambda one: len(one[0]))
        kind = "input" if inputs_only else "port"
        ports = [port.id for port in _ports(node, None, inputs_only)]
        known = ", ".join(repr(io) for io in ports if not io.startswith("_trigger")) or "none"
        raise IONotFoundError(
            f"node {node.name!r} has no {kind} {address[len(key) + 1 :]!r} (it has {known})"
        )
    name, dot, _ = address.rpartition(".")
    if not dot:
        raise IONotFoundError(f"{address!r} names no port: expected NODE.IO")
    known = ", ".join(repr(node.name) for node in nodes[:20]) or "none"
    raise NodeNotFoundError(f"there is no node {name!r} (there are: {known})")


def _ports(node: Node, io: str | None, inputs_only: bool) -> list[NodeIO]:
    """The ports of a node, or those of an id or name: the id counts more than the name."""
    ports = [*([] if inputs_only else node.outputs.values()), *node.inputs.values()]
    if io is None:
        return ports
    return [*(port for port in ports if port.id == io), *(port for port in ports if port.name == io)]


def open_ends(nodes: Sequence[Node]) -> dict[str, NodeOutput]:
    """The outputs that feed nobody, by address: the node's name, or its uuid where others have that name."""
    names = Counter(node.name for node in nodes)
    return {
        f"{node.name if names[node.name] == 1 else node.uuid}.{port.id}": port
        for node in nodes
        for port in node._data_outputs()
        if not port.links
    }


async def arun(graph: Graph, inputs: Mapping[str | NodeInput, Any] | None = None) -> dict[str, Any]:
    """Set inputs, wait until the graph is at rest, and give what came out.

    Args:
        graph: A graph, a node, or nodes.
        inputs: Values by input, or by address `node.port` (the node by name or uuid).

    Returns:
        The values of all outputs that feed nobody, by address.

    Raises:
        NodeTriggerError: A node failed.
        NodeNotFoundError: An address names no node.
        IONotFoundError: An address names no port; the message names those there are.
    """
    nodes = _nodes(graph)
    ports = [
        key if isinstance(key, NodeIO) else find_port(nodes, key, inputs_only=True) for key in inputs or {}
    ]
    for port, value in zip(ports, (inputs or {}).values(), strict=True):
        port.set_value(value)
    if isinstance(graph, NodeSpace):
        failed: list[Exception] = []

        def note(error: Exception, **_: Any) -> None:
            failed.append(error)

        graph.on("node_trigger_error", note)
        try:
            await graph.await_done()
        finally:
            graph.off("node_trigger_error", note)
        if failed:
            raise failed[0]
    else:
        await wait_for(nodes, force=False)
    return {address: port.value for address, port in open_ends(nodes).items()}


def run(graph: Graph, inputs: Mapping[str | NodeInput, Any] | None = None) -> dict[str, Any]:
    """The same as `arun`, for scripts without an event loop. Ctrl-C breaks off a node that computes.

    Raises:
        RuntimeError: A loop is running here; the message names `await fn.arun(...)`.
    """
    if asyncio._get_running_loop() is not None:
        raise RuntimeError("an event loop is running here: use `await fn.arun(...)`")
    return asyncio.run(breakable(arun(graph, inputs)))
