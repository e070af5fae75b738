"""Nodes for lists of anything. None of them changes the list that it is given."""

from typing import Any

from funcnodes.nodes.missing import is_missing
from funcnodes.nodes.ordering import sort_key
from funcnodes_core import NodeDecorator, NoValue, Shelf

__all__ = ["SHELF"]


@NodeDecorator("funcnodes.make_list", name="Make list")
def make_list(a: Any, b: Any = NoValue, c: Any = NoValue, d: Any = NoValue) -> list[Any]:
    """Puts up to four values into a list.

    Args:
        a: The first value.
        b: The second value, if any.
        c: The third value, if any.
        d: The fourth value, if any.

    Returns:
        out: The values that are there, in order.
    """
    return [value for value in (a, b, c, d) if not is_missing(value)]


@NodeDecorator("funcnodes.list_length", name="List length")
def list_length(items: list[Any]) -> int:
    """Counts the items of a list.

    Args:
        items: The list.

    Returns:
        out: How many items it has.
    """
    return len(items)


@NodeDecorator("funcnodes.get_item", name="Get item")
def get_item(items: list[Any], index: int = 0) -> Any:
    """Gives one item of a list.

    Args:
        items: The list.
        index: The place, counted from 0; -1 is the last one.

    Returns:
        out: The item.

    Raises:
        IndexError: If the list is shorter.
    """
    try:
        return items[index]
    except IndexError:
        raise IndexError(f"there is no item {index} in a list of {len(items)}") from None


@NodeDecorator("funcnodes.slice_list", name="Slice list")
def slice_list(items: list[Any], start: int = 0, stop: int | None = None, step: int = 1) -> list[Any]:
    """Gives a part of a list.

    Args:
        items: The list.
        start: The first place, counted from 0; negative counts from the end.
        stop: The place to stop before; nothing means the end.
        step: 2 takes every second item, -1 goes backwards.

    Returns:
        out: The items of that part.

    Raises:
        ValueError: If the step is 0.
    """
    return list(items[(start or None) if step < 0 else start : stop : step])


@NodeDecorator("funcnodes.append_item", name="Append")
def append_item(items: list[Any], item: Any) -> list[Any]:
    """Gives a list with one more item at its end.

    Args:
        items: The list.
        item: What to add.

    Returns:
        out: A new list.
    """
    return [*items, item]


@NodeDecorator("funcnodes.join_lists", name="Join lists")
def join_lists(a: list[Any], b: list[Any]) -> list[Any]:
    """Puts two lists one after the other.

    Args:
        a: The first list.
        b: The second list.

    Returns:
        out: A new list.
    """
    return [*a, *b]


@NodeDecorator("funcnodes.sort_list", name="Sort list")
def sort_list(items: list[Any], descending: bool = False) -> list[Any]:
    """Sorts a list: numbers first, then texts, then anything else by its text; missing values last.

    Args:
        items: The list.
        descending: Whether the largest comes first.

    Returns:
        out: A new list.
    """
    present = [item for item in items if item is not None]
    missing = [None] * (len(items) - len(present))
    return sorted(present, key=sort_key, reverse=descending) + missing


@NodeDecorator("funcnodes.reverse_list", name="Reverse list")
def reverse_list(items: list[Any]) -> list[Any]:
    """Gives a list back to front.

    Args:
        items: The list.

    Returns:
        out: A new list.
    """
    return list(reversed(items))


@NodeDecorator("funcnodes.unique_items", name="Unique items")
def unique_items(items: list[Any]) -> list[Any]:
    """Gives each item of a list once, where it stands first.

    Args:
        items: The list; items that cannot be hashed (lists, dicts) are compared one by one.

    Returns:
        out: A new list.
    """
    try:
        return list(dict.fromkeys(items))
    except TypeError:
        return [item for place, item in enumerate(items) if item not in items[:place]]


@NodeDecorator("funcnodes.list_contains", name="List contains")
def list_contains(items: list[Any], item: Any) -> bool:
    """Says whether a list holds an item.

    Args:
        items: The list.
        item: What to look for.

    Returns:
        out: Whether it is there.
    """
    return item in items


SHELF = Shelf(
    name="Lists",
    description="Making, cutting, sorting and searching lists.",
    nodes=[
        make_list, list_length, get_item, slice_list, append_item, join_lists, sort_list, reverse_list, unique_items,
        list_contains,
    ],
    subshelves=[],
)  # fmt: skip
