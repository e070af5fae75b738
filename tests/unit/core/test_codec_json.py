"""Any value as JSON, and encoders of node modules."""

from __future__ import annotations

import dataclasses
import json
import math
from collections import OrderedDict
from pathlib import PurePosixPath
from typing import Any
from weakref import WeakSet

import pytest

from funcnodes_core.codec.json import Encdata, EncoderRegistry, JSONDecoder, JSONEncoder
from funcnodes_core.sentinels import NoValue
from funcnodes_core.types import databytes


class Base:
    pass


class Special(Base):
    pass


class Shown:
    def _repr_json_(self) -> Any:
        return {"shown": True}


class Complete:
    def full_serialize(self) -> dict[str, Any]:
        return {"value": NoValue}


@dataclasses.dataclass
class Point:
    x: int
    y: Any


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encoders and decoders added by a test are gone after it."""
    fresh = EncoderRegistry()
    for cls, encoders in JSONEncoder.encoder_registry.items():
        fresh[cls] = list(encoders)
    monkeypatch.setattr(JSONEncoder, "encoder_registry", fresh)
    monkeypatch.setattr(JSONDecoder, "decoders", [])


def encode(value: Any, preview: bool = False) -> Any:
    return JSONEncoder.apply_custom_encoding(value, preview)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (1, 1),
        (True, True),
        (None, None),
        (math.inf, math.inf),
        ("text", "text"),
        (NoValue, "<NoValue>"),
        (b"abc", "YWJj"),
        (databytes(b"abc"), "databytes(3)"),
        (PurePosixPath("/a/b"), "/a/b"),
        ((1, 2), [1, 2]),
        ({3}, [3]),
        (OrderedDict(a=(1,)), {"a": [1]}),
        (Point(1, Point(2, b"")), {"x": 1, "y": {"x": 2, "y": ""}}),
        (Shown(), {"shown": True}),
        (Complete(), {"value": "<NoValue>"}),
        (int, "<class 'int'>"),
    ],
)
def test_values_become_plain(value: Any, plain: Any) -> None:
    assert encode(value) == plain


def test_weak_sets_are_lists() -> None:
    member = Shown()

    assert encode(WeakSet([member])) == [{"shown": True}]


def test_dumps_takes_any_value() -> None:
    text = json.dumps({"a": [NoValue, {1}], "b": math.nan}, cls=JSONEncoder)

    assert text == '{"a": ["<NoValue>", [1]], "b": NaN}'


def test_broken_numbers_are_kept_wherever_they_are() -> None:
    assert json.dumps([{math.nan}, Point(math.inf, -math.inf)], cls=JSONEncoder) == (
        '[[NaN], {"x": Infinity, "y": -Infinity}]'
    )


def test_previews_cut_text_and_lists_but_no_dicts() -> None:
    assert encode("x" * 1001, True) == "x" * 1000 + "..."
    assert encode("x" * 1000, True) == "x" * 1000
    assert encode(list(range(20)), True) == list(range(10))
    assert len(encode({str(i): i for i in range(50)}, True)) == 50


def test_keys_stay_as_they_are() -> None:
    assert encode({1: "a", None: "b"}) == {1: "a", None: "b"}


def test_a_value_inside_itself_is_refused_but_twice_is_fine() -> None:
    knot: dict[str, Any] = {}
    knot["me"] = [knot]
    shared = [1]

    with pytest.raises(ValueError, match="Circular reference"):
        encode(knot)
    assert encode([shared, shared]) == [[1], [1]]


def test_encoders_are_called_positionally_and_found_by_base_class() -> None:
    calls: list[tuple[Any, ...]] = []

    def enc(*args: Any) -> Encdata:
        calls.append(args)
        return Encdata("base", handeled=True, done=True)

    JSONEncoder.add_encoder(enc, [Base])
    value = Special()

    assert encode(value, True) == "base"
    assert calls == [(value, True)]


def test_own_encoders_come_before_those_of_bases_and_in_order() -> None:
    JSONEncoder.add_encoder(lambda o, p: Encdata("base", handeled=True), [Base])
    JSONEncoder.add_encoder(lambda o, p: Encdata(None), [Special])
    JSONEncoder.add_encoder(lambda o, p: ("tuple", True), [Special])
    second = encode(Special())
    JSONEncoder.prepend_encoder(lambda o, p: ("first", True), Special)

    assert second == "tuple"
    assert encode(Special()) == "first"
    assert encode(Base()) == "base"


def test_unhandled_values_go_on_to_the_next_encoder() -> None:
    JSONEncoder.add_encoder(lambda o, p: (None, False), [Base])

    assert encode(Base()).startswith("<")


def test_encoders_without_class_see_every_value() -> None:
    seen: list[Any] = []

    def enc(obj: Any, preview: bool = False) -> tuple[Any, bool]:
        seen.append(obj)
        return obj, False

    JSONEncoder.add_encoder(enc)
    encode([1, "a"])

    assert seen == [[1, "a"], 1, "a"]


def test_what_is_not_done_is_encoded_again() -> None:
    JSONEncoder.add_encoder(lambda o, p: Encdata([b"a"] * 12, handeled=True), [Base])
    JSONEncoder.add_encoder(
        lambda o, p: Encdata(list(range(12)), handeled=True, continue_preview=False), [Special]
    )

    assert encode(Base(), True) == ["YQ=="] * 10
    assert encode(Special(), True) == list(range(12))


def test_decoded_objects_give_no_value_back() -> None:
    text = '{"a": "<NoValue>", "b": [1, ["<NoValue>"]], "c": {"d": "<NoValue>"}}'

    decoded = json.loads(text, cls=JSONDecoder)

    assert decoded == {"a": NoValue, "b": [1, [NoValue]], "c": {"d": NoValue}}


def test_text_and_lists_at_the_top_are_left_alone() -> None:
    assert json.loads('"<NoValue>"', cls=JSONDecoder) == "<NoValue>"
    assert json.loads('["<NoValue>"]', cls=JSONDecoder) == ["<NoValue>"]


def test_added_decoders_see_the_leaves_first() -> None:
    JSONDecoder.add_decoder(lambda v: (v * 2, True) if isinstance(v, int) else (v, False))

    assert json.loads('{"a": 2, "b": [3, "x"]}', cls=JSONDecoder) == {"a": 4, "b": [6, "x"]}


def test_a_hook_of_the_caller_still_runs() -> None:
    decoded = json.loads('{"a": "<NoValue>"}', cls=JSONDecoder, object_hook=lambda d: list(d.items()))

    assert decoded == [("a", NoValue)]
