"""Shelves and the library of node classes."""

from funcnodes_core.exceptions import (
    NodeClassNotFoundError,
    ShelfError,
    ShelfExistsError,
    ShelfNotFoundError,
    ShelfPathError,
    ShelfTypeError,
)
from funcnodes_core.lib.libfinder import find_shelf, find_shelf_from_module, find_shelf_from_path
from funcnodes_core.lib.libparser import module_to_shelf
from funcnodes_core.lib.library import Library
from funcnodes_core.lib.shelf import (
    Shelf,
    check_shelf,
    flatten_shelf,
    flatten_shelves,
    serialize_shelf,
)

__all__ = [
    "Library",
    "NodeClassNotFoundError",
    "Shelf",
    "ShelfError",
    "ShelfExistsError",
    "ShelfNotFoundError",
    "ShelfPathError",
    "ShelfTypeError",
    "check_shelf",
    "find_shelf",
    "find_shelf_from_module",
    "find_shelf_from_path",
    "flatten_shelf",
    "flatten_shelves",
    "module_to_shelf",
    "serialize_shelf",
]
