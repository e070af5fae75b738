"""Nodes that hold one value, typed into the editor."""

import json
from typing import Any

from funcnodes_core import NodeDecorator, Shelf

__all__ = ["SHELF"]


@NodeDecorator("funcnodes.number", name="Number")
def number(value: float = 0.0) -> float:
    """Gives a number.

    Args:
        value: The number.

    Returns:
        out: The same number.
    """
    return value


@NodeDecorator("funcnodes.integer", name="Integer")
def integer(value: int = 0) -> int:
    """Gives a whole number.

    Args:
        value: The number.

    Returns:
        out: The same number.
    """
    return value


@NodeDecorator("funcnodes.boolean", name="Boolean")
def boolean(value: bool = False) -> bool:
    """Gives yes or no.

    Args:
        value: The value.

    Returns:
        out: The same value.
    """
    return value


@NodeDecorator("funcnodes.text", name="Text")
def text(value: str = "") -> str:
    """Gives a text.

    Args:
        value: The text.

    Returns:
        out: The same text.
    """
    return value


@NodeDecorator("funcnodes.json", name="JSON", default_render_options={"data": {"src": "out"}})
def json_value(text: str = "null") -> Any:
    """Gives the value that a JSON text stands for: a list, a dict, a number, a text, true, false or null.

    Args:
        text: JSON, for example `[1, 2, 3]`.

    Returns:
        out: The value.

    Raises:
        ValueError: If it is no JSON; the message says where.
    """
    return json.loads(text)


@NodeDecorator("funcnodes.to_json", name="To JSON")
def to_json(value: Any, indent: int = 2) -> str:
    """Gives a value as JSON text.

    Args:
        value: Numbers, texts, lists and dicts, however nested.
        indent: Spaces of one level; 0 puts everything on one line.

    Returns:
        out: The JSON text.

    Raises:
        TypeError: If the value holds something that JSON cannot say.
    """
    return json.dumps(value, indent=indent or None, ensure_ascii=False)


@NodeDecorator("funcnodes.show", name="Show", default_render_options={"data": {"src": "out"}})
def show(value: Any) -> Any:
    """Shows a value in the body of the node, and passes it on.

    Args:
        value: Anything.

    Returns:
        out: The same value.
    """
    return value


SHELF = Shelf(
    name="Values",
    description="Values typed into the editor, and a look at values.",
    nodes=[number, integer, boolean, text, json_value, to_json, show],
    subshelves=[],
)
