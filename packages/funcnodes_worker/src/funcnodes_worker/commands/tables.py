"""Reading tables page by page."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from funcnodes_worker.context import ReadContext
from funcnodes_worker.errors import NotFoundError
from funcnodes_worker.protocol.events import IOType
from funcnodes_worker.rpc.registry import command
from funcnodes_worker.tables.query import (
    MAX_LIMIT,
    ColumnName,
    TableFilter,
    TableQuery,
    TableSort,
    TableWindow,
)

__all__: list[str] = []

Offset = Annotated[int, Meta(ge=0, le=2**62)]
Limit = Annotated[int, Meta(ge=0, le=MAX_LIMIT)]
Sorts = Annotated[tuple[TableSort, ...], Meta(max_length=8)]
Filters = Annotated[tuple[TableFilter, ...], Meta(max_length=20)]
Search = Annotated[str, Meta(max_length=1000)]
Columns = Annotated[tuple[ColumnName, ...], Meta(max_length=2000)]


@command(scope="edit", repeatable=True, extra="values")
async def get_table(
    ctx: ReadContext,
    uuid: str,
    io_id: str,
    io_type: IOType | None = None,
    offset: Offset = 0,
    limit: Limit = 200,
    sort: Sorts = (),
    search: Search = "",
    filters: Filters = (),
    columns: Columns | None = None,
) -> TableWindow:
    """Rows of a table (list of dicts, list of lists, data frame), sorted and filtered on the worker."""
    key = ctx.projection.locate(uuid, io_id, io_type)
    held = ctx.projection.values.get(key)
    if held is None:
        raise NotFoundError(f"{io_id!r} holds no value", uuid=uuid, io_id=io_id)
    query = TableQuery(offset=offset, limit=limit, sort=sort, search=search, filters=filters, columns=columns)
    return await ctx.worker.tables.read(key, held, query)
