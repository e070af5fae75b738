"""Node classes by id."""

from __future__ import annotations

import gc
import weakref
from typing import Any

from funcnodes_core.exceptions import NodeIdAlreadyExistsError, NodeKeyError

__all__ = ["REGISTERED_NODES", "get_nodeclass", "register_node"]

# weak: shelves hold the classes; a class that nobody offers any more goes away
REGISTERED_NODES: weakref.WeakValueDictionary[str, type[Any]] = weakref.WeakValueDictionary()


def register_node(cls: type[Any]) -> None:
    """Make a class known by its `node_id`.

    A class of the same module and name replaces the one before (a module was reloaded).

    Raises:
        NodeIdAlreadyExistsError: Another class holds the id.
    """
    known = REGISTERED_NODES.get(cls.node_id)
    if known is not None and not _same_class(known, cls):
        del known
        gc.collect()  # a class that nobody holds any more may still wait for the collector
        known = REGISTERED_NODES.get(cls.node_id)
    if known is not None and not _same_class(known, cls):
        raise NodeIdAlreadyExistsError(
            f"node id {cls.node_id!r} of {cls.__module__}.{cls.__name__} is taken by "
            f"{known.__module__}.{known.__name__}"
        )
    REGISTERED_NODES[cls.node_id] = cls


def _same_class(one: type[Any], other: type[Any]) -> bool:
    return (one.__module__, one.__name__) == (other.__module__, other.__name__)


def get_nodeclass(node_id: str) -> type[Any]:
    """The class registered under an id.

    Raises:
        NodeKeyError: There is none.
    """
    try:
        return REGISTERED_NODES[node_id]
    except KeyError:
        raise NodeKeyError(f"no node class with id {node_id!r} is registered") from None
