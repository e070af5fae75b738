"""The first rows of a value that is a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, NamedTuple

from funcnodes_core.codec._plain import MAX_KEY_CHARS, MAX_PARTS, PlainCutter, short_scalar
from funcnodes_core.codec.tables import PROBED_ROWS, has_equal_rows, plain_cell, table_source

__all__ = ["Table", "table_window"]

MAX_ROWS = 200
MAX_COLUMNS = 200
CELL_BYTES = 1000


class Table(NamedTuple):
    """What is shown of a table.

    Attributes:
        window: `{"columns", "index", "rows", "total"}`.
        complete: Whether this is all there is.
    """

    window: dict[str, Any]
    complete: bool


def table_window(value: Any, budget_bytes: int, *, force: bool = False) -> Table | None:
    """The first rows of a table, or None if the value is none.

    A table is a list of dicts, a list of at least two equally long lists, or a data frame: an object
    with `columns` and `iloc`, or one with the interchange protocol (`__dataframe__`).

    Args:
        value: Any value.
        budget_bytes: The most that the window may take.
        force: Whether dicts of columns, single rows and lists of plain values are tables too.
    """
    if hasattr(value, "iloc") and hasattr(value, "index"):
        return _from_frame(value, budget_bytes)
    if hasattr(value, "__dataframe__") and not isinstance(value, type):
        return _from_interchange(value, budget_bytes)
    if isinstance(value, list | tuple) and value:
        if all(isinstance(row, Mapping) for row in islice(value, PROBED_ROWS)):
            return _from_records(value, budget_bytes)
        if has_equal_rows(value) and (force or len(value) > 1):
            width = len(value[0])
            names = [str(i) for i in range(min(width, MAX_COLUMNS))]
            return _window(names, value, len(value), budget_bytes, width)
        if force:
            return _window(["value"], ([item] for item in value), len(value), budget_bytes, 1)
    if force and isinstance(value, Mapping):
        return _from_columns(value, budget_bytes)
    return None


def _from_records(records: Any, budget_bytes: int) -> Table | None:
    head = list(islice(records, MAX_ROWS))
    if not all(isinstance(row, Mapping) for row in head):
        return None
    keys: dict[Any, None] = {}
    for row in head:
        keys.update(dict.fromkeys(islice(row, MAX_COLUMNS + 1)))
        if len(keys) > MAX_COLUMNS:
            break
    if not keys:
        return None
    shown = list(islice(keys, MAX_COLUMNS))
    rows = ([row.get(key) for key in shown] for row in head)
    return _window([str(key) for key in shown], rows, len(records), budget_bytes, len(keys))


def _from_columns(columns: Mapping[Any, Any], budget_bytes: int) -> Table:
    names = [str(key) for key in islice(columns, MAX_COLUMNS)]
    lists = [v if isinstance(v, list | tuple) else [v] for v in islice(columns.values(), MAX_COLUMNS)]
    total = max((len(column) for column in lists), default=0)
    rows = ([c[i] if i < len(c) else None for c in lists] for i in range(total))
    return _window(names, rows, total, budget_bytes, len(columns))


def _from_frame(frame: Any, budget_bytes: int) -> Table | None:
    if not hasattr(frame, "columns") and hasattr(frame, "to_frame"):
        frame = frame.to_frame()
    if not hasattr(frame, "columns"):
        return None
    head = frame.iloc[:MAX_ROWS, :MAX_COLUMNS]
    names = [str(name) for name in head.columns]
    rows = head.itertuples(index=False, name=None)
    table = _window(names, rows, len(frame), budget_bytes, len(frame.columns))
    labels = PlainCutter(budget_bytes)
    shown = [labels.cut(plain_cell(label)) for label in head.index[: len(table.window["rows"])]]
    table.window["index"] = shown
    return table


def _from_interchange(frame: Any, budget_bytes: int) -> Table | None:
    source = table_source(frame)
    if source is None:
        return None
    names = source.names[:MAX_COLUMNS]
    shown = range(min(MAX_ROWS, source.height))
    columns = [source.cells(column, shown) for column in range(len(names))]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return _window(names, rows, source.height, budget_bytes, len(source.names))


def _window(names: list[str], rows: Iterable[Any], total: int, budget_bytes: int, width: int) -> Table:
    complete = width == len(names) and all(len(name) <= MAX_KEY_CHARS for name in names)
    names = [name if len(name) <= MAX_KEY_CHARS else name[:MAX_KEY_CHARS] + "..." for name in names]
    left = budget_bytes - 80 - sum(len(name.encode("utf-8", "replace")) + 4 for name in names)
    kept: list[list[Any]] = []
    for row in islice(rows, min(MAX_ROWS, max(MAX_PARTS // max(len(names), 1), 1))):
        cells, cost, whole = _cut_row(row[: len(names)])
        left -= cost
        if left < 0:
            break
        kept.append(cells)
        complete = complete and whole
    window = {"columns": names, "index": list(range(len(kept))), "rows": kept, "total": total}
    return Table(window, complete and len(kept) == total)


def _cut_row(row: Any) -> tuple[list[Any], int, bool]:
    cells = []
    cost = 10  # brackets, and the label of the row
    complete = True
    for cell in row:
        n_bytes = short_scalar(cell)
        if n_bytes:
            cells.append(cell)
            cost += n_bytes + 2
            continue
        cutter = PlainCutter(CELL_BYTES)
        cells.append(cutter.cut(plain_cell(cell)))
        complete = complete and cutter.complete
        cost += CELL_BYTES - cutter.left + 1
    return cells, cost, complete
