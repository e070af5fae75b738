"""A value as JSON text, piece by piece, so that no step of it keeps the interpreter for long.

One call that encodes ten megabytes holds up every other thread until it is done, the serving one included. Here each
call encodes some kilobytes; between two of them the others have their turn.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from funcnodes_core.codec.exact import MARKER, to_exact
from funcnodes_core.codec.json import JSONEncoder
from funcnodes_core.exceptions import NotExactError, ValueTooLargeError

__all__ = ["exact_pieces", "shown_pieces", "text_pieces"]

_STEP_BYTES = 32 * 1024
_STEP_CHARS = 16 * 1024
_MOST_AT_ONCE = 4096
_BYTES_STEP = 3 * 16 * 1024  # base64 pieces can be joined when each is a multiple of three bytes


def exact_pieces(value: Any, depth: int = 0) -> Iterator[bytes]:
    """The lossless JSON form of a value (see `funcnodes_core.codec.exact`) as text in UTF-8.

    Raises:
        NotExactError: it, or a part of it, has none; pieces may have been given by then.
        RuntimeError: a dict changed while it was read.
    """
    try:
        yield msgspec.json.encode(to_exact(value, _STEP_BYTES, depth=depth))
        return
    except ValueTooLargeError:
        pass
    kind = type(value)
    if kind is list:
        yield from _bracketed(b"[", _list_items(value, depth + 1), b"]")
    elif kind is dict:
        yield from _dict_pieces(value, depth)
    elif kind is str:
        yield from _bracketed(b'"', _quoted(value), b'"')
    elif kind is bytes:
        yield from _bracketed(f'{{"{MARKER}bytes":"'.encode(), _base64(value), b'"}')
    else:
        yield msgspec.json.encode(to_exact(value, depth=depth))


def shown_pieces(value: Any) -> Iterator[bytes]:
    """What the JSON encoders of modules make of a value, whole but perhaps with a loss.

    Numbers that JSON has not (NaN, infinities) become null.

    Raises:
        ValueError: it contains itself.
    """
    plain = JSONEncoder.apply_custom_encoding(value, preview=False)
    parts = JSONEncoder(ensure_ascii=False, separators=(",", ":")).iterencode(plain)
    numbers = (part if part[-1] not in "Ny" else _null(part) for part in parts)
    while piece := "".join(islice(numbers, 2000)):
        yield piece.encode("utf-8", "replace")


def _null(part: str) -> str:
    """The end of a piece that is a number that JSON has not; text ends with a quote."""
    for number in ("NaN", "-Infinity", "Infinity"):
        if part.endswith(number):
            return part.removesuffix(number) + "null"
    return part


def text_pieces(text: str) -> Iterator[bytes]:
    """A text in UTF-8; halves of characters become question marks."""
    for start in range(0, len(text), _STEP_CHARS):
        yield text[start : start + _STEP_CHARS].encode("utf-8", "replace")


def _bracketed(opening: bytes, inner: Iterator[bytes], closing: bytes) -> Iterator[bytes]:
    yield opening
    yield from inner
    yield closing


def _list_items(items: list[Any], depth: int) -> Iterator[bytes]:
    at, count = 0, 256
    while at < len(items):
        part = items[at : at + count]
        try:
            text = msgspec.json.encode(to_exact(part, _STEP_BYTES, depth=depth - 1))[1:-1]
        except ValueTooLargeError:
            if count > 1:
                count = max(1, count // 4)
                continue
            yield from _after_comma(exact_pieces(part[0], depth), at > 0)
        else:
            yield b"," + text if at else text
        at += len(part)
        count = min(count * 2, _MOST_AT_ONCE)


def _dict_pieces(items: dict[Any, Any], depth: int) -> Iterator[bytes]:
    escaped = len(items) == 1 and str(next(iter(items))).startswith(MARKER)
    inner = _dict_items(items, depth + 1)
    if escaped:
        yield from _bracketed(f'{{"{MARKER}dict":{{'.encode(), inner, b"}}")
    else:
        yield from _bracketed(b"{", inner, b"}")


def _dict_items(items: dict[Any, Any], depth: int) -> Iterator[bytes]:
    first = True
    pairs = iter(items.items())
    while part := dict(islice(pairs, 256)):
        try:
            # beside a second key the form is never the escaped one
            text = msgspec.json.encode(to_exact({"": None, **part}, _STEP_BYTES, depth=depth - 1))[9:-1]
            if "" in part:
                raise ValueTooLargeError("the empty key stands in for itself")
        except ValueTooLargeError:
            for key, item in part.items():
                yield from _after_comma(_pair(key, item, depth), not first)
                first = False
        else:
            yield text if first else b"," + text
            first = False


def _pair(key: Any, item: Any, depth: int) -> Iterator[bytes]:
    if type(key) is not str:
        raise NotExactError(f"JSON has no keys of type {type(key).__name__!r}")
    yield _encode_text(key) + b":"
    yield from exact_pieces(item, depth)


def _after_comma(pieces: Iterator[bytes], comma: bool) -> Iterator[bytes]:
    if comma:
        yield b","
    yield from pieces


def _quoted(text: str) -> Iterator[bytes]:
    for start in range(0, len(text), _STEP_CHARS):
        yield _encode_text(text[start : start + _STEP_CHARS])[1:-1]


def _encode_text(text: str) -> bytes:
    try:
        return msgspec.json.encode(text)
    except UnicodeEncodeError as error:
        raise NotExactError("text with half of a surrogate pair has no UTF-8 form") from error


def _base64(raw: bytes) -> Iterator[bytes]:
    for start in range(0, len(raw), _BYTES_STEP):
        yield base64.b64encode(raw[start : start + _BYTES_STEP])
