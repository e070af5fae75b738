"""Any value as bytes with a mime type."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from funcnodes_core.codec.binary import ByteEncoder, BytesEncdata
from funcnodes_core.codec.json import EncoderRegistry
from funcnodes_core.exceptions import NoEncoderError
from funcnodes_core.types import databytes


class Image:
    pass


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ByteEncoder, "encoder_registry", EncoderRegistry())


@pytest.mark.parametrize(
    ("value", "data", "mime"),
    [
        (None, b"", "application/fn.null"),
        ("grün", "grün".encode(), "text/plain"),
        (b"\x00", b"\x00", "application/octet-stream"),
        (databytes(b"ab"), b"ab", "application/octet-stream"),
        (5, struct.pack("!q", 5), "application/fn.struct.!q"),
        (True, b"\x01", "application/fn.struct.!?"),
        (1.5, struct.pack("!d", 1.5), "application/fn.struct.!d"),
        (2**64, b"18446744073709551616", "application/json"),
        ({"a": (1, b"a")}, b'{"a": [1, "YQ=="]}', "application/json"),
    ],
)
def test_values_become_bytes(value: Any, data: bytes, mime: str) -> None:
    found = ByteEncoder.encode(value)

    assert (found.data, found.mime, found.handeled) == (data, mime, True)


def test_previews_cut_text() -> None:
    assert len(ByteEncoder.encode("x" * 2000, preview=True).data) == 1000
    assert len(ByteEncoder.encode("x" * 2000).data) == 2000


def test_added_encoders_come_first_and_are_called_positionally() -> None:
    calls: list[tuple[Any, ...]] = []

    def enc(*args: Any) -> BytesEncdata:
        calls.append(args)
        return BytesEncdata(b"png", handeled=True, mime="image/png")

    image = Image()
    ByteEncoder.add_encoder(lambda o, p: BytesEncdata(b""), [Image])
    ByteEncoder.add_encoder(enc, enc_cls=[Image])
    found = ByteEncoder.encode(image, True)
    ByteEncoder.prepend_encoder(lambda o, p: BytesEncdata(b"first", handeled=True), [Image])

    assert (found.data, found.mime) == (b"png", "image/png")
    assert calls == [(image, True)]
    assert ByteEncoder.encode(image).data == b"first"


def test_without_json_an_unknown_type_is_an_error() -> None:
    with pytest.raises(NoEncoderError, match="Image"):
        ByteEncoder.encode(Image(), json_fallback=False)

    assert ByteEncoder.NoEncoderException is NoEncoderError
    assert ByteEncoder.encode(1, json_fallback=False).data == struct.pack("!q", 1)
