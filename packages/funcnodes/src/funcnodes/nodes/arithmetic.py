"""Nodes that calculate with one or two numbers."""

import math
from collections.abc import Callable
from typing import Any, Literal

from funcnodes_core import NodeDecorator, Shelf

__all__ = ["SHELF"]

# whole numbers of more bits would keep the graph busy for long
MOST_BITS = 100_000

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "square root": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "log2": math.log2,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
    "to degrees": math.degrees,
    "to radians": math.radians,
    "floor": math.floor,
    "ceiling": math.ceil,
    "sign": lambda value: (value > 0) - (value < 0),
}
FunctionName = Literal[
    "square root", "exp", "log", "log10", "log2", "sin", "cos", "tan", "asin", "acos", "atan",
    "to degrees", "to radians", "floor", "ceiling", "sign",
]  # fmt: skip


@NodeDecorator("funcnodes.add", name="Add")
def add(a: float, b: float = 0.0) -> float:
    """Adds two numbers.

    Args:
        a: The first number.
        b: The second number.

    Returns:
        out: a + b
    """
    return a + b


@NodeDecorator("funcnodes.subtract", name="Subtract")
def subtract(a: float, b: float = 0.0) -> float:
    """Subtracts one number from another.

    Args:
        a: The number to subtract from.
        b: The number to subtract.

    Returns:
        out: a - b
    """
    return a - b


@NodeDecorator("funcnodes.multiply", name="Multiply")
def multiply(a: float, b: float = 1.0) -> float:
    """Multiplies two numbers.

    Args:
        a: The first factor.
        b: The second factor.

    Returns:
        out: a * b
    """
    return a * b


@NodeDecorator("funcnodes.divide", name="Divide")
def divide(a: float, b: float = 1.0) -> float:
    """Divides one number by another.

    Args:
        a: The number to divide.
        b: The divisor.

    Returns:
        out: a / b

    Raises:
        ZeroDivisionError: If the divisor is 0.
    """
    return a / b


@NodeDecorator("funcnodes.modulo", name="Remainder")
def modulo(a: float, b: float = 2.0) -> float:
    """Gives the remainder of a division; it has the sign of the divisor.

    Args:
        a: The number to divide.
        b: The divisor.

    Returns:
        out: The remainder.

    Raises:
        ZeroDivisionError: If the divisor is 0.
    """
    return a % b


@NodeDecorator("funcnodes.power", name="Power")
def power(base: float, exponent: float = 2.0) -> float:
    """Raises a number to a power.

    Args:
        base: The number.
        exponent: The power; 0.5 gives the square root.

    Returns:
        out: The result.

    Raises:
        ValueError: If the result is not a real number (a broken power of a negative number).
        OverflowError: If it is too large.
    """
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * exponent > MOST_BITS:
        raise OverflowError(f"{base!r} to the power of {exponent!r} has more than {MOST_BITS} bits")
    result: Any = base**exponent
    if isinstance(result, complex):
        raise ValueError(f"{base!r} to the power of {exponent!r} is not a real number")
    return result  # type: ignore[no-any-return] # whole numbers stay whole


@NodeDecorator("funcnodes.absolute", name="Absolute")
def absolute(value: float) -> float:
    """Gives the distance of a number from zero.

    Args:
        value: The number.

    Returns:
        out: The number without its sign.
    """
    return abs(value)


@NodeDecorator("funcnodes.round", name="Round")
def round_number(value: float, digits: int = 0) -> float:
    """Rounds to a number of digits after the point; halves go to the even neighbour.

    Args:
        value: The number.
        digits: Digits after the point; negative rounds to tens, hundreds and so on.

    Returns:
        out: The rounded number; a whole number when `digits` is 0 or less.
    """
    rounded = round(value, digits)
    return int(rounded) if digits <= 0 else rounded


@NodeDecorator("funcnodes.clamp", name="Clamp")
def clamp(value: float, low: float = 0.0, high: float = 1.0) -> float:
    """Keeps a number inside limits.

    Args:
        value: The number.
        low: The smallest result.
        high: The largest result.

    Returns:
        out: The number, or the limit that it passes.

    Raises:
        ValueError: If the limits are the wrong way round.
    """
    if low > high:
        raise ValueError(f"low {low!r} is above high {high!r}")
    return min(max(value, low), high)


@NodeDecorator("funcnodes.scale", name="Scale range")
def scale(
    value: float, from_low: float = 0.0, from_high: float = 1.0, to_low: float = 0.0, to_high: float = 100.0
) -> float:
    """Maps a number from one range to another, linearly.

    Args:
        value: The number.
        from_low: The start of its range.
        from_high: The end of its range.
        to_low: What `from_low` becomes.
        to_high: What `from_high` becomes.

    Returns:
        out: The mapped number; outside of the range it goes on in a straight line.

    Raises:
        ValueError: If the range to map from is empty.
    """
    if from_low == from_high:
        raise ValueError(f"the range to map from is empty: {from_low!r} to {from_high!r}")
    return to_low + (value - from_low) / (from_high - from_low) * (to_high - to_low)


@NodeDecorator("funcnodes.math_function", name="Math function")
def math_function(value: float, function: FunctionName = "square root") -> float:
    """Gives a function of one number; angles are in radians, `log` is the natural one.

    Args:
        value: The number.
        function: The function's name.

    Returns:
        out: The function's value.

    Raises:
        ValueError: If the function is not defined there.
    """
    return FUNCTIONS[function](value)


@NodeDecorator("funcnodes.to_number", name="To number")
def to_number(text: str, decimal_comma: bool = False) -> float:
    """Reads a number from a text.

    Args:
        text: Such as `42`, `-1.5e3` or ` 7 `.
        decimal_comma: Whether `1.234,5` means one thousand and some.

    Returns:
        out: The number; whole where the text has no point.

    Raises:
        ValueError: If the text is no number.
    """
    cleaned = str(text).strip()
    if decimal_comma:
        cleaned = cleaned.replace(".", "").replace(",", ".")
    try:
        return int(cleaned)
    except ValueError:
        return float(cleaned)


SHELF = Shelf(
    name="Arithmetic",
    description="Calculating with one or two numbers.",
    nodes=[
        add, subtract, multiply, divide, modulo, power, absolute, round_number, clamp, scale, math_function, to_number,
    ],
    subshelves=[],
)  # fmt: skip
