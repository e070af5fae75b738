"""Nodes that sum up a table."""

import statistics
from collections import Counter
from typing import Any

from funcnodes.nodes.aggregates import Aggregate, aggregate, is_number, numbers_of, quartiles
from funcnodes.nodes.ordering import sort_key
from funcnodes.nodes.rows import Rows, cells, column_names, listed_columns, need_column
from funcnodes.nodes.tables import offer_columns, show_table
from funcnodes_core import NodeDecorator, Shelf

__all__ = ["SHELF"]


@NodeDecorator("funcnodes.describe", name="Describe", default_render_options=show_table())
def describe(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sums up each column of numbers: count, mean, standard deviation, smallest, quartiles, largest.

    Args:
        rows: The table.

    Returns:
        out: One row for each column of numbers, with the columns `column`, `count`, `missing`, `mean`, `std` (of a sample,
            divided by n - 1; empty for a single number), `min`, `25 %`, `50 %`, `75 %` and `max`. Quartiles lie between
            the two nearest numbers, linearly.
    """
    described: Rows = []
    for name in column_names(rows):
        values = cells(rows, name)
        present = [value for value in values if value is not None]
        numbers = numbers_of(present)
        if numbers and len(numbers) == len(present):
            described.append(_describe(name, numbers, len(values) - len(numbers)))
    return described


def _describe(name: str, numbers: list[float], missing: int) -> dict[str, Any]:
    first, second, third = quartiles(numbers)
    return {
        "column": name,
        "count": len(numbers),
        "missing": missing,
        "mean": statistics.fmean(numbers),
        "std": statistics.stdev(numbers) if len(numbers) > 1 else None,
        "min": min(numbers),
        "25 %": first,
        "50 %": second,
        "75 %": third,
        "max": max(numbers),
    }


@NodeDecorator("funcnodes.columns", name="Columns", default_render_options=show_table())
def columns(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lists the columns of a table with what is in them.

    Args:
        rows: The table.

    Returns:
        out: One row for each column: `column`, `type` (number, text, mixed or empty), `filled`, `missing`, `different`
            (how many different cells) and `most common`.
    """
    return [_column(name, cells(rows, name)) for name in column_names(rows)]


def _column(name: str, values: list[Any]) -> dict[str, Any]:
    present = [value for value in values if value is not None]
    counts = Counter(value if isinstance(value, (str, int, float)) else repr(value) for value in present)
    kinds = {"number" if is_number(v) else "text" if isinstance(v, str) else "other" for v in present}
    return {
        "column": name,
        "type": kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "empty",
        "filled": len(present),
        "missing": len(values) - len(present),
        "different": len(counts),
        "most common": counts.most_common(1)[0][0] if counts else None,
    }


@NodeDecorator(
    "funcnodes.group_rows",
    name="Group rows",
    default_io_options=offer_columns("column", several="by"),
    default_render_options=show_table(),
)
def group_rows(
    rows: list[dict[str, Any]], by: str, column: str | None = None, how: Aggregate = "mean"
) -> list[dict[str, Any]]:
    """Puts the rows that agree in some columns together, and sums each group up.

    Args:
        rows: The table.
        by: The columns to group by, with commas between them.
        column: The column of numbers to sum up; nothing gives the sizes of the groups alone.
        how: How its numbers become one; `std` is that of a sample.

    Returns:
        out: One row for each group, sorted: the columns grouped by, `rows` (the size of the group) and, for example,
            `mean of fare`; empty where the group has too few numbers.

    Raises:
        KeyError: If there is no such column.
        ValueError: If there is no column to group by.
    """
    keys = listed_columns(rows, by)
    if not keys:
        raise ValueError("name at least one column to group by")
    if column:
        need_column(rows, column)
    groups: dict[tuple[Any, ...], Rows] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(key) for key in keys), []).append(row)
    in_order = sorted(groups.items(), key=lambda item: [(part is None, sort_key(part)) for part in item[0]])
    return [_group(dict(zip(keys, key, strict=True)), group, column, how) for key, group in in_order]


def _group(key: dict[str, Any], group: Rows, column: str | None, how: Aggregate) -> dict[str, Any]:
    summed: dict[str, Any] = {**key, "rows": len(group)}
    if column:
        summed[f"{how} of {column}"] = _aggregate_or_none([row.get(column) for row in group], how)
    return summed


def _aggregate_or_none(values: list[Any], how: Aggregate) -> float | None:
    try:
        return aggregate(values, how)
    except ValueError:
        return None


@NodeDecorator(
    "funcnodes.count_values",
    name="Count values",
    default_io_options=offer_columns("column"),
    default_render_options=show_table(),
)
def count_values(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    """Counts how often each cell occurs in a column, most often first.

    Args:
        rows: The table.
        column: The column.

    Returns:
        out: One row for each different cell: the cell under the column's name, `count` and `share` (from 0 to 1).

    Raises:
        KeyError: If there is no such column.
    """
    values = cells(rows, column)
    counts = Counter(
        value if value is None or isinstance(value, (str, int, float)) else repr(value) for value in values
    )
    return [{column: value, "count": n, "share": n / len(values)} for value, n in counts.most_common()]


@NodeDecorator("funcnodes.aggregate_column", name="Sum up column", default_io_options=offer_columns("column"))
def aggregate_column(rows: list[dict[str, Any]], column: str, how: Aggregate = "mean") -> float:
    """Gives one number for a column; empty cells and texts are left out.

    Args:
        rows: The table.
        column: The column of numbers.
        how: `std` is that of a sample (divided by n - 1).

    Returns:
        out: The number.

    Raises:
        KeyError: If there is no such column.
        ValueError: If there are too few numbers.
    """
    return aggregate(cells(rows, column), how)


SHELF = Shelf(
    name="Summaries",
    description="Describing, grouping and counting.",
    nodes=[describe, columns, group_rows, count_values, aggregate_column],
    subshelves=[],
)
