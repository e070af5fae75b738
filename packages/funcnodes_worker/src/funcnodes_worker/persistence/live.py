"""From records to nodes: edits applied to a `NodeSpace`, and whole graphs built without running anything."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from msgspec import UNSET

from funcnodes_core.exceptions import FuncNodesError, NodeClassNotFoundError
from funcnodes_core.io import can_connect
from funcnodes_core.io.base import NodeIO
from funcnodes_core.node import Node
from funcnodes_core.nodespace.execution import forget
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_core.nodespace.state import make_node
from funcnodes_core.sentinels import NoValue
from funcnodes_worker.edits import Edge, Edit, PutEdge, PutNode, Record, RemoveEdge, RemoveNode, SetField
from funcnodes_worker.errors import ConflictError
from funcnodes_worker.journal import PortValue
from funcnodes_worker.persistence.added_ports import add_ports
from funcnodes_worker.persistence.blobs import BlobSource
from funcnodes_worker.persistence.export import LoadedGraph
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.secrets import GraphSecrets, is_secret
from funcnodes_worker.persistence.values import load_kind, load_value

__all__ = ["LiveGraph", "LoadReport", "build_space", "groups_for_space"]

_LOG = logging.getLogger("funcnodes.worker.document")
_PORT_FIELDS = ("name", "hidden", "value_options", "render_options", "default")

SettledValues = Mapping[tuple[str, str], PortValue]


class LiveGraph:
    """Keeps a space in step with a model.

    Args:
        log: warnings go to the log too.

    Attributes:
        warnings: a sentence about everything that a record says and the space could not do; the record keeps it.
        missing: ids of node classes that are not there, with their nodes as placeholders.
    """

    def __init__(
        self,
        space: NodeSpace,
        blobs: BlobSource,
        *,
        secrets: GraphSecrets | None = None,
        log: bool = True,
    ) -> None:
        self.space = space
        self._log = log
        self.blobs = blobs
        self.secrets = secrets or GraphSecrets()
        self.warnings: list[str] = []
        self.missing: dict[str, None] = {}
        self._originals: WeakKeyDictionary[Node, dict[tuple[str, str], Any]] = WeakKeyDictionary()

    # -- making nodes

    def make(self, record: Record) -> Node:
        """The node of a record, not yet in the space; a placeholder where its class is missing.

        Raises:
            ConflictError: the class's constructor failed.
        """
        try:
            node_class = self.space.node_class(record["node_id"])
        except NodeClassNotFoundError:
            return self._placeholder(record)
        kwargs: dict[str, Any] = {
            "uuid": record["uuid"],
            "name": record.get("name") or None,
            "trigger_on_create": False,
            "properties": dict(record.get("properties", {})),
        }
        for key in ("reset_inputs_on_trigger", "render_options"):
            if key in record:
                kwargs[key] = record[key]
        try:
            node = make_node(node_class, kwargs)
        except Exception as exc:
            raise ConflictError(f"a node {record['node_id']!r} cannot be made: {exc}") from exc
        if node.in_trigger_soon:  # a constructor that takes no arguments may have asked for a run
            forget(node)
        return node

    def _placeholder(self, record: Record) -> Node:
        self.missing[record["node_id"]] = None
        data: dict[str, Any] = {key: record[key] for key in ("uuid", "node_id", "io") if key in record}
        for io_id, fields in data.get("io", {}).items():
            if "added" in fields:
                data["io"] = {
                    **data["io"],
                    io_id: {**fields, "is_input": fields["added"].get("is_input", True)},
                }
        data["node_name"] = record.get("extra", {}).get("node_name", record["node_id"])
        return PlaceHolderNode(
            data, name=record.get("name") or None, properties=dict(record.get("properties", {}))
        )

    def make_or_stand_in(self, record: Record) -> Node:
        """The same, but a class that cannot be made is a placeholder too: its data is kept."""
        try:
            return self.make(record)
        except ConflictError as exc:
            self._warn(str(exc))
            return self._placeholder(record)

    def prepare(self, edits: Iterable[Edit]) -> dict[str, Node]:
        """The nodes that edits put, made before anything is written: a failing constructor changes nothing."""
        return {edit.node["uuid"]: self.make(edit.node) for edit in edits if isinstance(edit, PutNode)}

    # -- whole graphs

    def build(self, model: GraphModel, settled: SettledValues) -> None:
        """Fills the space from a model; nothing runs.

        Constructors and `after_set_value` callbacks of installed classes do run.
        """
        with self.space.loading():
            for record in model.nodes.values():
                self._add_guarded(record)
            for edge in model.edges:
                self.connect(edge)
            for key, value in model.props.items():
                self.space.set_property(key, value)
            self.space.groups.deserialize(groups_for_space(model))
            for node in self.space.nodes:
                self.restore(node.uuid, settled)
            for edge in model.edges:
                self._hand_on(edge, settled)

    def _add_guarded(self, record: Record) -> None:
        try:
            self.add(self.make_or_stand_in(record), record)
        except Exception as exc:  # noqa: BLE001 - callbacks of node modules are foreign code; the others must open
            self._warn(f"node {record['uuid']!r} is not whole: {type(exc).__name__}: {exc}")

    def add(self, node: Node, record: Record) -> None:
        """Adds a node that was made, with everything its record says; nothing runs."""
        with self.space.loading(node):
            if "description" in record:  # before the node is told of: a description has no event of its own
                node.description = record["description"]
            add_ports(node, record)
            self.space.add_node_instance(node)
            if record.get("mode"):
                node.mode = record["mode"]
            for key in ("timeout_s", "retries"):
                if key in record:
                    setattr(node, key, record[key])
            for io_id, fields in record.get("io", {}).items():
                for key in _PORT_FIELDS:
                    if key in fields:
                        self._set_port(node, io_id, key, fields[key])
                if "value" in fields:
                    self._set_value(node, io_id, fields["value"], does_trigger=False)

    def restore(self, uuid: str, settled: SettledValues) -> bool:
        """Gives a node's ports what they held; tells whether an output has a value again."""
        node = self.space.get_node_by_id(uuid)
        found = False
        for ports in (node.inputs, node.outputs):
            for io_id, port in ports.items():
                kept = settled.get((uuid, io_id))
                if kept is None or kept.value is UNSET:
                    continue
                try:
                    port.restore(load_kind(kept.kind, kept.value, self.blobs))
                except ValueError as exc:
                    self._warn(f"the value of {node.name!r} {io_id!r} is lost: {exc}")
                else:
                    found = found or not port.is_input()
        return found

    def _hand_on(self, edge: Edge, settled: SettledValues) -> None:
        """A connected input shows again what its source holds."""
        if (edge[2], edge[3]) in settled:
            return
        try:
            source, target = self.space.find_edge_ports(*edge)
        except FuncNodesError:
            return  # an edge that could not be built has its warning already
        if source.value is not NoValue:
            self._guarded(target, source.value, does_trigger=False)

    # -- single edits

    def apply(self, edit: Edit, nodes: dict[str, Node]) -> None:
        """Applies one edit of a node, edge or field; `nodes` are those that `prepare` made.

        The edit is in the journal already, so what goes wrong here is a warning.
        """
        try:
            self._apply(edit, nodes)
        except Exception as exc:  # noqa: BLE001 - callbacks of node modules are foreign code
            self._warn(f"{type(edit).__name__} was not applied whole: {type(exc).__name__}: {exc}")

    def _apply(self, edit: Edit, nodes: dict[str, Node]) -> None:
        match edit:
            case PutNode(node=record):
                self.add(nodes[record["uuid"]], record)
            case RemoveNode(node=record):
                self.space.remove_node_by_id(record["uuid"])
            case PutEdge(edge=edge):
                self.connect(edge)
            case RemoveEdge(edge=edge):
                self._disconnect(edge)
            case SetField(target=("nodes", uuid, *path), after=after):
                self._set_node(self.space.get_node_by_id(uuid), path, after)
            case SetField(target=("props", key), after=after):
                if after is UNSET:
                    self.space.remove_property(key)
                else:
                    self.space.set_property(key, after)
            case _:
                pass  # groups are handed over whole

    def connect(self, edge: Edge) -> None:
        """Makes an edge, with the ports of placeholders that it needs; one that cannot be made is a warning."""
        try:
            source, target = self.space.get_node_by_id(edge[0]), self.space.get_node_by_id(edge[2])
            if edge[1] not in source.inputs:
                self._ensure_port(source, edge[1], is_input=False)
            self._ensure_port(target, edge[3], is_input=True)
            self.space.connect(*edge, check=False)
            verdict = can_connect(*self.space.find_edge_ports(*edge), replace=True)
        except (FuncNodesError, ValueError) as exc:
            self._warn(f"the edge {edge!r} is kept in the file but cannot be made: {exc}")
        else:
            if not verdict.ok:
                self._warn(f"the edge {edge!r} is kept although {verdict.reason}")

    def _ensure_port(self, node: Node, io_id: str, *, is_input: bool) -> None:
        """A placeholder has every port that somebody speaks of."""
        if isinstance(node, PlaceHolderNode) and io_id not in (node.inputs if is_input else node.outputs):
            node.ensure_port(io_id, is_input=is_input)

    def _disconnect(self, edge: Edge) -> None:
        try:
            self.space.disconnect(*edge)
        except (FuncNodesError, ValueError) as exc:
            _LOG.info("edge %r was no part of the graph: %s", edge, exc)

    def _set_node(self, node: Node, path: list[str], after: Any) -> None:
        match path:
            case ("io", io_id, "value"):
                self._set_value(node, io_id, after, does_trigger=None)
            case ("io", io_id, key) if key in _PORT_FIELDS:
                self._set_port(node, io_id, key, after)
            case ("properties", key):
                if after is UNSET:
                    node.properties.pop(key, None)
                else:
                    node.set_property(key, after)
            case ("name",):
                node.name = after or None
            case ("description",):
                node.description = type(node).description if after is UNSET else after
            case ("mode",):
                node.mode = "active" if after is UNSET else after
            case ("reset_inputs_on_trigger" | "timeout_s" | "retries" as key,):
                setattr(node, key, getattr(type(node), f"default_{key}") if after is UNSET else after)
            case _:
                pass  # fields that only the record knows: group, extra

    def fall_back(self, uuid: str, io_id: str, packed: Any) -> None:
        """An input without wires holds what people have set, also while it was connected; `packed` is its record."""
        if packed is UNSET:
            return
        node = self.space.get_node_by_id(uuid)
        port = node.inputs.get(io_id)
        if port is not None and not port.links_in:
            self._set_value(node, io_id, packed, does_trigger=False)

    def _port(self, node: Node, io_id: str, *, is_input: bool | None = None) -> NodeIO | None:
        if io_id not in node.outputs:
            self._ensure_port(node, io_id, is_input=is_input is not False)
        ports: dict[str, NodeIO] = {**node.outputs, **node.inputs}
        port = ports.get(io_id)
        if port is None:
            self._warn(
                f"{node.name!r} has no port {io_id!r} any more; what was said about it is kept in the file"
            )
        return port

    def _set_value(self, node: Node, io_id: str, packed: Any, does_trigger: bool | None) -> None:
        port = self._port(node, io_id, is_input=True)
        if port is None:
            return
        try:
            value = NoValue if packed is UNSET else self._load(packed)
        except ValueError as exc:
            self._warn(f"the value of {node.name!r} {io_id!r} is lost: {exc}")
            return
        self._guarded(port, value, does_trigger)
        # taking a value back is no value that arrives, but the node shall run with its default
        if value is NoValue and does_trigger is None and node.ready() and node.inputs[io_id].does_trigger:
            node.request_trigger()

    def _load(self, packed: Any) -> Any:
        return self.secrets.text_of(packed) if is_secret(packed) else load_value(packed, self.blobs)

    def _guarded(self, port: NodeIO, value: Any, does_trigger: bool | None) -> None:
        try:
            port.set_value(value, does_trigger=does_trigger)
        except Exception as exc:  # noqa: BLE001 - callbacks of node modules are foreign code; the value is stored
            self._warn(f"a callback of {port.full_id} failed: {type(exc).__name__}: {exc}")

    def _set_port(self, node: Node, io_id: str, key: str, after: Any) -> None:
        port = self._port(node, io_id)
        if port is None:
            return
        originals = self._originals.setdefault(node, {})
        if key in ("value_options", "default"):
            # what the class says lies below these two and comes back by itself
            empty: Any = {} if key == "value_options" else NoValue
            value = empty if after is UNSET else after
            if key == "default" and after is not UNSET:
                value = self._load(after)
        else:
            original = originals.setdefault((io_id, key), getattr(port, key))
            value = original if after is UNSET else after
        setattr(port, key, value)

    def _warn(self, text: str) -> None:
        self.warnings.append(text)
        if self._log:
            _LOG.warning("%s", text)


class LoadReport(NamedTuple):
    """What building a graph found.

    Attributes:
        missing: ids of node classes that are not there; their nodes are placeholders.
        warnings: a sentence about everything that the file says and the graph could not do.
    """

    missing: list[str]
    warnings: list[str]


def build_space(loaded: LoadedGraph, space: NodeSpace) -> LoadReport:
    """Fills an empty space with a graph that was read; nothing runs."""
    live = LiveGraph(space, loaded.blobs, log=False)  # the report says it all
    live.build(loaded.snapshot.model, loaded.snapshot.settled)
    return LoadReport(list(live.missing), loaded.warnings + live.warnings)


def groups_for_space(model: GraphModel) -> dict[str, Record]:
    """The groups of a model in the shape that `GroupingLogic.deserialize` takes."""
    return {
        gid: {
            "node_ids": model.members(gid),
            "child_groups": model.subgroups(gid),
            "parent_group": group.get("parent"),
            "meta": {key: group[key] for key in ("name", "colour", "collapsed") if key in group},
            "position": group.get("pos"),
        }
        for gid, group in model.groups.items()
    }
