"""How often a caller may come: a bucket that fills steadily and holds a burst."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Pace"]


class Pace:
    """Lets `per_second` calls through for ever, and `burst` at once.

    Args:
        now: a clock in seconds that only grows.
    """

    __slots__ = ("_burst", "_left", "_now", "_rate", "_since")

    def __init__(
        self, per_second: float = 100.0, burst: float = 300.0, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = per_second
        self._burst = burst
        self._left = burst
        self._now = now
        self._since = now()

    def allows(self) -> bool:
        """Whether one more call is within the pace; it then counts."""
        now = self._now()
        self._left = min(self._burst, self._left + (now - self._since) * self._rate)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def wait_s(self) -> float:
        """Seconds until the next call is let through."""
        return max(0.0, (1 - self._left) / self._rate)
