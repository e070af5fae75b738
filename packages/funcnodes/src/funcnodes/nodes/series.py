"""Nodes for lists of numbers: making them, summing them up."""

import math
import statistics
from itertools import accumulate
from typing import Any, Literal

from funcnodes.nodes.aggregates import Aggregate, aggregate
from funcnodes_core import NodeDecorator, Shelf

__all__ = ["SHELF"]

MAX_NUMBERS = 10_000_000


@NodeDecorator("funcnodes.number_range", name="Number range")
def number_range(start: float = 0.0, stop: float = 10.0, step: float = 1.0) -> list[float]:
    """Gives evenly spaced numbers from `start` up to, not including, `stop`.

    Args:
        start: The first number.
        stop: The end; it is not part of the list.
        step: The distance of two numbers; negative counts down.

    Returns:
        out: The numbers.

    Raises:
        ValueError: If the step is 0, or the list would hold more than ten million numbers.
    """
    if step == 0:
        raise ValueError("the step must not be 0")
    count = max(0, math.ceil((stop - start) / step))
    if count > MAX_NUMBERS:
        raise ValueError(f"that would be {count} numbers; at most {MAX_NUMBERS}")
    return [start + index * step for index in range(count)]


@NodeDecorator("funcnodes.aggregate", name="Sum up")
def aggregate_numbers(numbers: list[float], how: Aggregate = "mean") -> float:
    """Gives one number for a list of numbers; missing values are left out.

    Args:
        numbers: The numbers; None and texts are not counted.
        how: `std` is that of a sample (divided by n - 1).

    Returns:
        out: The number; `count` and `sum` of an empty list are 0.

    Raises:
        ValueError: If there are too few numbers.
    """
    return aggregate(numbers, how)


@NodeDecorator("funcnodes.running_total", name="Running total")
def running_total(numbers: list[float]) -> list[float]:
    """Gives the sum of all numbers so far, at each place.

    Args:
        numbers: The numbers.

    Returns:
        out: A list of the same length.
    """
    return list(accumulate(numbers))


@NodeDecorator("funcnodes.moving_average", name="Moving average")
def moving_average(numbers: list[float], window: int = 5) -> list[float]:
    """Smooths a list: each place becomes the mean of itself and its neighbours.

    Args:
        numbers: The numbers.
        window: How many numbers go into one mean; at the ends there are fewer.

    Returns:
        out: A list of the same length.

    Raises:
        ValueError: If the window is less than 1.
    """
    if window < 1:
        raise ValueError(f"the window must be at least 1, not {window!r}")
    before, after = (window - 1) // 2, window // 2
    return [statistics.fmean(numbers[max(0, i - before) : i + after + 1]) for i in range(len(numbers))]


@NodeDecorator("funcnodes.scale_list", name="Calculate with list")
def scale_list(
    numbers: list[float], operator: Literal["+", "-", "*", "/", "power"] = "*", value: float = 1.0
) -> list[float]:
    """Calculates with each number of a list.

    Args:
        numbers: The numbers, left of the operator.
        operator: What to do.
        value: The number right of the operator.

    Returns:
        out: A list of the same length.

    Raises:
        ZeroDivisionError: On a division by 0.
    """
    operations: dict[str, Any] = {
        "+": lambda number: number + value,
        "-": lambda number: number - value,
        "*": lambda number: number * value,
        "/": lambda number: number / value,
        "power": lambda number: number**value,
    }
    return [operations[operator](number) for number in numbers]


SHELF = Shelf(
    name="Lists of numbers",
    description="Making lists of numbers, and summing them up.",
    nodes=[number_range, aggregate_numbers, running_total, moving_average, scale_list],
    subshelves=[],
)
