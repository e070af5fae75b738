"""Nodes that leave something to chance; with a seed they give the same again."""

import random
from typing import Any

from funcnodes_core import NodeDecorator, Shelf

__all__ = ["SHELF"]


@NodeDecorator("funcnodes.random_number", name="Random number")
def random_number(low: float = 0.0, high: float = 1.0, seed: int | None = None) -> float:
    """Gives a random number between two limits, each equally likely.

    Args:
        low: The lower limit.
        high: The upper limit.
        seed: With a seed, every run gives the same.

    Returns:
        out: The number.
    """
    return random.Random(seed).uniform(low, high)


@NodeDecorator("funcnodes.random_integer", name="Random integer")
def random_integer(low: int = 1, high: int = 6, seed: int | None = None) -> int:
    """Gives a random whole number, each equally likely.

    Args:
        low: The smallest.
        high: The largest.
        seed: With a seed, every run gives the same.

    Returns:
        out: The number.

    Raises:
        ValueError: If the limits are the wrong way round.
    """
    return random.Random(seed).randint(low, high)


@NodeDecorator("funcnodes.random_list", name="Random numbers")
def random_list(
    count: int = 100, mean: float = 0.0, std: float = 1.0, seed: int | None = None
) -> list[float]:
    """Gives normally distributed random numbers.

    Args:
        count: How many.
        mean: Their mean.
        std: Their standard deviation.
        seed: With a seed, every run gives the same.

    Returns:
        out: The numbers.
    """
    source = random.Random(seed)
    return [source.gauss(mean, std) for _ in range(count)]


@NodeDecorator("funcnodes.random_choice", name="Random choice")
def random_choice(items: list[Any], seed: int | None = None) -> Any:
    """Gives one item of a list, each equally likely.

    Args:
        items: The list.
        seed: With a seed, every run gives the same.

    Returns:
        out: The item.

    Raises:
        IndexError: If the list is empty.
    """
    return random.Random(seed).choice(items)


@NodeDecorator("funcnodes.shuffle", name="Shuffle")
def shuffle(items: list[Any], seed: int | None = None) -> list[Any]:
    """Gives the items of a list in random order.

    Args:
        items: The list.
        seed: With a seed, every run gives the same.

    Returns:
        out: A new list.
    """
    return random.Random(seed).sample(items, len(items))


SHELF = Shelf(
    name="Chance",
    description="Random numbers and choices.",
    nodes=[random_number, random_integer, random_list, random_choice, shuffle],
    subshelves=[],
)
