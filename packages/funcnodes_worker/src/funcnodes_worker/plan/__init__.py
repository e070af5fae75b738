"""Planning: each mutating command as a pure function from the document to a list of edits."""

from __future__ import annotations

__all__: list[str] = []
