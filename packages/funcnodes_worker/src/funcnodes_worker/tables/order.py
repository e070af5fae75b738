"""Which rows of a table are wanted, and in which order.

It runs beside the serving loop and works in small steps: a single call that sorts a million cells would hold up every
other thread until it is done.
"""

from __future__ import annotations

import heapq
import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from funcnodes_core.codec.tables import TableSource, plain_cell
from funcnodes_core.sentinels import NoValue
from funcnodes_worker.tables.query import TableFilter

__all__ = ["cell_text", "matching_rows", "sorted_rows"]

_STEP: Final = 2000
_MAX_TEXT: Final = 1000
_DIGITS: Final = re.compile(r"[0-9]+")
_MAX_DIGITS: Final = 18

Rows = Sequence[int]


def is_empty(cell: Any) -> bool:
    """Whether a cell holds nothing: None, no value, or not a number."""
    if cell is None or cell is NoValue or type(cell).__name__ in ("NaTType", "NAType"):
        return True
    return isinstance(cell, float) and math.isnan(cell)


def cell_text(cell: Any) -> str:
    """A cell as text, cut where it is long."""
    if is_empty(cell):
        return ""
    try:
        return str(cell)[:_MAX_TEXT]
    except Exception:  # noqa: BLE001 - __str__ of values is foreign code
        return type(cell).__name__


def matching_rows(source: TableSource, filters: Iterable[tuple[int, TableFilter]], search: str) -> Rows:
    """The rows that pass every filter and, with a search, hold its text in some cell."""
    rows: Rows = range(source.height)
    for column, condition in filters:
        keeps = _test(condition)
        rows = array(
            "q",
            (
                row
                for part in _parts(rows)
                for row, cell in zip(part, source.cells(column, part), strict=True)
                if keeps(plain_cell(cell))
            ),
        )
    wanted = search.strip().casefold()
    return array("q", _found(source, rows, wanted)) if wanted else rows


def sorted_rows(source: TableSource, rows: Rows, column: int, *, descending: bool) -> Rows:
    """Rows in the order of a column: numbers before text, digits in text as numbers, empty cells last.

    Rows that are equal keep their order.
    """
    if isinstance(rows, range) and (quick := source.order(column, descending=descending)) is not None:
        return array("q", quick)
    numbers, texts, empty = _Group(), _Group(), array("q")
    for part in _parts(rows):
        for row, cell in zip(part, source.cells(column, part), strict=True):
            cell = plain_cell(cell)
            if is_empty(cell):
                empty.append(row)
            elif isinstance(cell, int | float) or (isinstance(cell, Decimal) and cell.is_finite()):
                numbers.add(row, cell)
            else:
                texts.add(row, _natural(cell_text(cell)))
    ordered = array("q")
    for group in (texts, numbers) if descending else (numbers, texts):
        ordered.extend(group.ordered(descending=descending))
    ordered.extend(empty)
    return ordered


class _Group:
    """Rows whose keys compare with each other; numbers or texts, which the garbage collector need not look at."""

    def __init__(self) -> None:
        self._rows = array("q")
        self._keys: list[Any] = []

    def add(self, row: int, key: Any) -> None:
        self._rows.append(row)
        self._keys.append(key)

    def ordered(self, *, descending: bool) -> Iterator[int]:
        key = self._keys.__getitem__
        runs = [sorted(part, key=key, reverse=descending) for part in _parts(range(len(self._keys)))]
        return (self._rows[at] for at in heapq.merge(*runs, key=key, reverse=descending))


def _parts(rows: Rows) -> Iterator[Rows]:
    for start in range(0, len(rows), _STEP):
        yield rows[start : start + _STEP]


def _found(source: TableSource, rows: Rows, wanted: str) -> Iterator[int]:
    for part in _parts(rows):
        left = set(part)
        hits = set()
        for column in range(len(source.names)):
            if not left:
                break
            todo = [row for row in part if row in left]
            for row, cell in zip(todo, source.cells(column, todo), strict=True):
                if wanted in cell_text(plain_cell(cell)).casefold():
                    hits.add(row)
            left -= hits
        yield from (row for row in part if row in hits)


def _test(condition: TableFilter) -> Callable[[Any], bool]:
    op, value = condition.op, condition.value
    if op == "empty":
        return is_empty
    if op == "not_empty":
        return lambda cell: not is_empty(cell)
    text = "" if value is None else str(value).casefold()
    if op == "contains":
        return lambda cell: not is_empty(cell) and text in cell_text(cell).casefold()
    number = _number(value)

    def keeps(cell: Any) -> bool:
        if is_empty(cell):
            return op == "!="
        if number is not None and (own := _number(cell)) is not None:
            return _compare(op, own, number)
        return _compare(op, cell_text(cell).casefold(), text)

    return keeps


def _compare(op: str, a: Any, b: Any) -> bool:
    match op:
        case "==":
            return bool(a == b)
        case "!=":
            return bool(a != b)
        case "<":
            return bool(a < b)
        case "<=":
            return bool(a <= b)
        case ">":
            return bool(a > b)
        case _:
            return bool(a >= b)


def _number(value: Any) -> Any:
    """A number, also one that is written as text; None for everything else."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, str) and len(value) <= 50:
        try:
            found = float(value)
        except ValueError:
            return None
        return None if math.isnan(found) else found
    return None


def _natural(text: str) -> str:
    """What a text is compared by: in any case, and numbers in it by their size."""
    text = text.casefold()
    return _DIGITS.sub(lambda digits: digits[0].zfill(_MAX_DIGITS), text) if _DIGITS.search(text) else text
