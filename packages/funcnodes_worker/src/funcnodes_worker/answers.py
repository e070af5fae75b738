"""Answers that outlive the frame they were sent in: remembered ones, and those too large for a frame."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable

from funcnodes_worker.protocol.messages import Cmd, CommandId, LargeMessage

__all__ = ["AnswerMemory", "ParkedMessages", "Remembered"]


class AnswerMemory:
    """Answers by (client, id), so that a command that is sent again is not executed again.

    Args:
        limit: answers kept for a client.
        seconds: how long.
    """

    def __init__(self, limit: int = 1000, seconds: float = 600.0) -> None:
        self._limit = limit
        self._seconds = seconds
        self._clients: OrderedDict[str, OrderedDict[CommandId, Remembered]] = OrderedDict()

    def find(self, client: str, cmd: Cmd) -> Remembered | None:
        """What was answered to this very command, if it is remembered."""
        answers = self._clients.get(client)
        known = answers.get(cmd.id) if answers is not None and cmd.id is not None else None
        if (
            known is None
            or known.fingerprint != _fingerprint(cmd)
            or known.since + self._seconds < time.monotonic()
        ):
            return None
        return known

    def open(self, client: str, cmd: Cmd) -> Remembered | None:
        """A place for the answer to come; None for a command without an id."""
        if cmd.id is None:
            return None
        answers = self._clients.setdefault(client, OrderedDict())
        self._clients.move_to_end(client)
        answers.pop(cmd.id, None)
        answers[cmd.id] = remembered = Remembered(_fingerprint(cmd), time.monotonic())
        while len(answers) > self._limit:
            answers.popitem(last=False)
        while len(self._clients) > self._limit:
            self._clients.popitem(last=False)
        return remembered


class Remembered:
    """The answer to one command, or who waits for it."""

    __slots__ = ("fingerprint", "frame", "since", "waiting")

    def __init__(self, fingerprint: int, since: float) -> None:
        self.fingerprint = fingerprint
        self.since = since
        self.frame: bytes | None = None
        self.waiting: list[Callable[[bytes], None]] = []


def _fingerprint(cmd: Cmd) -> int:
    return hash((cmd.cmd, bytes(cmd.kwargs)))


class ParkedMessages:
    """Messages too large for a frame, kept for one fetch within a minute."""

    def __init__(self, seconds: float = 60.0) -> None:
        self._seconds = seconds
        self._messages: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def park(self, message: bytes) -> LargeMessage:
        """Keep a message; gives the note that goes in its place."""
        self._drop_old()
        key = secrets.token_urlsafe(16)
        self._messages[key] = (time.monotonic(), message)
        return LargeMessage(msg_id=key, size=len(message))

    def take(self, key: str) -> bytes | None:
        """The message, once."""
        self._drop_old()
        found = self._messages.pop(key, None)
        return None if found is None else found[1]

    def _drop_old(self) -> None:
        limit = time.monotonic() - self._seconds
        while self._messages and next(iter(self._messages.values()))[0] < limit:
            self._messages.popitem(last=False)
