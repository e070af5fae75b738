"""Planning what people set: the values of inputs."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.sentinels import NoValue
from funcnodes_worker.edits import Edit
from funcnodes_worker.persistence.blobs import BlobSource
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.values import check_exact, pack
from funcnodes_worker.plan.checks import find_input

__all__ = ["plan_set_value"]


def plan_set_value(
    model: GraphModel, space: NodeSpace, blobs: BlobSource, uuid: str, io_id: str, exact: Any
) -> list[Edit]:
    """An input gets a value, given in its exact form; "no value" brings its default back.

    Setting what is there already is an edit too: it makes the node run again.

    Raises:
        NotFoundError: there is no such input.
        BadArgumentsError: the value is malformed.
        OSError: a large value cannot be stored.
    """
    model.node(uuid)
    find_input(space, uuid, io_id)
    value = check_exact(exact)
    after = UNSET if value is NoValue else pack(exact, blobs)
    return [model.set(("nodes", uuid, "io", io_id, "value"), after)]
