"""What is saved is what is loaded: nodes, ports, wires, mirrors, groups, properties and missing classes."""

from __future__ import annotations

import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from funcnodes_core import (
    JSONDecoder,
    JSONEncoder,
    Node,
    NodeDecorator,
    NodeInput,
    NodeIO,
    NodeOutput,
    NodeSpace,
    NoValue,
)
from funcnodes_core.exceptions import FuncNodesError
from funcnodes_core.nodespace import PlaceHolderNode

MISSING = "roundtrip.missing"

# a graph takes many draws; how long they take is a matter of the machine
patient = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)

# the one text that JSON cannot keep apart from no value, as earlier releases have it
TEXT = st.text(max_size=20).filter(lambda text: text != "<NoValue>")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.floats(),
    st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 2**63, -(2**64)]),
    TEXT,
)
VALUES = st.recursive(
    SCALARS | st.just(NoValue),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
JSON_VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
OPTIONS = st.dictionaries(st.sampled_from(["min", "max", "step", "type", "options"]), JSON_VALUES, max_size=3)


@NodeDecorator("roundtrip.add", default_trigger_on_create=False)
def add(a: Any, b: Any = 1) -> Any:
    """Has a default."""
    return a


@NodeDecorator("roundtrip.parts", outputs=[{"name": "first part"}, {"name": "rest"}])
def parts(items: Any, hidden_one: Any = None) -> tuple[Any, Any]:
    """Has ids with a blank, and a default that is None."""
    return items, hidden_one


class Many(Node):
    """Takes several wires, has options of its own, and resets what it is given."""

    node_id = "roundtrip.many"
    default_reset_inputs_on_trigger = True
    default_render_options = {"data": {"src": "out"}}
    a = NodeInput(type="Any", allow_multiple=True, required=False, value_options={"min": 0}, hidden=True)
    out = NodeOutput(type="Any", render_options={"type": "table"})

    async def func(self, a: Any = None) -> None: ...


class Bare(Node):
    """Its constructor takes nothing."""

    node_id = "roundtrip.bare"
    a = NodeInput(type=int, default=3)
    out = NodeOutput(type=int)

    def __init__(self) -> None:
        super().__init__()

    async def func(self, a: int) -> None: ...


CLASSES = (add, parts, Many, Bare)


@st.composite
def spaces(draw: st.DrawFn) -> NodeSpace:
    """A graph that was built by hand."""
    space = NodeSpace()
    uuids = draw(st.lists(TEXT.filter(bool), min_size=1, max_size=4, unique=True))
    for uuid in uuids:
        cls = draw(st.sampled_from(CLASSES))
        node = cls(uuid=uuid) if cls is not Bare else Bare()
        node._uuid = uuid
        space.add_node_instance(node)
        _describe(draw, node)
    for _ in range(draw(st.integers(0, 4))):
        _connect(draw, space)
    for key, value in draw(st.dictionaries(TEXT, JSON_VALUES, max_size=3)).items():
        space.set_property(key, value)
    space.set_secret_property("secret", "not saved")
    _group(draw, space, uuids)
    ports = [port for node in space.nodes for port in (*node.inputs.values(), *node.outputs.values())]
    for at in draw(st.sets(st.integers(0, len(ports) - 1), max_size=5)):
        ports[at].restore(draw(VALUES))
    return space


def _describe(draw: st.DrawFn, node: Node) -> None:
    if draw(st.booleans()):
        node.name = draw(TEXT.filter(bool))
    if draw(st.booleans()):
        node.description = draw(TEXT)
    node.mode = draw(st.sampled_from(["active", "muted", "bypassed"]))
    node.reset_inputs_on_trigger = draw(st.booleans())
    for key, value in draw(st.dictionaries(TEXT, JSON_VALUES, max_size=2)).items():
        node.set_property(key, value)
    ports = [port for port in (*node.inputs.values(), *node.outputs.values()) if port.id[0] != "_"]
    for at in draw(st.sets(st.integers(0, len(ports) - 1), max_size=2)):
        _describe_port(draw, ports[at])


def _describe_port(draw: st.DrawFn, port: NodeIO) -> None:
    changed = draw(st.sets(st.sampled_from(["hidden", "name", "value_options", "render_options", "default"])))
    if "hidden" in changed:
        port.hidden = draw(st.booleans())
    if "name" in changed:
        port.name = draw(TEXT.filter(bool))
    if "value_options" in changed:
        port.update_value_options(**draw(OPTIONS))
    if "render_options" in changed:
        port.render_options = draw(OPTIONS)
    if "default" in changed and isinstance(port, NodeInput):
        port.default = draw(VALUES)


def _connect(draw: st.DrawFn, space: NodeSpace) -> None:
    source, target = draw(st.sampled_from(space.nodes)), draw(st.sampled_from(space.nodes))
    start = draw(st.sampled_from([*source.outputs.values(), *source.inputs.values()]))
    end = draw(st.sampled_from([*target.inputs.values()]))
    # refused where it is taken, or a mirror would run in a circle
    with contextlib.suppress(FuncNodesError):
        start.connect(end, check=False)


def _group(draw: st.DrawFn, space: NodeSpace, uuids: list[str]) -> None:
    names = draw(st.lists(TEXT.filter(bool), max_size=3, unique=True))
    for name in names:
        members = draw(st.lists(st.sampled_from(uuids), min_size=1, max_size=3, unique=True))
        around = [*space.groups.get_all_groups(), None]
        meta = draw(st.dictionaries(TEXT, JSON_VALUES, max_size=2))
        space.groups.add_group(name, members, draw(st.sampled_from(around)), meta)


def as_text(space: NodeSpace) -> str:
    return json.dumps(space.serialize(), cls=JSONEncoder)


def loaded(text: str) -> NodeSpace:
    space = NodeSpace()
    space.deserialize(json.loads(text, cls=JSONDecoder))
    return space


def same(one: Any, other: Any) -> bool:
    """Equal, of equal types at every depth, with NaN equal to itself and -0.0 not to 0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return repr(one) == repr(other)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@patient
@given(space=spaces())
def test_a_graph_is_the_same_after_saving_and_loading(space: NodeSpace) -> None:
    text = as_text(space)

    again = loaded(text)

    assert as_text(again) == text
    assert again.edges == space.edges
    assert again.get_property("secret") is None
    for node in space.nodes:
        twin = again.get_node_by_id(node.uuid)
        assert (twin.name, twin.mode, twin.description) == (node.name, node.mode, node.description)
        for ports, twins in ((node.inputs, twin.inputs), (node.outputs, twin.outputs)):
            assert list(twins) == list(ports)
            for io_id, port in ports.items():
                if not io_id.startswith("_trigger") or port.is_connected():
                    assert same(twins[io_id].value, port.value), io_id
                assert same(twins[io_id].default, port.default), io_id
                assert twins[io_id].hidden == port.hidden
                assert twins[io_id].name == port.name


@patient
@given(space=spaces())
def test_nothing_runs_and_nothing_is_asked_by_loading(space: NodeSpace) -> None:
    again = loaded(as_text(space))

    assert again.idle()
    assert not any(node.status()["requests_trigger"] for node in again.nodes)
    assert not any(node.run_count for node in again.nodes)


@patient
@given(space=spaces(), which=st.data())
def test_nodes_whose_classes_are_missing_are_saved_as_they_were(
    space: NodeSpace, which: st.DataObject
) -> None:
    saved = json.loads(as_text(space))
    for node in saved["nodes"]:
        if which.draw(st.booleans()):
            node["node_id"] = f"{MISSING}.{node['node_id']}"
            node["further"] = which.draw(JSON_VALUES)
    assume(any(node["node_id"].startswith(MISSING) for node in saved["nodes"]))
    text = json.dumps(saved)

    again = loaded(text)

    missing = [node for node in again.nodes if isinstance(node, PlaceHolderNode)]
    assert len(missing) == sum(node["node_id"].startswith(MISSING) for node in saved["nodes"])
    assert {tuple(edge) for edge in saved["edges"]} == set(again.serialize_edges())
    for before, after in zip(saved["nodes"], json.loads(as_text(again))["nodes"], strict=True):
        for key, value in before.items():
            if key != "io":
                assert same(after[key], value), key
        for io_id, port in before["io"].items():
            assert port.items() <= after["io"][io_id].items() or same({**port}, after["io"][io_id]), io_id
    assert as_text(loaded(as_text(again))) == as_text(again)


@patient
@given(space=spaces())
def test_one_node_goes_into_a_dict_and_back(space: NodeSpace) -> None:
    for node in space.nodes:
        saved = json.dumps(node.serialize(), cls=JSONEncoder)
        twin = type(node)() if isinstance(node, Bare) else type(node)(uuid=node.uuid)
        twin._uuid = node.uuid

        twin.deserialize(json.loads(saved, cls=JSONDecoder))

        assert (
            json.loads(json.dumps(twin.serialize(), cls=JSONEncoder))["io"].keys()
            <= json.loads(saved)["io"].keys()
        )
        alone = {key: value for key, value in json.loads(saved).items() if key != "io"}
        again = json.loads(json.dumps(twin.serialize(), cls=JSONEncoder))
        assert same({key: again[key] for key in alone}, alone)


@patient
@given(space=spaces())
def test_the_whole_state_is_json(space: NodeSpace) -> None:
    short = json.loads(json.dumps(space, cls=JSONEncoder))
    long = json.loads(json.dumps(space.full_serialize(), cls=JSONEncoder))

    assert [node["id"] for node in short["nodes"]] == [node.uuid for node in space.nodes]
    assert json.dumps(short) == json.dumps(long)


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, 10**400, -(2**63), [math.nan, {"x": 10**30}]]
)
def test_broken_and_big_numbers_are_kept(value: Any) -> None:
    space = NodeSpace()
    space.add_node_instance(add(uuid="n"))["a"].set_value(value, does_trigger=False)

    assert same(loaded(as_text(space)).get_node_by_id("n")["a"].value, value)


def test_a_mirror_that_was_emptied_stays_empty() -> None:
    space = NodeSpace()
    source, target, last = (space.add_node_instance(add(uuid=uuid)) for uuid in "stl")
    target.inputs["b"].forward(last.inputs["b"])
    source.inputs["b"].forward(target.inputs["b"])
    target.inputs["b"].restore(NoValue)
    last.inputs["b"].restore(5)

    again = loaded(as_text(space))

    assert again.get_node_by_id("t").inputs["b"]._value is NoValue
    assert again.get_node_by_id("l").inputs["b"].value == 5
