"""Exact JSON made in pieces says the same as exact JSON made at once."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_exact import EXACT

from funcnodes_core.codec.exact import to_exact
from funcnodes_core.exceptions import NotExactError
from funcnodes_worker import jsonpieces
from funcnodes_worker.jsonpieces import exact_pieces, shown_pieces, text_pieces


@pytest.fixture(autouse=True, scope="module")
def small_steps() -> Any:
    """Steps so small that every value takes many."""
    with pytest.MonkeyPatch.context() as patch:
        for name, size in (("_STEP_BYTES", 16), ("_STEP_CHARS", 3), ("_BYTES_STEP", 3), ("_MOST_AT_ONCE", 4)):
            patch.setattr(jsonpieces, name, size)
        yield


@given(EXACT)
def test_the_pieces_are_the_whole(value: Any) -> None:
    try:
        expected = to_exact(value)
    except NotExactError:
        with pytest.raises(NotExactError):
            list(exact_pieces(value))
        return

    assert json.loads(b"".join(exact_pieces(value))) == json.loads(json.dumps(expected))


@given(st.text())
def test_a_text_in_pieces_is_the_text(text: str) -> None:
    assert b"".join(text_pieces(text)) == text.encode("utf-8", "replace")


def test_what_has_no_exact_form_is_shown_whole() -> None:
    value = {"a": {1}, "b": (1, float("nan")), "c": -math.inf, "d": [math.inf, {math.nan}], "e": "NaN"}

    assert json.loads(b"".join(shown_pieces(value)), parse_constant=pytest.fail) == {
        "a": [1],
        "b": [1, None],
        "c": None,
        "d": [None, [None]],
        "e": "NaN",
    }
    assert b"".join(shown_pieces(math.inf)) == b"null"


def test_a_value_inside_itself_has_no_pieces() -> None:
    ring: list[Any] = ["long enough to be cut"]
    ring.append(ring)

    with pytest.raises(NotExactError):
        list(exact_pieces(ring))
