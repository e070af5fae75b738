"""What was answered: found again for the same command only, for a while, and in bounded memory."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from msgspec import Raw

from funcnodes_worker.answers import AnswerMemory, Remembered
from funcnodes_worker.protocol.messages import Cmd


def cmd(number: Any, **kwargs: Any) -> Cmd:
    return Cmd(cmd="change", id=number, kwargs=Raw(json.dumps(kwargs).encode()))


def answered(memory: AnswerMemory, client: str, command: Cmd, frame: bytes = b"done") -> Remembered:
    remembered = memory.open(client, command)
    assert remembered is not None
    memory.settle(remembered, frame, keep=True)
    return remembered


def frame_of(memory: AnswerMemory, client: str, command: Cmd) -> bytes | None:
    known = memory.find(client, command)
    return None if known is None else known.frame


@pytest.mark.parametrize(
    ("client", "command", "frame"),
    [
        ("me", cmd(1, a=1), b"done"),
        ("you", cmd(1, a=1), None),
        ("me", cmd(2, a=1), None),
        ("me", cmd("1", a=1), None),
        ("me", cmd(1, a=2), None),
    ],
    ids=["the same", "another client", "another id", "another kind of id", "another command"],
)
def test_only_the_very_command_is_answered_from_memory(
    client: str, command: Cmd, frame: bytes | None
) -> None:
    memory = AnswerMemory()
    answered(memory, "me", cmd(1, a=1))

    assert frame_of(memory, client, command) == frame


def test_without_an_id_nothing_is_remembered() -> None:
    memory = AnswerMemory()

    assert memory.open("me", cmd(None)) is None
    assert memory.find("me", cmd(None)) is None


def test_the_newest_thousand_of_each_client_are_kept() -> None:
    memory = AnswerMemory(limit=3)
    for number in range(5):
        answered(memory, "me", cmd(number))
    answered(memory, "you", cmd(0))

    assert [frame_of(memory, "me", cmd(number)) for number in range(5)] == [None, None] + [b"done"] * 3
    assert frame_of(memory, "you", cmd(0)) == b"done"


def test_a_command_that_is_under_way_is_never_forgotten() -> None:
    memory = AnswerMemory(limit=2, seconds=0.0, max_bytes=1)
    first = memory.open("me", cmd("first"))
    for number in range(10):
        answered(memory, "me", cmd(number))

    assert memory.find("me", cmd("first")) is first


def test_an_answer_is_kept_so_long_from_when_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    memory = AnswerMemory(seconds=600)
    remembered = memory.open("me", cmd(1))
    assert remembered is not None

    now = 5000.0
    memory.settle(remembered, b"at last", keep=True)

    now = 5599.0
    assert frame_of(memory, "me", cmd(1)) == b"at last"
    now = 5601.0
    assert frame_of(memory, "me", cmd(1)) is None


def test_all_answers_together_are_bounded() -> None:
    memory = AnswerMemory(max_bytes=10)
    for number in range(4):
        answered(memory, f"client {number}", cmd(1), b"four")

    kept = [frame_of(memory, f"client {number}", cmd(1)) for number in range(4)]
    assert kept == [None, None, b"four", b"four"]


def test_what_need_not_be_kept_is_given_to_those_who_wait_only() -> None:
    memory = AnswerMemory()
    remembered = memory.open("me", cmd(1))
    assert remembered is not None
    got: list[bytes] = []
    remembered.waiting.append(got.append)

    memory.settle(remembered, b"large", keep=False)

    assert got == [b"large"]
    assert memory.find("me", cmd(1)) is None


def test_an_id_that_is_used_again_for_something_else_has_the_later_answer() -> None:
    memory = AnswerMemory()
    answered(memory, "me", cmd(1, a=1), b"one")
    early = memory.open("me", cmd(1, a=2))
    assert early is not None
    late = answered(memory, "me", cmd(1, a=3), b"three")

    memory.settle(early, b"two", keep=True)

    assert late.frame == b"three"
    assert frame_of(memory, "me", cmd(1, a=3)) == b"three"
    assert memory.find("me", cmd(1, a=2)) is None
