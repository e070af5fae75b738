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


def saved_pair(space: NodeSpace) -> dict[str, Any]:
    """Two saved nodes, `t` of text and `n` of numbers, without a wire."""
    space.add_node_instance(Text(uuid="t"))
    space.add_node_instance(inc(uuid="n"))
    return space.serialize()


def test_ports_are_checked_unless_told_otherwise() -> None:
    a, b = Text(), inc()

    for connect in (a.outputs["out"].connect, lambda other, **how: other.connect(a.outputs["out"], **how)):
        with pytest.raises(NodeConnectionError, match="'str' never fits 'int'"):
            connect(b.inputs["x"])
        assert connect(b.inputs["x"], check=False) == [a.uuid, "out", b.uuid, "x"]
        b.inputs["x"].disconnect()


def test_mirrors_are_checked_unless_told_otherwise() -> None:
    a, b = Text(), inc()

    with pytest.raises(NodeConnectionError, match="never fits"):
        b.inputs["x"].forwards_from(a.inputs["t"])
    b.inputs["x"].forwards_from(a.inputs["t"], check=False)

    assert a.inputs["t"].get_forward_connections() == [b.inputs["x"]]


def test_a_refused_wire_leaves_the_one_that_it_would_replace() -> None:
    a, b, text = inc(), inc(), Text()
    wire(a, b)

    with pytest.raises(NodeConnectionError):
        text.outputs["out"].connect(b.inputs["x"], replace=True)
    with pytest.raises(NodeConnectionError):
        text.outputs["out"].connect(b.outputs["out"], replace=True)

    assert b.inputs["x"].connections == [a.outputs["out"]]


def test_a_replaced_wire_leaves_the_mirrors_of_the_input() -> None:
    a, b, mirror, other = inc(), inc(), inc(), inc()
    wire(a, b)
    b.inputs["x"].forward(mirror.inputs["x"])

    other.outputs["out"].connect(b.inputs["x"], replace=True)

    assert b.inputs["x"].connections == [other.outputs["out"]]
    assert b.inputs["x"].get_forward_connections() == [mirror.inputs["x"]]


def test_a_circle_of_mirrors_is_no_connection() -> None:
    a, b = inc(), inc()
    a.inputs["x"].forward(b.inputs["x"])

    verdict = can_connect(b.inputs["x"], a.inputs["x"])

    assert not verdict.ok
    assert "circle" in verdict.reason


def test_a_saved_wire_that_never_fits_is_kept_and_said() -> None:
    saved = saved_pair(NodeSpace())
    space = NodeSpace()

    space.deserialize({**saved, "edges": [["t", "out", "n", "x"]]})

    assert space.edges == [("t", "out", "n", "x")]
    assert space.bad_edges == {("t", "out", "n", "x"): "'str' never fits 'int'"}
    assert space.serialize()["edges"] == [("t", "out", "n", "x")]
    space.disconnect("t", "out", "n", "x")
    assert space.bad_edges == {}
    assert space.serialize()["edges"] == []


@pytest.mark.parametrize(
    "edge", [("t", "no such port", "n", "x"), ("t", "out", "n", "no such"), ("t", "out", "gone", "x")]
)
def test_a_saved_wire_that_cannot_be_made_is_kept_for_saving(edge: tuple[str, str, str, str]) -> None:
    saved = saved_pair(NodeSpace())
    space = NodeSpace()

    space.deserialize({**saved, "edges": [edge, ["no", "form"], None]})

    assert space.edges == []
    assert list(space.bad_edges) == [edge]
    assert space.serialize()["edges"] == [edge]
    space.disconnect(*edge)
    assert space.serialize()["edges"] == []
    with pytest.raises((EdgeNotFoundError, LookupError)):
        space.disconnect(*edge)


def test_what_is_wrong_with_wires_goes_with_their_nodes() -> None:
    saved = saved_pair(NodeSpace())
    space = NodeSpace()
    space.deserialize({**saved, "edges": [["t", "out", "n", "x"], ["t", "no", "n", "x"]]})

    space.remove_node_by_id("n")

    assert space.bad_edges == {}
    space.deserialize({**saved, "edges": [["t", "out", "n", "x"]]})
    space.nodes[0].outputs["out"].disconnect()
    assert space.bad_edges == {}
    space.deserialize({**saved, "edges": [["t", "no", "n", "x"]]})
    space.clear()
    assert space.serialize()["edges"] == []
