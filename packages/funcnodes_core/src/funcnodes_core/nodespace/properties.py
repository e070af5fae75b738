"""Values kept with a graph, some of them secret."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["Properties"]


class Properties:
    """Values by name; the secret ones are in memory only, never saved or shown."""

    __slots__ = ("_public", "_secret")

    def __init__(self) -> None:
        self._public: dict[str, Any] = {}
        self._secret: dict[str, Any] = {}

    @property
    def public(self) -> dict[str, Any]:
        """Those that are not secret."""
        return dict(self._public)

    def set(self, key: str, value: Any, *, secret: bool) -> None:
        """Keep a value.

        Raises:
            ValueError: The key is no text, or the value not JSON.
        """
        if not isinstance(key, str):
            raise ValueError(f"a property's key is text, not {type(key).__name__}")
        try:
            json.dumps(value)
        except (TypeError, ValueError, RecursionError) as exc:
            raise ValueError(f"property {key!r} is not JSON: {exc}") from exc
        (self._secret if secret else self._public)[key] = value

    def get(self, key: str) -> Any:
        """A value, the secret ones last; None where there is none."""
        return self._public.get(key, self._secret.get(key))

    def remove(self, key: str) -> None:
        """Forget a value."""
        self._public.pop(key, None)
        self._secret.pop(key, None)
