"""Axes of a plot: from data to places on the paper, and where the ticks stand."""

import math
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Scale", "nice_scale", "tick_label", "ticks", "tight_scale"]

# with about so many steps an axis is neither empty nor crowded
STEPS = 5
# a span below this has no fifth that a float can say
TINY = 1e-300


class Scale(NamedTuple):
    """A straight map from data values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel where a value lies."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def nice_step(span: float) -> float:
    """1, 2 or 5 times a power of ten, so that about five steps fill the span."""
    rough = span / STEPS
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough)


def nice_scale(values: Sequence[float], start: float, end: float, *, zero: bool = False) -> Scale:
    """A scale that holds all values and ends on ticks; with `zero` it holds zero too."""
    low, high = min(values), max(values)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < TINY:
        padding = abs(low) / 2 if abs(low) > TINY else 1.0
        low, high = low - padding, high + padding
    step = nice_step(high - low)
    bottom, top = math.floor(low / step) * step, math.ceil(high / step) * step
    # a quotient may round down to nothing
    return Scale(min(bottom, low), max(top, high), start, end)


def tight_scale(values: Sequence[float], start: float, end: float, *, padding: float = 0.0) -> Scale:
    """A scale that ends where the values end, or a share of their span further out."""
    low, high = min(values), max(values)
    if high - low < TINY:
        return nice_scale(values, start, end)
    more = (high - low) * padding
    return Scale(low - more, high + more, start, end)


def ticks(scale: Scale) -> list[float]:
    """The values with a tick."""
    step = nice_step(scale.high - scale.low)
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def tick_label(value: float, step: float) -> str:
    """A value as it is written beside a tick, with as many digits as the step needs."""
    if abs(value) < step / 1e6:
        return "0"
    if step >= 1e5 and abs(value) < 1e10:
        return f"{value / 1e6:g} M"
    if abs(value) >= 1e10 or step < 1e-4:
        return f"{value:.3g}"
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{digits}f}"
