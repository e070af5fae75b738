"""Previews end soon and stay small, whatever the value is."""

from __future__ import annotations

import json
import time
from collections import UserString, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from funcnodes_core import JSONEncoder
from funcnodes_core.codec.preview import MIME_JSON, MIME_TABLE, preview

BUDGET = 64 * 1024
# five times the figure: the machine may be busy
DEADLINE_S = 0.005
MILLION = 1_000_000


class Endless(Sequence[int]):
    """A list without an end."""

    def __len__(self) -> int:
        return 10**18

    def __getitem__(self, index: Any) -> Any:
        return 1


class EndlessMap(Mapping[int, int]):
    """A dict without an end."""

    def __len__(self) -> int:
        return 10**18

    def __getitem__(self, key: int) -> int:
        return key

    def __iter__(self) -> Iterator[int]:
        return iter(range(10**18))


@dataclass
class Holder:
    """Is encoded as a dict."""

    held: Any


class NoText:
    """Fails when it is asked for its text."""

    def __repr__(self) -> str:
        raise RuntimeError("no text")


class NoLength(list[int]):
    """Fails when it is measured."""

    def __len__(self) -> int:
        raise RuntimeError("no length")


class NoItems(list[int]):
    """Fails when it is looked through."""

    def __iter__(self) -> Iterator[int]:
        raise RuntimeError("no items")


class NoAttributes:
    """Fails whatever is asked of it."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no attributes")


class AnyAttribute:
    """Has whatever is asked of it: it looks like a table, and like everything else."""

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self


def knotted() -> list[Any]:
    knot: list[Any] = [1]
    knot.append({"knot": knot})
    return knot


def nested(levels: int) -> Any:
    inner: Any = 1
    for level in range(levels):
        inner = [inner] if level % 2 else {"a": inner}
    return inner


def doubled(levels: int) -> Any:
    """2**levels leaves of which each level is one object."""
    inner: Any = 1
    for _ in range(levels):
        inner = [inner, inner]
    return inner


HUGE = {
    "10 MB of bytes": lambda: b"x" * 10_000_000,
    "10 MB of changeable bytes": lambda: bytearray(10_000_000),
    "10 MB of memory": lambda: memoryview(bytes(10_000_000)),
    "a million in a list": lambda: list(range(MILLION)),
    "a million fractions": lambda: [i / 3 for i in range(MILLION)],
    "a million texts": lambda: ["abc"] * MILLION,
    "a million in a tuple": lambda: tuple(range(MILLION)),
    "a million in a set": lambda: set(range(MILLION)),
    "a million in a dict": lambda: dict.fromkeys(range(MILLION)),
    "a million in a dict by name": lambda: {f"key {i}": i for i in range(MILLION)},
    "a range": lambda: range(10**12),
    "the values of a dict": lambda: dict.fromkeys(range(MILLION), 1).values(),
    "a text of 100 MB": lambda: "ü" * 50_000_000,
    "a text of quotes": lambda: '"' * MILLION,
    "a text of control characters": lambda: "\x01" * MILLION,
    "long texts": lambda: ["x" * MILLION] * 100,
    "long bytes": lambda: [b"x" * MILLION] * 100,
    "a long key": lambda: {"k" * 10_000_000: 1},
    "a key of bytes": lambda: {b"k" * 10_000_000: 1},
    "a key of a million parts": lambda: {tuple(range(MILLION)): 1},
    "a whole number of 100 000 digits": lambda: 10**100_000,
    "a list of such numbers": lambda: [10**100_000] * 1000,
    "lists in lists": lambda: [[[0] * 1000] * 1000] * 1000,
    "2**200 leaves": lambda: doubled(200),
    "a circle": knotted,
    "100 000 levels": lambda: nested(100_000),
    "many rows": lambda: [[i, i] for i in range(MILLION)],
    "many columns": lambda: [list(range(MILLION))] * 3,
    "many records": lambda: [{"a": i, "b": "x" * 100} for i in range(100_000)],
    "records of many fields": lambda: [{str(i): i for i in range(100_000)}] * 60,
    "records of one long name": lambda: [{"n" * MILLION: 1}] * 2,
    "a dataclass of a million": lambda: Holder(dict.fromkeys(range(MILLION), 1)),
    "a queue of a million": lambda: deque(range(MILLION)),
    "a wrapped text": lambda: UserString("x" * MILLION),
    "an endless list": Endless,
    "an endless dict": EndlessMap,
}


@pytest.mark.parametrize("make", HUGE.values(), ids=HUGE.keys())
def test_a_huge_value_is_shown_soon_and_small(make: Any) -> None:
    value = make()
    took = []
    for _ in range(4):
        begun = time.perf_counter()
        shown = preview(value, budget_bytes=BUDGET)
        took.append(time.perf_counter() - begun)

    assert shown.complete is False
    assert len(json.dumps(shown.data, ensure_ascii=False).encode()) <= BUDGET
    assert min(took) < DEADLINE_S


@pytest.mark.parametrize("make", [NoText, NoAttributes, lambda: NoItems([1])])
def test_a_value_whose_own_code_fails_says_so_where_it_is(make: Any) -> None:
    alone, among = preview(make()), preview({"before": 1, "it": make(), "after": [2]})

    assert alone.mime == among.mime == MIME_JSON
    assert "no preview, RuntimeError: no " in alone.data
    assert among.data["it"] == alone.data
    assert (among.data["before"], among.data["after"]) == (1, [2])
    assert (alone.complete, among.complete) == (False, False)


def test_a_list_that_cannot_be_measured_ends() -> None:
    assert preview(NoLength([1])).data == "<NoLength: no preview, RuntimeError: no length>"
    assert preview({"it": NoLength([1])}).data == {"it": [1]}


def test_a_value_that_looks_like_everything_ends() -> None:
    assert preview(AnyAttribute()).complete is False
    assert preview([AnyAttribute()]).complete is False


def test_columns_that_are_left_out_make_a_table_incomplete() -> None:
    wide = [list(range(300)), list(range(300))]

    shown = preview(wide)

    assert shown.mime == MIME_TABLE
    assert len(shown.data["columns"]) == 200
    assert shown.complete is False


def test_a_cell_that_is_cut_makes_a_table_incomplete() -> None:
    assert preview([["x" * 5000, 1], ["y", 2]]).complete is False
    assert preview([["x" * 50, 1], ["y", 2]]).complete is True


def test_the_previews_of_the_encoder_do_not_copy_what_they_cut() -> None:
    begun = time.perf_counter()

    shown = JSONEncoder.apply_custom_encoding(Endless(), preview=True)
    text = JSONEncoder.apply_custom_encoding(b"x" * 10_000_000, preview=True)

    assert time.perf_counter() - begun < DEADLINE_S
    assert len(shown) <= BUDGET
    assert len(text) == 1003
