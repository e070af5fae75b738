"""Any value as plain JSON of bounded size, in bounded time; what is cut away is noted."""

from __future__ import annotations

import math
from collections import UserString
from collections.abc import Mapping, Sequence, Set, ValuesView
from enum import Enum
from json.encoder import encode_basestring
from reprlib import Repr
from typing import Any

from funcnodes_core.codec.exact import MARKER, exact_scalar
from funcnodes_core.codec.json import JSONEncoder
from funcnodes_core.sentinels import NoValue
from funcnodes_core.types import CONCEALED, Secret

__all__ = ["MAX_PARTS", "PlainCutter", "excuse", "short_scalar"]

MAX_DEPTH = 24
# values in lists and dicts, in all: nobody reads more of them in a preview
MAX_PARTS = 4000
# a list takes as long to look through as some numbers
_PARTS_OF_A_CONTAINER = 4
_PARTS_OF_A_KEY = 2
# what the last part may take more than there is: an ellipsis with its quotes
_SLACK_BYTES = 8
MAX_KEY_CHARS = 200
ELLIPSIS = "..."
_PLAIN = (bool, int, float, str, bytes, type(None))
_LONG_KEYS = (bytes, tuple, frozenset)
_SEQUENCES = (Sequence, Set, ValuesView)
_SMALL_INT = 10**9
_INT_BYTES = 11
_FLOAT_BYTES = 24
_BITS_OF_A_DIGIT = 3
_KEY_TEXT = Repr()
_KEY_TEXT.maxtuple = _KEY_TEXT.maxfrozenset = 20


def excuse(value: Any, exc: BaseException) -> str:
    """What is shown of a value whose own code failed."""
    try:
        why = str(exc)
    except (Exception, SystemExit):  # noqa: BLE001 - __str__ of the exception is foreign code
        why = "its text cannot be made"
    return f"<{type(value).__name__}: no preview, {type(exc).__name__}: {why}>"


def short_scalar(value: Any) -> int:
    """The most bytes that a number, a boolean or None takes as JSON; 0 for what takes a closer look."""
    kind = type(value)
    if kind is int:
        return _INT_BYTES if -_SMALL_INT < value < _SMALL_INT else 0
    if kind is float:
        return _FLOAT_BYTES if math.isfinite(value) else 0
    return 5 if value is None or kind is bool else 0


class PlainCutter:
    """One cut of one value.

    Numbers, text, lists and dicts keep their form, with the markers of `codec.exact` for what
    JSON cannot say; tuples and sets become lists; other values become what their JSON encoder
    makes of them, or text. A part whose own code fails becomes a text that says so.

    Attributes:
        complete: Whether nothing was cut away so far.
    """

    def __init__(self, budget_bytes: int) -> None:
        self.left = budget_bytes
        self.parts = MAX_PARTS
        self.complete = True
        self._inside: set[int] = set()

    def cut(self, value: Any) -> Any:
        """The plain form of `value`, or of as much of it as the rest of the budget allows."""
        if isinstance(value, _PLAIN) or value is NoValue:
            return self._scalar(value)
        if id(value) in self._inside or len(self._inside) >= MAX_DEPTH:
            self.complete = False
            return ELLIPSIS
        self._inside.add(id(value))
        self.parts -= _PARTS_OF_A_CONTAINER
        self.left -= 2
        try:
            return self._structure(value)
        except (Exception, SystemExit) as exc:  # noqa: BLE001 - values and their encoders are foreign code
            self.complete = False
            return self._text(excuse(value, exc))
        finally:
            self._inside.discard(id(value))

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(CONCEALED if isinstance(value, Secret) else str(value))
        if isinstance(value, bytes) and len(value) * 2 > self.left:
            self.complete = False
            return self._text(f"<{len(value)} bytes>")
        if isinstance(value, int) and value.bit_length() > self.left * _BITS_OF_A_DIGIT:
            self.complete = False
            return self._text(f"<whole number of {value.bit_length()} bits>")
        # subclasses are shown as what they derive from
        exact = value is NoValue or type(value) in _PLAIN
        form = exact_scalar(value if exact else _as_base(value))
        self.left -= len(str(form)) + 2
        return form

    def _text(self, text: str) -> Any:
        room = max(self.left - 2 - len(ELLIPSIS), 0)
        kept = text[:room]
        size = _json_bytes(kept)
        while size > room:
            # quotes, control characters and other alphabets take more than one byte a character
            kept = kept[: len(kept) * room // size]
            size = _json_bytes(kept)
        if len(kept) < len(text):
            self.complete = False
            kept += ELLIPSIS
        self.left -= size + 4
        return exact_scalar(kept if kept.isascii() else kept.encode("utf-8", "replace").decode())

    def _structure(self, value: Any) -> Any:
        kind = type(value)
        if kind is dict:
            return self._mapping(value)
        if kind in (list, tuple, set, frozenset):
            return self._items(value)
        if isinstance(value, Enum):
            return self._text(str(value))
        made = JSONEncoder.ask_encoders(value, preview=True)
        if made is not None:
            # the encoder may have shortened it: only the whole value is complete
            self.complete = self.complete and isinstance(made.data, int | float | bool)
            return self.cut(made.data)
        if isinstance(value, UserString):  # a sequence of texts that are sequences of texts
            return self._text(value.data)
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, _SEQUENCES):
            return self._items(value)
        self.complete = False
        return self._text(str(value))

    def _items(self, items: Any) -> list[Any]:
        form: list[Any] = []
        for item in items:
            if self.left <= _SLACK_BYTES or self.parts <= 0:
                self.complete = False
                break
            self.parts -= 1
            n_bytes = short_scalar(item)
            self.left -= 2 + n_bytes
            form.append(item if n_bytes else self.cut(item))
        return form

    def _mapping(self, items: Mapping[Any, Any]) -> dict[str, Any]:
        form: dict[str, Any] = {}
        for key, item in items.items():
            name = self._name(key)
            n_bytes = short_scalar(item)
            cost = _json_bytes(name) + 6 + n_bytes
            if self.left - cost <= _SLACK_BYTES or self.parts <= 0:
                self.complete = False
                break
            self.parts -= _PARTS_OF_A_KEY
            self.left -= cost
            form[name] = item if n_bytes else self.cut(item)
        escaped = len(form) == 1 and next(iter(form)).startswith(MARKER)
        return {MARKER + "dict": form} if escaped else form

    def _name(self, key: Any) -> str:
        if type(key) is str:
            text = key
        elif isinstance(key, _LONG_KEYS):  # their texts may be as long as they are
            self.complete = self.complete and len(key) <= _KEY_TEXT.maxtuple
            text = _KEY_TEXT.repr(key[:MAX_KEY_CHARS] if isinstance(key, bytes) else key)
        else:
            text = str(key)
        if len(text) > MAX_KEY_CHARS:
            self.complete = False
            return text[:MAX_KEY_CHARS] + ELLIPSIS
        return text


def _json_bytes(text: str) -> int:
    """How many bytes a text takes as JSON, without its quotes."""
    quoted: str = encode_basestring(text)
    return (len(quoted) if quoted.isascii() else len(quoted.encode("utf-8", "replace"))) - 2


def _as_base(value: Any) -> Any:
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else bytes(value)
