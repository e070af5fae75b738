"""Graphs as dicts: the form that earlier releases wrote, read and written."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from funcnodes_core._logging import FUNCNODES_LOGGER
from funcnodes_core.exceptions import FuncNodesError, NodeClassNotFoundError
from funcnodes_core.lib.shelf import Shelf, flatten_shelf
from funcnodes_core.node.base import Node
from funcnodes_core.node.registry import REGISTERED_NODES
from funcnodes_core.nodespace._forms import check_graph
from funcnodes_core.nodespace.observer import Edge
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_core.sentinels import NoValue
from funcnodes_core.typenames import Verdict, can_accept

Space = Any  # a NodeSpace, which delegates to these functions

__all__ = [
    "deserialize",
    "full_serialize",
    "load_edge",
    "load_node",
    "loading",
    "make_node",
    "node_class",
    "remove_nodes_of",
    "serialize",
]


def node_class(space: Space, node_id: str) -> type[Node]:
    """The class of an id, from what is imported or from the graph's library.

    Raises:
        NodeClassNotFoundError: No such class is known.
    """
    cls = REGISTERED_NODES.get(node_id)
    if cls is None and space.lib.has_node_id(node_id):
        cls = space.lib.get_node_by_id(node_id)
    if cls is None:
        raise NodeClassNotFoundError(f"unknown node id {node_id!r}")
    return cls


def make_node(cls: type[Node], kwargs: dict[str, Any]) -> Node:
    """A node of a class, also of one whose constructor takes no arguments."""
    if cls.__init__ is Node.__init__ or kwargs.keys() <= _accepted(cls, kwargs):
        return cls(**kwargs)
    taken = {key: value for key, value in kwargs.items() if key in _accepted(cls, kwargs)}
    node = cls(**taken)
    if "uuid" in kwargs and "uuid" not in taken:
        node._uuid = kwargs["uuid"]
    if kwargs.get("name") and "name" not in taken:
        node._name = kwargs["name"]
    node.properties.update(kwargs.get("properties") or {})
    return node


def _accepted(cls: type[Node], kwargs: dict[str, Any]) -> set[str]:
    parameters = inspect.signature(cls.__init__).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return set(kwargs)
    return set(parameters)


def remove_nodes_of(space: Space, shelf: Shelf) -> None:
    """Remove the nodes whose classes a shelf offers."""
    ids = {cls.node_id for cls in flatten_shelf(shelf)[0]}
    for node in space.nodes:
        if node.node_id in ids:
            space.remove_node_instance(node)


def serialize(space: Space) -> dict[str, Any]:
    """The graph with the keys that earlier releases wrote."""
    return {
        "nodes": space.serialize_nodes(),
        "edges": space.serialize_edges(),
        "prop": space.properties,
        "groups": space.groups.serialize(),
    }


def full_serialize(space: Space, *, with_io_values: bool) -> dict[str, Any]:
    """Everything about the graph."""
    return {
        "nodes": [node.full_serialize(with_io_values=with_io_values) for node in space.nodes],
        "edges": space.serialize_edges(),
        "prop": space.properties,
        "groups": space.groups.serialize(),
        "lib": space.lib.full_serialize(),
    }


@contextmanager
def loading(space: Space, nodes: tuple[Node, ...] = ()) -> Iterator[None]:
    """Drop what asks for a run inside; see `NodeSpace.loading`. Inside another one, that one ends it."""
    outermost, space._loading = not space._loading, True
    try:
        yield
    finally:
        if outermost:
            space._loading = False
            for node in nodes or space._nodes.values():
                node._requested = False


def deserialize(space: Space, data: Mapping[str, Any]) -> None:
    """Replace the graph by a saved one; nothing runs.

    Raises:
        ValueError: The data has not the form of a graph; the graph is as it was.
    """
    nodes, edges = check_graph(data)
    space.clear()
    with loading(space):
        for saved in nodes:
            load_node(space, saved)
        for edge in edges:
            load_edge(space, edge)
        _empty_mirrors(space)
        for saved in nodes:
            node = space._nodes.get(str(saved.get("id") or saved.get("uuid")))
            if node is not None:
                node.deserialize(saved)
        for key, value in (data.get("prop") or {}).items():
            space.set_property(key, value)
        if data.get("groups"):
            space.groups.deserialize(data["groups"])
    for observer in space._observers:
        observer.loaded()


def _empty_mirrors(space: Space) -> None:
    """Take out what inputs were given when they were mirrored: their values are in the file, or nowhere."""
    for node in space._nodes.values():
        for port in node.inputs.values():
            for link in port.forwards:
                link.dst.restore(NoValue)


def load_node(space: Space, saved: Mapping[str, Any]) -> Node:
    """Add a saved node without its values; a placeholder where its class is missing."""
    uuid = saved.get("id") or saved.get("uuid")
    try:
        cls = space.node_class(saved["node_id"])
    except NodeClassNotFoundError:
        placeholder: Node = space.add_node_instance(PlaceHolderNode(saved))
        return placeholder
    kwargs = {"uuid": uuid, "name": saved.get("name"), "trigger_on_create": False}
    try:
        made = make_node(cls, kwargs)
    except Exception as exc:  # noqa: BLE001 - constructors of node classes are foreign code
        FUNCNODES_LOGGER.warning("the saved node %r cannot be made and waits: %r", uuid, exc)
        made = PlaceHolderNode(saved)
    node: Node = space.add_node_instance(made)
    return node


def load_edge(space: Space, edge: Any) -> None:
    """Add a saved wire, whatever its types; what is wrong with it is logged and noted in `bad_edges`."""
    try:
        src, src_io, dst, dst_io = edge
        kept = Edge(str(src), str(src_io), str(dst), str(dst_io))
    except (ValueError, TypeError):
        FUNCNODES_LOGGER.warning("a saved wire has no proper form and was left out: %.100r", edge)
        return
    try:
        source, target = space.get_node_by_id(kept.src), space.get_node_by_id(kept.dst)
        if isinstance(source, PlaceHolderNode) and kept.src_io not in source.inputs:
            source.ensure_port(kept.src_io, is_input=False)
        if isinstance(target, PlaceHolderNode):
            target.ensure_port(kept.dst_io, is_input=True)
        src_port, dst_port = space.find_edge_ports(*kept)
        src_port.connect(dst_port, check=False)
    except (FuncNodesError, ValueError, TypeError) as exc:
        FUNCNODES_LOGGER.warning("the saved wire %s cannot be made: %s", tuple(kept), exc)
        space.bad_edges[kept] = str(exc)
        return
    # types of one name are mostly one object
    verdict = (
        Verdict(True)
        if src_port.type_spec is dst_port.type_spec
        else can_accept(src_port.type_spec, dst_port.type_spec)
    )
    if not verdict.ok:
        FUNCNODES_LOGGER.warning("the saved wire %s is kept although %s", tuple(kept), verdict.reason)
        space.bad_edges[kept] = verdict.reason
