"""Nodes for texts."""

import re
import string
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from funcnodes_core import NodeDecorator, Shelf

__all__ = ["SHELF"]


class _PlainFormatter(string.Formatter):
    """Fills in values by name only: `{value.name}` would reach into Python, and a template is just text."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        if field_name not in kwargs:
            raise KeyError(f"no value {field_name!r}; there are {', '.join(map(repr, kwargs))}")
        return kwargs[field_name], field_name


@NodeDecorator("funcnodes.join_text", name="Join text")
def join_text(a: str, b: str = "", separator: str = "") -> str:
    """Puts two texts one after the other.

    Args:
        a: The first text.
        b: The second text.
        separator: What comes between them.

    Returns:
        out: The joined text.
    """
    return f"{a}{separator}{b}"


@NodeDecorator("funcnodes.join_list", name="Join list of texts")
def join_list(texts: list[Any], separator: str = ", ") -> str:
    """Puts all values of a list into one text.

    Args:
        texts: Texts; other values are written as text.
        separator: What comes between two of them.

    Returns:
        out: The joined text.
    """
    return separator.join(str(item) for item in texts)


@NodeDecorator("funcnodes.split_text", name="Split text")
def split_text(text: str, separator: str = ",", strip: bool = True) -> list[str]:
    """Cuts a text at a separator.

    Args:
        text: The text.
        separator: Where to cut; empty cuts at white space.
        strip: Whether white space around the parts is taken away.

    Returns:
        out: The parts.
    """
    parts = text.split(separator or None)
    return [part.strip() for part in parts] if strip else parts


@NodeDecorator("funcnodes.split_lines", name="Split lines")
def split_lines(text: str, skip_empty: bool = False) -> list[str]:
    """Gives the lines of a text.

    Args:
        text: The text.
        skip_empty: Whether lines of nothing but white space are left out.

    Returns:
        out: The lines, without their ends.
    """
    return [line for line in text.splitlines() if line.strip() or not skip_empty]


@NodeDecorator("funcnodes.replace_text", name="Replace text")
def replace_text(text: str, old: str = "", new: str = "", pattern: bool = False) -> str:
    r"""Replaces every place where a text occurs.

    Args:
        text: The text to change.
        old: What to look for; nothing changes while it is empty.
        new: What to put there; with a pattern, `\1` stands for its first group.
        pattern: Whether `old` is a regular expression.

    Returns:
        out: The changed text.

    Raises:
        re.error: If the pattern is not a regular expression.
    """
    if not old:
        return text
    return re.sub(old, new, text) if pattern else text.replace(old, new)


@NodeDecorator("funcnodes.find_pattern", name="Find pattern")
def find_pattern(text: str, pattern: str, ignore_case: bool = False) -> list[str]:
    """Gives every part of a text that fits a regular expression.

    Args:
        text: The text to search.
        pattern: The regular expression; with one group, the group's text is given.
        ignore_case: Whether upper and lower case are the same.

    Returns:
        out: The parts found, in order.

    Raises:
        re.error: If the pattern is not a regular expression.
    """
    found = re.finditer(pattern, text, re.IGNORECASE if ignore_case else 0)
    return [(match[1] or "") if match.re.groups else match[0] for match in found]


@NodeDecorator("funcnodes.format_text", name="Format text")
def format_text(template: str = "{value}", value: Any = "", values: dict[str, Any] | None = None) -> str:
    """Fills a template: `{value}` stands for the value, `{name}` for an entry of the dict.

    Args:
        template: The text to fill; `{value:.2f}` gives two digits after the point.
        value: What `{value}` stands for.
        values: What other names stand for.

    Returns:
        out: The filled text.

    Raises:
        KeyError: If a name is not in the dict.
        ValueError: If a format does not fit its value.
    """
    return _PlainFormatter().vformat(template, (), {"value": value, **(values or {})})


@NodeDecorator("funcnodes.change_case", name="Change case")
def change_case(text: str, case: Literal["lower", "upper", "title", "sentence"] = "lower") -> str:
    """Writes a text in lower or upper case.

    Args:
        text: The text.
        case: `title` starts every word with a capital, `sentence` the first one only.

    Returns:
        out: The changed text.
    """
    if case == "lower":
        return text.lower()
    if case == "upper":
        return text.upper()
    return text.title() if case == "title" else text.capitalize()


@NodeDecorator("funcnodes.strip_text", name="Strip text")
def strip_text(text: str, characters: str = "") -> str:
    """Takes characters away from both ends of a text.

    Args:
        text: The text.
        characters: Which characters; white space when empty.

    Returns:
        out: The shorter text.
    """
    return text.strip(characters or None)


@NodeDecorator("funcnodes.text_length", name="Text length")
def text_length(text: str) -> int:
    """Counts the characters of a text.

    Args:
        text: The text.

    Returns:
        out: How many characters it has.
    """
    return len(text)


@NodeDecorator("funcnodes.text_contains", name="Text contains")
def text_contains(text: str, part: str = "", ignore_case: bool = False) -> bool:
    """Says whether a text occurs in another.

    Args:
        text: The text to search.
        part: What to look for.
        ignore_case: Whether upper and lower case are the same.

    Returns:
        out: Whether it occurs.
    """
    if ignore_case:
        return part.casefold() in text.casefold()
    return part in text


@NodeDecorator("funcnodes.to_text", name="To text")
def to_text(value: Any) -> str:
    """Writes any value as text.

    Args:
        value: The value.

    Returns:
        out: Its text.
    """
    return str(value)


SHELF = Shelf(
    name="Text",
    description="Joining, cutting, searching and formatting texts.",
    nodes=[
        join_text, join_list, split_text, split_lines, replace_text, find_pattern, format_text, change_case,
        strip_text, text_length, text_contains, to_text,
    ],
    subshelves=[],
)  # fmt: skip
