"""Data that is no saved graph is refused before anything changes; whatever is taken can be saved again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import funcnodes_core as fn
from funcnodes_core.nodespace import PlaceHolderNode


@fn.NodeDecorator("bad_graphs.add", default_trigger_on_create=False)
def add(a: int, b: int = 1) -> int:
    """Adds."""
    return a + b


class Unlucky(fn.Node):
    """Cannot be made."""

    node_id = "bad_graphs.unlucky"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise OSError("no such device")

    async def func(self) -> None: ...


ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["a", "n1", "n2", "out", "g", "<NoValue>", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "b", "value", "hidden", "name", "is_input", "meta"]), inner, max_size=3
        )
    ),
    max_leaves=5,
)
PORTS = st.dictionaries(
    st.sampled_from(["a", "b", "out", "x", "_triggerinput"]),
    st.dictionaries(
        st.sampled_from("value hidden name is_input value_options render_options default id".split()),
        ANY,
        max_size=4,
    )
    | ANY,
    max_size=3,
)
NODE = st.fixed_dictionaries(
    {
        "node_id": st.sampled_from(["bad_graphs.add", "bad_graphs.gone", "bad_graphs.unlucky"]) | ANY,
        "id": st.sampled_from(["n1", "n2"]) | ANY,
    },
    optional={
        "io": PORTS | ANY,
        "mode": st.sampled_from(["muted", "active"]) | ANY,
        **dict.fromkeys(
            "name properties render_options reset_inputs_on_trigger description timeout_s retries uuid".split(),
            ANY,
        ),
    },
)
EDGE = st.lists(st.sampled_from(["n1", "n2", "a", "b", "out", "x"]), min_size=4, max_size=4)
GROUP = st.fixed_dictionaries(
    {},
    optional={
        "node_ids": st.lists(st.sampled_from(["n1", "n2"])) | ANY,
        "parent_group": st.sampled_from([None, "g", "h"]) | ANY,
        "child_groups": st.lists(st.sampled_from(["g", "h"])) | ANY,
        "meta": ANY,
        "position": ANY,
    },
)
GRAPH = st.fixed_dictionaries(
    {},
    optional={
        "nodes": st.lists(NODE | ANY, max_size=3) | ANY,
        "edges": st.lists(EDGE | ANY, max_size=3) | ANY,
        "prop": st.dictionaries(st.sampled_from("ab"), ANY) | ANY,
        "groups": st.dictionaries(st.sampled_from(["g", "h"]), GROUP | ANY) | ANY,
    },
)


def as_text(space: fn.NodeSpace) -> str:
    return json.dumps(space.serialize(), cls=fn.JSONEncoder)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=300)
@given(GRAPH | ANY)
def test_a_graph_is_taken_whole_or_not_at_all(data: Any) -> None:
    space = fn.NodeSpace()
    space.add_node_instance(add(uuid="old"))
    space.set_property("kept", 1)
    before = as_text(space)

    try:
        space.deserialize(data)
    except ValueError:
        assert as_text(space) == before
    else:
        again = fn.NodeSpace()
        again.deserialize(json.loads(as_text(space)))
        assert len(again.nodes) == len(space.nodes)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ([], "dict"),
        ({"nodes": {}}, "'nodes'"),
        ({"edges": "ab"}, "'edges'"),
        ({"prop": []}, "'prop'"),
        ({"groups": []}, "'groups'"),
        ({"nodes": [{}]}, "node_id"),
        ({"nodes": [{"node_id": "x", "id": [1]}]}, "'id'"),
        ({"nodes": [{"node_id": "x", "id": "n"}, {"node_id": "x", "id": "n"}]}, "2 nodes 'n'"),
        ({"nodes": [{"node_id": "x", "id": "n", "mode": "odd"}]}, "mode 'odd'"),
        ({"nodes": [{"node_id": "x", "id": "n", "io": {"a": 1}}]}, "'a'"),
        ({"nodes": [{"node_id": "x", "id": "n", "timeout_s": 0}]}, "time limit"),
        ({"nodes": [{"node_id": "x", "id": "n", "retries": -1}]}, "retries"),
        ({"groups": {"g": {"parent_group": "g", "node_ids": ["n"]}}}, "cannot be inside"),
        ({"groups": {"g": {"node_ids": [1]}}}, "node_ids"),
    ],
)
def test_what_is_wrong_is_said(data: Any, where: str) -> None:
    space = fn.NodeSpace()
    space.add_node_instance(add(uuid="old"))

    with pytest.raises(ValueError, match=where):
        space.deserialize(data)

    assert [node.uuid for node in space.nodes] == ["old"]


def test_a_node_that_cannot_be_made_waits_as_a_placeholder() -> None:
    saved = {"node_id": "bad_graphs.unlucky", "id": "u", "name": "U", "further": 1, "io": {}}
    space = fn.NodeSpace()

    space.deserialize({"nodes": [saved, {"node_id": "bad_graphs.add", "id": "n"}], "edges": []})

    assert isinstance(space.get_node_by_id("u"), PlaceHolderNode)
    assert space.get_node_by_id("n").node_id == "bad_graphs.add"
    assert saved.items() <= space.serialize()["nodes"][0].items()
