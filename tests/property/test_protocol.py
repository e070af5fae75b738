"""Whatever a client sends is either understood or refused by name; binary frames come back as they went."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.errors import BadArgumentsError
from funcnodes_worker.protocol.frames import ValueFrameHeader, decode_binary, encode_binary
from funcnodes_worker.protocol.messages import Cmd, Ping, decode_client_message
from funcnodes_worker.rpc.registry import Command, explain

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
COMMANDS = sorted(REGISTRY, key=lambda command: command.name)


def understood(frame: bytes | str) -> Any:
    """The type of the message, or why it is none."""
    try:
        return type(decode_client_message(frame))
    except (msgspec.DecodeError, UnicodeError) as error:
        return explain(error, "message")


def decode(command: Command, kwargs: bytes) -> tuple[dict[str, Any], str]:
    """The decoded kwargs, or why there are none."""
    try:
        return command.decode(kwargs), ""
    except BadArgumentsError as error:
        return {}, str(error)


@given(frame=st.binary(max_size=60) | st.text(max_size=60) | JSON.map(json.dumps))
def test_any_frame_is_a_message_or_refused(frame: bytes | str) -> None:
    assert understood(frame) in (Ping, Cmd) or understood(frame).startswith("message")


@given(
    envelope=st.fixed_dictionaries(
        {"type": st.sampled_from(["cmd", "ping", "x"])},
        optional={"cmd": JSON, "id": JSON, "kwargs": JSON, "gesture": JSON, "other": JSON},
    )
)
def test_any_envelope_is_a_message_or_refused(envelope: dict[str, Any]) -> None:
    frame = json.dumps(envelope)

    assert understood(frame) in (Ping, Cmd) or understood(frame).startswith("message")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
@settings(max_examples=25)
@given(data=st.data())
def test_any_kwargs_are_decoded_or_refused_with_the_field(command: Command, data: st.DataObject) -> None:
    names = [field.encode_name for field in msgspec.structs.fields(command.kwargs_type)]
    kwargs = data.draw(st.dictionaries(st.sampled_from([*names, "other"]), JSON, max_size=4))

    decoded, refused = decode(command, json.dumps(kwargs).encode())

    assert refused.startswith("kwargs") or (set(decoded) == set(names) and set(kwargs) <= set(names))


@given(payload=st.binary(max_size=200), seq=st.integers(0, 2**53), text=st.text(max_size=10))
def test_a_binary_frame_comes_back_as_it_went(payload: bytes, seq: int, text: str) -> None:
    header = ValueFrameHeader(
        node_uuid=text, io_id=text, io_type="output", mime="image/png", complete=True, seq=seq, prev=0, rev=1
    )

    assert decode_binary(encode_binary(header, payload).data) == (header, payload)


@given(data=st.binary(max_size=80))
def test_any_bytes_are_a_binary_frame_or_a_value_error(data: bytes) -> None:
    try:
        decode_binary(data)
    except ValueError:
        return
