"""Enumerations of data and merging of dicts."""

from funcnodes_core._merge import deep_merge
from funcnodes_core.data import DataEnum

__all__ = ["DataEnum", "deep_merge"]
