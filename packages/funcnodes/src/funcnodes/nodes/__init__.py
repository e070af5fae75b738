"""The nodes that come with FuncNodes."""

from funcnodes.nodes import (
    arithmetic,
    chance,
    clock,
    dicts,
    files,
    flow,
    lists,
    logic,
    plots,
    series,
    summaries,
    tables,
    text,
    values,
)
from funcnodes_core import Shelf

__all__ = ["NODE_SHELF"]

NODE_SHELF = Shelf(
    name="Basics",
    description="The nodes that come with FuncNodes.",
    nodes=[],
    subshelves=[
        values.SHELF,
        Shelf(
            name="Math",
            description="Numbers: arithmetic, lists of them, chance.",
            nodes=[],
            subshelves=[arithmetic.SHELF, series.SHELF, chance.SHELF],
        ),
        text.SHELF,
        Shelf(
            name="Collections",
            description="Lists and dicts.",
            nodes=[],
            subshelves=[lists.SHELF, dicts.SHELF],
        ),
        Shelf(
            name="Logic",
            description="Conditions, branches and loops.",
            nodes=[],
            subshelves=[logic.SHELF, flow.SHELF],
        ),
        files.SHELF,
        Shelf(
            name="Tables",
            description="Tables: lists of rows, each a dict from column name to cell.",
            nodes=[],
            subshelves=[tables.SHELF, summaries.SHELF],
        ),
        plots.SHELF,
        clock.SHELF,
    ],
)
