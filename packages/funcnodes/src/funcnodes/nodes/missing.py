"""Whether an optional input was left alone."""

from typing import Any

from funcnodes_core import NoValue

__all__ = ["is_missing"]


def is_missing(value: Any) -> bool:
    """Whether a parameter with the default NoValue was not given; such a default is kept as its text."""
    return value is NoValue or (isinstance(value, str) and value == str(NoValue))
