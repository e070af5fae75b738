"""One order for values of any type."""

from typing import Any

__all__ = ["sort_key"]


def sort_key(value: Any) -> tuple[int, Any]:
    """A key by which any values can be sorted: numbers, then texts, then the rest by its text."""
    if isinstance(value, (bool, int, float)):
        return (0, value)
    if isinstance(value, str):
        return (1, value)
    return (2, str(value))
