"""Any value as bytes with a mime type, with encoders that node modules add for their types."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Iterable
from typing import Any, ClassVar

from funcnodes_core.codec.json import PREVIEW_CHARS, Encoder, EncoderRegistry, JSONEncoder
from funcnodes_core.exceptions import NoEncoderError

__all__ = ["ByteEncoder", "BytesEncdata"]

_INT64 = range(-(2**63), 2**63)


@dataclasses.dataclass(slots=True)
class BytesEncdata:
    """What an encoder made of a value.

    Attributes:
        data: The bytes.
        handeled: Whether the encoder knew the value at all.
        mime: What the bytes are.
    """

    data: bytes
    handeled: bool = False
    mime: str | None = None


class ByteEncoder:
    """Encodes any value as bytes; numbers big-endian, text as UTF-8, the rest as JSON."""

    NoEncoderException = NoEncoderError
    encoder_registry: ClassVar[EncoderRegistry] = EncoderRegistry()

    @classmethod
    def add_encoder(cls, enc: Encoder, enc_cls: Iterable[type] | type | None = None) -> None:
        """Adds an encoder.

        Args:
            enc: Called as `enc(value, preview)`; returns a `BytesEncdata`.
            enc_cls: For values of which classes; without it for every value, asked last.
        """
        cls.encoder_registry.add(enc, enc_cls, first=False)

    @classmethod
    def prepend_encoder(cls, enc: Encoder, enc_cls: Iterable[type] | type | None = None) -> None:
        """Adds an encoder in front of those that the classes have."""
        cls.encoder_registry.add(enc, enc_cls, first=True)

    @classmethod
    def encode(
        cls, obj: Any, preview: bool = False, seen: set[int] | None = None, json_fallback: bool = True
    ) -> BytesEncdata:
        """The bytes of a value.

        Args:
            obj: Any value.
            preview: Whether encoders and text may be cut.
            seen: Ids of the values that this one is inside of.
            json_fallback: Whether what nothing else fits is sent as JSON.

        Raises:
            NoEncoderError: Nothing fits, and `json_fallback` is False.
        """
        found = cls.encode_custom(obj, preview) or _encode_default(obj, preview)
        if found is not None:
            return found
        if not json_fallback:
            raise NoEncoderError(f"no encoder for values of type {type(obj).__name__!r}")
        plain = JSONEncoder.apply_custom_encoding(obj, preview, seen)
        text = json.dumps(plain, cls=JSONEncoder)
        return BytesEncdata(text.encode("utf-8"), handeled=True, mime="application/json")

    @classmethod
    def encode_custom(cls, obj: Any, preview: bool = False) -> BytesEncdata | None:
        """What the added encoders make of a value, or None."""
        for encoder in cls.encoder_registry.lookup(type(obj)):
            answer: BytesEncdata = encoder(obj, preview)
            if answer.handeled:
                return answer
        return None


def _encode_default(obj: Any, preview: bool) -> BytesEncdata | None:
    if obj is None:
        return BytesEncdata(b"", handeled=True, mime="application/fn.null")
    if isinstance(obj, str):
        text = obj[:PREVIEW_CHARS] if preview else obj
        return BytesEncdata(text.encode("utf-8"), handeled=True, mime="text/plain")
    if isinstance(obj, bytes):
        return BytesEncdata(bytes(obj), handeled=True, mime="application/octet-stream")
    if isinstance(obj, bool):
        return _packed("!?", obj)
    if isinstance(obj, int) and obj in _INT64:
        return _packed("!q", obj)
    if isinstance(obj, float):
        return _packed("!d", obj)
    return None


def _packed(layout: str, value: float) -> BytesEncdata:
    data = struct.pack(layout, value)
    return BytesEncdata(data, handeled=True, mime=f"application/fn.struct.{layout}")
