"""Marker types, under the path that saved files name."""

from funcnodes_core.types import SVG, databytes

__all__ = ["SVG", "databytes"]
