"""The first rows of a value that is a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from funcnodes_core.codec._plain import PlainCutter

__all__ = ["table_window"]

MAX_ROWS = 200
MAX_COLUMNS = 200
CELL_BYTES = 1000
# enough rows to tell a table from a list that happens to start like one
PROBED_ROWS = 50


def table_window(value: Any, budget_bytes: int, *, force: bool = False) -> dict[str, Any] | None:
    """The first rows of a table: `{"columns", "index", "rows", "total"}`, or None if it is none.

    A table is a list of dicts, a list of at least two equally long lists, or an object like a
    data frame (`columns` and `iloc`).

    Args:
        value: Any value.
        budget_bytes: The most that the window may take.
        force: Whether dicts of columns, single rows and lists of plain values are tables too.
    """
    if hasattr(value, "iloc") and hasattr(value, "index"):
        return _from_frame(value, budget_bytes)
    if isinstance(value, list | tuple) and value:
        if all(isinstance(row, Mapping) for row in islice(value, PROBED_ROWS)):
            return _from_records(value, budget_bytes)
        if _equal_rows(value) and (force or len(value) > 1):
            names = [str(i) for i in range(len(value[0]))]
            return _window(names, value, len(value), budget_bytes)
        if force:
            return _window(["value"], ([item] for item in value), len(value), budget_bytes)
    if force and isinstance(value, Mapping):
        return _from_columns(value, budget_bytes)
    return None


def _equal_rows(value: Any) -> bool:
    """Whether the first rows are lists of one length (not 0) that hold no further containers."""
    rows = list(islice(value, PROBED_ROWS))
    if not all(isinstance(row, list | tuple) and row and len(row) == len(rows[0]) for row in rows):
        return False
    return not any(isinstance(cell, list | tuple | Mapping | set) for row in rows for cell in row)


def _from_records(records: Any, budget_bytes: int) -> dict[str, Any] | None:
    head = list(islice(records, MAX_ROWS))
    if not all(isinstance(row, Mapping) for row in head):
        return None
    names: dict[Any, None] = {}
    for row in head:
        names.update(dict.fromkeys(row))
    keys = list(names)
    if not keys:
        return None
    rows = ([row.get(key) for key in keys] for row in head)
    return _window([str(key) for key in keys], rows, len(records), budget_bytes)


def _from_columns(columns: Mapping[Any, Any], budget_bytes: int) -> dict[str, Any]:
    lists = [list(v) if isinstance(v, list | tuple) else [v] for v in columns.values()]
    total = max((len(column) for column in lists), default=0)
    rows = ([c[i] if i < len(c) else None for c in lists] for i in range(total))
    return _window([str(key) for key in columns], rows, total, budget_bytes)


def _from_frame(frame: Any, budget_bytes: int) -> dict[str, Any] | None:
    if not hasattr(frame, "columns") and hasattr(frame, "to_frame"):
        frame = frame.to_frame()
    if not hasattr(frame, "columns"):
        return None
    head = frame.iloc[:MAX_ROWS, :MAX_COLUMNS]
    names = [str(name) for name in head.columns]
    rows = head.itertuples(index=False, name=None)
    window = _window(names, rows, len(frame), budget_bytes)
    labels = PlainCutter(budget_bytes)
    window["index"] = [labels.cut(_python(label)) for label in head.index[: len(window["rows"])]]
    return window


def _python(cell: Any) -> Any:
    """A Python number for a scalar of an array library."""
    return cell.item() if hasattr(cell, "item") and not hasattr(cell, "__len__") else cell


def _window(names: list[str], rows: Iterable[Any], total: int, budget_bytes: int) -> dict[str, Any]:
    names = names[:MAX_COLUMNS]
    left = budget_bytes - 80 - sum(len(name.encode("utf-8", "replace")) + 4 for name in names)
    kept: list[list[Any]] = []
    for row in islice(rows, MAX_ROWS):
        cells, cost = _cut_row(row[: len(names)])
        left -= cost
        if left < 0:
            break
        kept.append(cells)
    return {"columns": names, "index": list(range(len(kept))), "rows": kept, "total": total}


def _cut_row(row: Any) -> tuple[list[Any], int]:
    cells = []
    cost = 10  # brackets, and the label of the row
    for cell in row:
        cutter = PlainCutter(CELL_BYTES)
        cells.append(cutter.cut(_python(cell)))
        cost += CELL_BYTES - cutter.left + 1
    return cells, cost
