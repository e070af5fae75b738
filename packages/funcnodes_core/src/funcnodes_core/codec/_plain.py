"""Any value as plain JSON of bounded size; what is cut away is noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from enum import Enum
from typing import Any

from funcnodes_core.codec.exact import MARKER, exact_scalar
from funcnodes_core.codec.json import JSONEncoder
from funcnodes_core.sentinels import NoValue

__all__ = ["PlainCutter"]

MAX_DEPTH = 24
ELLIPSIS = "..."
_PLAIN = (bool, int, float, str, bytes, type(None))


class PlainCutter:
    """One cut of one value.

    Numbers, text, lists and dicts keep their form, with the markers of `codec.exact` for what
    JSON cannot say; tuples and sets become lists; other values become what their JSON encoder
    makes of them, or text.

    Attributes:
        complete: Whether nothing was cut away so far.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.left = budget_bytes
        self.complete = True
        self._inside: set[int] = set()

    def cut(self, value: Any) -> Any:
        """The plain form of `value`, or of as much of it as the rest of the budget allows."""
        if isinstance(value, _PLAIN) or value is NoValue:
            return self._scalar(value)
        if isinstance(value, Enum):
            return self._text(str(value))
        if id(value) in self._inside or len(self._inside) >= MAX_DEPTH:
            self.complete = False
            return ELLIPSIS
        self._inside.add(id(value))
        try:
            return self._structure(value)
        finally:
            self._inside.discard(id(value))

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(str(value))
        if isinstance(value, bytes) and len(value) * 2 > self.left:
            self.complete = False
            return self._text(f"<{len(value)} bytes>")
        # subclasses are shown as what they derive from
        exact = value is NoValue or type(value) in _PLAIN
        form = exact_scalar(value if exact else _as_base(value))
        self.left -= len(str(form)) + 2
        return form

    def _text(self, text: str) -> Any:
        room = max(self.left - 2 - len(ELLIPSIS), 0)
        raw = text[: room + 1].encode("utf-8", "replace")
        if len(raw) > room:
            self.complete = False
            raw = raw[:room] + ELLIPSIS.encode()
        self.left -= len(raw) + 4
        return exact_scalar(raw.decode("utf-8", "ignore"))

    def _structure(self, value: Any) -> Any:
        if type(value) in (list, tuple, dict, set, frozenset):
            return self._mapping(value) if type(value) is dict else self._items(value)
        plain = JSONEncoder.apply_custom_encoding(value, True) if _has_encoder(value) else None
        if plain is not None:
            # the encoder may have shortened it: only the whole value is complete
            self.complete = self.complete and isinstance(plain, int | float | bool)
            return self.cut(plain)
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, Sequence | Set):
            return self._items(value)
        return self._text(str(value))

    def _items(self, items: Any) -> list[Any]:
        form = []
        for item in items:
            if self.left <= 0:
                self.complete = False
                break
            self.left -= 2
            form.append(self.cut(item))
        return form

    def _mapping(self, items: Mapping[Any, Any]) -> dict[str, Any]:
        form: dict[str, Any] = {}
        for key, item in items.items():
            if self.left <= 0:
                self.complete = False
                break
            name = str(key)
            self.left -= len(name) + 6
            form[name] = self.cut(item)
        escaped = len(form) == 1 and next(iter(form)).startswith(MARKER)
        return {MARKER + "dict": form} if escaped else form


def _as_base(value: Any) -> Any:
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else bytes(value)


def _has_encoder(value: Any) -> bool:
    """Whether JSON encoding would give more than the value's text."""
    if isinstance(value, Mapping | Sequence | Set):
        return any(cls is not object and cls in JSONEncoder.encoder_registry for cls in type(value).__mro__)
    return True
