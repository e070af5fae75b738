"""Running a graph once from a script."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from funcnodes_core.exceptions import IONotFoundError, NodeNotFoundError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.input import NodeInput
from funcnodes_core.node.base import Node
from funcnodes_core.node.waiting import wait_for
from funcnodes_core.nodespace.nodespace import NodeSpace

__all__ = ["arun", "find_port", "run"]

Graph = NodeSpace | Node | Iterable[Node]


def _nodes(graph: Graph) -> list[Node]:
    if isinstance(graph, NodeSpace):
        return graph.nodes
    return [graph] if isinstance(graph, Node) else list(graph)


def find_port(nodes: Iterable[Node], address: str, *, output: bool = False) -> NodeIO:
    """The port of an address `node.port`; the node by uuid or name.

    Raises:
        NodeNotFoundError: No node, or more than one, is meant.
        IONotFoundError: The node has no such port.
    """
    nodes = list(nodes)
    for node in nodes:
        for key in (node.uuid, node.name):
            ports: Mapping[str, NodeIO] = node.outputs if output else node.inputs
            if address.startswith(f"{key}.") and address[len(key) + 1 :] in ports:
                same = [n for n in nodes if n.name == node.name]
                if key == node.name and key != node.uuid and len(same) > 1:
                    raise NodeNotFoundError(f"{len(same)} nodes are called {key!r}: use the uuid of one")
                return ports[address[len(key) + 1 :]]
    name, dot, io_id = address.rpartition(".")
    if not dot:
        raise IONotFoundError(f"{address!r} names no port: write NODE.PORT")
    for node in nodes:
        if name in (node.uuid, node.name):
            return node.get_output(io_id) if output else node.get_input(io_id)
    known = ", ".join(repr(node.name) for node in nodes[:20])
    raise NodeNotFoundError(f"there is no node {name!r}; there are {known or 'none'}")


def _results(nodes: list[Node]) -> dict[str, Any]:
    names = [node.name for node in nodes]
    out = {}
    for node in nodes:
        label = node.name if names.count(node.name) == 1 else node.uuid
        for port in node._data_outputs():
            if not port.links:
                out[f"{label}.{port.id}"] = port.value
    return out


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
    ports = [key if isinstance(key, NodeIO) else find_port(nodes, key) for key in inputs or {}]
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
    return _results(nodes)


def run(graph: Graph, inputs: Mapping[str | NodeInput, Any] | None = None) -> dict[str, Any]:
    """The same as `arun`, for scripts without an event loop.

    Raises:
        RuntimeError: A loop is running here; the message names `await fn.arun(...)`.
    """
    if asyncio._get_running_loop() is not None:
        raise RuntimeError("an event loop is running here: use `await fn.arun(...)`")
    return asyncio.run(arun(graph, inputs))
