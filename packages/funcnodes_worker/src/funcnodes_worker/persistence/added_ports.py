"""Ports that nodes have beside those of their classes: kept in their records, and made again from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from funcnodes_core.io.base import NodeIO
from funcnodes_core.io.input import NodeInput
from funcnodes_core.io.output import NodeOutput
from funcnodes_core.node import Node
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_worker.edits import Record

__all__ = ["add_ports", "added_ports", "described"]


def added_ports(node: Node) -> Iterator[NodeIO]:
    """The ports that a node has beside those of its class."""
    own = type(node).serialize_cls()
    for ports, side in ((node.inputs, "inputs"), (node.outputs, "outputs")):
        known = {port["uuid"] for port in own[side]}
        yield from (port for port in ports.values() if port.id not in known and port.id[:8] != "_trigger")


def described(port: NodeIO) -> Record:
    """What a port that was added is made of again."""
    kind = port.type_spec
    found: Record = {
        "is_input": port.is_input(),
        "name": port.name,
        "type": kind if isinstance(kind, str) else "Any",
    }
    if port.description:
        found["description"] = port.description
    if port.is_input():
        found |= {"required": bool(port.required), "does_trigger": port.does_trigger}  # type: ignore[attr-defined]
    return found


def add_ports(node: Node, record: Record) -> None:
    """Give a node that was made the ports that it had added itself, unless its constructor did."""
    if isinstance(node, PlaceHolderNode):
        return
    for io_id, fields in record.get("io", {}).items():
        added = fields.get("added")
        if not isinstance(added, Mapping) or io_id in {**node.inputs, **node.outputs}:
            continue
        shared: dict[str, Any] = {
            "id": io_id,
            "name": str(added.get("name") or io_id),
            "type": added.get("type") if isinstance(added.get("type"), str) else "Any",
            "description": str(added.get("description") or "") or None,
        }
        if added.get("is_input", True):
            required, triggers = added.get("required") is True, added.get("does_trigger") is not False
            node.add_input(NodeInput(**shared, required=required, does_trigger=triggers))
        else:
            node.add_output(NodeOutput(**shared))
