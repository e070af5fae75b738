"""What a client may ask of a table, and what it gets."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

__all__ = [
    "MAX_LIMIT",
    "ColumnName",
    "TableFilter",
    "TableQuery",
    "TableSort",
    "TableWindow",
]

MAX_LIMIT = 1000
MAX_COLUMNS = 2000

ColumnName = Annotated[int, Meta(ge=0)] | Annotated[str, Meta(max_length=10_000)]
"""A column by its place or its name; of several with one name the first."""

Operator = Literal["==", "!=", "<", "<=", ">", ">=", "contains", "empty", "not_empty"]


class TableSort(Struct, kw_only=True, frozen=True):
    """By which column rows are put in order; empty cells come last either way."""

    column: ColumnName
    descending: bool = False


class TableFilter(Struct, kw_only=True, frozen=True):
    """Which rows are kept. Numbers compare as numbers, everything else as text in any case."""

    column: ColumnName
    op: Operator
    value: int | float | str | bool | None = None


class TableQuery(Struct, kw_only=True, frozen=True):
    """A window of a table; `search` is a text that some cell of a row holds."""

    offset: int = 0
    limit: int = 200
    sort: tuple[TableSort, ...] = ()
    search: str = ""
    filters: tuple[TableFilter, ...] = ()
    columns: tuple[ColumnName, ...] | None = None


class TableWindow(Struct, kw_only=True):
    """Rows of a table. `total` counts all of them, `matching` those that the filters keep, `width` all columns.

    `rows` may be fewer than asked for where they are large: go on at `offset` plus their number. Another `version` says
    that the port holds another value than for the window before.
    """

    columns: list[str]
    index: list[Any]
    rows: list[list[Any]]
    total: int
    matching: int
    width: int
    offset: int
    version: int
