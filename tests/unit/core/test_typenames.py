# ruff: noqa: UP006, UP007, UP045 - every spelling of a type is tested
"""The wire form of types, and what fits what."""

from __future__ import annotations

import collections.abc
import decimal
import enum
import logging
import sys
import typing
from typing import Any, Literal, Optional, Union

import pytest
from exposedfunctionality import add_type

from funcnodes_core.data import DataEnum
from funcnodes_core.typenames import auto_value_options, can_accept, enum_options, type_spec, type_string


class Colour(DataEnum):
    RED = 1
    BLUE = "blue"


class Plain(enum.Enum):
    A = "a"
    CLS = int


class Animal: ...


class Dog(Animal): ...


class Cat(Animal):
    pass


T = typing.TypeVar("T")
Bound = typing.TypeVar("Bound", bound=int)
Meters = typing.NewType("Meters", float)


def array(items: Any, unique: bool = False) -> dict[str, Any]:
    return {"type": "array", "uniqueItems": unique, "items": items}


def choice(values: list[Any], keys: list[str], nullable: bool = False) -> dict[str, Any]:
    return {"type": "enum", "values": values, "keys": keys, "nullable": nullable}


@pytest.mark.parametrize(
    ("annotation", "spec"),
    [
        (int, "int"),
        (Any, "Any"),
        (None, "None"),
        (object, "builtins.object"),
        (decimal.Decimal, "decimal.Decimal"),
        (Optional[int], {"anyOf": ["int", "None"]}),
        (int | None, {"anyOf": ["int", "None"]}),
        (Union[None, str, int], {"anyOf": ["str", "int", "None"]}),
        (Union[int, str], {"anyOf": ["int", "str"]}),
        (Literal["a", 2], choice(["a", 2], ["a", "2"])),
        (Literal[None, "C"], choice(["C"], ["C"], nullable=True)),
        (Optional[Literal[1]], choice([1], ["1"], nullable=True)),
        (Union[Literal[1], str, None], {"anyOf": [choice([1], ["1"], nullable=True), "str", "None"]}),
        (Colour, choice([1, "blue"], ["RED", "BLUE"])),
        (Optional[Colour], choice([1, "blue"], ["RED", "BLUE"], nullable=True)),
        (Plain, choice(["a", "<class 'int'>"], ["A", "CLS"])),
        (list[int], array("int")),
        (typing.List[int], array("int")),
        (collections.abc.Sequence[float], array("float")),
        (set[int], array("int", unique=True)),
        (frozenset[int], array("int", unique=True)),
        (list[Union[str, int, None]], array({"anyOf": ["int", "str", "None"]})),
        (dict[str, list[int]], {"type": "object", "keys": "str", "values": array("int")}),
        (tuple[int, str], {"allOf": ["int", "str"]}),
        (tuple[int, ...], array("int")),
        (tuple[()], {"allOf": []}),
        (type[int], {"type": "type", "value": "int"}),
        (list, "list"),
        (typing.Dict, "dict"),
        (typing.Callable[[int], str], "typing.Callable"),
        (typing.Iterable[int], "typing.Iterable"),
        (typing.Mapping[str, int], "typing.Mapping"),
        (typing.Annotated[int, {"x": 1}], "int"),
        (T, "Any"),
        (Bound, "int"),
        (Meters, "float"),
    ],
)
def test_annotations_have_a_wire_form(annotation: Any, spec: Any) -> None:
    assert type_spec(annotation) == spec


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("int", "int"),
        ("List[int]", array("int")),
        ("typing.List[int]", array("int")),
        ("Union[int, None]", {"anyOf": ["int", "None"]}),
        ("int | str", {"anyOf": ["int", "str"]}),
        ("Optional[Dict[str, Any]]", {"anyOf": [{"type": "object", "keys": "str", "values": "Any"}, "None"]}),
        ("Literal['a, b', 3, None]", choice(["a, b", 3], ["a, b", "3"], nullable=True)),
        ("List[no.such.Thing]", array("no.such.Thing")),
        ("no.such.Thing", "no.such.Thing"),
        ("not a type [", "not a type ["),
        ("__import__('os')[1]", "__import__('os')[1]"),
    ],
)
def test_type_strings_have_the_same_wire_form(text: str, spec: Any) -> None:
    assert type_spec(text) == spec


def test_forms_that_are_serialized_pass_through() -> None:
    form = {"anyOf": ["int", "str"]}

    assert type_spec(form) is form


def test_classes_are_serialized_once() -> None:
    assert type_spec(Colour) is type_spec(Colour)


def test_type_strings_never_import() -> None:
    name = "this"  # the module that prints a poem
    assert name not in sys.modules

    assert type_spec(f"{name}.s") == f"{name}.s"
    assert type_spec(f"List[{name}.s]") == array(f"{name}.s")
    assert name not in sys.modules


def test_a_registered_alias_names_the_class() -> None:
    class Registered: ...

    add_type(Registered, "test_alias_of_registered")

    assert type_spec(Registered) == "test_alias_of_registered"
    assert type_spec(list[Registered]) == array("test_alias_of_registered")
    assert type_string(Registered) == "test_alias_of_registered"


def test_a_name_registered_later_is_found() -> None:
    assert type_spec("test_late_union") == "test_late_union"
    add_type(Union[int, bytes], "test_late_union")  # type: ignore[arg-type]

    assert type_spec("test_late_union") == {"anyOf": ["int", "bytes"]}


def test_a_class_without_a_name_is_any_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    class Local: ...

    with caplog.at_level(logging.WARNING, "funcnodes"):
        spec = type_spec(Local)

    assert spec == "Any"
    assert "Local" in caplog.text


@pytest.mark.parametrize(
    ("annotation", "options"),
    [
        (int, {"step": 1}),
        (Optional[int], {"step": 1}),
        ("Union[int, str]", {"step": 1}),
        (float, {}),
        (Literal["a"], {"options": choice(["a"], ["a"])}),
        (Union[Literal["a"], int], {"step": 1, "options": choice(["a"], ["a"])}),
        (Optional[Colour], {"options": choice([1, "blue"], ["RED", "BLUE"], nullable=True)}),
        (list[int], {}),
    ],
)
def test_types_bring_value_options(annotation: Any, options: Any) -> None:
    assert auto_value_options(annotation) == options


def test_options_of_an_enum_are_a_copy() -> None:
    options = enum_options(type_spec(Colour))
    options["options"]["values"].append(3)

    assert enum_options(type_spec(Colour)) == {"options": choice([1, "blue"], ["RED", "BLUE"])}


@pytest.mark.parametrize(
    ("src", "dst"),
    [
        (int, int),
        (int, float),
        (bool, int),
        (Any, int),
        (int, Any),
        (object, int),
        (int, object),
        (Optional[int], int),
        (str, Optional[str]),
        (None, Optional[str]),
        (Union[int, str], Union[bytes, int]),
        (Dog, Animal),
        (Animal, Dog),
        (Cat, Dog),
        ("no.such.Type", int),
        (int, "no.such.Type"),
        (list[int], list),
        (list, list[int]),
        (list[int], list[float]),
        (list[int], typing.Iterable),
        (tuple[int, str], list),
        (dict, dict[str, int]),
        (Literal["a"], str),
        (str, Literal["a"]),
        (Literal[1], float),
        (Colour, int),
        (collections.abc.Sequence[int], set[int] | list[int]),
        (type[int], type),
    ],
)
def test_types_that_can_fit_do(src: Any, dst: Any) -> None:
    assert can_accept(type_spec(src), type_spec(dst)) == (True, "")


@pytest.mark.parametrize(
    ("src", "dst", "names"),
    [
        (float, int, ("float", "int")),
        (str, int, ("str", "int")),
        (int, Optional[str], ("int", "str | None")),
        (Animal, int, ("Animal", "int")),
        (Dog, collections.Counter, ("Dog", "Counter")),
        (list[int], list[str], ("list[int]", "list[str]")),
        (set, list, ("set", "list")),
        (str, list[str], ("str", "list[str]")),
        (list[int], int, ("list[int]", "int")),
        (int, typing.Iterable, ("int", "Iterable")),
        (dict[str, int], list, ("dict[str, int]", "list")),
        (tuple[int, int], tuple[int], ("tuple[int, int]", "tuple[int]")),
        (float, Literal[1], ("float", "one of 1")),
    ],
)
def test_what_never_fits_is_refused_with_both_types(src: Any, dst: Any, names: tuple[str, str]) -> None:
    verdict = can_accept(type_spec(src), type_spec(dst))

    assert verdict.ok is False
    assert all(name in verdict.reason for name in names)
