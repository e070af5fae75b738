"""What published node modules rely on in graphs and helpers: A17 and A18 of the API page."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading
from typing import Any

import pytest

import funcnodes_core as fn
from funcnodes_core.nodespace import PlaceHolderNode
from funcnodes_core.utils.functions import make_async_if_needed, make_run_in_new_process, make_sync_if_needed

pytestmark = pytest.mark.anyio


@fn.NodeDecorator("published.graph.one")
def one(a: int = 1) -> int:
    return a


@fn.NodeDecorator("published.graph.two")
def two(a: int) -> int:
    return a


SHELF = fn.Shelf(name="first", nodes=[one], subshelves=[fn.Shelf(name="inner", nodes=[two])])


def test_a_shelf_goes_with_its_nodes_or_without() -> None:
    space = fn.NodeSpace()
    space.add_shelf(SHELF)
    space.add_node_by_id("published.graph.one", uuid="a", name="mine", trigger_on_create=False)
    space.add_node_by_id("published.graph.two")

    space.remove_shelf(SHELF, with_nodes=False)
    assert space.get_node_by_id("a").name == "mine"
    space.add_shelf(SHELF)
    space.remove_shelf(SHELF)

    assert space.nodes == []
    assert space.lib.shelves == []


def test_a_graph_is_told_by_ids() -> None:
    space = fn.NodeSpace("id of it")
    first = space.add_node_instance(one(uuid="a"))
    second = space.add_node_instance(two(uuid="b"))
    first.outputs["out"].connect(second.inputs["a"])

    assert space.id == "id of it"
    assert first.nodespace is space
    assert space.serialize_edges() == [("a", "out", "b", "a")]
    assert set(space.serialize()) >= {"nodes", "edges", "prop"}
    assert {"lib", "nodes", "edges", "prop", "groups"} <= set(space.full_serialize())
    assert space.remove_node_by_id("a") == "a"
    assert space.serialize_edges() == []
    assert space.remove_node_instance(second) == "b"
    assert second.nodespace is None


def test_what_a_graph_keeps_is_json() -> None:
    space = fn.NodeSpace()

    for bad in ({1, 2}, object(), {"deep": [b""]}):
        with pytest.raises(ValueError, match="not JSON"):
            space.set_property("key", bad)
    with pytest.raises(ValueError, match="text"):
        space.set_property(1, "value")  # type: ignore[arg-type]
    space.set_property("secret", 1, secret=True)

    assert space.get_property("secret") == 1
    assert "secret" not in json.dumps(space.serialize(), cls=fn.JSONEncoder)


def test_a_placeholder_keeps_what_it_does_not_know() -> None:
    saved = {
        "nodes": [
            {
                "id": "p",
                "node_id": "gone.module",
                "name": "N",
                "node_name": "Gone",
                "further": {"deep": [1, None]},
                "io": {
                    "a": {"is_input": True, "value": {"x": [1.5]}, "odd": 1},
                    "out": {"is_input": False, "value": 3},
                },
            }
        ],
        "edges": [["p", "out", "p", "b"]],
        "prop": {},
    }
    space = fn.NodeSpace()

    space.deserialize(saved)

    (node,) = space.nodes
    assert isinstance(node, PlaceHolderNode)
    assert (node.node_id, node.name, node.inputs["a"].value) == ("gone.module", "N", {"x": [1.5]})
    again = space.serialize()
    assert again["edges"] == [("p", "out", "p", "b")]
    assert again["nodes"][0]["further"] == {"deep": [1, None]}
    assert again["nodes"][0]["io"]["a"]["odd"] == 1
    assert again["nodes"][0]["io"]["out"]["value"] == 3


async def test_an_error_in_a_graph_is_told_and_not_raised() -> None:
    @fn.NodeDecorator("published.graph.fails")
    def fails(a: int) -> int:
        raise LookupError("gone")

    space, told = fn.NodeSpace(), []
    node = space.add_node_instance(fails())
    space.on(
        "node_trigger_error", lambda src, node, error, tb: told.append((node, str(error), tb is not None))
    )
    node["a"] = 1

    await node

    assert told == [(node, "gone", True)]


def test_a_signaturewrapper_shows_what_it_wraps() -> None:
    def inner(a: int, b: str = "x") -> float:
        """Inner."""
        return 1.0

    @fn.signaturewrapper(inner)
    def wrapper(*args: Any, **kwargs: Any) -> float:
        return inner(*args, **kwargs) + 1

    assert list(inspect.signature(wrapper).parameters) == ["a", "b"]
    assert wrapper.__name__ == "inner"
    assert wrapper.__wrapped__ is inner
    assert wrapper(1) == 2.0


async def test_make_sync_blocks_until_the_coroutine_is_done() -> None:
    async def where() -> tuple[int, Any]:
        await asyncio.sleep(0)
        return threading.get_ident(), asyncio.get_running_loop()

    thread, loop = make_sync_if_needed(where)()

    assert thread != threading.get_ident()
    assert loop is not asyncio.get_running_loop()
    assert make_sync_if_needed(len) is len
    assert await make_async_if_needed(len)([1]) == 1


async def test_the_process_wrapper_has_name_and_attributes() -> None:
    def work(a: int) -> int:
        return a + 1

    work.mark = "kept"  # type: ignore[attr-defined]
    wrapped = make_run_in_new_process(work)

    assert (wrapped.__name__, wrapped.mark) == ("work", "kept")
    assert await wrapped(1) == 2
    wrapped.shutdown()
