"""The library as clients see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funcnodes_core.lib.library import Library
from funcnodes_core.lib.shelf import Shelf
from funcnodes_core.node.base import Node
from funcnodes_worker.protocol.shapes import DropTarget, LibraryNode, LibraryPort, LibraryState, ShelfState

__all__ = ["library_state"]


def library_state(library: Library) -> LibraryState:
    """Plain records of the shelves and their classes, in the order of the shelves."""
    return LibraryState(shelves=[_shelf(shelf) for shelf in library.shelves])


def _shelf(shelf: Shelf) -> ShelfState:
    return ShelfState(
        name=shelf.name,
        description=shelf.description,
        nodes=[_node(node_class) for node_class in shelf.nodes],
        subshelves=[_shelf(inner) for inner in shelf.subshelves],
    )


def _node(node_class: type[Node]) -> LibraryNode:
    data = node_class.serialize_cls()
    return LibraryNode(
        node_id=data["node_id"],
        name=data["node_name"],
        description=data["description"] or "",
        inputs=list(_ports(data["inputs"])),
        outputs=list(_ports(data["outputs"])),
        drop=_drop(node_class.default_render_options.get("drop")),
    )


def _drop(given: Any) -> DropTarget | None:
    """Render options are the author's: what is not of the form is left out."""
    if not isinstance(given, dict):
        return None
    suffixes, port = given.get("suffixes"), given.get("input")
    if not isinstance(suffixes, (list, tuple)) or not isinstance(port, str):
        return None
    return DropTarget(suffixes=[str(suffix) for suffix in suffixes], input=port)


def _ports(ports: list[dict[str, Any]]) -> Iterable[LibraryPort]:
    for port in ports:
        yield LibraryPort(
            id=port["uuid"],
            name=port.get("name") or port["uuid"],
            type=port["type"],
            description=port.get("description") or "",
            required=bool(port.get("required", True)),
        )
