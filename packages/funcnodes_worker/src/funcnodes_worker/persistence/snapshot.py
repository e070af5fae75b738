"""The snapshot of a graph: one JSON file for programs, people and git.

::

    {"format": 3, "kind": "funcnodes graph", "rev": 57, "settled_rev": 57, "id": "...",
     "nodes": [one node a block, without layout and values], "edges": [[src, out, dst, in], ...],
     "groups": {id: {...}}, "properties": {...}, "layout": {uuid: {"pos", "size", "collapsed"}},
     "values": {uuid: {io_id: exact}}, "settled": [{"uuid", "io", "value" or "mime" and "data"}, ...],
     and whatever else was in the file before}

`values` holds what people have set, `settled` what runs have made by `settled_rev`. Keys come in a fixed order.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Struct, field

from funcnodes_worker.edits import Edge, Record
from funcnodes_worker.errors import DocumentFormatError
from funcnodes_worker.journal import PortValue
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.protocol.shapes import Retries, TimeoutSeconds

__all__ = ["FORMAT", "NodeRecord", "PortRecord", "Snapshot", "dump_snapshot", "parse_snapshot"]

FORMAT = 3
KIND = "funcnodes graph"
_OWN_KEYS = frozenset(
    ("format kind rev settled_rev id nodes edges groups properties layout values settled").split()
)
_LAYOUT = "frontend:"
_NODE_KEYS = (
    "uuid",
    "node_id",
    "name",
    "description",
    "group",
    "mode",
    "reset_inputs_on_trigger",
    "timeout_s",
    "retries",
)


class Snapshot(Struct, kw_only=True):
    """A graph at one revision.

    Attributes:
        settled: what the ports held, by (node uuid, port id).
        settled_rev: the revision that those values belong to.
        extra: keys of the file that are not ours; they survive a rewrite.
    """

    model: GraphModel
    rev: int = 0
    settled: dict[tuple[str, str], PortValue] = field(default_factory=dict)
    settled_rev: int = 0
    id: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def dump_snapshot(snapshot: Snapshot) -> bytes:
    """The file of a snapshot, UTF-8."""
    model = snapshot.model
    head = {
        "format": FORMAT,
        "kind": KIND,
        "rev": snapshot.rev,
        "settled_rev": snapshot.settled_rev,
        "id": snapshot.id,
    }
    parts = [f"{_key(key)}{_line(value)}" for key, value in head.items()]
    parts.append(_key("nodes") + _list(_block(_bare_node(node)) for node in model.nodes.values()))
    parts.append(_key("edges") + _list(_line(list(edge)) for edge in model.edges))
    parts.append(
        _key("groups") + _dict((gid, _line(_by_key(group))) for gid, group in sorted(model.groups.items()))
    )
    parts.append(_key("properties") + _dict((k, _line(model.props[k])) for k in sorted(model.props)))
    parts.append(_key("layout") + _dict((u, _line(at)) for u, n in model.nodes.items() if (at := _layout(n))))
    parts.append(
        _key("values") + _dict((u, _ports(vs)) for u, n in model.nodes.items() if (vs := _values(n)))
    )
    parts.append(_key("settled") + _list(_line(msgspec.to_builtins(port)) for port in _in_order(snapshot)))
    parts += [f"{_key(key)}{_line(value)}" for key, value in snapshot.extra.items() if key not in _OWN_KEYS]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def parse_snapshot(data: Mapping[str, Any]) -> Snapshot:
    """The snapshot in a parsed file.

    Raises:
        DocumentFormatError: it is of another kind, of a later format, or does not hold together.
    """
    if data.get("kind") != KIND or not isinstance(data.get("format"), int):
        raise DocumentFormatError("this is no FuncNodes graph")
    if data["format"] > FORMAT:
        raise DocumentFormatError(
            f"the graph is of format {data['format']}; this release reads up to {FORMAT}"
        )
    try:
        file = msgspec.convert(data, _File)
        nodes = [_whole_node(node, file) for node in file.nodes]
    except msgspec.ValidationError as exc:
        raise DocumentFormatError(f"the graph does not have the form it must have: {exc}") from exc
    twice = [uuid for uuid, count in Counter(node["uuid"] for node in nodes).items() if count > 1]
    if twice:
        raise DocumentFormatError(f"a node is there more than once: {twice[0]!r}")
    model = GraphModel(nodes, file.edges, file.groups, file.properties)
    check_model(model)
    return Snapshot(
        model=model,
        rev=file.rev,
        settled={(port.uuid, port.io): port for port in file.settled},
        settled_rev=file.settled_rev,
        id=file.id,
        extra={key: value for key, value in data.items() if key not in _OWN_KEYS},
    )


def check_model(model: GraphModel) -> None:
    """Checks that edges and groups refer to what is there.

    Raises:
        DocumentFormatError: they do not.
    """
    for edge in model.edges:
        if not (edge[1] and edge[3]):
            raise DocumentFormatError(f"edge {edge!r} has an end without a port")
        for uuid in (edge[0], edge[2]):
            if uuid not in model.nodes:
                raise DocumentFormatError(f"edge {edge!r} refers to a node that is not there: {uuid!r}")
    for uuid, node in model.nodes.items():
        if not uuid or "" in node.get("io", {}):
            raise DocumentFormatError(f"node {uuid!r} or one of its ports has an empty id")
        if node.get("group") is not None and node["group"] not in model.groups:
            raise DocumentFormatError(f"node {uuid!r} is in a group that is not there: {node['group']!r}")
    for group_id in model.groups:
        _check_forest(model, group_id)


def _check_forest(model: GraphModel, group_id: str) -> None:
    seen = {group_id}
    parent = model.groups[group_id].get("parent")
    while parent is not None:
        if parent in seen or parent not in model.groups:
            raise DocumentFormatError(f"group {group_id!r} has no proper parent: {parent!r}")
        seen.add(parent)
        parent = model.groups[parent].get("parent")


class PortRecord(Struct, kw_only=True):
    """The form that what a file says about a port must have; `value` and `default` are exact forms."""

    is_input: bool = True
    name: str = ""
    hidden: bool = False
    value_options: dict[str, Any] = field(default_factory=dict)
    render_options: dict[str, Any] = field(default_factory=dict)


class NodeRecord(Struct, kw_only=True):
    """The form that a node in a file or fragment must have; further keys are kept."""

    uuid: str
    node_id: str
    name: str = ""
    description: str = ""
    mode: Literal["active", "muted", "bypassed"] = "active"
    group: str | None = None
    reset_inputs_on_trigger: bool = False
    timeout_s: TimeoutSeconds | None = None
    retries: Retries = 0
    render_options: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    io: dict[str, PortRecord] = field(default_factory=dict)


class _File(Struct, kw_only=True):
    nodes: list[dict[str, Any]]
    edges: list[Edge]
    rev: Annotated[int, msgspec.Meta(ge=0)] = 0
    settled_rev: int = 0
    id: str = ""
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    layout: dict[str, dict[str, Any]] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    settled: list[PortValue] = field(default_factory=list)


def _whole_node(raw: Record, file: _File) -> Record:
    """A node record put together again from its block, its layout and its values."""
    known = msgspec.convert(raw, NodeRecord)
    layout = {_LAYOUT + key: value for key, value in file.layout.get(known.uuid, {}).items()}
    ports = dict(raw.get("io", {}))
    for io_id, value in file.values.get(known.uuid, {}).items():
        ports[io_id] = {**ports.get(io_id, {}), "value": value}
    return {**raw, "name": known.name, "properties": {**known.properties, **layout}, "io": ports}


def _bare_node(node: Record) -> Record:
    bare = {key: node[key] for key in _NODE_KEYS if key in node}
    bare |= {key: node[key] for key in sorted(node.keys() - bare.keys() - {"properties", "io"})}
    properties = {k: v for k, v in sorted(node.get("properties", {}).items()) if not _is_layout(k)}
    # in the order that it came in: a placeholder shows its ports so
    ports = {io_id: port for io_id, raw in node.get("io", {}).items() if (port := _without_value(raw))}
    return bare | ({"properties": properties} if properties else {}) | ({"io": ports} if ports else {})


def _by_key(record: Record) -> Record:
    return {key: record[key] for key in sorted(record)}


def _without_value(port: Record) -> Record:
    return {key: port[key] for key in sorted(port) if key != "value"}


def _is_layout(key: str) -> bool:
    return key.startswith(_LAYOUT)


def _in_order(snapshot: Snapshot) -> list[PortValue]:
    """What ports held in the order of the nodes, not in that in which it came."""
    place = {uuid: at for at, uuid in enumerate(snapshot.model.nodes)}
    return sorted(snapshot.settled.values(), key=lambda port: (place.get(port.uuid, len(place)), port.io))


def _layout(node: Record) -> Record:
    properties = node.get("properties", {})
    return {key[len(_LAYOUT) :]: properties[key] for key in sorted(properties) if _is_layout(key)}


def _values(node: Record) -> Record:
    return {io_id: port["value"] for io_id, port in sorted(node.get("io", {}).items()) if "value" in port}


# the writer: JSON with one node a block and one edge, value or group a line


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _block(node: Record) -> str:
    return ("{\n" + ",\n".join(f"   {_line(k)}: {_line(v)}" for k, v in node.items()) + "\n  }").strip()


def _ports(values: Record) -> str:
    return "{" + ",".join(f"\n   {_line(k)}: {_line(v)}" for k, v in values.items()) + "}"


def _key(key: str) -> str:
    return f" {_line(key)}: "


def _list(items: Iterator[str]) -> str:
    lines = [f"\n  {item}" for item in items]
    return "[" + ",".join(lines) + ("\n ]" if lines else "]")


def _dict(items: Iterator[tuple[str, str]]) -> str:
    lines = [f"\n  {_line(key)}: {text}" for key, text in items]
    return "{" + ",".join(lines) + ("\n }" if lines else "}")
