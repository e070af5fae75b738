"""Windows of tables: pages, orders and filters, and questions that nobody should ask."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.errors import BadArgumentsError, ConflictError, NotFoundError
from funcnodes_worker.projection import PortKey, PortValue
from funcnodes_worker.tables.query import TableQuery, TableWindow
from funcnodes_worker.tables.reader import TableReader, csv_pieces

pandas = pytest.importorskip("pandas", reason="`make sync` installs it")
pyarrow = pytest.importorskip("pyarrow", reason="`make sync` installs it")

KEY = PortKey("n", "out", "output")
ROWS = [{"id": i, "name": f"row {i % 7}", "share": i / 4 if i % 3 else None} for i in range(1000)]


async def window(value: Any, reader: TableReader | None = None, **query: Any) -> TableWindow:
    """What `get_table` answers about a value."""
    kwargs = REGISTRY.get("get_table").convert({"uuid": "n", "io_id": "out", **query})
    chosen = {name: kwargs[name] for name in ("offset", "limit", "sort", "search", "filters", "columns")}
    reader = reader or TableReader(threads=False)
    made = await reader.read(KEY, PortValue(value, 1, 1, None), TableQuery(**chosen))
    msgspec.json.encode(made)
    return made


def column(made: TableWindow, at: int = 0) -> list[Any]:
    return [row[at] for row in made.rows]


@pytest.mark.anyio
async def test_pages_follow_each_other() -> None:
    first = await window(ROWS, limit=3)
    last = await window(ROWS, offset=998, limit=100)
    beyond = await window(ROWS, offset=10**15)

    assert (first.columns, first.index, first.total, first.matching, first.width) == (
        ["id", "name", "share"], [0, 1, 2], 1000, 1000, 3
    )  # fmt: skip
    assert first.rows == [[0, "row 0", None], [1, "row 1", 0.25], [2, "row 2", 0.5]]
    assert (column(last), last.offset) == ([998, 999], 998)
    assert (beyond.rows, beyond.index, beyond.total) == ([], [], 1000)
    assert (await window(ROWS, limit=0)).rows == []


@pytest.mark.anyio
async def test_rows_are_sorted_with_empty_cells_last() -> None:
    up = await window(ROWS, sort=[{"column": "share"}], limit=1000)
    down = await window(ROWS, sort=[{"column": 2, "descending": True}], limit=1000)

    present = [row["share"] for row in ROWS if row["share"] is not None]
    assert column(up, 2)[: len(present)] == sorted(present)
    assert column(down, 2)[: len(present)] == sorted(present, reverse=True)
    assert set(column(up, 2)[len(present) :]) == set(column(down, 2)[len(present) :]) == {None}
    assert up.index[0] == 1


@pytest.mark.anyio
async def test_several_columns_make_one_order() -> None:
    made = await window(ROWS, sort=[{"column": "name", "descending": True}, {"column": "id"}], limit=1000)

    assert column(made) == [row["id"] for row in sorted(ROWS, key=lambda row: (-(row["id"] % 7), row["id"]))]


@pytest.mark.anyio
async def test_mixed_cells_have_an_order() -> None:
    cells = ["b", 10, None, "a2", "a10", 9.5, float("nan"), True, Decimal("9.75"), [1], "B", 2**70]

    made = await window([{"x": cell} for cell in cells], sort=[{"column": 0}])

    assert [cells[at] for at in made.index[:-2]] == [
        True,
        9.5,
        Decimal("9.75"),
        10,
        2**70,
        [1],
        "a2",
        "a10",
        "b",
        "B",
    ]


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ({"column": "id", "op": "<", "value": 3}, [0, 1, 2]),
        ({"column": "id", "op": ">=", "value": "998"}, [998, 999]),
        ({"column": "id", "op": "==", "value": 7.0}, [7]),
        ({"column": "name", "op": "==", "value": "ROW 3"}, [3, 10, 17]),
        ({"column": "name", "op": "contains", "value": "6"}, [6, 13, 20]),
        ({"column": "share", "op": "empty"}, [0, 3, 6]),
        ({"column": "share", "op": "not_empty"}, [1, 2, 4]),
        ({"column": "share", "op": "!=", "value": 0.25}, [0, 2, 3]),
        ({"column": "name", "op": ">", "value": "row 5"}, [6, 13, 20]),
        ({"column": "name", "op": "<=", "value": "row 0"}, [0, 7, 14]),
    ],
)  # fmt: skip
@pytest.mark.anyio
async def test_rows_are_filtered(condition: dict[str, Any], ids: list[int]) -> None:
    made = await window(ROWS, filters=[condition], limit=3)

    assert column(made) == ids
    assert made.total == 1000


@pytest.mark.anyio
async def test_a_search_looks_into_every_cell() -> None:
    made = await window(ROWS, search=" 99.5 ")
    both = await window(ROWS, search="ROW 1", filters=[{"column": "id", "op": ">", "value": 990}])

    assert column(made) == [398]
    assert (column(both), both.matching) == ([995], 1)
    assert (await window(ROWS, search="nowhere")).matching == 0


@pytest.mark.anyio
async def test_columns_may_be_chosen() -> None:
    made = await window(ROWS, columns=["share", 0, "share"], limit=2)

    assert (made.columns, made.rows, made.width) == (
        ["share", "id", "share"],
        [[None, 0, None], [0.25, 1, 0.25]],
        3,
    )


@pytest.mark.parametrize(
    "value",
    [pandas.DataFrame(ROWS), pyarrow.Table.from_pylist(ROWS), [[*row.values()] for row in ROWS]],
    ids=["pandas", "arrow", "lists"],
)
@pytest.mark.anyio
async def test_every_kind_of_table_answers_alike(value: Any) -> None:
    query: dict[str, Any] = {
        "sort": [{"column": 2, "descending": True}], "search": "row", "offset": 5, "limit": 9,
        "filters": [{"column": 0, "op": ">", "value": 500}],
    }  # fmt: skip

    made, expected = await window(value, **query), await window(ROWS, **query)

    assert (made.rows, made.total, made.matching) == (expected.rows, expected.total, expected.matching)


CELLS = st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=5), st.booleans())


@given(st.lists(st.tuples(CELLS, CELLS), min_size=2, max_size=60), st.booleans(), st.integers(1, 7))
@pytest.mark.anyio
async def test_pages_of_an_order_are_that_order(rows: list[Any], descending: bool, limit: int) -> None:
    sort = [{"column": 0, "descending": descending}]

    whole = await window(rows, sort=sort, limit=1000)
    paged: list[Any] = []
    while len(page := (await window(rows, sort=sort, offset=len(paged), limit=limit)).index):
        paged += page

    assert paged == whole.index
    assert sorted(paged) == list(range(len(rows)))
    numbers = [
        rows[at][0] for at in paged if isinstance(rows[at][0], int | float) and not math.isnan(rows[at][0])
    ]
    assert numbers == sorted(numbers, reverse=descending)


@pytest.mark.anyio
async def test_large_rows_make_short_pages() -> None:
    wide = [{f"c{at}": "x" * 5000 for at in range(300)} for _ in range(20)]

    made = await window(wide, limit=20)

    assert 0 < len(made.rows) < 20
    assert len(msgspec.json.encode(made)) < 2_000_000
    assert len(made.rows) == len(made.index)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 1001}, {"limit": -1}, {"offset": -1}, {"offset": 2**63}, {"limit": "x"}, {"sort": "id"},
        {"sort": [{"column": -1}]}, {"sort": [{"column": None}]}, {"sort": [{"column": 0}] * 9},
        {"filters": [{"column": 0, "op": "like", "value": 1}]}, {"filters": [{"column": 0, "op": "==", "value": [1]}]},
        {"filters": [{"column": 0, "op": "empty"}] * 21}, {"search": "x" * 1001}, {"columns": [0] * 2001},
        {"sort": [{"column": 0, "by": 1}], "more": 1},
    ],
)  # fmt: skip
@pytest.mark.anyio
async def test_questions_out_of_bounds_are_named(query: dict[str, Any]) -> None:
    with pytest.raises(BadArgumentsError, match=r"kwargs\."):
        await window(ROWS, **query)


@pytest.mark.parametrize("place", ["sort", "filters", "columns"])
@pytest.mark.anyio
async def test_a_column_that_is_not_there_is_named(place: str) -> None:
    asked: dict[str, Any] = {
        "sort": [{"column": "no"}],
        "filters": [{"column": 3, "op": "empty"}],
        "columns": ["no"],
    }

    with pytest.raises(NotFoundError, match="no column"):
        await window(ROWS, **{place: asked[place]})


class Strange:
    """A cell that cannot be said, compared or cut."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.anyio
async def test_strange_cells_and_values_are_answered() -> None:
    cells = [{"x": Strange()}, {"x": {1: 2}}, {"x": b"\xff"}, {"x": "\udc80"}, {"x": complex(1, 2)}]

    made = await window(cells, sort=[{"column": 0}], search="")

    assert len(made.rows) == 5
    for value in ("text", 3, None, [1, 2], [{}]):
        with pytest.raises(ConflictError, match="no table"):
            await window(value)


@pytest.mark.anyio
async def test_a_list_that_changes_meanwhile_is_no_crash() -> None:
    rows = [{"x": number} for number in range(100)]
    reader = TableReader(threads=False)
    await window(rows, reader)
    del rows[50:]

    with pytest.raises(ConflictError, match="cannot be read"):
        await window(rows, reader, offset=60)


@pytest.mark.anyio
async def test_an_order_is_found_once() -> None:
    class Counting(list[Any]):
        reads = 0

        def __getitem__(self, at: Any) -> Any:
            type(self).reads += 1
            return super().__getitem__(at)

    rows, reader = Counting(ROWS), TableReader(threads=False)
    await window(rows, reader, sort=[{"column": 0, "descending": True}], limit=1)
    before = Counting.reads

    made = await window(rows, reader, sort=[{"column": 0, "descending": True}], offset=10, limit=2)

    assert column(made) == [989, 988]
    assert Counting.reads - before == 6


def test_a_table_as_comma_separated_text() -> None:
    rows = [{"a": 1, "b": 'say "x", y'}, {"a": None, "b": float("nan")}, {"a": Strange(), "b": "ä\n"}]

    text = b"".join(csv_pieces(rows, None)).decode()

    assert text == 'a,b\r\n1,"say ""x"", y"\r\n,\r\nStrange,"ä\n"\r\n'
    with pytest.raises(ConflictError):
        list(csv_pieces(3, None))
