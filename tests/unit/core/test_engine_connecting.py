"""Rule 20 and C7: what may be connected, and what connecting does."""

from typing import Any, Optional

import pytest
from engine_nodes import at_rest, inc, join, runs, turns, wire

from funcnodes_core import Node, NodeInput, NodeOutput, NodeSpace, NoValue
from funcnodes_core.exceptions import EdgeNotFoundError, MultipleConnectionsError, NodeConnectionError
from funcnodes_core.io import can_connect

pytestmark = pytest.mark.anyio


class Base:
    pass


class Derived(Base):
    pass


@pytest.mark.parametrize(
    ("source", "target", "ok"),
    [
        (Any, int, True),
        (int, Any, True),
        (int, float, True),
        (float, int, False),
        (int, int | str, True),
        (int | list, str, False),
        (int | str, str, True),
        (int, Optional[int], True),  # noqa: UP045 - the spelling that modules use
        (Derived, Base, True),
        (list, dict, False),
        ("some.module.Unknown", int, True),
    ],
)
def test_types_decide(source: Any, target: Any, ok: bool) -> None:
    verdict = can_connect(NodeOutput(id="o", type=source), NodeInput(id="i", type=target))

    assert verdict.ok is ok, verdict.reason
    assert bool(verdict.reason) is not ok


def test_direction_and_multiplicity_decide() -> None:
    a, b, c = inc(), inc(), inc()
    wire(a, b)

    assert not can_connect(c.outputs["out"], b.inputs["x"]).ok
    assert can_connect(c.outputs["out"], b.inputs["x"], replace=True).ok
    assert not can_connect(a.outputs["out"], c.outputs["out"]).ok
    assert not can_connect(a.inputs["x"], a.inputs["x"]).ok


def test_what_can_never_fit_is_refused_with_both_types_named() -> None:
    space = NodeSpace()
    a, b = space.add_node_instance(Text()), space.add_node_instance(inc())

    with pytest.raises(NodeConnectionError) as caught:
        space.connect(a.uuid, "out", b.uuid, "x")

    assert "str" in str(caught.value)
    assert "int" in str(caught.value)
    assert space.edges == []


async def test_connecting_pushes_a_value_and_asks() -> None:
    a, b = inc(), inc()
    a.inputs["x"].value = 1
    await a

    answer = a.outputs["out"].connect(b.inputs["x"])
    await turns()

    assert answer == [a.uuid, "out", b.uuid, "x"]
    assert runs(b) == [2]
    assert a.outputs["out"].connect(b.inputs["x"]) is None
    at_rest([a, b])


async def test_a_second_wire_needs_replace_and_the_last_disconnect_resets() -> None:
    a, b, c = inc(), inc(), inc()
    wire(a, c)
    a.outputs["out"].value = 1
    with pytest.raises(MultipleConnectionsError):
        b.outputs["out"].connect(c.inputs["x"])

    b.outputs["out"].connect(c.inputs["x"], replace=True)
    assert c.inputs["x"].connections == [b.outputs["out"]]
    assert a.outputs["out"].connections == []
    b.outputs["out"].value = 5
    await turns()
    before = len(runs(c))
    c.inputs["x"].disconnect()
    await turns()

    assert c.inputs["x"].value is NoValue
    assert len(runs(c)) == before
    with pytest.raises(EdgeNotFoundError):
        b.outputs["out"].disconnect(c.inputs["x"])


async def test_two_wires_on_one_input_keep_the_last_value() -> None:
    a, b, last = inc(), inc(), join()
    last.inputs["a"]._own().allow_multiple = True
    wire(a.outputs["out"], last.inputs["a"])
    wire(b.outputs["out"], last.inputs["a"])
    last.inputs["b"].value = 0

    a.inputs["x"].value = 1
    b.inputs["x"].value = 10
    await turns()

    assert runs(last) == [(11, 0)]
    at_rest([a, b, last])


class Text(Node):
    node_id = "test.engine.connecting.text"
    t = NodeInput(type=str)
    out = NodeOutput(type=str)

    async def func(self, t: str) -> None:
        self.outputs["out"].value = t
