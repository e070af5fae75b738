"""Nodes that draw a table or a list as an SVG picture."""

from typing import Any, Literal

from funcnodes.nodes.aggregates import Aggregate, aggregate, numbers_of
from funcnodes.nodes.marks import Points, draw_bars, draw_histogram, draw_xy
from funcnodes.nodes.paper import Labels
from funcnodes.nodes.rows import Rows, cells, listed_columns
from funcnodes.nodes.scales import nice_step
from funcnodes.nodes.tables import offer_columns
from funcnodes_core import NodeDecorator, Shelf
from funcnodes_core.types import SVG

__all__ = ["SHELF"]

SHOW_PICTURE = {"data": {"src": "out", "type": "svg"}}


def _series(rows: Rows, x: str | None, y: str) -> dict[str, Points]:
    """For each column of `y` its points; without `x` they are numbered from 0."""
    across: list[Any] = cells(rows, x) if x else list(range(len(rows)))
    return {name: list(zip(across, cells(rows, name), strict=True)) for name in listed_columns(rows, y)}


def _labels(title: str, x: str | None, y: str) -> Labels:
    return Labels(title, x or "", "" if "," in y else y)


@NodeDecorator(
    "funcnodes.line_plot",
    name="Line plot",
    default_io_options=offer_columns("x", several="y"),
    default_render_options=SHOW_PICTURE,
)
def line_plot(rows: list[dict[str, Any]], y: str, x: str | None = None, title: str = "") -> SVG:
    """Draws columns of a table as lines.

    Args:
        rows: The table, in the order of the line.
        y: The columns to draw, with commas between them.
        x: The column along the lying axis; nothing numbers the rows from 0.
        title: What stands above.

    Returns:
        out: The picture; a line breaks where a number is missing.

    Raises:
        KeyError: If there is no such column.
        ValueError: If there is no number to draw.
    """
    points = _series(rows, x, y)
    if x:
        points = {name: _in_order(series) for name, series in points.items()}
    return draw_xy(points, _labels(title, x, y), dots=False)


def _in_order(points: Points) -> Points:
    return sorted((point for point in points if numbers_of(point[:1])), key=lambda point: point[0])


@NodeDecorator(
    "funcnodes.scatter_plot",
    name="Scatter plot",
    default_io_options=offer_columns("x", several="y"),
    default_render_options=SHOW_PICTURE,
)
def scatter_plot(rows: list[dict[str, Any]], x: str, y: str, title: str = "") -> SVG:
    """Draws a dot for each row of a table.

    Args:
        rows: The table.
        x: The column along the lying axis.
        y: The columns along the upright axis, with commas between them.
        title: What stands above.

    Returns:
        out: The picture; rows with a missing number are left out.

    Raises:
        KeyError: If there is no such column.
        ValueError: If there is no number to draw.
    """
    return draw_xy(_series(rows, x, y), _labels(title, x, y), dots=True)


@NodeDecorator(
    "funcnodes.bar_plot",
    name="Bar plot",
    default_io_options=offer_columns("label", "value"),
    default_render_options=SHOW_PICTURE,
)
def bar_plot(
    rows: list[dict[str, Any]],
    label: str,
    value: str | None = None,
    how: Aggregate = "mean",
    most: int = 20,
    title: str = "",
) -> SVG:
    """Draws a bar for each different cell of a column.

    Args:
        rows: The table.
        label: The column that says which bar a row belongs to.
        value: The column of numbers; nothing counts the rows.
        how: How the numbers of one bar become its height.
        most: At most how many bars; the rows first in the table come first.
        title: What stands above.

    Returns:
        out: The picture; a note says when bars were left out.

    Raises:
        KeyError: If there is no such column.
        ValueError: If there is no number to draw.
    """
    groups: dict[str, list[Any]] = {}
    numbers = cells(rows, value) if value else [1] * len(rows)
    for name, number in zip(cells(rows, label), numbers, strict=True):
        groups.setdefault("(empty)" if name is None else str(name), []).append(number)
    needed = 2 if how == "std" else 1
    full = {name: found for name, group in groups.items() if len(found := numbers_of(group)) >= needed}
    shown = list(full)[: max(most, 1)]
    heights = [aggregate(full[name], how if value else "count") for name in shown]
    note = f"{len(shown)} of {len(full)} bars" if len(shown) < len(full) else ""
    return draw_bars(shown, heights, Labels(title, label, f"{how} of {value}" if value else "rows"), note)


@NodeDecorator(
    "funcnodes.histogram",
    name="Histogram",
    default_io_options=offer_columns("column"),
    default_render_options=SHOW_PICTURE,
)
def histogram(rows: list[dict[str, Any]], column: str, bins: int = 20, title: str = "") -> SVG:
    """Draws how often the numbers of a column lie in each of many equal ranges.

    Args:
        rows: The table.
        column: The column of numbers; empty cells and texts are left out.
        bins: About how many ranges; their limits are round numbers.
        title: What stands above.

    Returns:
        out: The picture.

    Raises:
        KeyError: If there is no such column.
        ValueError: If there is no number, or no bin.
    """
    numbers = numbers_of(cells(rows, column))
    if not numbers:
        raise ValueError(f"there are no numbers in {column!r}")
    edges, counts = _count(numbers, bins)
    return draw_histogram(edges, counts, Labels(title, column, "rows"))


def _count(numbers: list[float], bins: int) -> tuple[list[float], list[int]]:
    """The limits of the ranges and how many numbers lie in each; a number on a limit belongs above it."""
    if bins < 1:
        raise ValueError(f"at least one bin is needed, not {bins!r}")
    low, high = min(numbers), max(numbers)
    if low == high:
        return [low - 0.5, low + 0.5], [len(numbers)]
    step = nice_step((high - low) * 5 / bins)
    first = low // step
    counts = [0] * int(high // step - first + 1)
    for number in numbers:
        counts[int(number // step - first)] += 1
    return [(first + place) * step for place in range(len(counts) + 1)], counts


@NodeDecorator("funcnodes.plot_list", name="Plot list", default_render_options=SHOW_PICTURE)
def plot_list(numbers: list[float], kind: Literal["line", "dots", "bars"] = "line", title: str = "") -> SVG:
    """Draws a list of numbers in their order.

    Args:
        numbers: The numbers.
        kind: As a line, as dots or as bars.
        title: What stands above.

    Returns:
        out: The picture.

    Raises:
        ValueError: If there is no number to draw.
    """
    if kind == "bars":
        return draw_bars([str(place) for place in range(len(numbers))], numbers_of(numbers), Labels(title))
    return draw_xy({"": list(enumerate(numbers))}, Labels(title), dots=kind == "dots")


SHELF = Shelf(
    name="Plots",
    description="Pictures of tables and lists.",
    nodes=[line_plot, bar_plot, scatter_plot, histogram, plot_list],
    subshelves=[],
)
