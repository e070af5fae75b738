"""The library of a graph: which node classes it offers, and where."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from funcnodes_core.eventmanager import EventEmitterMixin, emit_after
from funcnodes_core.exceptions import NodeClassNotFoundError, ShelfNotFoundError, ShelfPathError
from funcnodes_core.lib._tree import Branch, Mount
from funcnodes_core.lib.shelf import Shelf, check_shelf, serialize_shelf
from funcnodes_core.node.base import Node
from funcnodes_core.node.registry import REGISTERED_NODES
from funcnodes_core.schema import FullLibJSON

__all__ = ["Library"]

ShelfLike = Shelf | Mapping[str, Any]
Path = str | Sequence[str]


def _alive(shelf: Shelf | weakref.ref[Shelf]) -> weakref.ref[Shelf]:
    return shelf if isinstance(shelf, weakref.ref) else weakref.ref(shelf)


class Library(EventEmitterMixin):
    """Node classes by path.

    It keeps node *ids*; the classes belong to the shelves of their modules and are found in the
    registry. Each change emits `after_<method>`, such as `after_add_shelf`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._root = Branch("")

    # -- reading ---------------------------------------------------------------------

    @property
    def shelves(self) -> list[Shelf]:
        """Snapshots of the top shelves."""
        return self._root.snapshot().subshelves

    def _paths(self) -> Iterator[tuple[list[str], str]]:
        return ((path[1:], node_id) for path, node_id in self._root.paths())

    def find_nodeid(self, nodeid: str, all: bool = True) -> list[list[str]]:
        """The paths of the shelves that offer a node id; only the first with `all=False`."""
        found = [path for path, known in self._paths() if known == nodeid]
        return found if all else found[:1]

    def find_nodeclass(self, node: type[Node], all: bool = True) -> list[list[str]]:
        """The paths of the shelves that offer a node class; only the first with `all=False`."""
        return self.find_nodeid(node.node_id, all=all)

    def has_node_id(self, nodeid: str) -> bool:
        """Whether any shelf offers a node id."""
        return any(known == nodeid for _, known in self._paths())

    def get_node_by_id(self, nodeid: str) -> type[Node]:
        """The class of a node id.

        Raises:
            NodeClassNotFoundError: No shelf offers it, or nothing holds the class any more.
        """
        node_class = REGISTERED_NODES.get(nodeid) if self.has_node_id(nodeid) else None
        if node_class is None:
            raise NodeClassNotFoundError(f"unknown node id {nodeid!r}")
        return node_class

    def get_shelf(self, path: Path) -> Shelf:
        """A snapshot of the shelf at a path.

        Raises:
            ShelfNotFoundError: There is none.
        """
        return self._branch(path).snapshot()

    def full_serialize(self) -> FullLibJSON:
        """What clients see: all shelves with their classes."""
        return {"shelves": [serialize_shelf(shelf) for shelf in self.shelves]}

    def _repr_json_(self) -> FullLibJSON:
        return self.full_serialize()

    # -- changing --------------------------------------------------------------------

    @emit_after()
    def add_shelf(self, shelf: ShelfLike) -> Shelf:
        """Merges a shelf into those of the same name, path by path; returns the merged snapshot.

        Raises:
            ShelfError: It is no shelf.
        """
        checked = check_shelf(shelf)
        branch = self._root.branches.setdefault(checked.name, Branch(checked.name))
        branch.merge(checked)
        return branch.snapshot()

    @emit_after()
    def remove_shelf(self, shelf: ShelfLike) -> None:
        """Takes out the classes of a shelf; what other shelves merged into its places stays.

        Raises:
            ShelfNotFoundError: There is no top shelf of that name.
        """
        checked = check_shelf(shelf)
        branch = self._branch(checked.name)
        branch.subtract(checked)
        if branch.empty:
            del self._root.branches[checked.name]

    @emit_after()
    def remove_shelf_path(self, path: Path) -> None:
        """Takes out a place of the tree with everything in it.

        Raises:
            ShelfNotFoundError: There is none.
        """
        names = self._names(path)
        parent = self._branch(names[:-1]) if names[1:] else self._root
        if parent.branches.pop(names[-1], None) is not None:
            return
        kept = [m for m in parent.mounts if (s := m.snapshot()) is not None and s.name != names[-1]]
        if len(kept) == len(parent.mounts):
            raise ShelfNotFoundError(f"no shelf {'/'.join(names)!r}")
        parent.mounts = kept

    @emit_after()
    def add_nodes(self, nodes: Iterable[type[Node]], shelf: Path) -> None:
        """Adds node classes to the shelf of that name or path, which is made if needed."""
        self._branch(shelf, make=True).add_nodes(nodes)

    @emit_after()
    def add_node(self, node: type[Node], shelf: Path) -> None:
        """Adds a node class to the shelf of that name or path, which is made if needed."""
        self._branch(shelf, make=True).add_nodes([node])

    @emit_after()
    def remove_nodeclass(self, node: type[Node]) -> bool:
        """Takes a class out of every shelf; whether it was in one. Empty shelves go away."""
        return self._root.discard(node.node_id)

    @emit_after()
    def remove_nodeclasses(self, nodes: Iterable[type[Node]]) -> None:
        """Takes classes out of every shelf."""
        for node in nodes:
            self._root.discard(node.node_id)

    @emit_after()
    def add_external_shelf(self, shelf: Shelf | weakref.ref[Shelf], mount: Path | None = None) -> None:
        """Shows a shelf of another owner for as long as it lives, always as it is then.

        Args:
            shelf: The shelf, which is not kept alive.
            mount: Where; its last name stands for the shelf's own. Without it, at the top.
        """
        names = self._names(mount) if mount is not None else []
        parent = self._branch(names[:-1], make=True) if names[1:] else self._root
        self._mount(parent, Mount(_alive(shelf), names[-1] if names else None))

    @emit_after()
    def add_subshelf_weak(
        self, shelf: Shelf | weakref.ref[Shelf], parent: Path, alias: str | None = None
    ) -> None:
        """Shows a shelf of another owner inside the shelf at `parent`, perhaps under another name."""
        self._mount(self._branch(parent, make=True), Mount(_alive(shelf), alias))

    @staticmethod
    def _mount(branch: Branch, mount: Mount) -> None:
        snapshot = mount.snapshot()
        name = snapshot.name if snapshot is not None else mount.alias
        others = ((other, other.snapshot()) for other in branch.mounts)
        branch.mounts = [other for other, shown in others if shown is not None and shown.name != name]
        branch.mounts.append(mount)

    @staticmethod
    def _names(path: Path) -> list[str]:
        names = [path] if isinstance(path, str) else list(path)
        if not names or not all(names):
            raise ShelfPathError(f"{path!r} is no path of shelves")
        return names

    def _branch(self, path: Path, *, make: bool = False) -> Branch:
        branch = self._root
        for name in self._names(path):
            if make:
                branch = branch.branches.setdefault(name, Branch(name))
                continue
            found = branch.branches.get(name)
            if found is None:
                raise ShelfNotFoundError(f"no shelf {name!r} in {path!r}")
            branch = found
        return branch
