"""Drawing data on the paper of a plot: lines, dots and bars."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from funcnodes.nodes.aggregates import is_number
from funcnodes.nodes.paper import COLOURS, Labels, Paper, make_paper
from funcnodes.nodes.scales import Scale, nice_scale, tight_scale
from funcnodes_core.types import SVG

__all__ = ["Points", "bars", "draw_bars", "draw_histogram", "draw_xy"]

Points = list[tuple[Any, Any]]

# more points than the picture has pixels only make it slow
MAX_POINTS = 1500


def _thin(points: Points) -> Points:
    """At most `MAX_POINTS` of the points; of each stretch of a long line its lowest and its highest."""
    if len(points) <= MAX_POINTS:
        return points
    size = -(-len(points) * 2 // MAX_POINTS)
    thinned: Points = []
    for start in range(0, len(points), size):
        stretch = [point for point in points[start : start + size] if is_number(point[1])]
        if stretch:
            ends = {stretch.index(min(stretch, key=_height)), stretch.index(max(stretch, key=_height))}
            thinned += [stretch[place] for place in sorted(ends)]
    return thinned


def _height(point: tuple[Any, Any]) -> float:
    height: float = point[1]
    return height


def _stretches(points: Points) -> Iterator[list[tuple[float, float]]]:
    """The runs of points that have both numbers; where one is missing a line breaks."""
    run: list[tuple[float, float]] = []
    for x, y in points:
        if is_number(x) and is_number(y):
            run.append((x, y))
        elif run:
            yield run
            run = []
    if run:
        yield run


def draw_xy(series: dict[str, Points], labels: Labels, *, dots: bool) -> SVG:
    """A plot of one or more series over a common lying axis, as lines or as dots.

    Raises:
        ValueError: If there is no point with two numbers.
    """
    runs = {name: list(_stretches(points if dots else _thin(points))) for name, points in series.items()}
    every = [point for stretches in runs.values() for run in stretches for point in run]
    if not every:
        raise ValueError("there are no numbers to plot")
    heights = [y for _, y in every]
    paper = make_paper(labels, nice_scale(heights, 0, 1), legend=len(series) > 1)
    padding = 0.03 if dots else 0.0
    x = tight_scale([x for x, _ in every], paper.frame.left, paper.frame.right, padding=padding)
    y = nice_scale(heights, paper.frame.bottom, paper.frame.top)
    paper.y_axis(y)
    paper.x_axis(x)
    for place, stretches in enumerate(runs.values()):
        draw = _dots if dots else _line
        paper.add(draw(stretches, x, y, COLOURS[place % len(COLOURS)]))
    if len(series) > 1:
        paper.legend(list(series))
    return paper.svg(labels)


def _line(stretches: list[list[tuple[float, float]]], x: Scale, y: Scale, colour: str) -> str:
    # a point on its own becomes a line of no length, which round ends make a dot
    path = "".join(
        "M" + "L".join(f"{x(a):.1f} {y(b):.1f}" for a, b in run) + ("h0" if len(run) == 1 else "")
        for run in stretches
    )
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round" '
        f'stroke-linecap="round"/>'
    )


def _dots(stretches: list[list[tuple[float, float]]], x: Scale, y: Scale, colour: str) -> str:
    # the same place is drawn once: a path of ten thousand equal dots shows no more
    places = dict.fromkeys(f"M{x(a):.1f} {y(b):.1f}h0" for run in stretches for a, b in run)
    return (
        f'<path d="{"".join(places)}" fill="none" stroke="{colour}" stroke-width="5" stroke-linecap="round" '
        f'stroke-opacity="0.6"/>'
    )


def bars(paper: Paper, edges: Sequence[tuple[float, float]], heights: Sequence[float], y: Scale) -> None:
    """Draws bars from zero between pairs of places on the lying axis."""
    zero = y(0)
    for (left, right), height in zip(edges, heights, strict=True):
        top = y(height)
        paper.add(
            f'<rect x="{left:.1f}" y="{min(top, zero):.1f}" width="{max(right - left, 0.5):.1f}" '
            f'height="{abs(zero - top):.1f}" rx="1.5" fill="{COLOURS[0]}"/>'
        )


def draw_bars(names: Sequence[str], heights: Sequence[float], labels: Labels, note: str = "") -> SVG:
    """A plot of one bar for each name.

    Raises:
        ValueError: If there is none.
    """
    if not heights:
        raise ValueError("there are no numbers to plot")
    paper = make_paper(labels, nice_scale(heights, 0, 1, zero=True), names=names)
    frame = paper.frame
    y = nice_scale(heights, frame.bottom, frame.top, zero=True)
    band = (frame.right - frame.left) / len(names)
    gap = min(band * 0.25, 14)
    starts = [frame.left + place * band for place in range(len(names))]
    paper.y_axis(y)
    bars(paper, [(start + gap / 2, start + band - gap / 2) for start in starts], heights, y)
    paper.categories(names, [start + band / 2 for start in starts])
    if note:
        paper.write(frame.right, frame.top + 4, note, 'text-anchor="end" font-size="10"')
    return paper.svg(labels)


def draw_histogram(edges: Sequence[float], counts: Sequence[int], labels: Labels) -> SVG:
    """A plot of how many numbers lie between each two neighbouring edges."""
    paper = make_paper(labels, nice_scale(counts, 0, 1, zero=True))
    frame = paper.frame
    y = nice_scale(counts, frame.bottom, frame.top, zero=True)
    x = tight_scale(edges, frame.left, frame.right)
    paper.y_axis(y)
    sides = [(x(left) + 0.5, x(right) - 0.5) for left, right in pairwise(edges)]
    bars(paper, sides, counts, y)
    paper.x_axis(x)
    return paper.svg(labels)
