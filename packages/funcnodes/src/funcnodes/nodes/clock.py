"""Nodes for dates and times, written as ISO 8601 text such as `2026-03-01T12:30:00`."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from funcnodes_core import NodeDecorator, Shelf

__all__ = ["SHELF"]

Unit = Literal["seconds", "minutes", "hours", "days", "weeks"]


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"not a date or time such as 2026-03-01T12:30:00: {text!r}") from None


@NodeDecorator("funcnodes.now", name="Now")
def now(utc: bool = False) -> str:
    """Gives the date and time at which the node runs.

    Args:
        utc: Whether the time is that of Greenwich; otherwise that of the machine.

    Returns:
        out: The time, to the second, with its distance to Greenwich.
    """
    return datetime.now(UTC if utc else None).astimezone(UTC if utc else None).isoformat(timespec="seconds")


@NodeDecorator("funcnodes.parse_time", name="Read time")
def parse_time(text: str, format: str = "") -> str:
    """Reads a date or time that is written in another way.

    Args:
        text: The date or time.
        format: How it is written: `%d.%m.%Y %H:%M` for 01.03.2026 12:30. Empty reads ISO 8601.

    Returns:
        out: The same as ISO 8601 text.

    Raises:
        ValueError: If the text is not written like that.
    """
    moment = datetime.strptime(text.strip(), format) if format else _read(text)
    return moment.isoformat()


@NodeDecorator("funcnodes.format_time", name="Format time")
def format_time(time: str, format: str = "%Y-%m-%d %H:%M") -> str:
    """Writes a date or time in another way.

    Args:
        time: ISO 8601 text.
        format: `%d` day, `%m` month, `%Y` year, `%H` hour, `%M` minute, `%A` weekday.

    Returns:
        out: The text.

    Raises:
        ValueError: If the time cannot be read.
    """
    return _read(time).strftime(format)


@NodeDecorator("funcnodes.add_time", name="Add time")
def add_time(time: str, amount: float = 1.0, unit: Unit = "days") -> str:
    """Moves a date or time forwards, or backwards by a negative amount.

    Args:
        time: ISO 8601 text.
        amount: How much.
        unit: Of what.

    Returns:
        out: The moved time.

    Raises:
        ValueError: If the time cannot be read.
    """
    return (_read(time) + timedelta(**{unit: amount})).isoformat()


@NodeDecorator("funcnodes.time_between", name="Time between")
def time_between(start: str, end: str, unit: Unit = "days") -> float:
    """Gives the time from one moment to another.

    Args:
        start: ISO 8601 text.
        end: ISO 8601 text.
        unit: In what to count.

    Returns:
        out: The amount; negative when the end comes first.

    Raises:
        ValueError: If a time cannot be read.
        TypeError: If only one of the two names its distance to Greenwich.
    """
    return (_read(end) - _read(start)) / timedelta(**{unit: 1})


@NodeDecorator("funcnodes.wait", name="Wait")
async def wait(value: Any, seconds: float = 1.0) -> Any:
    """Passes a value on after a while; other nodes run in the meantime.

    Args:
        value: Anything.
        seconds: How long to wait.

    Returns:
        out: The same value.
    """
    await asyncio.sleep(max(0.0, seconds))
    return value


SHELF = Shelf(
    name="Time",
    description="Dates and times, and waiting.",
    nodes=[now, parse_time, format_time, add_time, time_between, wait],
    subshelves=[],
)
