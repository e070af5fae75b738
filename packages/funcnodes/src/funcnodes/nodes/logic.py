"""Nodes that compare values and choose between them."""

from typing import Any, Literal

from funcnodes.nodes.rows import make_comparison
from funcnodes_core import NodeDecorator, Shelf

__all__ = ["SHELF"]


@NodeDecorator("funcnodes.compare", name="Compare")
def compare(a: Any, operator: Literal["==", "!=", "<", "<=", ">", ">="] = "==", b: Any = 0) -> bool:
    """Compares two values: numbers as numbers, anything else as text.

    Args:
        a: The left side.
        operator: How to compare.
        b: The right side.

    Returns:
        out: Whether it is so.
    """
    return make_comparison(operator)(a, b)


@NodeDecorator("funcnodes.and", name="And")
def logic_and(a: bool, b: bool = True) -> bool:
    """Says whether both are true.

    Args:
        a: The first value.
        b: The second value.

    Returns:
        out: Whether both are true.
    """
    return bool(a and b)


@NodeDecorator("funcnodes.or", name="Or")
def logic_or(a: bool, b: bool = False) -> bool:
    """Says whether at least one is true.

    Args:
        a: The first value.
        b: The second value.

    Returns:
        out: Whether one of them is true.
    """
    return bool(a or b)


@NodeDecorator("funcnodes.not", name="Not")
def logic_not(value: bool) -> bool:
    """Turns yes into no.

    Args:
        value: The value.

    Returns:
        out: The opposite.
    """
    return not value


@NodeDecorator("funcnodes.choose", name="Choose")
def choose(condition: bool, if_true: Any = None, if_false: Any = None) -> Any:
    """Gives one of two values.

    Args:
        condition: Which one.
        if_true: What to give when it is true.
        if_false: What to give when it is not.

    Returns:
        out: The chosen value.
    """
    return if_true if condition else if_false


@NodeDecorator("funcnodes.is_empty", name="Is empty")
def is_empty(value: Any) -> bool:
    """Says whether there is nothing in a value: None, an empty text, list or dict.

    Args:
        value: The value; a number is never empty.

    Returns:
        out: Whether it is empty.
    """
    return value is None or (hasattr(value, "__len__") and len(value) == 0)


SHELF = Shelf(
    name="Conditions",
    description="Comparing values and choosing between them.",
    nodes=[compare, logic_and, logic_or, logic_not, choose, is_empty],
    subshelves=[],
)
