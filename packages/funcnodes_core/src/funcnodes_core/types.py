"""Marker types: values that say how they want to be shown or sent.

Saved files name them by the path `funcnodes_core.utils.special_types`, so that is the module
they claim to live in.
"""

from __future__ import annotations

__all__ = ["SVG", "databytes"]

_PUBLIC_MODULE = "funcnodes_core.utils.special_types"


class databytes(bytes):
    """Bytes that are data: sent whole as bytes, named by their length in JSON."""

    __module__ = _PUBLIC_MODULE


class SVG(str):
    """Text of an SVG image; shown as an image."""

    __module__ = _PUBLIC_MODULE
    __slots__ = ()
