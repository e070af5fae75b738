"""Graphs that earlier releases (core 0.3 to 2.4) wrote, read into ours. These forms are never written.

Reading is lenient where files differ by release: `groups`, `prop` and `emit_value_set` may be missing, positions
may stand in `view.nodes`, a value may have been saved as `default` only. What has no place with us (`view`,
`dependencies`, unknown keys of a node) is kept beside it, so that nothing is lost by opening a file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from funcnodes_worker.edits import Edge, Record
from funcnodes_worker.errors import DocumentFormatError
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.snapshot import Snapshot
from funcnodes_worker.protocol.shapes import NodeMode, Retries, TimeoutSeconds

__all__ = ["is_legacy", "parse_legacy"]

_NO_VALUE = "<NoValue>"
_NODE_KEYS = frozenset(
    (
        "name id uuid node_id node_name io reset_inputs_on_trigger description render_options properties "
        "io_order frontend mode timeout_s retries"
    ).split()
)
_PORT_KEYS: dict[str, type] = {
    "is_input": bool,
    "name": str,
    "hidden": bool,
    "value_options": dict,
    "render_options": dict,
}


def is_legacy(data: Any) -> bool:
    """Whether a parsed file has the form of an earlier release: a worker's state or a bare graph."""
    return isinstance(data, dict) and "kind" not in data and ("backend" in data or "nodes" in data)


def parse_legacy(data: Mapping[str, Any]) -> tuple[Snapshot, list[str]]:
    """The graph in a file of an earlier release, and a sentence about everything that was left out.

    Raises:
        DocumentFormatError: the file has no nodes where they must be.
    """
    backend = data.get("backend", data)
    if not isinstance(backend, dict) or not isinstance(backend.get("nodes", []), list):
        raise DocumentFormatError("the graph has no list of nodes")
    view, meta = _dict(data.get("view")), _dict(data.get("meta"))
    warnings: list[str] = []
    model = GraphModel()
    for raw in backend.get("nodes", []):
        if _is_node(raw, model, warnings):
            model.nodes[_uuid(raw)] = _finite(_node(raw, _view_of(view, raw)))
    for raw in _list(backend.get("edges")):
        _edge(raw, model, warnings)
    model.groups = _finite(_groups(_dict(backend.get("groups")), model, warnings))
    model.props = _finite(_dict(backend.get("prop")))
    kept = {
        key: _finite(data[key])
        for key in ("view", "meta", "dependencies", "external_workers")
        if data.get(key)
    }
    snapshot = Snapshot(model=model, id=str(meta.get("id", "")), extra={"earlier": kept} if kept else {})
    return snapshot, warnings


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _finite(value: Any) -> Any:
    """A copy in which numbers that JSON cannot say, which Python wrote all the same, are null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _is_node(raw: Any, model: GraphModel, warnings: list[str]) -> bool:
    ok = isinstance(raw, dict) and all(
        isinstance(key, str) and key for key in (raw.get("node_id"), _uuid(raw))
    )
    if not ok:
        warnings.append(f"an entry of the node list has no id and was left out: {str(raw)[:80]!r}")
    elif _uuid(raw) in model.nodes:
        warnings.append(f"a second node of the id {_uuid(raw)!r} was left out")
        return False
    return ok


def _uuid(raw: Mapping[str, Any]) -> Any:
    return raw.get("id", raw.get("uuid"))


def _view_of(view: Mapping[str, Any], raw: Any) -> Mapping[str, Any]:
    nodes = view.get("nodes")
    found = nodes.get(_uuid(raw)) if isinstance(nodes, dict) and isinstance(raw, dict) else None
    return found if isinstance(found, dict) else {}


def _control(raw: Mapping[str, Any]) -> Record:
    """How a node takes part and what it may take, as scripts save it; what has not the right form is left out."""
    out: Record = {}
    for key, kind in (("mode", NodeMode), ("timeout_s", TimeoutSeconds | None), ("retries", Retries)):
        try:
            if key in raw:
                out[key] = msgspec.convert(raw[key], kind)
        except msgspec.ValidationError:
            continue
    return out


def _node(raw: Mapping[str, Any], view: Mapping[str, Any]) -> Record:
    record: Record = {"uuid": _uuid(raw), "node_id": raw["node_id"], "name": str(raw.get("name") or "")}
    if isinstance(raw.get("description"), str):
        record["description"] = raw["description"]
    if isinstance(raw.get("reset_inputs_on_trigger"), bool):
        record["reset_inputs_on_trigger"] = raw["reset_inputs_on_trigger"]
    if isinstance(raw.get("render_options"), dict):
        record["render_options"] = raw["render_options"]
    record |= _control(raw)
    record["properties"] = _properties(raw, view)
    ports = raw.get("io")
    if isinstance(ports, list):  # the oldest files hold a list of ports with their ids inside
        ports = {port.get("id"): port for port in ports if isinstance(port, dict)}
    record["io"] = {
        str(key): _port(port) for key, port in _dict(ports).items() if key and isinstance(port, dict)
    }
    extra = {key: value for key, value in raw.items() if key not in _NODE_KEYS}
    if isinstance(raw.get("node_name"), str):
        extra["node_name"] = raw["node_name"]
    if extra:
        record["extra"] = extra
    return record


def _properties(raw: Mapping[str, Any], view: Mapping[str, Any]) -> Record:
    properties: Record = {
        f"frontend:{key}": value for key, value in view.items() if key in ("pos", "size", "collapsed")
    }
    frontend = raw.get("frontend")
    if isinstance(frontend, dict):
        properties |= {f"frontend:{key}": value for key, value in frontend.items()}
    if isinstance(raw.get("properties"), dict):
        properties |= raw["properties"]
    return properties


def _port(raw: Mapping[str, Any]) -> Record:
    port: Record = {key: raw[key] for key, kind in _PORT_KEYS.items() if isinstance(raw.get(key), kind)}
    is_input = bool(raw.get("is_input", True))
    value = raw.get("value", _NO_VALUE)
    if value == _NO_VALUE and is_input:
        # what a person had set was written as the port's default by those releases
        value = raw.get("default", _NO_VALUE)
    if value != _NO_VALUE and is_input:
        port["value"] = _exact(value)
    return port


def _exact(value: Any) -> Any:
    """Plain JSON in the exact form: only one-key objects that look like a marker need an escape."""
    if isinstance(value, dict):
        inner = {str(key): _exact(item) for key, item in value.items()}
        marker = len(inner) == 1 and next(iter(inner)).startswith("$fn:")
        return {"$fn:dict": inner} if marker else inner
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return {"$fn:int": str(value)}
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return {"$fn:float": str(value)}
    return value


def _edge(raw: Any, model: GraphModel, warnings: list[str]) -> None:
    if not (
        isinstance(raw, (list, tuple))
        and len(raw) == 4
        and all(isinstance(part, str) and part for part in raw)
    ):
        warnings.append(f"an edge has no proper form and was left out: {str(raw)[:80]!r}")
        return
    edge: Edge = (raw[0], raw[1], raw[2], raw[3])
    if edge[0] in model.nodes and edge[2] in model.nodes:
        model.edges[edge] = None
    else:
        warnings.append(f"an edge to a node that is not there was left out: {edge!r}")


def _groups(raw: dict[str, Any], model: GraphModel, warnings: list[str]) -> dict[str, Record]:
    given = {gid: group for gid, group in raw.items() if isinstance(group, dict)}
    parents = {str(child): gid for gid, group in given.items() for child in _list(group.get("child_groups"))}
    groups: dict[str, Record] = {}
    for gid, group in given.items():
        parent = group.get("parent_group") or parents.get(gid)
        groups[gid] = _group(group, parent if isinstance(parent, str) and parent in given else None)
        for uuid in map(str, _list(group.get("node_ids"))):
            if uuid in model.nodes and "group" not in model.nodes[uuid]:
                model.nodes[uuid]["group"] = gid
    for gid in groups:
        _break_circle(gid, groups, warnings)
    return groups


def _group(raw: Mapping[str, Any], parent: str | None) -> Record:
    group: Record = {} if parent is None else {"parent": parent}
    meta = dict(raw["meta"]) if isinstance(raw.get("meta"), dict) else {}
    for key, names in (("name", ("name", "label")), ("colour", ("colour", "color"))):
        for name in names:
            if isinstance(meta.get(name), str):
                group.setdefault(key, meta.pop(name))
    if meta:
        group["meta"] = meta
    position = raw.get("position")
    if isinstance(position, (list, tuple)) and len(position) == 2:
        group["pos"] = list(position)
    return group


def _break_circle(gid: str, groups: dict[str, Record], warnings: list[str]) -> None:
    seen = {gid}
    parent = groups[gid].get("parent")
    while parent is not None and parent not in seen:
        seen.add(parent)
        parent = groups[parent].get("parent")
    if parent is not None:
        del groups[gid]["parent"]
        warnings.append(f"group {gid!r} was inside itself; it stands alone now")
