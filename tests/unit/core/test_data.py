"""Enumerations of data."""

from __future__ import annotations

from typing import Any

import pytest
from exposedfunctionality.function_parser.types import string_to_type, type_to_string

from funcnodes_core.data import DataEnum


class Scale(DataEnum):
    ONE = 1
    UNO = 1
    TWO = "two"
    RAMP = [[0, "a"], [1, "b"]]
    TWO_AND = ("x", [1])


@pytest.mark.parametrize(
    ("given", "member"),
    [
        (Scale.ONE, Scale.ONE),
        ("ONE", Scale.ONE),
        ("UNO", Scale.ONE),
        (1, Scale.ONE),
        ("1", Scale.ONE),
        ("two", Scale.TWO),
        ("Scale.TWO", Scale.TWO),
        ("Scale.UNO", Scale.ONE),
        ("RAMP", Scale.RAMP),
        ("[[0, 'a'], [1, 'b']]", Scale.RAMP),
    ],
)
def test_members_are_found_by_whatever_names_them(given: Any, member: Scale) -> None:
    assert Scale.interfere(given) is member
    assert Scale.v(given) == member.value


def test_unknown_values_are_refused() -> None:
    with pytest.raises(ValueError, match="'three' is not a valid Scale"):
        Scale.interfere("three")
    with pytest.raises(ValueError, match="not a valid"):
        Scale.v("Scale.THREE")
    with pytest.raises(TypeError):
        Scale.interfere([1])


def test_the_functional_form_takes_classes() -> None:
    made = DataEnum("MadeEnum", {"Text": str, "Number": int})

    assert made.v("Text") is str
    assert made.v(int) is int
    assert made.v("<class 'int'>") is int


def test_the_bare_class_name_is_the_type_string() -> None:
    assert type_to_string(Scale) == "Scale"
    assert string_to_type("Scale") is Scale


def test_names_win_over_values() -> None:
    class Crossed(DataEnum):
        A = "B"
        B = "A"

    assert Crossed.v("A") == "B"
