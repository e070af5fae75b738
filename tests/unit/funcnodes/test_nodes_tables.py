"""Table nodes on a table of 900 passengers, against Python's own csv and statistics modules."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from funcnodes.nodes.rows import convert_column, listed_columns

pytestmark = pytest.mark.anyio

Row = dict[str, Any]


@pytest.fixture(scope="module")
def maker(load_script: Callable[[str], ModuleType]) -> ModuleType:
    """tests/data/make_passengers.py as a module."""
    return load_script("tests/data/make_passengers.py")


@pytest.fixture
def csv_file(maker: ModuleType, files_dir: Path) -> Path:
    """The passengers as a CSV file in the worker's files."""
    path: Path = maker.write_passengers(files_dir / "passengers.csv")
    return path


@pytest.fixture
def rows(maker: ModuleType) -> list[Row]:
    """The passengers as rows, as they were before they were written."""
    made: list[Row] = maker.passengers()
    return made


def raw(path: Path) -> list[dict[str, str]]:
    """What Python's csv module reads: texts."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def numbers(path: Path, column: str) -> list[float]:
    return [float(row[column]) for row in raw(path) if row[column]]


async def test_a_csv_file_is_read_as_it_was_made(csv_file: Path, rows: list[Row], run_node: Any) -> None:
    outputs = await run_node("read_csv", path="passengers.csv")

    assert outputs["out"] == rows


async def test_texts_are_those_of_the_csv_module(csv_file: Path, run_node: Any) -> None:
    outputs = await run_node("read_csv", path="passengers.csv", numbers=False)

    assert [{k: v or "" for k, v in row.items()} for row in outputs["out"]] == raw(csv_file)


async def test_describe_gives_the_numbers_of_the_statistics_module(csv_file: Path, run_node: Any) -> None:
    table = (await run_node("read_csv", path="passengers.csv"))["out"]

    described = {row["column"]: row for row in (await run_node("describe", rows=table))["out"]}

    assert set(described) == {"class", "age", "relatives", "fare", "survived"}
    for column, row in described.items():
        values = numbers(csv_file, column)
        first, second, third = statistics.quantiles(values, n=4, method="inclusive")
        assert row["count"] == len(values)
        assert row["missing"] == 900 - len(values)
        assert row["mean"] == pytest.approx(statistics.mean(values), rel=1e-12)
        assert row["std"] == pytest.approx(statistics.stdev(values), rel=1e-12)
        assert (row["min"], row["max"]) == (min(values), max(values))
        assert (row["25 %"], row["50 %"], row["75 %"]) == (first, second, third)
        assert row["50 %"] == statistics.median(values)


async def test_filter_keeps_what_a_loop_keeps(csv_file: Path, run_node: Any) -> None:
    table = (await run_node("read_csv", path="passengers.csv"))["out"]

    filtered = (await run_node("filter_rows", rows=table, column="age", operator=">=", value=30))["out"]

    expected = [row["ticket"] for row in raw(csv_file) if row["age"] and float(row["age"]) >= 30]
    assert [row["ticket"] for row in filtered] == expected


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("==", 2, [2]),
        ("==", "2", [2]),
        ("!=", 2, [1, 30, None]),
        ("<", 2, [1]),
        ("<=", "2", [1, 2]),
        (">", 1.5, [2, 30]),
        (">=", 30, [30]),
        ("contains", "3", [30]),
        ("matches", "^[12]$", [1, 2]),
        ("is empty", "", [None]),
        ("is not empty", "", [1, 2, 30]),
    ],
)
async def test_each_operator(operator: str, value: Any, expected: list[Any], run_node: Any) -> None:
    table = [{"n": 1}, {"n": 2}, {"n": 30}, {"n": None}]

    filtered = (await run_node("filter_rows", rows=table, column="n", operator=operator, value=value))["out"]

    assert [row["n"] for row in filtered] == expected


async def test_texts_compare_as_texts(run_node: Any) -> None:
    table = [{"n": "apple"}, {"n": "pear"}]

    filtered = (await run_node("filter_rows", rows=table, column="n", operator="<", value="b"))["out"]

    assert filtered == [{"n": "apple"}]


async def test_groups_have_the_means_of_their_rows(csv_file: Path, run_node: Any) -> None:
    table = (await run_node("read_csv", path="passengers.csv"))["out"]

    grouped = (await run_node("group_rows", rows=table, by="class, sex", column="fare", how="mean"))["out"]

    assert [(row["class"], row["sex"]) for row in grouped] == [
        (1, "female"), (1, "male"), (2, "female"), (2, "male"), (3, "female"), (3, "male"),
    ]  # fmt: skip
    assert sum(row["rows"] for row in grouped) == 900
    for row in grouped:
        fares = [
            float(person["fare"])
            for person in raw(csv_file)
            if (int(person["class"]), person["sex"]) == (row["class"], row["sex"])
        ]
        assert row["mean of fare"] == pytest.approx(statistics.mean(fares), rel=1e-12)


@pytest.mark.parametrize("how", ["count", "sum", "mean", "median", "min", "max", "std"])
async def test_each_aggregate_of_a_column(how: str, csv_file: Path, run_node: Any) -> None:
    table = (await run_node("read_csv", path="passengers.csv"))["out"]
    functions = {
        "count": len, "sum": sum, "mean": statistics.mean, "median": statistics.median, "min": min, "max": max,
        "std": statistics.stdev,
    }  # fmt: skip

    result = (await run_node("aggregate_column", rows=table, column="age", how=how))["out"]

    assert result == pytest.approx(functions[how](numbers(csv_file, "age")), rel=1e-12)


async def test_sorting_is_stable_and_puts_empty_cells_last(csv_file: Path, run_node: Any) -> None:
    table = (await run_node("read_csv", path="passengers.csv"))["out"]

    ordered = (await run_node("sort_rows", rows=table, column="age"))["out"]

    ages = [row["age"] for row in ordered]
    filled = [age for age in ages if age is not None]
    assert filled == sorted(filled)
    assert ages[len(filled) :] == [None] * (900 - len(filled))
    youngest = [row["ticket"] for row in ordered if row["age"] == filled[0]]
    assert youngest == [row["ticket"] for row in table if row["age"] == filled[0]]


async def test_written_tables_read_back_the_same(rows: list[Row], run_node: Any) -> None:
    await run_node("write_csv", rows=rows, path="copy.csv", delimiter=";")

    outputs = await run_node("read_csv", path="copy.csv")

    assert outputs["out"] == rows


async def test_counted_values_come_most_often_first(rows: list[Row], run_node: Any) -> None:
    counted = (await run_node("count_values", rows=rows, column="port"))["out"]

    assert [row["count"] for row in counted] == sorted((row["count"] for row in counted), reverse=True)
    assert sum(row["count"] for row in counted) == 900
    assert sum(row["share"] for row in counted) == pytest.approx(1)


async def test_nodes_do_not_change_the_table_they_are_given(
    rows: list[Row], maker: ModuleType, run_node: Any
) -> None:
    await run_node("calculate_column", rows=rows, left="fare", operator="*", right=2.0, name="fare")
    await run_node("sort_rows", rows=rows, column="name")
    await run_node("join_tables", left=rows[:5], right=rows[:5], column="ticket")

    assert rows == maker.passengers()


async def test_a_join_keeps_rows_without_a_partner_only_when_asked(run_node: Any) -> None:
    left, right = [{"k": 1, "a": 1}, {"k": 2, "a": 2}], [{"k": 1, "b": 10}, {"k": 1, "b": 11}]

    everything = (await run_node("join_tables", left=left, right=right, column="k", keep_all=True))["out"]
    matching = (await run_node("join_tables", left=left, right=right, column="k", keep_all=False))["out"]

    assert matching == [{"k": 1, "a": 1, "b": 10}, {"k": 1, "a": 1, "b": 11}]
    assert everything == [*matching, {"k": 2, "a": 2, "b": None}]


async def test_a_missing_column_is_named_with_those_that_exist(run_node: Any) -> None:
    with pytest.raises(KeyError, match=r"no column 'size'; there are 'n'"):
        await run_node("column", rows=[{"n": 1}], column="size")


async def test_a_table_offers_its_columns(space: Any, rows: list[Row]) -> None:
    node = space.add_node_by_id("funcnodes.filter_rows")

    node.inputs["rows"].set_value(rows)

    assert node.inputs["column"].value_options["options"] == list(rows[0])


@pytest.mark.parametrize(
    ("node_id", "several"),
    [("select_columns", "columns"), ("group_rows", "by"), ("line_plot", "y"), ("scatter_plot", "y")],
)
async def test_a_table_offers_its_columns_where_several_can_be_named(
    space: Any, rows: list[Row], node_id: str, several: str
) -> None:
    node = space.add_node_by_id(f"funcnodes.{node_id}")

    node.inputs["rows"].set_value(rows)

    assert node.inputs[several].value_options["options"] == list(rows[0])
    assert node.inputs[several].render_options["type"] == "several"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1", "", "-2"], [1, None, -2]),
        (["1.5", "2"], [1.5, 2.0]),
        (["1e3"], [1000.0]),
        (["007", "010"], ["007", "010"]),
        (["0", "0.5"], [0.0, 0.5]),
        (["1_000"], ["1_000"]),
        (["nan", "inf"], ["nan", "inf"]),
        (["1", "x"], ["1", "x"]),
        (["", None], [None, None]),
    ],
)
def test_a_column_becomes_numbers_only_as_a_whole(texts: list[str | None], expected: list[Any]) -> None:
    assert convert_column(texts) == expected


def test_column_lists_may_quote_names() -> None:
    table = [{"a": 1, "last, first": 2}]
    assert listed_columns(table, 'a, "last, first"') == ["a", "last, first"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n", [{"a": 1, "b": 2}]),
        ("a;b\n1,5;2\n", [{"a": "1,5", "b": 2}]),
        ("a\tb\n1\t2\n", [{"a": 1, "b": 2}]),
        ("a,a,\n1,2,3\n", [{"a": 1, "a 2": 2, "column 3": 3}]),
        ('a,b\n"x,\ny",1\n', [{"a": "x,\ny", "b": 1}]),
        ("a,b\n1\n2,3,4\n", [{"a": 1, "b": None, "column 3": None}, {"a": 2, "b": 3, "column 3": 4}]),
        ("a,b\r\n\r\n1,2\r\n", [{"a": 1, "b": 2}]),
        ("a\n1\n2\n", [{"a": 1}, {"a": 2}]),
        ("", []),
        ("a,b\n", []),
    ],
)
async def test_csv_text_of_many_kinds(text: str, expected: list[Row], run_node: Any) -> None:
    assert (await run_node("parse_csv", text=text))["out"] == expected


async def test_csv_without_a_header_numbers_its_columns(run_node: Any) -> None:
    outputs = await run_node("parse_csv", text="1,x\n2,y\n", header=False)

    assert outputs["out"] == [{"column 1": 1, "column 2": "x"}, {"column 1": 2, "column 2": "y"}]
