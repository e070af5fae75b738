"""The envelope: every message that goes over the wire (protocol.md section 2)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from funcnodes_worker.scopes import Extra, Grant, Scope

__all__ = [
    "Access",
    "ClientMessage",
    "Cmd",
    "CommandId",
    "Failure",
    "Hello",
    "LargeMessage",
    "NodespaceEvent",
    "Ping",
    "Pong",
    "ProgressMessage",
    "Result",
    "Resync",
    "ServerMessage",
    "WorkerEvent",
    "decode_client_message",
    "encode",
]

CommandId = str | int
"""What a client calls its command; comes back with the answer."""


def _empty_object() -> Raw:
    return Raw(b"{}")


class Ping(Struct, tag_field="type", tag="ping"):
    """Are you there? Answered with `Pong`."""


class Cmd(Struct, tag_field="type", tag="cmd", kw_only=True, forbid_unknown_fields=True):
    """Do something. Commands that share a `gesture` become one entry of the undo history."""

    cmd: str
    kwargs: Raw = msgspec.field(default_factory=_empty_object)
    id: CommandId | None = None
    gesture: str | None = None


ClientMessage = Ping | Cmd


class Pong(Struct, tag_field="type", tag="pong"):
    """I am here."""


class Result(Struct, tag_field="type", tag="result", kw_only=True, omit_defaults=True):
    """A command was done; `rev` is the revision that a mutation made."""

    cmd: str
    result: Any = msgspec.field(default=UNSET)
    id: CommandId | None = None
    rev: int | UnsetType = UNSET


class Failure(Struct, tag_field="type", tag="error", kw_only=True):
    """A command was not done, and why."""

    error: str
    code: str
    data: dict[str, Any] = msgspec.field(default_factory=dict)
    cmd: str | UnsetType = UNSET
    id: CommandId | UnsetType | None = UNSET
    traceback: str | UnsetType = UNSET


class NodespaceEvent(Struct, tag_field="type", tag="nodespaceevent", kw_only=True):
    """Something happened to the graph. `prev` is the `seq` of the event that this client got before."""

    event: str
    data: Raw
    seq: int
    prev: int
    rev: int
    by: str | UnsetType = UNSET
    cmd_id: CommandId | UnsetType = UNSET


class WorkerEvent(Struct, tag_field="type", tag="workerevent", kw_only=True):
    """Something happened to the worker."""

    event: str
    data: Raw
    seq: int
    prev: int


class ProgressMessage(Struct, tag_field="type", tag="progress", kw_only=True):
    """How far a long command is, or what it waits for."""

    text: str
    progress: float | None = None
    task: CommandId | None = None


class LargeMessage(Struct, tag_field="type", tag="large_message", kw_only=True):
    """A message too large for a frame waits at `GET /message/{msg_id}`."""

    msg_id: str
    size: int


class Access(Struct, kw_only=True):
    """What the client may do; everything, without a word about a link, for who holds the token.

    Attributes:
        scope: the highest scope of it.
        share: id of the link that it came in by; "" without one.
        label: what the link is called.
        inputs: below `edit` the inputs that may be set, as (node uuid, input id).
        extras: below `edit` what is shown beside the graph.
        expires_at: when the link is over, in seconds since the epoch.
    """

    scope: Scope = "admin"
    share: str = ""
    label: str = ""
    inputs: list[tuple[str, str]] = []
    extras: list[Extra] = []
    expires_at: float | None = None

    @classmethod
    def of(cls, grant: Grant) -> Access:
        """What a grant says, as the client is told it."""
        return cls(
            scope=grant.scope,
            share=grant.share,
            label=grant.label,
            inputs=sorted(grant.inputs),
            extras=sorted(grant.extras),
            expires_at=grant.expires_at,
        )


class Hello(Struct, tag_field="type", tag="hello", kw_only=True):
    """The first frame to a `funcnodes.v1` client."""

    client: str
    epoch: str
    seq: int
    rev: int
    worker: dict[str, str]
    protocol: Literal["funcnodes.v1"] = "funcnodes.v1"
    version: str = ""
    access: Access = msgspec.field(default_factory=Access)


class Resync(Struct, tag_field="type", tag="resync"):
    """Events were lost for this client: ask `full_state`."""


ServerMessage = (
    Pong | Result | Failure | NodespaceEvent | WorkerEvent | ProgressMessage | LargeMessage | Hello | Resync
)

_decoder = msgspec.json.Decoder(ClientMessage)
_encoder = msgspec.json.Encoder()


def decode_client_message(frame: bytes | str) -> Ping | Cmd:
    """The message in a text frame.

    Raises:
        msgspec.DecodeError: it is not JSON or not a message (`msgspec.ValidationError` names the field).
    """
    message: Ping | Cmd = _decoder.decode(frame)
    return message


def encode(message: Struct) -> bytes:
    """The text frame of a message, UTF-8."""
    return _encoder.encode(message)
