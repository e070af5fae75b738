"""Nodes for dicts. None of them changes the dict that it is given."""

from typing import Any

from funcnodes.nodes.missing import is_missing
from funcnodes_core import NodeDecorator, NoValue, Shelf
from funcnodes_core.decorator import update_other_io_options

__all__ = ["SHELF"]


@NodeDecorator("funcnodes.make_dict", name="Make dict")
def make_dict(keys: list[str], values: list[Any]) -> dict[str, Any]:
    """Makes a dict of a list of keys and a list of values.

    Args:
        keys: The keys.
        values: As many values.

    Returns:
        out: The dict; of a key that occurs twice the later value.

    Raises:
        ValueError: If the lists have different lengths.
    """
    return dict(zip(keys, values, strict=True))


@NodeDecorator(
    "funcnodes.get_value",
    name="Get value",
    default_io_options={"mapping": {"on": {"after_set_value": update_other_io_options("key", list)}}},
)
def get_value(mapping: dict[str, Any], key: str, default: Any = NoValue) -> Any:
    """Gives the value of a key.

    Args:
        mapping: The dict.
        key: The key; the editor offers those of the dict.
        default: What to give when the key is not there.

    Returns:
        out: The value.

    Raises:
        KeyError: If the key is not there and there is no default.
    """
    if key in mapping:
        return mapping[key]
    if is_missing(default):
        raise KeyError(f"no key {key!r}; there are {', '.join(map(repr, list(mapping)[:10])) or 'none'}")
    return default


@NodeDecorator("funcnodes.set_value", name="Set value")
def set_value(mapping: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Gives a dict in which a key has another value.

    Args:
        mapping: The dict.
        key: The key, new or known.
        value: Its value.

    Returns:
        out: A new dict.
    """
    return {**mapping, key: value}


@NodeDecorator("funcnodes.dict_keys", name="Dict keys")
def dict_keys(mapping: dict[str, Any]) -> list[str]:
    """Gives the keys of a dict.

    Args:
        mapping: The dict.

    Returns:
        out: The keys, in order.
    """
    return list(mapping)


@NodeDecorator("funcnodes.dict_values", name="Dict values")
def dict_values(mapping: dict[str, Any]) -> list[Any]:
    """Gives the values of a dict.

    Args:
        mapping: The dict.

    Returns:
        out: The values, in order.
    """
    return list(mapping.values())


@NodeDecorator("funcnodes.merge_dicts", name="Merge dicts")
def merge_dicts(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """Puts two dicts together.

    Args:
        a: The first dict.
        b: The second dict; its value wins where both have a key.

    Returns:
        out: A new dict.
    """
    return {**a, **b}


SHELF = Shelf(
    name="Dicts",
    description="Making, reading and changing dicts.",
    nodes=[make_dict, get_value, set_value, dict_keys, dict_values, merge_dicts],
    subshelves=[],
)
