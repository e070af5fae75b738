"""Marker types: values that say how they want to be shown or sent.

Saved files name them by the path `funcnodes_core.utils.special_types`, so that is the module
they claim to live in.
"""

from __future__ import annotations

__all__ = ["CONCEALED", "SVG", "Secret", "databytes"]

_PUBLIC_MODULE = "funcnodes_core.utils.special_types"


CONCEALED = "••••••••"
"""What is shown in the place of a secret."""


class Secret(str):
    """Text that is used and never shown: no preview, file, event or log of ours holds it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Secret({CONCEALED!r})"


class databytes(bytes):
    """Bytes that are data: sent whole as bytes, named by their length in JSON."""

    __module__ = _PUBLIC_MODULE


class SVG(str):
    """Text of an SVG image; shown as an image."""

    __module__ = _PUBLIC_MODULE
    __slots__ = ()
