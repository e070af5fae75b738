"""Values that are tables, whatever they are made of: names of columns, and cells by column and row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from funcnodes_core.codec._interchange import InterchangeColumns

__all__ = ["TableSource", "plain_cell", "table_source"]

# enough rows, and cells of each, to tell a table from a list that happens to start like one
PROBED_ROWS = 50
PROBED_CELLS = 40


class TableSource(Protocol):
    """A table: its size, and the cells of a column in some rows as Python values."""

    @property
    def names(self) -> list[str]: ...

    @property
    def height(self) -> int: ...

    def cells(self, column: int, rows: Iterable[int]) -> list[Any]: ...

    def labels(self, rows: Iterable[int]) -> list[Any]:
        """What the rows are called."""
        ...

    def order(self, column: int, *, descending: bool) -> list[int] | None:
        """The rows in the order of a column, empty cells last; None where the table has no quick way."""
        ...


def table_source(value: Any, *, force: bool = False) -> TableSource | None:
    """The table that a value is: a data frame, a list of dicts, or a list of equally long lists.

    Data frames are objects like those of pandas (`columns`, `iloc`) and everything with the interchange protocol
    (`__dataframe__`).

    Args:
        value: Any value.
        force: Whether dicts of columns, single rows and lists of plain values are tables too.
    """
    if isinstance(value, type):
        return None
    if hasattr(value, "iloc") and hasattr(value, "index"):
        frame = value if hasattr(value, "columns") or not hasattr(value, "to_frame") else value.to_frame()
        return _Frame(frame) if hasattr(frame, "columns") else None
    if hasattr(value, "__dataframe__"):
        return _Interchange(value)
    if isinstance(value, list | tuple) and value:
        if all(isinstance(row, Mapping) for row in islice(value, PROBED_ROWS)):
            records = _Records(value)
            return records if records.names else None
        if has_equal_rows(value) and (force or len(value) > 1):
            return _Rows(value)
        return _Single(value) if force else None
    return _Columns(value) if force and isinstance(value, Mapping) else None


def has_equal_rows(value: Any) -> bool:
    """Whether the first rows are lists of one length (not 0) that hold no further containers."""
    rows = list(islice(value, PROBED_ROWS))
    if not all(isinstance(row, list | tuple) and row and len(row) == len(rows[0]) for row in rows):
        return False
    kinds = {type(cell) for row in rows for cell in row[:PROBED_CELLS]}
    return not any(issubclass(kind, list | tuple | Mapping | set) for kind in kinds)


def plain_cell(cell: Any) -> Any:
    """A Python number for a scalar of an array library."""
    return cell.item() if hasattr(cell, "item") and not hasattr(cell, "__len__") else cell


class _Numbered:
    """Rows that are called by their numbers."""

    def labels(self, rows: Iterable[int]) -> list[Any]:
        return list(rows)

    def order(self, column: int, *, descending: bool) -> list[int] | None:
        return None


class _Records(_Numbered):
    """A list of dicts; its columns are all keys, in the order in which they first occur."""

    def __init__(self, records: Sequence[Any]) -> None:
        self._records = records
        keys: dict[Any, None] = {}
        for record in records:
            if isinstance(record, Mapping) and not record.keys() <= keys.keys():
                keys.update(dict.fromkeys(record))
        self._keys = list(keys)
        self.names = [str(key) for key in self._keys]
        self.height = len(records)

    def cells(self, column: int, rows: Iterable[int]) -> list[Any]:
        key, records = self._keys[column], self._records
        return [record.get(key) if isinstance(record := records[row], Mapping) else None for row in rows]


class _Rows(_Numbered):
    """A list of lists; its columns are numbers."""

    def __init__(self, lists: Sequence[Any]) -> None:
        self._rows = lists
        self.names = [str(number) for number in range(len(lists[0]))]
        self.height = len(lists)

    def cells(self, column: int, rows: Iterable[int]) -> list[Any]:
        found = []
        for row in rows:
            cells = self._rows[row]
            fits = isinstance(cells, list | tuple) and column < len(cells)
            found.append(cells[column] if fits else None)
        return found


class _Single(_Numbered):
    """A list of plain values, as one column."""

    names = ["value"]

    def __init__(self, items: Sequence[Any]) -> None:
        self._items = items
        self.height = len(items)

    def cells(self, column: int, rows: Iterable[int]) -> list[Any]:
        return [self._items[row] for row in rows]


class _Columns(_Numbered):
    """A dict of columns; what is no list is a column of one."""

    def __init__(self, columns: Mapping[Any, Any]) -> None:
        self._columns = [each if isinstance(each, list | tuple) else [each] for each in columns.values()]
        self.names = [str(key) for key in columns]
        self.height = max(map(len, self._columns), default=0)

    def cells(self, column: int, rows: Iterable[int]) -> list[Any]:
        cells = self._columns[column]
        return [cells[row] if row < len(cells) else None for row in rows]


class _Frame:
    """A data frame like those of pandas."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.names = [str(name) for name in frame.columns]
        self.height = len(frame)

    def cells(self, column: int, rows: Iterable[int]) -> list[Any]:
        return [plain_cell(cell) for cell in self._frame.iloc[_positions(rows), column]]

    def labels(self, rows: Iterable[int]) -> list[Any]:
        return [plain_cell(label) for label in self._frame.index[_positions(rows)]]

    def order(self, column: int, *, descending: bool) -> list[int] | None:
        series = self._frame.iloc[:, column].reset_index(drop=True)
        try:
            ordered = series.sort_values(ascending=not descending, kind="stable", na_position="last")
        except TypeError:  # cells of kinds that do not compare
            return None
        return [int(row) for row in ordered.index]


class _Interchange(_Numbered, InterchangeColumns):
    """Anything with the data frame interchange protocol."""


def _positions(rows: Iterable[int]) -> Any:
    """Rows as frames take them: a slice where that is what they are."""
    if isinstance(rows, range) and rows.step == 1 and rows.start >= 0:
        return slice(rows.start, max(rows.start, rows.stop))
    return list(rows)
