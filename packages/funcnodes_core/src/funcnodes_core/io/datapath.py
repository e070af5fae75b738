"""Asking whether everything that followed from a value has come to rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funcnodes_core.io.base import NodeIO

__all__ = ["DataPath"]


class DataPath:
    """What followed from the value at a port; made on access, nothing is recorded.

    Loops (For, While) send a value, wait until `done()`, collect, and send the next.
    """

    __slots__ = ("io",)

    def __init__(self, io: NodeIO) -> None:
        self.io = io

    def done(self, breaking_nodes: Iterable[Any] | None = None) -> bool:
        """Tell whether no node that can be reached from the port is asked, held or running.

        Args:
            breaking_nodes: Nodes that the search does not go through; the node that asks
                is one of them by itself.
        """
        node = self.io.node
        if node is None:
            return True
        return bool(node._settled(self.io, tuple(breaking_nodes or ())))

    def _repr_json_(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"<DataPath {self.io.full_id}>"
