"""The tree inside a library: ids of node classes by path, and shelves that others own."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from funcnodes_core.lib.shelf import Shelf
from funcnodes_core.node.base import Node
from funcnodes_core.node.registry import REGISTERED_NODES, register_node

__all__ = ["Branch"]


@dataclass(slots=True)
class Mount:
    """A shelf of another owner, shown here for as long as it lives."""

    shelf: weakref.ref[Shelf]
    alias: str | None = None

    def snapshot(self) -> Shelf | None:
        """The shelf as it is now, or None when it is gone."""
        shelf = self.shelf()
        if shelf is None:
            return None
        return Shelf(self.alias or shelf.name, shelf.description, shelf.nodes, shelf.subshelves)


@dataclass(slots=True)
class Branch:
    """One place of the tree."""

    name: str
    description: str = ""
    node_ids: list[str] = field(default_factory=list)
    branches: dict[str, Branch] = field(default_factory=dict)
    mounts: list[Mount] = field(default_factory=list)

    def merge(self, shelf: Shelf) -> None:
        """Adds what a shelf holds; the latest description wins."""
        self.description = shelf.description or self.description
        self.add_nodes(shelf.nodes)
        for sub in shelf.subshelves:
            self.branches.setdefault(sub.name, Branch(sub.name)).merge(sub)

    def add_nodes(self, classes: Iterable[type[Node]]) -> None:
        """Adds node classes by id; one that is not registered (any more) is registered."""
        for node_class in classes:
            if node_class.node_id not in REGISTERED_NODES:
                register_node(node_class)
            if node_class.node_id not in self.node_ids:
                self.node_ids.append(node_class.node_id)

    def subtract(self, shelf: Shelf) -> None:
        """Takes out what a shelf holds, and the branches that are empty then."""
        gone = {node_class.node_id for node_class in shelf.nodes}
        self.node_ids = [node_id for node_id in self.node_ids if node_id not in gone]
        for sub in shelf.subshelves:
            branch = self.branches.get(sub.name)
            if branch is not None:
                branch.subtract(sub)
                if branch.empty:
                    del self.branches[sub.name]

    def discard(self, node_id: str) -> bool:
        """Takes an id out of the whole branch; whether it was there."""
        found = node_id in self.node_ids
        if found:
            self.node_ids.remove(node_id)
        for name, branch in list(self.branches.items()):
            found = branch.discard(node_id) or found
            if branch.empty:
                del self.branches[name]
        return found

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.node_ids or self.branches or self.mounts)

    def snapshot(self) -> Shelf:
        """The branch as a shelf; classes that are gone are left out, as are dead mounts."""
        nodes = [REGISTERED_NODES.get(node_id) for node_id in self.node_ids]
        shelves = [branch.snapshot() for branch in self.branches.values()]
        self.mounts = [mount for mount in self.mounts if mount.shelf() is not None]
        shelves += [shelf for mount in self.mounts if (shelf := mount.snapshot()) is not None]
        return Shelf(self.name, self.description, [node for node in nodes if node is not None], shelves)

    def paths(self) -> Iterator[tuple[list[str], str]]:
        """Every node id with the path of the place that holds it, as `(path, node_id)`."""
        waiting: list[tuple[list[str], Branch | Shelf]] = [([self.name], self)]
        while waiting:
            path, place = waiting.pop()
            if isinstance(place, Shelf):
                inner: list[Branch | Shelf] = list(place.subshelves)
                yield from ((path, node_class.node_id) for node_class in place.nodes)
            else:
                mounted = (mount.snapshot() for mount in place.mounts)
                inner = [*place.branches.values(), *(shelf for shelf in mounted if shelf is not None)]
                yield from ((path, node_id) for node_id in place.node_ids)
            waiting += [([*path, sub.name], sub) for sub in reversed(inner)]
