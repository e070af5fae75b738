"""A graph on disk: snapshots, exports, large values, and what earlier releases wrote. Needs no server."""

from __future__ import annotations

__all__: list[str] = []
