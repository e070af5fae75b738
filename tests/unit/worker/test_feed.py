"""What clients are told of a graph: plain records, in order, without nodes or ports in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

import funcnodes_core as fn
from funcnodes_worker.feed import frontend_state, node_state, progress_state
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.shapes import FrontendState

pytestmark = pytest.mark.anyio

Open = Callable[..., Any]


@fn.NodeDecorator("feed.fail", name="Fail")
def fail(a: int) -> int:
    """Always fails."""
    raise ZeroDivisionError(f"cannot do {a}")


@fn.NodeDecorator(
    "feed.shown",
    default_render_options={"data": {"src": "a", "type": "table"}},
    default_io_options={"b": {"value_options": {"options": (1, 2)}}},
)
def shown(a: Any, b: Any = (1, float("inf"))) -> Any:
    """Options and defaults that JSON cannot say."""
    return a


async def test_a_run_that_fails_is_told_with_its_traceback(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="feed.fail", uuid="f")
    one.do("update_node_input", uuid="f", input_id="a", value=1)
    await one.space.await_done()

    (failed,) = one.events(ev.NodeErrored)
    assert "ZeroDivisionError: cannot do 1" in failed.error
    assert "in fail" in failed.traceback
    state = node_state(one.space.get_node_by_id("f"))
    assert (state.status, state.error is not None and state.error.error) == ("failed", failed.error)


async def test_every_record_is_json_but_for_values(bench: Open) -> None:
    one = bench()
    one.do("add_node", node_id="feed.shown", uuid="s")
    one.do("update_node_input", uuid="s", input_id="a", value=[1])
    await one.space.await_done()

    for change in one.changes:
        if not isinstance(change.what, ev.ValueChanged):
            msgspec.json.encode(change.what)
    ports = one.events(ev.NodeAdded)[0].serialized.inputs
    assert ports["b"].default == [1, {"$fn:float": "inf"}]
    assert ports["b"].value_options["options"] == [1, 2]
    kinds = {change.io_id: change.render_type for change in one.events(ev.ValueChanged)}
    assert kinds == {"a": "table", "b": None, "out": None}


async def test_a_set_of_a_chain_makes_four_value_events(bench: Open) -> None:
    one = bench()
    for uuid in "xy":
        one.do("add_node", node_id="doc.add", uuid=uuid)
    one.do("add_edge", src_uuid="x", src_io="out", dst_uuid="y", dst_io="a")
    before = len(one.events(ev.ValueChanged))

    one.do("update_node_input", uuid="x", input_id="a", value=1)
    await one.space.await_done()

    told = [(event.node_uuid, event.io_id, event.value) for event in one.events(ev.ValueChanged)[before:]]
    assert told == [("x", "a", 1), ("x", "out", 2), ("y", "a", 2), ("y", "out", 3)]


async def test_a_placeholder_tells_of_ports_that_edges_need(bench: Open) -> None:
    one = bench()
    data = {
        "nodes": [{"id": "m", "node_id": "not.here"}, {"id": "n", "node_id": "not.here"}],
        "edges": [["m", "o", "n", "i"]],
    }

    one.do("load_data", data=data)

    changed = one.events(ev.PortsChanged)
    assert [
        (event.uuid, sorted({*event.inputs, *event.outputs} - {"_triggerinput", "_triggeroutput"}))
        for event in changed
    ] == [
        ("m", ["o"]),
        ("n", ["i"]),
    ]
    assert one.events(ev.NodeAdded)[0].serialized.placeholder


def test_what_has_not_the_right_form_is_left_out() -> None:
    odd = {"frontend:pos": "here", "frontend:size": [1, 2], "frontend:collapsed": 3, "else": 4}

    assert frontend_state(odd) == FrontendState(size=(1.0, 2.0))


def test_progress_has_a_share_where_the_total_is_known() -> None:
    known = progress_state({"n": 1, "total": 4, "prefix": "half", "elapsed": 0.5, "ncols": 80})
    unknown = progress_state({"n": 1, "total": None})

    assert (known.progress, known.message, known.n, known.total) == (0.25, "half", 1, 4)
    assert unknown.progress is None
