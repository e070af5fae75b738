"""Values in files: the exact form of protocol.md section 5, large ones in the blob store."""

from __future__ import annotations

from typing import Any

import msgspec

from funcnodes_core.codec.exact import from_exact, to_exact
from funcnodes_core.exceptions import NotExactError
from funcnodes_core.types import SVG
from funcnodes_worker.errors import BadArgumentsError
from funcnodes_worker.persistence.binary import from_binary, is_binary_kind, to_binary
from funcnodes_worker.persistence.blobs import BlobSource

__all__ = [
    "BLOB",
    "INLINE_BYTES",
    "MAX_EXACT_BYTES",
    "check_exact",
    "load_kind",
    "load_value",
    "pack",
    "store_kind",
    "store_value",
    "unpack",
]

BLOB = "$fn:blob"
INLINE_BYTES = 65_536
"""Values whose JSON is longer go into the blob store."""

MAX_EXACT_BYTES = 32 * 1024 * 1024
"""Values beyond this are not kept over a restart; the port shows its last preview and is stale."""


def check_exact(json: Any) -> Any:
    """The Python value that an exact form stands for.

    Raises:
        BadArgumentsError: it is none.
    """
    try:
        return from_exact(json)
    except ValueError as exc:
        raise BadArgumentsError(f"kwargs.value: {exc}") from exc


def pack(json: Any, blobs: BlobSource) -> Any:
    """An exact form as it stands in a record: itself, or a reference when it is large.

    Raises:
        OSError: the disk refused.
    """
    if isinstance(json, (int, float, bool)) or json is None or (isinstance(json, str) and len(json) < 1000):
        return json
    text = msgspec.json.encode(json)
    return json if len(text) <= INLINE_BYTES else {BLOB: blobs.put(text)}


def unpack(packed: Any, blobs: BlobSource) -> Any:
    """The exact form behind what a record holds.

    Raises:
        DamagedFileError: the blob is missing or damaged.
    """
    return msgspec.json.decode(blobs.get(packed[BLOB])) if is_reference(packed) else packed


def is_reference(packed: Any) -> bool:
    """Whether what a record holds is a reference into the blob store."""
    return isinstance(packed, dict) and len(packed) == 1 and isinstance(packed.get(BLOB), str)


def load_value(packed: Any, blobs: BlobSource) -> Any:
    """The Python value behind what a record holds.

    Raises:
        DamagedFileError: the blob is missing or damaged.
        ValueError: what is stored is no exact form.
    """
    return from_exact(unpack(packed, blobs))


def store_value(value: Any, blobs: BlobSource) -> Any:
    """A Python value as a record holds it.

    Raises:
        NotExactError: JSON cannot say it without loss, or it is too large.
        OSError: the disk refused.
    """
    exact = to_exact(value, max_bytes=MAX_EXACT_BYTES)
    try:
        return pack(exact, blobs)
    except (TypeError, OverflowError) as exc:
        raise NotExactError(str(exc)) from exc


def store_kind(value: Any, blobs: BlobSource) -> tuple[str, Any]:
    """The same for what runs have made: also pictures, tuples, sets and arrays, with a word that says so.

    Raises:
        NotExactError: nothing can say it without loss, or it is too large.
        OSError: the disk refused.
    """
    if (binary := to_binary(value)) is not None:
        word, data = binary
        return word, {BLOB: blobs.put(data)} if len(data) > INLINE_BYTES else to_exact(data)
    kind = _KINDS.get(type(value), "")
    return kind, store_value(str(value) if kind == "svg" else list(value) if kind else value, blobs)


def load_kind(kind: str, packed: Any, blobs: BlobSource) -> Any:
    """The Python value behind what `store_kind` gave.

    Raises:
        DamagedFileError: the blob is missing or damaged.
        ValueError: what is stored is no exact form, or of a kind that a later release has added.
    """
    if is_binary_kind(kind):
        data = blobs.get(packed[BLOB]) if is_reference(packed) else from_exact(packed)
        return from_binary(kind, data)
    value = load_value(packed, blobs)
    if not kind:
        return value
    for made, name in _KINDS.items():
        if name == kind:
            return made(value)
    raise ValueError(f"unknown kind of value {kind!r}")


_KINDS: dict[type[Any], str] = {SVG: "svg", tuple: "tuple", set: "set", frozenset: "frozenset"}
