"""What a table is here: a list of rows, each a dict from column name to cell; None is an empty cell."""

import csv
from collections.abc import Callable
from typing import Any

__all__ = [
    "Rows",
    "cells",
    "column_names",
    "convert_column",
    "listed_columns",
    "make_comparison",
    "need_column",
]

Rows = list[dict[str, Any]]


def column_names(rows: Rows) -> list[str]:
    """The columns of a table, in the order in which they turn up."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return list(names)


def need_column(rows: Rows, column: str) -> str:
    """The column, when the table has it.

    Raises:
        KeyError: If it has not; the message names those that it has.
    """
    names = column_names(rows)
    if column not in names:
        raise KeyError(f"no column {column!r}; there are {', '.join(map(repr, names)) or 'none'}")
    return column


def listed_columns(rows: Rows, names: str) -> list[str]:
    """The columns that a text such as `name, "last, first", age` lists; each must be there.

    Raises:
        KeyError: If the table has no such column.
    """
    listed = next(csv.reader([names], skipinitialspace=True), [])
    return [need_column(rows, name.strip()) for name in listed if name.strip()]


def cells(rows: Rows, column: str) -> list[Any]:
    """The cells of one column; None where a row has none."""
    need_column(rows, column)
    return [row.get(column) for row in rows]


def convert_column(texts: list[str | None]) -> list[Any]:
    """Cells read as text, as numbers where the whole column is numbers; empty ones become None.

    Numbers written with leading zeros stay text: they are codes.
    """
    for convert in (_whole, _real):
        try:
            return [None if not text else convert(text) for text in texts]
        except ValueError:
            continue
    return [text or None for text in texts]


def _whole(text: str) -> int:
    stripped = text.strip()
    digits = stripped.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or (len(digits) > 1 and digits[0] == "0"):
        raise ValueError(text)
    return int(stripped)


def _real(text: str) -> float:
    stripped = text.strip()
    digits = stripped.lstrip("+-")
    is_code = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
    if is_code or "_" in stripped or digits[:1].isalpha():
        raise ValueError(text)
    return float(stripped)


def make_comparison(operator: str) -> Callable[[Any, Any], bool]:
    """The comparison of two values that an operator such as `<=` stands for.

    Numbers are compared as numbers, also when one of the two is a text that is one; anything else as text.
    An empty cell fits nothing but `!=`.
    """
    compare = _COMPARISONS[operator]

    def fits(cell: Any, value: Any) -> bool:
        if cell is None:
            return operator == "!="
        return compare(*_comparable(cell, value))

    return fits


def _comparable(cell: Any, value: Any) -> tuple[Any, Any]:
    if isinstance(cell, bool) or isinstance(value, bool):
        return str(cell).lower(), str(value).lower()
    if isinstance(cell, (int, float)) or isinstance(value, (int, float)):
        try:
            return _as_number(cell), _as_number(value)
        except ValueError:
            pass
    return str(cell), str(value)


def _as_number(value: Any) -> float:
    return value if isinstance(value, (int, float)) else float(str(value))


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda cell, value: cell == value,
    "!=": lambda cell, value: cell != value,
    "<": lambda cell, value: cell < value,
    "<=": lambda cell, value: cell <= value,
    ">": lambda cell, value: cell > value,
    ">=": lambda cell, value: cell >= value,
}
