"""Running nodes from a script or a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from funcnodes_core.exceptions import NodeReadyError
from funcnodes_core.node.protocol import NodeLike
from funcnodes_core.node.state import find_port
from funcnodes_core.node.waiting import wait_for

__all__ = ["call_once", "get_deep_connected_nodeset", "run_until_complete"]

N = TypeVar("N", bound=NodeLike)


async def call_once(
    cls: Callable[..., Any],
    init: Mapping[str, Any],
    return_dict: bool,
    raise_ready: bool,
    inputs: Mapping[str, Any],
) -> Any:
    """Run a new node of a class once.

    Returns:
        None, the one output's value, or a tuple of them; with `return_dict` a dict.

    Raises:
        NodeReadyError: A required input has no value.
        IONotFoundError: There is no input of that name.
    """
    node: NodeLike = cls(**init)
    for io_id, value in inputs.items():
        find_port(node, node.inputs, io_id, "input").set_value(value)
    if raise_ready and not node.ready():
        missing = ", ".join(repr(port.id) for port in node.inputs.values() if not port.ready())
        raise NodeReadyError(f"{node.node_name!r} cannot run: no value for {missing}")
    if return_dict:
        node.outputs["_triggeroutput"].on("after_set_value", _hear)
    await wait_for([node], force=True)
    if return_dict:
        return {io_id: port.value for io_id, port in node.outputs.items()}
    values = tuple(port.value for port in node._data_outputs())
    return values if len(values) > 1 else (values[0] if values else None)


def _hear(**event: Any) -> None:
    """Listen: the time of a run is told to those who do."""


async def run_until_complete(*nodes: NodeLike) -> None:
    """Start what the nodes were asked for and wait until all of them are at rest.

    Nodes that are not given are not waited for.

    Raises:
        NodeTriggerError: A run of one of them failed.
    """
    await wait_for(nodes, force=False)


def get_deep_connected_nodeset(src: N, nodeset: set[N] | None = None) -> set[N]:
    """Every node that wires and mirrors lead to from `src`, itself included, added to `nodeset`."""
    seen = nodeset if nodeset is not None else set()
    todo = [src]
    seen.add(src)
    while todo:
        node = todo.pop()
        mirrors = [link for port in node.inputs.values() for link in port.forwards]
        for link in (*node._links, *mirrors):
            target = link.dst._node()
            if target is not None and target not in seen:
                seen.add(target)
                todo.append(target)
    return seen
