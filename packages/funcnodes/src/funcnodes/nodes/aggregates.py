"""One number for many: used by the list, table and plot nodes."""

import statistics
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeGuard

__all__ = ["Aggregate", "aggregate", "is_number", "numbers_of", "quartiles"]

Aggregate = Literal["count", "sum", "mean", "median", "min", "max", "std"]

_FUNCTIONS: dict[str, Callable[[list[float]], float]] = {
    "count": len,
    "sum": sum,
    "mean": statistics.fmean,
    "median": statistics.median,
    "min": min,
    "max": max,
    "std": statistics.stdev,
}
_NEEDED = {"count": 0, "sum": 0, "std": 2}


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value counts as a number: no truth value, and not the float that stands for "missing"."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def numbers_of(values: Iterable[Any]) -> list[float]:
    """The numbers among the values, in order."""
    return [value for value in values if is_number(value)]


def aggregate(values: Iterable[Any], how: Aggregate) -> float:
    """One number for the numbers among the values.

    Raises:
        ValueError: If there are too few of them.
    """
    numbers = numbers_of(values)
    if len(numbers) < _NEEDED.get(how, 1):
        raise ValueError(f"{how} needs at least {_NEEDED.get(how, 1)} numbers, got {len(numbers)}")
    return _FUNCTIONS[how](numbers)


def quartiles(numbers: list[float]) -> tuple[float, float, float]:
    """The three quartiles, the numbers taken as the whole population; the number itself for a single one."""
    if len(numbers) == 1:
        return (numbers[0],) * 3
    first, second, third = statistics.quantiles(numbers, n=4, method="inclusive")
    return first, second, third
