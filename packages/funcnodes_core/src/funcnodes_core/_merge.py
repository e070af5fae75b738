"""Deep merging of plain dicts."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

__all__ = ["deep_merge"]


def deep_merge(base: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """A new dict: `base` laid under `update`.

    Dicts are merged key by key at every depth; any other value, lists too, replaces the one
    below. The dicts of the result are copies, other values are shared.
    """
    merged: dict[str, Any] = {
        key: deep_merge(value, {}) if type(value) is dict else value for key, value in base.items()
    }
    for key, value in update.items():
        below = merged.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict):
            merged[key] = deep_merge(below, value)
        else:
            merged[key] = copy.copy(value) if type(value) is dict else value
    return merged
