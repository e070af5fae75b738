"""Plots are well-formed pictures that show the data they were given."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from funcnodes.nodes.marks import MAX_POINTS
from funcnodes.nodes.scales import Scale, nice_scale, tick_label, ticks

pytestmark = pytest.mark.anyio

SVG = "{http://www.w3.org/2000/svg}"


def elements(svg: str, name: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter(f"{SVG}{name}"))


def words(svg: str) -> list[str]:
    return [text.text or "" for text in elements(svg, "text")]


def heights(svg: str) -> list[float]:
    return [float(bar.get("height", 0)) for bar in elements(svg, "rect")]


async def test_bars_are_as_high_as_their_numbers(run_node: Any) -> None:
    rows = [{"k": "a", "v": 1}, {"k": "b", "v": 2}, {"k": "a", "v": 3}]

    svg = (await run_node("bar_plot", rows=rows, label="k", value="v", how="sum"))["out"]

    first, second = heights(svg)
    assert first == pytest.approx(2 * second, abs=0.11)
    assert {"a", "b"} <= set(words(svg))
    assert "sum of v" in words(svg)


async def test_bars_below_zero_hang_down(run_node: Any) -> None:
    svg = (await run_node("plot_list", numbers=[2, -1], kind="bars"))["out"]

    up, down = elements(svg, "rect")
    zero = float(up.get("y", 0)) + float(up.get("height", 0))
    assert float(down.get("y", 0)) == pytest.approx(zero, abs=0.11)


async def test_bars_that_are_left_out_are_told(run_node: Any) -> None:
    rows = [{"k": str(number)} for number in range(30)]

    svg = (await run_node("bar_plot", rows=rows, label="k", most=10))["out"]

    assert len(heights(svg)) == 10
    assert "10 of 30 bars" in words(svg)


async def test_a_histogram_counts_every_number_once(run_node: Any) -> None:
    rows = [{"v": number / 10} for number in range(100)] + [{"v": None}]

    svg = (await run_node("histogram", rows=rows, column="v", bins=10))["out"]

    bars = heights(svg)
    assert len(bars) == 10
    assert max(bars) == pytest.approx(min(bars), abs=0.11)


async def test_a_line_goes_through_its_points_and_breaks_at_gaps(run_node: Any) -> None:
    rows = [{"x": 0, "y": 0}, {"x": 1, "y": 1}, {"x": 2, "y": None}, {"x": 3, "y": 1}, {"x": 4, "y": 0}]

    svg = (await run_node("line_plot", rows=rows, x="x", y="y"))["out"]

    line = next(path.get("d", "") for path in elements(svg, "path") if path.get("stroke-width") == "1.8")
    assert line.count("M") == 2
    assert len(re.findall(r"[ML]", line)) == 4


async def test_several_lines_have_a_legend(run_node: Any) -> None:
    rows = [{"x": 0, "a": 1, "b": 2}, {"x": 1, "a": 2, "b": 1}]

    svg = (await run_node("line_plot", rows=rows, x="x", y="a, b", title="Both"))["out"]

    assert {"Both", "a", "b", "x"} <= set(words(svg))
    assert (
        len({path.get("stroke") for path in elements(svg, "path") if path.get("stroke-width") == "1.8"}) == 2
    )


async def test_long_lines_are_thinned_but_keep_their_extremes(run_node: Any) -> None:
    numbers = [0.0] * 50_000
    numbers[33_333] = 7.0

    svg = (await run_node("plot_list", numbers=numbers))["out"]

    line = next(path.get("d", "") for path in elements(svg, "path") if path.get("stroke-width") == "1.8")
    assert len(re.findall(r"[ML]", line)) <= MAX_POINTS + 2
    assert len(svg) < 64 * 1024
    assert len({point.split()[1] for point in re.split("[ML]", line) if point}) == 2


async def test_names_are_escaped(run_node: Any) -> None:
    svg = (await run_node("bar_plot", rows=[{"k": "<script>"}], label="k", title="a & b"))["out"]

    assert "<script>" not in svg
    assert {"<script>", "a & b"} <= set(words(svg))


@pytest.mark.parametrize("values", [[None], ["x"], []])
async def test_nothing_to_draw_is_said(values: list[Any], run_node: Any) -> None:
    rows = [{"v": value} for value in values] or [{"v": None}]

    with pytest.raises(ValueError, match="no number"):
        await run_node("histogram", rows=rows, column="v")
    with pytest.raises(ValueError, match="no number"):
        await run_node("line_plot", rows=rows, y="v")


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([0, 1], 0, 1), ([3, 97], 0, 100), ([5, 5], 2, 8), ([0, 0], -1, 1), ([-0.013, 0.042], -0.02, 0.06)],
)
def test_scales_end_on_round_numbers(values: list[float], low: float, high: float) -> None:
    scale = nice_scale(values, 0, 100)

    assert (scale.low, scale.high) == pytest.approx((low, high))
    assert scale.low <= min(values)
    assert scale.high >= max(values)
    assert 3 <= len(ticks(scale)) <= 11


@pytest.mark.parametrize(
    ("value", "step", "label"),
    [
        (0.30000000000000004, 0.1, "0.3"),
        (1500, 500, "1,500"),
        (-2, 1, "-2"),
        (1e-20, 0.1, "0"),
        (2e6, 1e6, "2 M"),
    ],
)
def test_tick_labels_have_the_digits_of_the_step(value: float, step: float, label: str) -> None:
    assert tick_label(value, step) == label


def test_a_scale_maps_its_ends_to_the_ends_of_the_paper() -> None:
    scale = Scale(0, 10, 100, 0)
    assert (scale(0), scale(5), scale(10)) == (100, 50, 0)
