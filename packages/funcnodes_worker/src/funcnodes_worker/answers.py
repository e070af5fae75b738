"""Answers that outlive the frame they were sent in: remembered ones, and those too large for a frame."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from funcnodes_worker.protocol.messages import Cmd, CommandId, LargeMessage

__all__ = ["AnswerMemory", "ParkedMessages", "Remembered"]


class AnswerMemory:
    """Answers by (client, id), so that a command that is sent again is not executed again.

    Args:
        limit: answers kept for a client, beside those that are still to come.
        seconds: how long, from the answer on.
        max_bytes: how much all of them may take; the oldest go first.
    """

    def __init__(self, limit: int = 1000, seconds: float = 600.0, max_bytes: int = 32 * 1024 * 1024) -> None:
        self._limit = limit
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._bytes = 0
        self._awaited: dict[tuple[str, CommandId], Remembered] = {}
        self._clients: dict[str, dict[CommandId, Remembered]] = {}
        self._oldest: deque[Remembered] = deque()

    def find(self, client: str, cmd: Cmd) -> Remembered | None:
        """What was or will be answered to this very command, if it is remembered."""
        if cmd.id is None:
            return None
        known = self._awaited.get((client, cmd.id)) or self._clients.get(client, {}).get(cmd.id)
        if known is None or known.fingerprint != _fingerprint(cmd) or self._is_old(known):
            return None
        return known

    def open(self, client: str, cmd: Cmd) -> Remembered | None:
        """A place for the answer to come; None for a command without an id."""
        if cmd.id is None:
            return None
        self._awaited[client, cmd.id] = remembered = Remembered(client, cmd.id, _fingerprint(cmd))
        return remembered

    def settle(self, remembered: Remembered, frame: bytes, *, keep: bool) -> None:
        """Give an answer to all who wait for it, and keep it for those who ask again."""
        key = (remembered.client, remembered.id)
        if self._awaited.get(key) is remembered:
            del self._awaited[key]
            if keep:
                self._keep(remembered, frame)
        waiting, remembered.waiting = remembered.waiting, []
        for send in waiting:
            send(frame)

    def _keep(self, remembered: Remembered, frame: bytes) -> None:
        remembered.frame, remembered.since = frame, time.monotonic()
        answers = self._clients.setdefault(remembered.client, {})
        self._forget(answers.get(remembered.id))
        answers = self._clients.setdefault(remembered.client, {})
        answers[remembered.id] = remembered
        self._oldest.append(remembered)
        self._bytes += len(frame)
        if len(answers) > self._limit:
            self._forget(next(iter(answers.values())))
        while self._oldest and (
            self._oldest[0].frame is None or self._bytes > self._max_bytes or self._is_old(self._oldest[0])
        ):
            self._forget(self._oldest.popleft())

    def _is_old(self, known: Remembered) -> bool:
        return known.frame is not None and known.since + self._seconds < time.monotonic()

    def _forget(self, known: Remembered | None) -> None:
        if known is None or known.frame is None:
            return
        self._bytes -= len(known.frame)
        known.frame = None
        answers = self._clients[known.client]
        del answers[known.id]
        if not answers:
            del self._clients[known.client]


class Remembered:
    """The answer to one command, or who waits for it."""

    __slots__ = ("client", "fingerprint", "frame", "id", "since", "waiting")

    def __init__(self, client: str, id: CommandId, fingerprint: int) -> None:
        self.client = client
        self.id = id
        self.fingerprint = fingerprint
        self.since = 0.0
        self.frame: bytes | None = None
        self.waiting: list[Callable[[bytes], None]] = []


def _fingerprint(cmd: Cmd) -> int:
    return hash((cmd.cmd, bytes(cmd.kwargs)))


class ParkedMessages:
    """Messages too large for a frame, kept for one fetch within a minute; the oldest go when they are too much."""

    def __init__(self, seconds: float = 60.0, max_bytes: int = 256 * 1024 * 1024) -> None:
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._bytes = 0
        self._messages: OrderedDict[str, tuple[float, str, bytes]] = OrderedDict()

    def park(self, message: bytes, share: str = "") -> LargeMessage:
        """Keep a message for who came in by that link; gives the note that goes in its place."""
        self._drop_old()
        key = secrets.token_urlsafe(16)
        self._messages[key] = (time.monotonic(), share, message)
        self._bytes += len(message)
        while self._bytes > self._max_bytes and len(self._messages) > 1:
            self._drop(next(iter(self._messages)))
        return LargeMessage(msg_id=key, size=len(message))

    def take(self, key: str, share: str = "") -> bytes | None:
        """The message, once, and with the credentials that it was made for."""
        self._drop_old()
        if key not in self._messages or self._messages[key][1] != share:
            return None
        return self._drop(key)

    def _drop(self, key: str) -> bytes:
        _, _, message = self._messages.pop(key)
        self._bytes -= len(message)
        return message

    def _drop_old(self) -> None:
        limit = time.monotonic() - self._seconds
        while self._messages and next(iter(self._messages.values()))[0] < limit:
            self._drop(next(iter(self._messages)))
