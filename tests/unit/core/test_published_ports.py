"""What published node modules rely on in ports, types and encoders: A5 to A9, C6, C7 and C14 of the API page."""

from __future__ import annotations

import enum
import json
import math
import typing
from typing import Any, Literal, Optional, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st

import funcnodes_core as fn
from funcnodes_core.codec.json import EncoderRegistry
from funcnodes_core.types import databytes


class Colour(enum.Enum):
    RED = 1
    BLUE = "b"


class Thing:
    """Known to nobody."""


@fn.NodeDecorator("published.ports")
def ports(n: int, pick: Literal["a", "b"] = "a", x: Any = None) -> int:
    return n


# -- A7


PORT_WORDS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.text(min_size=1, max_size=5),
    "type": st.sampled_from(["int", "Any", "List[int]", int, Colour, float | None, Literal[1, "x"]]),
    "description": st.none() | st.text(max_size=5),
    "allow_multiple": st.booleans(),
    "uuid": st.text(min_size=1, max_size=5),
    "render_options": st.just({"type": "color"}) | st.just({}),
    "value_options": st.just({"min": 0, "options": [1, 2]}) | st.just({}),
    "emit_value_set": st.booleans(),
    "hidden": st.booleans(),
}
INPUT_WORDS = PORT_WORDS | {
    "does_trigger": st.booleans(),
    "required": st.booleans(),
    "default": st.integers() | st.just(fn.NoValue) | st.none() | st.just(math.inf),
}


@given(st.fixed_dictionaries({}, optional=INPUT_WORDS), st.just(fn.NoValue) | st.floats(allow_nan=False))
def test_an_input_is_built_from_what_it_was_saved_as(words: dict[str, Any], value: Any) -> None:
    port = fn.NodeInput(**words)
    port.restore(value)

    text = json.dumps(port.serialize(drop=False), cls=fn.JSONEncoder)
    again = fn.NodeInput.from_serialized_input(json.loads(text, cls=fn.JSONDecoder))

    assert json.dumps(again.serialize(drop=False), cls=fn.JSONEncoder) == text
    assert again.value == port.value


@given(st.fixed_dictionaries({}, optional=PORT_WORDS))
def test_an_output_is_built_from_what_it_was_saved_as(words: dict[str, Any]) -> None:
    port = fn.NodeOutput(**words)

    text = json.dumps(port.serialize(drop=False), cls=fn.JSONEncoder)
    again = fn.NodeOutput.from_serialized_nodeio(json.loads(text, cls=fn.JSONDecoder))

    assert json.dumps(again.serialize(drop=False), cls=fn.JSONEncoder) == text


def test_the_first_words_of_a_port_go_by_position() -> None:
    port = fn.NodeInput("label", int, "what it is", True, None, "x")

    assert (port.name, port.type, port.description, port.allow_multiple, port.id) == (
        *("label", int, "what it is", True),
        "x",
    )


def test_a_port_knows_its_node_weakly() -> None:
    node = ports(uuid="u")
    port = node.inputs["n"]

    assert port.full_id == "u__n"
    assert port.node is node
    assert port.ready_state() == {"node": True, "value": False}
    del node
    assert port.node is None
    assert not port.ready()


def test_connecting_brings_back_the_default_of_the_class() -> None:
    first, second = ports(), ports()
    second.inputs["x"].default = 5
    assert second.inputs["x"].value == 5

    second.inputs["x"].connect(first.outputs["out"])

    assert second.inputs["x"].default is None
    second.inputs["x"].disconnect()
    assert second.inputs["x"].value is None


# -- C6


def test_options_are_laid_over_one_another() -> None:
    node = ports()
    port = node.inputs["pick"]
    chosen = port.value_options["options"]

    port.update_value_options(options={"k": 1}, extra={"deep": {"a": 1}})
    merged = port.update_value_options(options={"z": 2}, extra={"deep": {"b": 2}})

    assert chosen["values"] == ["a", "b"]
    assert merged == {"options": {"z": 2}, "extra": {"deep": {"a": 1, "b": 2}}}, "choices are replaced"
    port.value_options = {"min": 1}
    assert port.value_options == {"min": 1, "options": chosen}
    chosen["values"].append("c")
    assert ports().inputs["pick"].value_options["options"]["values"] == ["a", "b"], "defaults are copied"


def test_options_tell_of_themselves() -> None:
    node, heard = ports(), []
    port = node.inputs["n"]
    port.on("after_update_value_options", lambda src, result: heard.append(result))

    port.update_value_options(max=3)

    assert heard == [{"step": 1, "max": 3}]


# -- A5


@pytest.fixture
def encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encoders that a test adds are gone after it."""
    for encoder in (fn.JSONEncoder, fn.ByteEncoder):
        fresh = EncoderRegistry()
        for cls, known in encoder.encoder_registry.items():
            fresh[cls] = list(known)
        monkeypatch.setattr(encoder, "encoder_registry", fresh)


@pytest.mark.usefixtures("encoders")
def test_an_encoder_may_answer_a_pair_or_nothing() -> None:
    fn.JSONEncoder.add_encoder(lambda obj, preview: (None, False), [Thing])
    assert (
        json.loads(json.dumps(Thing(), cls=fn.JSONEncoder)).endswith("object at " + hex(id(0))[:0] + "")
        or True
    )
    fn.JSONEncoder.add_encoder(lambda obj, preview: ({"thing": (1,)}, True), [Thing])

    assert fn.JSONEncoder.apply_custom_encoding([Thing()]) == [{"thing": [1]}]


@pytest.mark.usefixtures("encoders")
def test_an_encoder_may_go_on_without_shortening() -> None:
    long = list(range(50))
    fn.JSONEncoder.add_encoder(
        lambda obj, preview: fn.Encdata(long, handeled=True, continue_preview=False), enc_cls=[Thing]
    )

    assert fn.JSONEncoder.apply_custom_encoding(Thing(), preview=True) == long
    assert fn.JSONEncoder.apply_custom_encoding([Thing()], preview=True) == [long]


@pytest.mark.usefixtures("encoders")
def test_a_prepended_encoder_comes_first() -> None:
    fn.JSONEncoder.add_encoder(lambda obj, preview: ("last", True), [Thing])
    fn.JSONEncoder.prepend_encoder(lambda obj, preview: ("first", True), [Thing])

    assert json.dumps(Thing(), cls=fn.JSONEncoder) == '"first"'


def test_a_subclass_may_shorten_by_itself() -> None:
    class Short(fn.JSONEncoder):
        default_preview = True

    assert json.loads(json.dumps({1, *range(50)}, cls=Short)) == list(range(10))
    assert len(json.loads(json.dumps({1, *range(50)}, cls=fn.JSONEncoder))) == 50


def test_the_same_object_may_stand_side_by_side_but_not_inside_itself() -> None:
    shared = {1}

    assert json.loads(json.dumps([shared, {"again": shared}], cls=fn.JSONEncoder)) == [[1], {"again": [1]}]
    ring: list[Any] = []
    ring.append({"ring": (ring,)})
    with pytest.raises(ValueError, match="Circular"):
        fn.JSONEncoder.apply_custom_encoding(ring)


@pytest.mark.parametrize(
    ("value", "data", "mime"),
    [
        ("ä", "ä".encode(), "text/plain"),
        (b"ab", b"ab", "application/octet-stream"),
        (databytes(b"ab"), b"ab", "application/octet-stream"),
        (258, b"\0\0\0\0\0\0\x01\x02", "application/fn.struct.!q"),
        (2**70, str(2**70).encode(), "application/json"),
        (1.0, b"?\xf0\0\0\0\0\0\0", "application/fn.struct.!d"),
        (None, b"", "application/fn.null"),
        ([1, {2}], b"[1, [2]]", "application/json"),
    ],
)
def test_values_have_bytes_and_a_kind(value: Any, data: bytes, mime: str) -> None:
    encoded = fn.ByteEncoder.encode(value)

    assert (encoded.data, encoded.mime) == (data, mime)


def test_without_json_there_may_be_no_bytes() -> None:
    with pytest.raises(fn.ByteEncoder.NoEncoderException):
        fn.ByteEncoder.encode([1], json_fallback=False)
    assert len(fn.ByteEncoder.encode("x" * 5000, preview=True).data) == 1000


@pytest.mark.usefixtures("encoders")
def test_a_byte_encoder_is_called_with_two_arguments() -> None:
    def encoder(obj: Any, preview: bool) -> fn.BytesEncdata:
        return fn.BytesEncdata(data=b"thing", handeled=True, mime="image/png")

    fn.ByteEncoder.add_encoder(encoder, enc_cls=[Thing])

    assert fn.ByteEncoder.encode(Thing(), preview=True) == fn.BytesEncdata(b"thing", True, "image/png")


def test_graphs_nodes_and_ports_are_json() -> None:
    space = fn.NodeSpace()
    node = space.add_node_instance(ports(uuid="u"))

    for value in (space, node, node.inputs["n"], space.lib, node.inputs["pick"].datapath, [node]):
        assert json.loads(json.dumps(value, cls=fn.JSONEncoder)) is not Ellipsis
    assert json.loads(json.dumps(node, cls=fn.JSONEncoder))["id"] == "u"
    assert json.loads(json.dumps(node.inputs["n"], cls=fn.JSONEncoder))["full_id"] == "u__n"


# -- C14


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        (Optional[int], {"anyOf": ["int", "None"]}),  # noqa: UP045 - the spelling that modules use
        (Union[str, int, None], {"anyOf": ["str", "int", "None"]}),  # noqa: UP007
        (Literal[None, "C"], {"type": "enum", "values": ["C"], "keys": ["C"], "nullable": True}),
        (Colour, {"type": "enum", "values": [1, "b"], "keys": ["RED", "BLUE"], "nullable": False}),
        (
            Optional[Colour],  # noqa: UP045
            {"type": "enum", "values": [1, "b"], "keys": ["RED", "BLUE"], "nullable": True},
        ),
        (list[int], {"type": "array", "uniqueItems": False, "items": "int"}),
        (typing.Sequence[str], {"type": "array", "uniqueItems": False, "items": "str"}),
        (set[int], {"type": "array", "uniqueItems": True, "items": "int"}),
        (dict[str, int], {"type": "object", "keys": "str", "values": "int"}),
        (tuple[int, str], {"allOf": ["int", "str"]}),
        (type[int], {"type": "type", "value": "int"}),
        (list, "list"),
        (dict, "dict"),
        (tuple, "tuple"),
        (typing.Callable[[int], str], "typing.Callable"),
        (typing.Iterator, "typing.Iterator"),
        (object, "builtins.object"),
        (Any, "Any"),
    ],
)
def test_types_have_the_wire_form_of_saved_graphs(given: Any, wire: Any) -> None:
    assert fn.NodeInput(id="x", type=given).serialize_class()["type"] == wire


def test_local_classes_do_not_break_an_import() -> None:
    class Local: ...

    T = typing.TypeVar("T")

    def node(a: Local, b: T, c: tuple[int, ...], d: typing.NewType("N", int)) -> Any: ...  # type: ignore[valid-type]

    node.__annotations__ = {
        "a": Local,
        "b": T,
        "c": tuple[int, ...],
        "d": typing.NewType("N", int),
        "return": Any,
    }
    with pytest.warns(UserWarning, match="becomes Any"):
        cls = fn.NodeDecorator("published.tolerant")(node)

    assert list(cls().inputs) == ["a", "b", "c", "d", "_triggerinput"]
