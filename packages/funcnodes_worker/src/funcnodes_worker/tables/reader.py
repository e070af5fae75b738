"""Reads windows of the tables that ports hold; remembers orders that were asked for, for the pages that follow."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from funcnodes_core.codec.preview import plain_form
from funcnodes_core.codec.tables import TableSource, plain_cell, table_source
from funcnodes_worker.errors import ConflictError, NotFoundError
from funcnodes_worker.projection import PortKey, PortValue
from funcnodes_worker.tables.order import Rows, cell_text, matching_rows, sorted_rows
from funcnodes_worker.tables.query import MAX_COLUMNS, ColumnName, TableQuery, TableWindow

__all__ = ["TableReader", "csv_pieces"]

_KEPT_TABLES: Final = 4
_KEPT_ORDERS: Final = 6
_CELL_BYTES: Final = 1000
_WINDOW_BYTES: Final = 512 * 1024
_CSV_ROWS: Final = 500

Order = tuple[Any, ...]


class _Opened:
    """One table and the orders of its rows that were asked for."""

    def __init__(self, source: TableSource) -> None:
        self.source = source
        self._orders: OrderedDict[Order, Rows] = OrderedDict()
        self._places = {name: at for at, name in reversed(list(enumerate(source.names)))}

    def place(self, column: ColumnName) -> int:
        """The place of a column.

        Raises:
            NotFoundError: there is none.
        """
        at = column if isinstance(column, int) else self._places.get(column, -1)
        if not 0 <= at < len(self.source.names):
            raise NotFoundError(f"the table has no column {column!r}", column=column)
        return at

    def rows(self, query: TableQuery) -> Rows:
        """The rows that a query wants, in its order."""
        filters = tuple((self.place(each.column), each) for each in query.filters)
        kept: Order = (query.search, *filters)
        rows = self._remembered(kept, lambda: matching_rows(self.source, filters, query.search))
        sorts = [(self.place(each.column), each.descending) for each in query.sort]
        for at, (column, descending) in reversed(list(enumerate(sorts))):
            key = (*kept, *sorts[at:])
            rows = self._remembered(
                key,
                lambda: sorted_rows(self.source, rows, column, descending=descending),  # noqa: B023 - called at once
            )
        return rows

    def _remembered(self, key: Order, make: Any) -> Rows:
        rows: Rows | None = self._orders.get(key)
        if rows is None:
            rows = make()
            self._orders[key] = rows
            while len(self._orders) > _KEPT_ORDERS:
                self._orders.popitem(last=False)
        else:
            self._orders.move_to_end(key)
        return rows


class TableReader:
    """Reads on a thread of its own: cells of data frames are foreign code, and sorting takes its time.

    Args:
        threads: without them (Pyodide) windows are made where they are asked for.
    """

    def __init__(self, *, threads: bool = True) -> None:
        self._pool = ThreadPoolExecutor(1, "funcnodes-tables") if threads else None
        self._opened: OrderedDict[tuple[PortKey, int], _Opened] = OrderedDict()

    def stop(self) -> None:
        """Read nothing more."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._opened.clear()

    async def read(self, key: PortKey, held: PortValue, query: TableQuery) -> TableWindow:
        """A window of the table that a port holds.

        Raises:
            ConflictError: the value is no table, or cannot be read as one now.
            NotFoundError: a column that the table does not have.
        """
        if self._pool is None:
            return self._read(key, held, query)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, key, held, query)

    def _read(self, key: PortKey, held: PortValue, query: TableQuery) -> TableWindow:
        try:
            opened = self._open(key, held)
            return _window(opened, query, held.version)
        except NotFoundError:
            raise
        except Exception as error:
            if isinstance(error, ConflictError):
                raise
            # cells of data frames are foreign code, and lists change under our hands
            text = f"the table of {key.io_id!r} cannot be read: {type(error).__name__}: {error}"
            raise ConflictError(text) from error

    def _open(self, key: PortKey, held: PortValue) -> _Opened:
        for known in [known for known in self._opened if known[0] == key and known[1] != held.version]:
            del self._opened[known]
        place = (key, held.version)
        opened = self._opened.get(place)
        if opened is None:
            source = table_source(held.value, force=held.render_type == "table")
            if source is None:
                raise ConflictError(f"the value of {key.io_id!r} is no table")
            opened = self._opened[place] = _Opened(source)
            while len(self._opened) > _KEPT_TABLES:
                self._opened.popitem(last=False)
        self._opened.move_to_end(place)
        return opened


def _window(opened: _Opened, query: TableQuery, version: int) -> TableWindow:
    source = opened.source
    wanted = query.columns if query.columns is not None else range(len(source.names))
    places = [opened.place(column) for column in wanted][:MAX_COLUMNS]
    rows = opened.rows(query)
    shown = rows[query.offset : query.offset + query.limit]
    cells = _cut(source, places, shown)
    shown = shown[: len(cells)]
    return TableWindow(
        columns=[source.names[place][:_CELL_BYTES] for place in places],
        index=[plain_form(label, _CELL_BYTES) for label in source.labels(shown)],
        rows=cells,
        total=source.height,
        matching=len(rows),
        width=len(source.names),
        offset=query.offset,
        version=version,
    )


def _cut(source: TableSource, places: list[int], rows: Rows) -> list[list[Any]]:
    """The cells of rows, each cut to what a port shows, as many rows as fit a window (but one at least)."""
    # a first guess by the number of cells; what they take decides
    at_most = max(1, min(len(rows), _WINDOW_BYTES // (8 * max(1, len(places)))))
    rows = rows[:at_most]
    columns = [source.cells(place, rows) for place in places]
    found: list[list[Any]] = []
    left = _WINDOW_BYTES
    for at in range(len(rows)):
        row = [_shown(column[at]) for column in columns]
        left -= sum(size for _, size in row) + 10
        if left < 0 and found:
            break
        found.append([form for form, _ in row])
    return found


def _shown(cell: Any) -> tuple[Any, int]:
    cell = plain_cell(cell)
    if type(cell) in (int, float, bool, type(None)) and cell == cell and abs(cell or 0) <= 2**53:
        return cell, 20
    form = plain_form(cell, _CELL_BYTES)
    return form, len(str(form)) + 8


def csv_pieces(value: object, render_type: str | None) -> Iterator[bytes]:
    """A table as comma-separated text, some rows at a time.

    Raises:
        ConflictError: the value is no table.
    """
    source = table_source(value, force=render_type == "table")
    if source is None:
        raise ConflictError("this value is no table")
    yield _csv([source.names])
    for start in range(0, source.height, _CSV_ROWS):
        rows = range(start, min(start + _CSV_ROWS, source.height))
        columns = [source.cells(column, rows) for column in range(len(source.names))]
        yield _csv([[_csv_cell(cell) for cell in row] for row in zip(*columns, strict=True)])


def _csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _csv_cell(cell: Any) -> Any:
    cell = plain_cell(cell)
    return cell if type(cell) in (int, float, str, bool) and cell == cell else cell_text(cell)
