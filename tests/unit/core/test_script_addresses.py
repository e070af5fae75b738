"""Addresses `NODE.PORT`, as scripts and the command line write them."""

import pytest

from funcnodes_core import NodeDecorator, NodeOutput, NodeSpace
from funcnodes_core.exceptions import IONotFoundError, NodeNotFoundError
from funcnodes_core.nodespace.script import find_port, open_ends


@NodeDecorator("test.script.step")
def step(a: int = 1) -> int:
    return a


@pytest.fixture
def space() -> NodeSpace:
    space = NodeSpace()
    for uuid, name in (("u1", "v1.2"), ("u2", "same"), ("u3", "same"), ("v1", "u1")):
        space.add_node_instance(step(uuid=uuid, name=name))
    return space


@pytest.mark.parametrize(
    ("address", "uuid", "io"),
    [("v1.2.a", "u1", "a"), ("v1.a", "v1", "a"), ("u1.a", "u1", "a"), ("u3.out", "u3", "out")],
)
def test_uuids_count_more_than_names_and_both_may_hold_dots(
    space: NodeSpace, address: str, uuid: str, io: str
) -> None:
    assert find_port(space.nodes, address) is space.get_node_by_id(uuid)[io]


def test_a_port_is_found_by_its_name_too(space: NodeSpace) -> None:
    node = space.get_node_by_id("u1")
    node.outputs["out"].name = "the result"

    found = find_port(space.nodes, "v1.2.the result")

    assert isinstance(found, NodeOutput)


@pytest.mark.parametrize(
    ("address", "error", "says"),
    [
        ("same.a", NodeNotFoundError, "2 nodes are named 'same'; use an id: u2, u3"),
        ("nobody.a", NodeNotFoundError, "there is no node 'nobody'"),
        ("v1.2.b", IONotFoundError, "has no input 'b'"),
        ("u1.out", IONotFoundError, "has no input 'out'"),
        ("u1", IONotFoundError, "expected NODE.IO"),
    ],
)
def test_what_is_not_meant_clearly_is_refused(
    space: NodeSpace, address: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        find_port(space.nodes, address, inputs_only=True)


def test_open_ends_carry_the_uuid_where_a_name_is_not_enough(space: NodeSpace) -> None:
    space.connect("u1", "out", "u2", "a")

    assert list(open_ends(space.nodes)) == ["u2.out", "u3.out", "u1.out"]
