"""Callbacks that set the options of other ports."""

from __future__ import annotations

from typing import Any

import pytest

from funcnodes_core.decorator import update_other_io, update_other_io_options, update_other_io_value_options
from funcnodes_core.io import NodeInput, NodeOutput
from funcnodes_core.node.base import Node


class Picker(Node):
    node_id = "test.decorator.picker"
    default_trigger_on_create = False
    data = NodeInput(type="Any", required=False)
    key = NodeInput(type="Any", required=False)
    other = NodeInput(type="float", required=False)
    out = NodeOutput(type="Any")

    async def func(self, **inputs: Any) -> None: ...


def connect(callback: Any) -> Picker:
    node = Picker()
    node.inputs["data"].on("after_set_value", callback)
    return node


def test_the_value_becomes_the_choices_of_another_port() -> None:
    node = connect(update_other_io_options("key", list))

    node.inputs["data"].set_value({"a": 1, "b": 2}, does_trigger=False)

    assert node.inputs["key"].value_options["options"] == ["a", "b"]


def test_without_modifier_the_value_itself_is_the_choices() -> None:
    node = connect(update_other_io_options(["key", "missing", "out"]))

    node.inputs["data"].set_value(["x"], does_trigger=False)

    assert node.inputs["key"].value_options["options"] == ["x"]
    assert node.outputs["out"].value_options["options"] == ["x"]


def test_generated_options_are_splatted() -> None:
    node = connect(update_other_io_value_options("other", lambda v: {"min": 0, "max": len(v)}))

    node.inputs["data"].set_value([1, 2, 3], does_trigger=False)

    assert node.inputs["other"].value_options == {"min": 0, "max": 3}


def test_a_failing_modifier_changes_nothing() -> None:
    node = connect(update_other_io_options("key", lambda v: v.keys()))
    node.inputs["data"].set_value({"a": 1}, does_trigger=False)

    node.inputs["data"].set_value(5, does_trigger=False)

    assert list(node.inputs["key"].value_options["options"]) == ["a"]


def test_a_port_without_node_is_left_alone() -> None:
    calls: list[Any] = []
    callback = update_other_io_options("key", calls.append)

    callback(src=NodeInput(id="loose"), result=1)  # type: ignore[call-arg]

    assert calls == []


def test_the_old_name_warns_plainly() -> None:
    with pytest.warns(DeprecationWarning, match="update_other_io_options") as caught:
        callback = update_other_io("key", list)

    assert caught[0].category is DeprecationWarning
    node = connect(callback)
    node.inputs["data"].set_value("ab", does_trigger=False)
    assert node.inputs["key"].value_options["options"] == ["a", "b"]
