"""Nodes that choose, filter, sort and change the rows of a table."""

import re
from typing import Any, Literal

from funcnodes.nodes.ordering import sort_key
from funcnodes.nodes.rows import Rows, cells, column_names, listed_columns, make_comparison, need_column
from funcnodes_core import NodeDecorator, Shelf
from funcnodes_core.decorator import update_other_io_options

__all__ = ["SHELF", "offer_columns", "show_table"]

Operator = Literal["==", "!=", "<", "<=", ">", ">=", "contains", "matches", "is empty", "is not empty"]


def offer_columns(*inputs: str, several: str = "") -> dict[str, Any]:
    """Options of a `rows` input that make the editor offer its columns in other inputs.

    Args:
        *inputs: Inputs that take one column.
        several: An input that takes columns with commas between them.
    """
    targets = [*inputs, several] if several else list(inputs)
    options: dict[str, Any] = {
        "rows": {"on": {"after_set_value": update_other_io_options(targets, column_names)}}
    }
    if several:
        options[several] = {"render_options": {"type": "several"}}
    return options


def show_table(output: str = "out") -> dict[str, Any]:
    """Render options that show an output as a table in the body of the node."""
    return {"data": {"src": output, "type": "table"}}


@NodeDecorator("funcnodes.table_from_lists", name="Table from lists", default_render_options=show_table())
def table_from_lists(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Makes a table of a dict of columns.

    Args:
        columns: For each column name a list of cells; all of the same length.

    Returns:
        out: The rows.

    Raises:
        ValueError: If the columns have different lengths.
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns have different lengths: {lengths}")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@NodeDecorator("funcnodes.column", name="Column", default_io_options=offer_columns("column"))
def column_values(rows: list[dict[str, Any]], column: str) -> list[Any]:
    """Gives one column of a table as a list.

    Args:
        rows: The table.
        column: The column's name.

    Returns:
        out: Its cells, from the first row to the last; None where a cell is empty.

    Raises:
        KeyError: If there is no such column.
    """
    return cells(rows, column)


@NodeDecorator("funcnodes.row_count", name="Row count")
def row_count(rows: list[dict[str, Any]]) -> int:
    """Counts the rows of a table.

    Args:
        rows: The table.

    Returns:
        out: How many rows it has.
    """
    return len(rows)


@NodeDecorator(
    "funcnodes.select_columns",
    name="Select columns",
    default_io_options=offer_columns(several="columns"),
    default_render_options=show_table(),
)
def select_columns(rows: list[dict[str, Any]], columns: str = "") -> list[dict[str, Any]]:
    """Keeps some columns of a table, in the order given.

    Args:
        rows: The table.
        columns: Names with commas between them; a name with a comma in it goes into quotes. Empty keeps all.

    Returns:
        out: The table with these columns.

    Raises:
        KeyError: If there is no such column.
    """
    chosen = listed_columns(rows, columns) or column_names(rows)
    return [{name: row.get(name) for name in chosen} for row in rows]


@NodeDecorator(
    "funcnodes.filter_rows",
    name="Filter rows",
    default_io_options=offer_columns("column"),
    default_render_options=show_table(),
)
def filter_rows(
    rows: list[dict[str, Any]], column: str, operator: Operator = "==", value: float | str = ""
) -> list[dict[str, Any]]:
    """Keeps the rows whose cell in a column fits a condition.

    Args:
        rows: The table.
        column: The column to look at.
        operator: `contains` and `matches` (a regular expression) look into the cell's text.
        value: What to compare with; a text that is a number compares as a number with numbers.

    Returns:
        out: The rows that fit, in order; an empty cell fits only `!=` and `is empty`.

    Raises:
        KeyError: If there is no such column.
        re.error: If `matches` is given something that is not a regular expression.
    """
    if rows:
        need_column(rows, column)
    if operator == "is empty":
        return [row for row in rows if row.get(column) in (None, "")]
    if operator == "is not empty":
        return [row for row in rows if row.get(column) not in (None, "")]
    if operator in ("contains", "matches"):
        search = re.compile(str(value) if operator == "matches" else re.escape(str(value))).search
        return [row for row in rows if row.get(column) is not None and search(str(row[column]))]
    fits = make_comparison(operator)
    return [row for row in rows if fits(row.get(column), value)]


@NodeDecorator(
    "funcnodes.sort_rows",
    name="Sort rows",
    default_io_options=offer_columns("column"),
    default_render_options=show_table(),
)
def sort_rows(rows: list[dict[str, Any]], column: str, descending: bool = False) -> list[dict[str, Any]]:
    """Sorts the rows of a table by a column; rows that are equal there keep their order.

    Args:
        rows: The table.
        column: The column to sort by: numbers first, then texts; empty cells last.
        descending: Whether the largest comes first.

    Returns:
        out: The sorted rows.

    Raises:
        KeyError: If there is no such column.
    """
    need_column(rows, column)
    filled = [row for row in rows if row.get(column) is not None]
    empty = [row for row in rows if row.get(column) is None]
    return sorted(filled, key=lambda row: sort_key(row[column]), reverse=descending) + empty


@NodeDecorator("funcnodes.first_rows", name="First rows", default_render_options=show_table())
def first_rows(rows: list[dict[str, Any]], count: int = 10, skip: int = 0) -> list[dict[str, Any]]:
    """Gives some rows from the start of a table.

    Args:
        rows: The table.
        count: At most how many rows.
        skip: How many rows to leave out before.

    Returns:
        out: The rows.

    Raises:
        ValueError: If a number is negative.
    """
    if count < 0 or skip < 0:
        raise ValueError(f"count and skip must not be negative, got {count!r} and {skip!r}")
    return rows[skip : skip + count]


@NodeDecorator(
    "funcnodes.calculate_column",
    name="Calculate column",
    default_io_options=offer_columns("left"),
    default_render_options=show_table(),
)
def calculate_column(
    rows: list[dict[str, Any]],
    left: str,
    operator: Literal["+", "-", "*", "/"] = "+",
    right: float | str = 0.0,
    name: str = "result",
) -> list[dict[str, Any]]:
    """Adds a column that is calculated from another.

    Args:
        rows: The table.
        left: The column left of the operator.
        operator: What to do.
        right: A number, or the name of a column.
        name: The name of the new column; one that exists is replaced.

    Returns:
        out: The table with the column; its cells are empty where one of the two is no number, and on a division by 0.

    Raises:
        KeyError: If there is no such column.
    """
    need_column(rows, left)
    if isinstance(right, str):
        need_column(rows, right)
    return [{**row, name: _calculate(row.get(left), operator, _right(row, right))} for row in rows]


def _right(row: dict[str, Any], right: float | str) -> Any:
    return row.get(right) if isinstance(right, str) else right


def _calculate(left: Any, operator: str, right: Any) -> float | None:
    if not (isinstance(left, (int, float)) and isinstance(right, (int, float))):
        return None
    if operator == "/":
        return left / right if right else None
    return {"+": left + right, "-": left - right, "*": left * right}[operator]


@NodeDecorator("funcnodes.join_tables", name="Join tables", default_render_options=show_table())
def join_tables(
    left: list[dict[str, Any]], right: list[dict[str, Any]], column: str, keep_all: bool = True
) -> list[dict[str, Any]]:
    """Puts the columns of two tables side by side, where a column has the same cell in both.

    Args:
        left: The first table; its order is kept.
        right: The second table; where both have a column, the first one's cell stays.
        column: The column that both have.
        keep_all: Whether rows of the first table with no partner stay, with empty cells.

    Returns:
        out: One row for each pair.

    Raises:
        KeyError: If one table has no such column.
    """
    need_column(left, column)
    need_column(right, column)
    partners: dict[str, Rows] = {}
    for row in right:
        partners.setdefault(repr(row.get(column)), []).append(row)
    empty = dict.fromkeys(column_names(right))
    joined: Rows = []
    for row in left:
        matches = partners.get(repr(row.get(column)), [empty] if keep_all else [])
        joined += [{**match, **row} for match in matches]
    order = dict.fromkeys(column_names(left) + column_names(right))
    return [{name: row.get(name) for name in order} for row in joined]


SHELF = Shelf(
    name="Rows",
    description="Choosing, filtering, sorting and joining the rows of a table.",
    nodes=[
        table_from_lists, select_columns, filter_rows, sort_rows, first_rows, calculate_column, join_tables,
        column_values, row_count,
    ],
    subshelves=[],
)  # fmt: skip
