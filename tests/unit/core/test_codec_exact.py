"""Values as JSON without loss."""

from __future__ import annotations

import json
import math
from enum import IntEnum
from typing import Any

import pytest

from funcnodes_core.codec.exact import from_exact, is_nested_deeper, to_exact
from funcnodes_core.data import DataEnum
from funcnodes_core.exceptions import NotExactError, ValueTooLargeError
from funcnodes_core.sentinels import NoValue
from funcnodes_core.types import SVG, databytes


class ExactColour(DataEnum):
    RED = 1
    ALSO_RED = 1
    LIST = [1, 2]


class Number(IntEnum):
    ONE = 1


class Subclass(dict[str, int]): ...


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (None, None),
        (True, True),
        (0, 0),
        (2**53, 2**53),
        (2**53 + 1, {"$fn:int": "9007199254740993"}),
        (-(2**53) - 1, {"$fn:int": "-9007199254740993"}),
        (1.5, 1.5),
        (math.inf, {"$fn:float": "inf"}),
        (-math.inf, {"$fn:float": "-inf"}),
        ("text", "text"),
        ("grün ☃", "grün ☃"),
        (NoValue, "<NoValue>"),
        ("<NoValue>", {"$fn:str": "<NoValue>"}),
        (b"\x00\xff", {"$fn:bytes": "AP8="}),
        ([1, [NoValue]], [1, ["<NoValue>"]]),
        ({"a": {"b": b""}}, {"a": {"b": {"$fn:bytes": ""}}}),
        ({"$fn:int": 3}, {"$fn:dict": {"$fn:int": 3}}),
        ({"$fn:x": 1, "b": 2}, {"$fn:x": 1, "b": 2}),
        (ExactColour.RED, {"$fn:enum": ["ExactColour", "RED"]}),
        (ExactColour.LIST, {"$fn:enum": ["ExactColour", "LIST"]}),
    ],
)
def test_values_have_an_exact_form_and_come_back(value: Any, form: Any) -> None:
    encoded = to_exact(value)
    decoded = from_exact(json.loads(json.dumps(encoded)))

    assert encoded == form
    assert decoded == value
    assert type(decoded) is type(value)


def test_nan_comes_back_as_nan() -> None:
    assert to_exact(math.nan) == {"$fn:float": "nan"}
    assert math.isnan(from_exact({"$fn:float": "nan"}))


def test_numbers_too_long_for_decimal_digits_come_back() -> None:
    value = -(7**100_000)

    assert from_exact(to_exact(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        (1, 2),
        {1},
        {1: 2},
        bytearray(b"x"),
        Number.ONE,
        Subclass(a=1),
        SVG("<svg/>"),
        databytes(b"x"),
        object(),
        [[object()]],
        "\ud800",
        {"\ud800": 1},
        int,
    ],
)
def test_what_would_change_is_refused(value: Any) -> None:
    with pytest.raises(NotExactError):
        to_exact(value)


def test_an_enum_whose_name_means_another_is_refused() -> None:
    class ExactColour(DataEnum):
        GREEN = 1

    with pytest.raises(NotExactError):
        to_exact(ExactColour.GREEN)


def test_a_value_inside_itself_is_refused() -> None:
    knot: list[Any] = []
    knot.append(knot)

    with pytest.raises(NotExactError, match="inside itself"):
        to_exact(knot)


@pytest.mark.parametrize(
    "value", ["x" * 1001, b"x" * 1001, list(range(500)), {str(i): i for i in range(200)}]
)
def test_large_values_stop_early(value: Any) -> None:
    with pytest.raises(ValueTooLargeError):
        to_exact(value, max_bytes=1000)

    assert from_exact(to_exact(value, max_bytes=10_000)) == value


@pytest.mark.parametrize(
    "form",
    [
        {"$fn:nope": 1},
        {"$fn:float": "1.0"},
        {"$fn:int": 5},
        {"$fn:int": "x"},
        {"$fn:bytes": "*"},
        {"$fn:bytes": 3},
        {"$fn:str": 3},
        {"$fn:dict": [1]},
        {"$fn:enum": "x"},
        {"$fn:enum": ["ExactColour", "BLACK"]},
        {"$fn:enum": ["NoSuchEnum", "A"]},
        {"$fn:enum": ["int", "real"]},
    ],
)
def test_malformed_forms_are_refused(form: Any) -> None:
    with pytest.raises(NotExactError):
        from_exact(form)


def test_forms_are_decoded_as_deep_as_values_are_encoded() -> None:
    deepest = json.loads("[" * 100 + "]" * 100)

    assert to_exact(from_exact(deepest)) == deepest
    with pytest.raises(NotExactError, match="nested deeper than 100"):
        from_exact([deepest])


@pytest.mark.parametrize(
    ("text", "deeper"), [("1", False), ("[1]", False), ('{"a": [1]}', True), ("[[[]]]", True)]
)
def test_nesting_is_measured(text: str, deeper: bool) -> None:
    assert is_nested_deeper(json.loads(text), 1) is deeper
