"""Inputs whose value a run has taken, for nodes that reset what they have used (`reset_inputs_on_trigger`)."""

from __future__ import annotations

from funcnodes_core.io.input import NodeInput

__all__ = ["is_used", "mark_used"]


class _UsedInput(NodeInput):
    """An input until another value is stored in it: inputs of other nodes need no room for such a note."""

    __slots__ = ()

    def _store(self, value: object) -> None:
        self.__class__ = NodeInput  # type: ignore[assignment]  # what it was made as
        self._store(value)


def mark_used(port: NodeInput) -> None:
    """Note that a run has taken the value that is here, until another is stored."""
    if type(port) is NodeInput:
        port.__class__ = _UsedInput


def is_used(port: NodeInput) -> bool:
    """Tell whether nothing was stored since `mark_used`; true for inputs of other classes."""
    return type(port) is not NodeInput
