"""Everything that is a table: lists, data frames of pandas, and whatever speaks the interchange protocol."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import pytest

from funcnodes_core.codec.preview import MIME_JSON, MIME_TABLE, preview
from funcnodes_core.codec.tables import TableSource, table_source

pandas = pytest.importorskip("pandas", reason="`make sync` installs it")
pyarrow = pytest.importorskip("pyarrow", reason="`make sync` installs it")

DAY = datetime.datetime(2020, 1, 2, 3, 4, 5, 678901)


def read(source: TableSource | None) -> list[list[Any]]:
    assert source is not None
    columns = [source.cells(column, range(source.height)) for column in range(len(source.names))]
    return [list(row) for row in zip(*columns, strict=True)]


def test_dicts_may_differ_in_their_keys() -> None:
    source = table_source([{"a": 1}, {"b": 2, "a": 3}, {}, {7: "x"}])

    assert source is not None
    assert source.names == ["a", "b", "7"]
    assert read(source) == [[1, None, None], [3, 2, None], [None, None, None], [None, None, "x"]]
    assert source.cells(0, [1, 0]) == [3, 1]
    assert source.labels([2, 0]) == [2, 0]


def test_lists_may_become_shorter() -> None:
    assert read(table_source([[1, 2], [3, 4]])) == [[1, 2], [3, 4]]
    assert read(table_source([[1, 2], [3, 4], *[[5, 6]] * 60, [7], "no row"]))[-2:] == [
        [7, None],
        [None, None],
    ]


@pytest.mark.parametrize(
    "value", [[], {}, "text", 3, [1, 2], [[1, 2]], [[1], [[2]]], [{}], {"a": [1]}, dict, pandas.DataFrame]
)
def test_what_is_no_table(value: Any) -> None:
    assert table_source(value) is None


def test_a_node_may_say_that_it_is_one() -> None:
    assert read(table_source({"a": [1, 2], "b": 3}, force=True)) == [[1, 3], [2, None]]
    assert read(table_source([1, "x"], force=True)) == [[1], ["x"]]
    assert read(table_source([[1, 2]], force=True)) == [[1, 2]]


def test_frames_of_pandas_have_labels_and_an_order_of_their_own() -> None:
    frame = pandas.DataFrame({"n": [3, 1, 2], "t": ["b", None, "a"]}, index=["x", "y", "z"])
    source = table_source(frame)

    assert source is not None
    assert read(source)[0] == [3, "b"]
    assert type(read(source)[0][0]) is int
    assert source.labels([2, 0]) == ["z", "x"]
    assert source.labels(range(1, 3)) == ["y", "z"]
    assert source.order(0, descending=True) == [0, 2, 1]
    assert source.order(1, descending=False) == [2, 0, 1]
    assert read(table_source(frame["n"])) == [[3], [1], [2]]


def test_a_frame_whose_cells_do_not_compare_has_no_quick_order() -> None:
    source = table_source(pandas.DataFrame({"m": [1, "a", None]}, dtype=object))

    assert source is not None
    assert source.order(0, descending=False) is None


COLUMNS: dict[str, Any] = {
    "int8": pyarrow.array([1, None, -3], pyarrow.int8()),
    "uint64": pyarrow.array([1, None, 2**63], pyarrow.uint64()),
    "float32": pyarrow.array([1.5, None, -0.25], pyarrow.float32()),
    "float": pyarrow.array([1.5, 2.5, 3.5]),
    "text": pyarrow.array(["a", None, "äö€"]),
    "long text": pyarrow.array(["", "b", None], pyarrow.large_string()),
    "flag": pyarrow.array([True, None, False]),
    "moment": pyarrow.array([DAY, None, datetime.datetime(1960, 1, 1)], pyarrow.timestamp("us")),
    "category": pyarrow.array(["x", None, "y"]).dictionary_encode(),
}


def frames() -> list[Any]:
    table = pyarrow.table(COLUMNS)
    return [
        table,
        table.slice(1),
        pyarrow.concat_tables([table, table.slice(1, 1), table]),
        table.slice(0, 0),
    ]


@pytest.mark.parametrize("frame", frames(), ids=["whole", "slice", "chunks", "empty"])
def test_frames_are_read_where_they_lie(frame: Any) -> None:
    source = table_source(frame)

    assert source is not None
    assert source.names == list(COLUMNS)
    assert read(source) == [list(row.values()) for row in frame.to_pylist()]


def test_moments_have_the_zone_that_they_came_with() -> None:
    moments = pyarrow.array([DAY], pyarrow.timestamp("ns", "UTC"))

    [[moment]] = read(table_source(pyarrow.table({"moment": moments})))

    assert moment == DAY.replace(tzinfo=datetime.UTC)


def test_a_column_that_the_frame_cannot_describe_says_so() -> None:
    [[day, number]] = read(table_source(pyarrow.table({"day": [DAY.date()], "number": [1]})))

    assert "not supported" in day
    assert number == 1


class Told:
    """A frame that brings days, sentinels and bytes as masks, as the protocol allows."""

    def __dataframe__(self, nan_as_null: bool = False, allow_copy: bool = True) -> Any:
        return pandas.DataFrame(
            {"n": [1.0, float("nan")], "b": [True, False], "c": ["u", "v"]}
        ).__dataframe__()


@pytest.mark.filterwarnings("ignore:.*interchange:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*interchange")
def test_any_class_may_speak_the_protocol() -> None:
    assert read(table_source(Told())) == [[1.0, True, "u"], [None, False, "v"]]


def test_frames_are_shown_as_tables() -> None:
    shown = preview(pyarrow.table({"a": [1, 2], "b": ["x", None]}))

    assert shown.mime == MIME_TABLE
    assert shown.complete
    assert shown.data == {"columns": ["a", "b"], "index": [0, 1], "rows": [[1, "x"], [2, None]], "total": 2}


class Broken:
    """A frame that fails."""

    def __dataframe__(self, **kwargs: Any) -> Any:
        raise RuntimeError("no memory")


def test_a_frame_that_fails_is_told_as_text() -> None:
    shown = preview(Broken())

    assert shown.mime == MIME_JSON
    assert "no memory" in shown.data


def test_decimals_are_cells() -> None:
    assert read(table_source([{"d": decimal.Decimal("1.5")}])) == [[decimal.Decimal("1.5")]]
