"""`NODE.IO=JSON` as people type it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from funcnodes.errors import UsageError
from funcnodes.headless import find_port, parse_setting
from funcnodes_core import NodeDecorator, NodeSpace


@NodeDecorator("headless_parsing_test.node", outputs=[{"name": "out"}])
def example(a: int = 1, b: int = 2) -> int:
    return a + b


@pytest.fixture
def space() -> NodeSpace:
    made = NodeSpace()
    made.add_node_instance(example(uuid="u1", name="my node v1.2"))
    made.add_node_instance(example(uuid="u2", name="same"))
    made.add_node_instance(example(uuid="u3", name="same"))
    return made


@pytest.mark.parametrize(
    ("text", "address", "value"),
    [
        ("a.b=1", "a.b", 1),
        ("a.b=[1, null, true]", "a.b", [1, None, True]),
        ('a.b="x=y"', "a.b", "x=y"),
        ("my node v1.2.a=2.5", "my node v1.2.a", 2.5),
        ('a.b={"$fn:float": "inf"}', "a.b", math.inf),
        ('a.b={"$fn:bytes": "AAE="}', "a.b", b"\x00\x01"),
    ],
)
def test_settings_are_json(text: str, address: str, value: Any) -> None:
    assert parse_setting(text) == (address, value)


@pytest.mark.parametrize("text", ["", "a.b", "a=1", "=1", "a.b=", "a.b=x", "a.b={", "a.b=01"])
def test_anything_else_is_named(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_setting(text)

    assert repr(text) in str(refused.value)


def test_nodes_are_found_by_name_and_id(space: NodeSpace) -> None:
    assert find_port(space, "my node v1.2.a") is space.get_node_by_id("u1").inputs["a"]
    assert find_port(space, "u2.a") is space.get_node_by_id("u2").inputs["a"]


def test_outputs_can_be_asked_for_and_not_set(space: NodeSpace) -> None:
    assert find_port(space, "u1.out") is space.get_node_by_id("u1").outputs["out"]
    with pytest.raises(UsageError, match="no input 'out'"):
        find_port(space, "u1.out", inputs_only=True)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("same.a", "use an id: u2, u3"),
        ("gone.a", "no node 'gone'"),
        ("u1.x", "no port 'x'"),
        ("u1", "NODE.IO"),
    ],
)
def test_what_is_not_there_is_named(space: NodeSpace, address: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        find_port(space, address)
