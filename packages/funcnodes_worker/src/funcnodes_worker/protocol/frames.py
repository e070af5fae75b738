"""Frames as they go over a socket: JSON text, or a JSON header with bytes behind it (`funcnodes.v1` only)."""

from __future__ import annotations

import struct
from typing import NamedTuple

import msgspec
from msgspec import UNSET, Struct, UnsetType

from funcnodes_worker.protocol.events import IOType
from funcnodes_worker.protocol.messages import CommandId

__all__ = ["Frame", "ValueFrameHeader", "decode_binary", "encode_binary", "websocket_frame"]

_LENGTH = struct.Struct(">I")
_SHORT, _MEDIUM, _LONG = (struct.Struct(form) for form in (">BB", ">BBH", ">BBQ"))


class Frame(NamedTuple):
    """One frame: UTF-8 JSON, or when `binary` a header length, the header and a payload."""

    data: bytes
    binary: bool = False


class ValueFrameHeader(Struct, tag_field="type", tag="io_value_changed", kw_only=True):
    """Header of a binary frame: an `io_value_changed` event whose preview is the payload."""

    node_uuid: str
    io_id: str
    io_type: IOType
    mime: str
    complete: bool
    href: str | UnsetType = UNSET
    seq: int
    prev: int
    rev: int
    by: str | UnsetType = UNSET
    cmd_id: CommandId | UnsetType = UNSET


def websocket_frame(frame: Frame) -> bytes:
    """A frame as a server puts it on the wire (RFC 6455): final, neither masked nor compressed."""
    size = len(frame.data)
    first = 0x82 if frame.binary else 0x81
    if size < 126:
        return _SHORT.pack(first, size) + frame.data
    if size < 65536:
        return _MEDIUM.pack(first, 126, size) + frame.data
    return _LONG.pack(first, 127, size) + frame.data


def encode_binary(header: ValueFrameHeader, payload: bytes) -> Frame:
    """A binary frame: 4 bytes big-endian length of the header, the header as JSON, the payload."""
    head = msgspec.json.encode(header)
    return Frame(_LENGTH.pack(len(head)) + head + payload, binary=True)


def decode_binary(data: bytes) -> tuple[ValueFrameHeader, bytes]:
    """Header and payload of a binary frame.

    Raises:
        ValueError: it is shorter than it says, or its header is not one.
    """
    if len(data) < _LENGTH.size:
        raise ValueError("a binary frame begins with the length of its header")
    end = _LENGTH.size + _LENGTH.unpack_from(data)[0]
    if len(data) < end:
        raise ValueError(f"the frame of {len(data)} bytes ends inside its header")
    return msgspec.json.decode(data[_LENGTH.size : end], type=ValueFrameHeader), data[end:]
