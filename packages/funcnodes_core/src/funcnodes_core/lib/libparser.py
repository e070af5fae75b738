"""From a module to the shelf that it offers."""

from __future__ import annotations

import inspect
from types import ModuleType

from funcnodes_core._modulesetup import set_up_module
from funcnodes_core.lib.shelf import Shelf, check_shelf
from funcnodes_core.node.base import Node
from funcnodes_core.plugins import InstalledModule

__all__ = ["module_to_shelf"]


def module_to_shelf(mod: ModuleType, name: str | None = None) -> Shelf:
    """The shelf of a module, which is set up on the way.

    Args:
        mod: An imported module.
        name: Name of the shelf if the module has none of its own; by default the module's.

    Returns:
        The module's `NODE_SHELF`, or a shelf of all concrete node classes in its namespace.
    """
    record = set_up_module(InstalledModule(mod.__name__, mod))
    offered = record.entry_points.get("shelf")
    if offered is not None:
        return check_shelf(offered)
    classes = [value for value in vars(mod).values() if isinstance(value, type) and issubclass(value, Node)]
    nodes = [cls for cls in classes if not inspect.isabstract(cls)]
    return Shelf(name=name or mod.__name__, description=inspect.getdoc(mod) or "", nodes=nodes)
