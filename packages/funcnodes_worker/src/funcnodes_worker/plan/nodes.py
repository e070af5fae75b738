"""Planning what happens to nodes: add, remove, change fields, modes and ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from funcnodes_core.ids import new_uuid
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.sentinels import NoValue
from funcnodes_worker.edits import Edit, FieldPath, PutNode, Record, RemoveEdge, RemoveNode, SetField
from funcnodes_worker.errors import BadArgumentsError, ConflictError
from funcnodes_worker.persistence.blobs import BlobSource
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.secrets import takes_secret
from funcnodes_worker.persistence.values import check_exact, pack
from funcnodes_worker.plan.checks import find_port
from funcnodes_worker.plan.groups import without_empty_groups

__all__ = ["plan_add_node", "plan_remove_nodes", "plan_update_io", "plan_update_node"]

_FRONTEND = ("pos", "size", "collapsed")


def plan_add_node(
    model: GraphModel,
    space: NodeSpace,
    node_id: str,
    uuid: str | None,
    name: str | None,
    frontend: Mapping[str, Any],
) -> tuple[Record, list[Edit]]:
    """A new node of a class that the library has.

    Raises:
        NodeClassNotFoundError: the library has no such class.
        ConflictError: the uuid is taken.
    """
    node_class = space.node_class(node_id)
    if uuid is not None and (uuid in model.nodes or not uuid):
        raise ConflictError(f"the node id {uuid!r} is taken", uuid=uuid)
    record: Record = {
        "uuid": uuid or new_uuid(),
        "node_id": node_id,
        "name": name if name is not None else node_class.node_name,
        "properties": frontend_properties(frontend),
        "io": {},
    }
    return record, [PutNode(record)]


def frontend_properties(frontend: Mapping[str, Any]) -> Record:
    """Where an editor draws a node, as properties of the node.

    Raises:
        BadArgumentsError: a key that is none of pos, size, collapsed.
    """
    for key in frontend:
        if key not in _FRONTEND:
            raise BadArgumentsError(f"kwargs.frontend.{key}: unknown")
    return {f"frontend:{key}": value for key, value in frontend.items()}


def plan_remove_nodes(model: GraphModel, uuids: Sequence[str]) -> list[Edit]:
    """Nodes with their edges go, and groups that become empty with them.

    Raises:
        NotFoundError: a node is not there.
    """
    wanted = list(dict.fromkeys(uuids))
    edits: list[Edit] = [RemoveEdge(edge) for edge in model.edges_of(wanted)]
    edits += [RemoveNode(model.node(uuid)) for uuid in wanted]
    return without_empty_groups(model, edits)


def plan_update_node(model: GraphModel, uuid: str, fields: Mapping[str, Any]) -> list[Edit]:
    """Another name, description, mode, place or other properties.

    Args:
        fields: `name`, `description`, `mode`, `reset_inputs_on_trigger`, `timeout_s`, `retries`, `frontend` and `properties` (mappings);
            a property given as null is removed.
    """
    model.node(uuid)
    edits: list[Edit] = []
    for key in ("name", "description", "mode", "reset_inputs_on_trigger", "timeout_s", "retries"):
        if fields.get(key, UNSET) is not UNSET:
            edits += _change(model, ("nodes", uuid, key), fields[key])
    properties = dict(frontend_properties(fields.get("frontend") or {})) | dict(
        fields.get("properties") or {}
    )
    for key, value in properties.items():
        edits += _change(model, ("nodes", uuid, "properties", key), UNSET if value is None else value)
    return edits


def plan_update_io(
    model: GraphModel,
    space: NodeSpace,
    blobs: BlobSource,
    uuid: str,
    io_id: str,
    fields: Mapping[str, Any | UnsetType],
) -> list[Edit]:
    """Another label, visibility, default (in its exact form) or options of one port.

    Raises:
        NotFoundError: there is no such port.
        ConflictError: a default for an output.
        BadArgumentsError: the default is malformed.
    """
    model.node(uuid)
    port = find_port(space, uuid, io_id)
    given = {key: value for key, value in fields.items() if value is not UNSET}
    if "default" in given:
        if not port.is_input():
            raise ConflictError(f"output {io_id!r} takes no default", uuid=uuid, io_id=io_id)
        if takes_secret(port):
            raise ConflictError(f"{io_id!r} takes a secret: set its value, not its default", io_id=io_id)
        no_default = check_exact(given["default"]) is NoValue
        given["default"] = UNSET if no_default else pack(given["default"], blobs)
    if given and not port.is_input():
        given["is_input"] = False  # so that a placeholder knows which side the port is on
    edits: list[Edit] = []
    for key, value in given.items():
        edits += _change(model, ("nodes", uuid, "io", io_id, key), value)
    return edits


def _change(model: GraphModel, path: FieldPath, value: Any) -> list[SetField]:
    edit = model.set(path, value)
    return [] if edit.before == edit.after and type(edit.before) is type(edit.after) else [edit]
