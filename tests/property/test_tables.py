"""Tables of any content: what is written reads back, what is sorted or filtered loses and invents nothing."""

from __future__ import annotations

import statistics
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from funcnodes.nodes import csvtext
from funcnodes.nodes.marks import draw_xy
from funcnodes.nodes.paper import Labels
from funcnodes.nodes.scales import nice_scale, ticks
from funcnodes_core import get_nodeclass

names = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
    .map(str.strip)
    .filter(bool)
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12)
numbers = st.integers(-(10**12), 10**12) | st.floats(-1e12, 1e12, allow_nan=False)


def tables(cells: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Tables of two to four columns, in which no row is empty."""
    columns = st.lists(names, min_size=2, max_size=4, unique=True)
    return columns.flatmap(
        lambda found: st.lists(st.fixed_dictionaries({name: cells for name in found}), min_size=1, max_size=8)
    )


def call(node_id: str, *arguments: Any) -> Any:
    return get_nodeclass(f"funcnodes.{node_id}").o_func(*arguments)


@given(tables(st.none() | texts), st.sampled_from([",", ";", "tab", "|"]))
def test_texts_read_back_as_they_were_written(rows: list[dict[str, Any]], delimiter: str) -> None:
    text = csvtext.write(rows, delimiter)

    assert csvtext.parse(text, delimiter, numbers=False) == rows


@given(st.lists(st.fixed_dictionaries({"n": st.integers(-(10**15), 10**15), "t": st.just("x")}), min_size=1))
def test_whole_numbers_read_back_as_numbers(rows: list[dict[str, Any]]) -> None:
    assert csvtext.parse(csvtext.write(rows)) == rows


@given(st.lists(st.fixed_dictionaries({"n": st.floats(allow_nan=False, allow_infinity=False)}), min_size=1))
def test_broken_numbers_read_back_exactly(rows: list[dict[str, Any]]) -> None:
    assert csvtext.parse(csvtext.write(rows)) == rows


@given(tables(st.none() | numbers | texts), st.booleans())
def test_sorting_keeps_every_row(rows: list[dict[str, Any]], descending: bool) -> None:
    column = next(iter(rows[0]))

    ordered = call("sort_rows", rows, column, descending)

    assert sorted(map(id, ordered)) == sorted(map(id, rows))
    assert [row[column] is None for row in ordered] == sorted(row[column] is None for row in rows)


@given(tables(st.none() | numbers), numbers)
def test_each_row_with_a_number_fits_exactly_one_of_less_equal_greater(
    rows: list[dict[str, Any]], value: float
) -> None:
    column = next(iter(rows[0]))

    parts = [call("filter_rows", rows, column, operator, value) for operator in ("<", "==", ">")]

    assert sum(map(len, parts)) == sum(row[column] is not None for row in rows)


@given(st.lists(numbers, min_size=2, max_size=40))
def test_describe_agrees_with_statistics(values: list[float]) -> None:
    (row,) = call("describe", [{"n": value} for value in values])

    assert row["count"] == len(values)
    assert row["mean"] == statistics.fmean(values)
    assert row["std"] == statistics.stdev(values)
    assert [row["25 %"], row["50 %"], row["75 %"]] == statistics.quantiles(values, n=4, method="inclusive")
    assert (row["min"], row["max"]) == (min(values), max(values))


@given(st.lists(numbers, min_size=1, max_size=30))
def test_scales_hold_their_values_with_a_readable_number_of_ticks(values: list[float]) -> None:
    scale = nice_scale(values, 0, 100)

    assert scale.low <= min(values) <= max(values) <= scale.high
    assert 2 <= len(ticks(scale)) <= 13


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=30), st.booleans())
def test_every_number_can_be_plotted(points: list[tuple[float, float]], dots: bool) -> None:
    svg = draw_xy({"y": list(points)}, Labels(), dots=dots)

    assert "nan" not in svg
    assert "inf" not in svg
