"""Exact JSON and previews, for values that nobody thought of."""

from __future__ import annotations

import json
import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from funcnodes_core.codec.exact import from_exact, to_exact
from funcnodes_core.codec.preview import preview
from funcnodes_core.exceptions import NotExactError
from funcnodes_core.sentinels import NoValue

TEXT = st.one_of(
    st.text(),
    st.sampled_from(["<NoValue>", "$fn:int", "$fn:dict", "$fn:str", "$fn:", ""]),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=2**53 - 2, max_value=2**53 + 2),
    st.floats(),
    TEXT,
    st.binary(max_size=50),
    st.just(NoValue),
)
EXACT = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
HASHABLE = st.one_of(st.none(), st.integers(), TEXT, st.tuples(st.integers(), TEXT))
ANY_VALUE = st.recursive(
    SCALARS | st.complex_numbers() | st.fractions(),
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.dictionaries(HASHABLE, inner),
        st.sets(HASHABLE),
        st.lists(st.lists(inner, min_size=2, max_size=2)),
        st.lists(st.dictionaries(TEXT, inner, max_size=3)),
    ),
    max_leaves=20,
)


def same(one: Any, other: Any) -> bool:
    """Equal, of equal types at every depth, with NaN equal to itself and -0.0 not to 0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or repr(one) == repr(other)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@given(EXACT)
def test_exact_values_survive_json(value: Any) -> None:
    text = json.dumps(to_exact(value), allow_nan=False, ensure_ascii=False)

    assert same(from_exact(json.loads(text.encode("utf-8"))), value)


@given(EXACT)
def test_the_size_limit_never_changes_the_form(value: Any) -> None:
    whole = to_exact(value)
    try:
        limited = to_exact(value, max_bytes=200)
    except NotExactError:
        assert len(json.dumps(whole)) > 60
    else:
        assert same(limited, whole)


@given(ANY_VALUE, st.integers(min_value=1000, max_value=5000))
def test_previews_are_json_within_their_budget(value: Any, budget_bytes: int) -> None:
    shown = preview(value, budget_bytes=budget_bytes)

    if not isinstance(shown.data, bytes):
        raw = json.dumps(shown.data, allow_nan=False, ensure_ascii=False).encode("utf-8")
        assert len(raw) <= budget_bytes


@given(EXACT)
def test_complete_previews_of_exact_values_are_the_exact_form(value: Any) -> None:
    shown = preview(value, "json")

    if shown.complete and shown.mime == "application/json":
        assert same(from_exact(shown.data), value)
