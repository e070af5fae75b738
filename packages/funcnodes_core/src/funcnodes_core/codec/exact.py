"""Values as JSON without loss: decoding gives back an equal value of the same types.

What JSON cannot say is a one-key object: `{"$fn:float": "nan"}` (`"inf"`, `"-inf"`),
`{"$fn:int": "..."}` beyond 2**53, `{"$fn:bytes": base64}`, `{"$fn:enum": [type, member]}` for a
`DataEnum`, `{"$fn:str": ...}` for text that would read as no value, and `{"$fn:dict": {...}}` for a
dict that would read as one of these. No value is `"<NoValue>"`.
"""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any

from funcnodes_core._typestrings import lookup_type
from funcnodes_core.data import DataEnum
from funcnodes_core.exceptions import NotExactError, ValueTooLargeError
from funcnodes_core.sentinels import NoValue

__all__ = [
    "MARKER",
    "NO_VALUE_TEXT",
    "NotExactError",
    "exact_scalar",
    "from_exact",
    "is_nested_deeper",
    "to_exact",
]

MARKER = "$fn:"
NO_VALUE_TEXT = "<NoValue>"
MAX_SAFE_INT = 2**53
MAX_DEPTH = 100
_FLOAT_BYTES = 18


def to_exact(value: Any, max_bytes: int | None = None, *, depth: int = 0) -> Any:
    """The lossless JSON form of a value.

    Args:
        value: None, bool, int, float, str, bytes, NoValue, a `DataEnum` member, or a list or
            str-keyed dict of these. Subclasses have no exact form.
        max_bytes: Stop when the form is larger than about this.
        depth: How many lists and dicts it lies in already.

    Raises:
        NotExactError: The value, or a part of it, has no exact form.
        ValueTooLargeError: It has one that is larger than `max_bytes`.
    """
    return _Encoder(max_bytes).encode(value, depth)


class _Encoder:
    """One encoding; counts the size of what it made."""

    __slots__ = ("left",)

    def __init__(self, max_bytes: int | None) -> None:
        self.left: float = math.inf if max_bytes is None else max_bytes

    def spend(self, n_bytes: int) -> None:
        self.left -= n_bytes
        if self.left < 0:
            raise ValueTooLargeError("the value is larger than asked for")

    def encode(self, value: Any, depth: int) -> Any:
        cls = type(value)
        if cls is list:
            if depth >= MAX_DEPTH:
                raise NotExactError(f"nested deeper than {MAX_DEPTH} levels, or inside itself")
            self.spend(2 + len(value))
            return [self.encode(item, depth + 1) for item in value]
        if cls is dict:
            return self.encode_dict(value, depth)
        if cls is str or cls is bytes:
            self.spend(2 + len(value))
        form = exact_scalar(value)
        if cls is not str and cls is not bytes:
            self.spend(len(str(form)) if cls is int else _FLOAT_BYTES)
        return form

    def encode_dict(self, value: dict[Any, Any], depth: int) -> Any:
        if depth >= MAX_DEPTH:
            raise NotExactError(f"nested deeper than {MAX_DEPTH} levels, or inside itself")
        self.spend(2 + len(value))
        form = {}
        for key, item in value.items():
            if type(key) is not str:
                raise NotExactError(f"JSON has no keys of type {type(key).__name__!r}")
            _check_text(key)
            self.spend(4 + len(key))
            form[key] = self.encode(item, depth + 1)
        return {MARKER + "dict": form} if _reads_as_marker(form) else form


def _reads_as_marker(form: dict[str, Any]) -> bool:
    return len(form) == 1 and next(iter(form)).startswith(MARKER)


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as exc:
        raise NotExactError("text with half of a surrogate pair has no UTF-8 form") from exc


def exact_scalar(value: Any) -> Any:
    """The lossless JSON form of a value that is no container.

    Raises:
        NotExactError: It has none.
    """
    cls = type(value)
    if value is None or cls is bool:
        return value
    if cls is int:
        return value if -MAX_SAFE_INT <= value <= MAX_SAFE_INT else {MARKER + "int": _digits(value)}
    if cls is float:
        return value if math.isfinite(value) else {MARKER + "float": str(value)}
    if cls is str:
        _check_text(value)
        return {MARKER + "str": value} if value == NO_VALUE_TEXT else value
    if cls is bytes:
        return {MARKER + "bytes": base64.b64encode(value).decode("ascii")}
    if value is NoValue:
        return NO_VALUE_TEXT
    if issubclass(cls, DataEnum) and lookup_type(cls.__name__) is cls:
        return {MARKER + "enum": [cls.__name__, value.name]}
    raise NotExactError(f"a value of type {cls.__name__!r} has no exact form in JSON")


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # longer than the interpreter converts to decimal digits
        return hex(value)


def from_exact(form: Any) -> Any:
    """The value of a lossless JSON form.

    Raises:
        NotExactError: The form is malformed, nested too deeply, or names an enumeration that is not loaded.
    """
    return _decode(form, 0)


def is_nested_deeper(json: Any, levels: int) -> bool:
    """Whether lists and dicts lie in one another deeper than this; needs no recursion itself."""
    layer = [json]
    for _ in range(levels + 1):
        layer = [part for part in layer if isinstance(part, list | dict)]
        if not layer:
            return False
        layer = [item for part in layer for item in (part.values() if isinstance(part, dict) else part)]
    return True


def _decode(form: Any, depth: int) -> Any:
    if type(form) is list:
        if depth >= MAX_DEPTH:
            raise NotExactError(f"nested deeper than {MAX_DEPTH} levels")
        return [_decode(item, depth + 1) for item in form]
    if type(form) is dict:
        if depth >= MAX_DEPTH:
            raise NotExactError(f"nested deeper than {MAX_DEPTH} levels")
        if _reads_as_marker(form):
            return _decode_marked(*next(iter(form.items())), depth)
        return _decode_dict(form, depth)
    return NoValue if form == NO_VALUE_TEXT and type(form) is str else form


def _decode_dict(form: dict[str, Any], depth: int) -> dict[str, Any]:
    return {key: _decode(item, depth + 1) for key, item in form.items()}


def _decode_marked(key: str, body: Any, depth: int) -> Any:
    if key == MARKER + "dict" and isinstance(body, dict):
        return _decode_dict(body, depth)
    decode = _DECODERS.get(key.removeprefix(MARKER))
    if decode is None:
        raise NotExactError(f"unknown kind of value {key!r}")
    try:
        return decode(body)
    except (TypeError, ValueError, KeyError, AttributeError, binascii.Error) as exc:
        if isinstance(exc, NotExactError):
            raise
        raise NotExactError(f"malformed value under {key!r}") from exc


def _decode_float(body: Any) -> float:
    if body not in ("nan", "inf", "-inf"):
        raise ValueError(body)
    return float(body)


def _decode_int(body: str) -> int:
    return int(body, 16) if "x" in body else int(body)


def _decode_bytes(body: Any) -> bytes:
    return base64.b64decode(body, validate=True)


def _decode_str(body: Any) -> str:
    if not isinstance(body, str):
        raise TypeError(body)
    return body


def _decode_enum(body: Any) -> DataEnum:
    type_name, name = body
    found = lookup_type(type_name)
    if not (isinstance(found, type) and issubclass(found, DataEnum)):
        raise NotExactError(f"no enumeration {type_name!r} is loaded")
    return found.__members__[name]


_DECODERS = {
    "float": _decode_float,
    "int": _decode_int,
    "bytes": _decode_bytes,
    "str": _decode_str,
    "enum": _decode_enum,
}
