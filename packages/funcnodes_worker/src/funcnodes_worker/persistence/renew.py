"""Nodes made anew in a live graph, when their classes come or go: placeholders turn real, and the other way round.

The document does not change by it: a node's record, its edges and its groups are what they were. Nothing runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from funcnodes_core.exceptions import NodeClassNotFoundError
from funcnodes_core.io.base import NodeIO
from funcnodes_core.node import Node
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_core.sentinels import NoValue
from funcnodes_worker.errors import ConflictError
from funcnodes_worker.persistence.live import LiveGraph, SettledValues, groups_for_space
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.store import DocumentStore

__all__ = ["ClassWatch"]

_Held = dict[tuple[str, str, bool], Any]


class ClassWatch:
    """Lets the nodes of a live graph follow their classes.

    Args:
        live: the graph.
        store: its records and the values that they had.
        tell: called with every port whose value was brought back.
    """

    def __init__(self, live: LiveGraph, store: DocumentStore, tell: Callable[[NodeIO], None]) -> None:
        self._live = live
        self._store = store
        self._tell = tell

    def arrived(self) -> list[Node]:
        """Turns placeholders whose classes are there by now into real nodes, with their data; gives those."""
        return self._renew(_arrived(self._live.space))

    def gone(self, node_ids: set[str]) -> list[Node]:
        """Puts placeholders in the place of the nodes of classes that are not there any more; gives those."""
        return self._renew([node.uuid for node in self._live.space.nodes if node.node_id in node_ids])

    def _renew(self, uuids: list[str]) -> list[Node]:
        return _renew(self._live, self._store.model, self._store.settled, uuids, self._tell) if uuids else []


def _arrived(space: NodeSpace) -> list[str]:
    known: dict[str, bool] = {}
    for node in space.nodes:
        if isinstance(node, PlaceHolderNode) and node.node_id not in known:
            known[node.node_id] = _is_known(space, node.node_id)
    return [n.uuid for n in space.nodes if isinstance(n, PlaceHolderNode) and known[n.node_id]]


def _is_known(space: NodeSpace, node_id: str) -> bool:
    try:
        space.node_class(node_id)
    except NodeClassNotFoundError:
        return False
    return True


def _renew(
    live: LiveGraph,
    model: GraphModel,
    settled: SettledValues,
    uuids: Iterable[str],
    tell: Callable[[NodeIO], None],
) -> list[Node]:
    """Makes nodes of the graph anew by the classes that there are now; gives those that were made.

    Each keeps its values, and a node that cannot be made stays as it is. A real node that has no values to show
    is stale afterwards.
    """
    space = live.space
    made = {uuid: node for uuid in uuids if (node := _make(live, model, uuid)) is not None}
    if not made:
        return []
    edges = model.edges_of(made)
    around = [space.get_node_by_id(uuid) for uuid in {e[2] for e in edges} - made.keys()]
    held = _held([space.get_node_by_id(uuid) for uuid in made], around)
    with space.loading(*made.values(), *around):
        for uuid, node in made.items():
            space.remove_node_by_id(uuid)
            live.add(node, model.nodes[uuid])
        for edge in edges:
            live.connect(edge)
        for uuid in made:
            live.restore(uuid, settled)
        for port in _give_back(held, [*made.values(), *around]):
            tell(port)
        space.groups.deserialize(groups_for_space(model))
    for node in made.values():
        live.missing.pop(node.node_id, None)
        if isinstance(node, PlaceHolderNode):
            live.missing[node.node_id] = None
        elif any(port.value is NoValue for port in node.outputs.values() if port.id != "_triggeroutput"):
            node.mark_stale()
    return list(made.values())


def _make(live: LiveGraph, model: GraphModel, uuid: str) -> Node | None:
    before = live.space.get_node_by_id(uuid)
    try:
        node = live.make(model.nodes[uuid])
    except ConflictError:  # its constructor fails; the placeholder has its data
        return None
    if isinstance(node, PlaceHolderNode):
        for port in _ports(before):
            node.ensure_port(port.id, is_input=port.is_input()).name = port.name
    return node


def _held(nodes: Iterable[Node], around: Iterable[Node]) -> _Held:
    """What the ports of nodes hold, and what the inputs around them do: connecting would take it away."""
    ports = [port for node in nodes for port in _ports(node)]
    ports += [port for node in around for port in node.inputs.values()]
    return {
        (port.node.uuid, port.id, port.is_input()): port.value
        for port in ports
        if port.node is not None and port.value is not NoValue and not _is_default(port)
    }


def _is_default(port: NodeIO) -> bool:
    return port.is_input() and port.value is port.default  # type: ignore[attr-defined]


def _give_back(held: _Held, nodes: Iterable[Node]) -> list[NodeIO]:
    given = []
    for node in nodes:
        for port in _ports(node):
            value = held.get((node.uuid, port.id, port.is_input()), NoValue)
            if value is not NoValue:
                port.restore(value)
                given.append(port)
    return given


def _ports(node: Node) -> list[NodeIO]:
    return [
        port
        for port in (*node.inputs.values(), *node.outputs.values())
        if port.id not in ("_triggerinput", "_triggeroutput")
    ]
