"""Running built-in nodes in tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from funcnodes.nodes import NODE_SHELF
from funcnodes_core import Node, NodeSpace, NoValue, flatten_shelf

RunNode = Callable[..., Awaitable[dict[str, Any]]]


def node_classes() -> dict[str, type[Node]]:
    """Every built-in node class by its id."""
    nodes, _ = flatten_shelf(NODE_SHELF)
    return {node.node_id: node for node in nodes}


@pytest.fixture
def files_dir(tmp_path: Path) -> Path:
    """The folder that file nodes are kept in."""
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


@pytest.fixture
def space(files_dir: Path) -> NodeSpace:
    """An empty graph with a files folder, as a worker has one."""
    space = NodeSpace()
    space.set_property("files_dir", files_dir.as_posix())
    return space


@pytest.fixture
def run_node(space: NodeSpace) -> RunNode:
    """Runs one built-in node in the graph with these inputs; gives its outputs, or raises what its function did."""
    classes = node_classes()

    async def run(node_id: str, **inputs: Any) -> dict[str, Any]:
        node = space.add_node_instance(classes[f"funcnodes.{node_id}"](trigger_on_create=False))
        for name, value in inputs.items():
            node.inputs[name].set_value(value)
        await node
        if node.last_error is not None:
            raise node.last_error.exception
        assert node.run_count, f"{node_id} did not run: {node.status()}"
        return {
            name: output.value
            for name, output in node.outputs.items()
            if name != "_triggeroutput" and output.value is not NoValue
        }

    return run
