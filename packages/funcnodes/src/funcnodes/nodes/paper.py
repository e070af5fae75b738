"""The paper of a plot: SVG text with title, axes, grid and legend, in colours that suit light and dark alike."""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from funcnodes.nodes.scales import Scale, nice_step, tick_label, ticks
from funcnodes_core.types import SVG

__all__ = ["COLOURS", "Frame", "Labels", "Paper", "make_paper"]

WIDTH, HEIGHT = 340, 220
LETTER = 5.9  # the mean width of a letter at font size 11
COLOURS = ("#4c8dff", "#f0883e", "#2da88c", "#d8588f", "#9270db", "#b39b27", "#4aa8c8", "#c4644f")
INK = "#808894"  # readable on white and on near-black
GRID = "#80889438"


class Labels(NamedTuple):
    """What is written around a plot."""

    title: str = ""
    x: str = ""
    y: str = ""


class Frame(NamedTuple):
    """The inner part of the paper, where the data goes, in pixels."""

    left: float
    top: float
    right: float
    bottom: float


class Paper:
    """Collects the elements of one plot."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._parts: list[str] = []

    def add(self, element: str) -> None:
        """Adds an element of SVG text."""
        self._parts.append(element)

    def write(self, x: float, y: float, text: str, more: str = "") -> None:
        """Adds a text; `more` are further attributes."""
        self.add(f'<text x="{x:.1f}" y="{y:.1f}"{" " if more else ""}{more}>{escape(text)}</text>')

    def y_axis(self, scale: Scale) -> None:
        """Draws grid lines and numbers at the ticks of the upright axis."""
        step = nice_step(scale.high - scale.low)
        for value in ticks(scale):
            y = scale(value)
            stroke = INK if value == 0 else GRID
            self.add(f'<path d="M{self.frame.left:.1f} {y:.1f}H{self.frame.right:.1f}" stroke="{stroke}"/>')
            self.write(self.frame.left - 6, y + 3.5, tick_label(value, step), 'text-anchor="end"')

    def x_axis(self, scale: Scale) -> None:
        """Draws the lower line, ticks and numbers of the lying axis."""
        step = nice_step(scale.high - scale.low)
        self.base_line()
        for value in ticks(scale):
            x = scale(value)
            self.add(f'<path d="M{x:.1f} {self.frame.bottom:.1f}v4" stroke="{INK}"/>')
            label = tick_label(value, step)
            at_edge = x + LETTER * len(label) / 2 > WIDTH - 2
            anchor = "end" if at_edge else "middle"
            self.write(WIDTH - 2 if at_edge else x, self.frame.bottom + 16, label, f'text-anchor="{anchor}"')

    def base_line(self) -> None:
        """Draws the line under the data."""
        self.add(
            f'<path d="M{self.frame.left:.1f} {self.frame.bottom:.1f}H{self.frame.right:.1f}" stroke="{INK}"/>'
        )

    def categories(self, names: Sequence[str], places: Sequence[float]) -> None:
        """Writes names under the lying axis; slanted where they would touch, some left out where even that is tight."""
        room = (self.frame.right - self.frame.left) / max(len(names), 1)
        slanted = slant_needed(names, room)
        every = max(1, math.ceil(16 / room)) if slanted else 1
        for name, x in list(zip(names, places, strict=True))[::every]:
            y = self.frame.bottom + (12 if slanted else 16)
            if slanted:
                self.write(x, y, shorten(name), f'text-anchor="end" transform="rotate(-38 {x:.1f} {y:.1f})"')
            else:
                self.write(x, y, name, 'text-anchor="middle"')

    def legend(self, names: Sequence[str]) -> None:
        """Writes the names of several series over the data, from the right."""
        x = self.frame.right
        for place, name in reversed(list(enumerate(names))):
            x -= LETTER * len(shorten(name))
            self.write(x, self.frame.top - 6, shorten(name))
            self.add(
                f'<rect x="{x - 13:.1f}" y="{self.frame.top - 14:.1f}" width="9" height="9" rx="2" '
                f'fill="{COLOURS[place % len(COLOURS)]}"/>'
            )
            x -= 24

    def svg(self, labels: Labels) -> SVG:
        """The finished picture."""
        middle = (self.frame.left + self.frame.right) / 2
        if labels.title:
            self.write(self.frame.left, 17, labels.title, 'font-size="13" font-weight="600"')
        if labels.x:
            self.write(middle, HEIGHT - 6, labels.x, 'text-anchor="middle"')
        if labels.y:
            centre = (self.frame.top + self.frame.bottom) / 2
            self.write(12, centre, labels.y, f'text-anchor="middle" transform="rotate(-90 12 {centre:.1f})"')
        return SVG(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
            f'font-family="Inter, system-ui, sans-serif" font-size="11" fill="{INK}" role="img">'
            f"<title>{escape(labels.title or labels.y or 'plot')}</title>{''.join(self._parts)}</svg>"
        )


def slant_needed(names: Sequence[str], room: float) -> bool:
    """Whether names written straight would touch each other."""
    return any(LETTER * len(name) > room - 4 for name in names)


def shorten(name: str, letters: int = 16) -> str:
    """A name, cut to some letters."""
    return name if len(name) <= letters else f"{name[: letters - 1]}…"


def make_paper(labels: Labels, y: Scale, *, legend: bool = False, names: Sequence[str] = ()) -> Paper:
    """Empty paper whose margins fit what is written around the data.

    Args:
        labels: The title and the names of the axes.
        y: The scale of the upright axis; its pixels do not matter yet.
        legend: Whether several series are named above the data.
        names: The categories under the lying axis, if it has any.
    """
    step = nice_step(y.high - y.low)
    widest = max(len(tick_label(value, step)) for value in ticks(y))
    left = 10 + LETTER * widest + (16 if labels.y else 0)
    room = (WIDTH - left - 12) / max(len(names), 1)
    below = 24.0
    if slant_needed(names, room):
        below = 16 + 0.62 * LETTER * max(len(shorten(name)) for name in names)
        left = max(left, 0.75 * LETTER * len(shorten(names[0])) - room / 2)
    top = 10 + (16 if labels.title else 0) + (16 if legend else 0)
    return Paper(Frame(left, top, WIDTH - 12, HEIGHT - below - (14 if labels.x else 0)))
