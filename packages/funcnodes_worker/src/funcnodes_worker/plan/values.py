"""Planning what people set: the values of inputs."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET

from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.sentinels import NoValue
from funcnodes_core.types import CONCEALED
from funcnodes_worker.edits import Edit
from funcnodes_worker.persistence.blobs import BlobSource
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.secrets import GraphSecrets, takes_secret
from funcnodes_worker.persistence.values import check_exact, pack
from funcnodes_worker.plan.checks import find_input

__all__ = ["plan_set_value"]


def plan_set_value(
    model: GraphModel,
    space: NodeSpace,
    blobs: BlobSource,
    uuid: str,
    io_id: str,
    exact: Any,
    *,
    secrets: GraphSecrets,
) -> list[Edit]:
    """An input gets a value, given in its exact form; "no value" brings its default back.

    The text of a secret goes to the secret store, and the edit holds a reference.

    Setting what is there already is an edit too: it makes the node run again.

    Raises:
        NotFoundError: there is no such input.
        BadArgumentsError: the value is malformed.
        OSError: a large value cannot be stored.
    """
    model.node(uuid)
    port = find_input(space, uuid, io_id)
    value = check_exact(exact)
    after: Any
    if value is NoValue:
        after = UNSET
    elif isinstance(value, str) and takes_secret(port):
        if value == CONCEALED:  # what a client was shown in its place: it stays as it is
            return [
                model.set(
                    ("nodes", uuid, "io", io_id, "value"), model.field(("nodes", uuid, "io", io_id, "value"))
                )
            ]
        after = secrets.keep(value)
    else:
        after = pack(exact, blobs)
    return [model.set(("nodes", uuid, "io", io_id, "value"), after)]
