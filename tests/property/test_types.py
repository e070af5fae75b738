"""What fits what, for types that nobody thought of; and wire forms that nobody wrote."""

from __future__ import annotations

import collections.abc
import typing
from typing import Any, Literal, Union

from hypothesis import given
from hypothesis import strategies as st

from funcnodes_core import NodeInput, NodeOutput
from funcnodes_core.io import can_connect
from funcnodes_core.typenames import can_accept, type_spec


class Animal: ...


class Dog(Animal): ...


PLAIN = st.sampled_from(
    [
        *(
            int,
            float,
            complex,
            bool,
            str,
            bytes,
            list,
            dict,
            set,
            tuple,
            type(None),
            Animal,
            Dog,
            object,
            Any,
        ),
        *("no.such.Type", "int", "List[int]", typing.Callable, typing.Iterable, collections.abc.Mapping),
    ]
)
TYPES = st.recursive(
    PLAIN
    | st.lists(st.integers(0, 3) | st.sampled_from("abc"), min_size=1, max_size=3).map(
        lambda v: Literal[tuple(v)]
    ),
    lambda inner: st.one_of(
        inner.map(lambda t: list[t]),
        inner.map(lambda t: set[t]),
        st.tuples(inner, inner).map(lambda ts: dict[ts]),
        st.tuples(inner, inner).map(lambda ts: tuple[ts]),
        st.tuples(inner, inner)
        .filter(lambda ts: not any(isinstance(t, str) for t in ts))
        .map(lambda ts: Union[ts]),  # noqa: UP007 - `|` refuses `Any`
    ),
    max_leaves=4,
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["int", "array", "enum", "Any", "object", "type"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from("type items keys values anyOf allOf nullable uniqueItems value".split()),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)


@given(TYPES)
def test_a_type_fits_itself_and_anything(of: Any) -> None:
    spec = type_spec(of)

    for src, dst in (
        (spec, spec),
        (spec, "Any"),
        ("Any", spec),
        (spec, "builtins.object"),
        (spec, "no.such.Type"),
    ):
        assert can_accept(src, dst) == (True, "")


@given(TYPES, TYPES)
def test_a_union_fits_where_a_member_does(one: Any, other: Any) -> None:
    first, second = type_spec(one), type_spec(other)
    union = {"anyOf": [first, "None"]}

    if can_accept(first, second).ok:
        assert can_accept(union, second).ok
        assert can_accept(first, {"anyOf": ["None", second]}).ok
    else:
        assert can_accept(first, second).reason


@given(TYPES, TYPES)
def test_ports_answer_as_their_types_do(one: Any, other: Any) -> None:
    src, dst = NodeOutput(id="o", type=one), NodeInput(id="i", type=other)

    assert can_connect(src, dst) == can_accept(type_spec(one), type_spec(other))
    assert src.links == []
    assert dst.links_in == []


@given(JSON.filter(lambda form: isinstance(form, dict)), JSON.filter(lambda form: isinstance(form, dict)))
def test_forms_that_nobody_wrote_are_answered(one: Any, other: Any) -> None:
    for src, dst in ((one, other), (one, "int"), ("str", other)):
        verdict = can_accept(src, dst)
        assert verdict.ok or verdict.reason
