"""Shelves: node classes under a name, in a tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from funcnodes_core.exceptions import ShelfError, ShelfTypeError
from funcnodes_core.node.base import Node
from funcnodes_core.schema import SerializedNodeClass, SerializedShelf

__all__ = ["Shelf", "check_shelf", "flatten_shelf", "flatten_shelves", "serialize_shelf"]

T = TypeVar("T")


def _distinct(items: Iterable[T]) -> list[T]:
    """The items without repetitions of the same object, in order."""
    return list({id(item): item for item in items}.values())


@dataclass
class Shelf:
    """Node classes and further shelves under a name.

    It holds the classes: the registry of node classes is weak. One shelf may stand in several
    places.

    Attributes:
        name: What people see, and its place in a path.
        description: One line for people.
        nodes: The node classes, each once.
        subshelves: The shelves in it, each once.
        shelf_id: An id of its owner's choice.
        parent_shelf: The shelf that it was made inside of.
    """

    name: str
    description: str = ""
    nodes: list[type[Node]] = field(default_factory=list)
    subshelves: list[Shelf] = field(default_factory=list)
    shelf_id: str | None = field(default=None, compare=False)
    parent_shelf: Shelf | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        self.nodes = _distinct(self.nodes)
        self.subshelves = _distinct(self.subshelves)

    @classmethod
    def from_dict(cls, data: Shelf | Mapping[str, Any]) -> Shelf:
        """A shelf from `{"name", "description"?, "nodes"?, "subshelves"?}`; a shelf is given back.

        Raises:
            ShelfError: The name is missing.
        """
        if isinstance(data, Shelf):
            return data
        if "name" not in data:
            raise ShelfError(f"a shelf needs a 'name'; there are only {sorted(data)!r}")
        shelf = cls(
            name=data["name"],
            description=data.get("description", ""),
            nodes=list(data.get("nodes", ())),
            subshelves=[cls.from_dict(sub) for sub in data.get("subshelves", ())],
            shelf_id=data.get("shelf_id"),
        )
        for sub in shelf.subshelves:
            sub.parent_shelf = shelf
        return shelf


def check_shelf(shelf: Shelf | Mapping[str, Any], parent_id: str | None = None) -> Shelf:
    """The shelf that a value is or describes.

    Args:
        shelf: A shelf or a dict of one.
        parent_id: Id of the shelf around it; one without an id then gets `<parent_id>/<name>`.

    Raises:
        ShelfTypeError: It is neither.
        ShelfError: It is incomplete.
    """
    if not isinstance(shelf, Shelf | Mapping):
        raise ShelfTypeError(f"expected a shelf, got {type(shelf).__name__!r}")
    checked = Shelf.from_dict(shelf)
    if parent_id is not None and checked.shelf_id is None:
        checked.shelf_id = f"{parent_id}/{checked.name}"
    return checked


def flatten_shelf(shelf: Shelf) -> tuple[list[type[Node]], list[Shelf]]:
    """All node classes and all shelves of a shelf, depth first, itself first, repetitions kept."""
    return flatten_shelves([shelf])


def flatten_shelves(shelves: Iterable[Shelf]) -> tuple[list[type[Node]], list[Shelf]]:
    """What `flatten_shelf` gives, for several shelves."""
    nodes: list[type[Node]] = []
    found: list[Shelf] = []
    waiting = list(shelves)[::-1]
    while waiting:
        shelf = waiting.pop()
        nodes += shelf.nodes
        found.append(shelf)
        waiting += shelf.subshelves[::-1]
    return nodes, found


def serialize_shelf(shelf: Shelf) -> SerializedShelf:
    """What files and clients see of a shelf: each class in the form of `Node.serialize_cls`."""
    return {
        "nodes": [cast("SerializedNodeClass", node.serialize_cls()) for node in shelf.nodes],
        "subshelves": [serialize_shelf(sub) for sub in shelf.subshelves],
        "name": shelf.name,
        "description": shelf.description,
    }
