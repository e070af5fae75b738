"""What an opened graph cannot bring back exactly: stale nodes, and previews of values that are gone."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from msgspec import UNSET

from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_worker.persistence.store import DocumentStore
from funcnodes_worker.persistence.values import unpack
from funcnodes_worker.protocol.events import IoValueChanged

__all__ = ["kept_previews", "stale_nodes"]

_LOG = logging.getLogger("funcnodes.worker.document")


def stale_nodes(store: DocumentStore, touched: set[str]) -> set[str]:
    """Nodes whose values could not be kept, or are older than what they were made from, and all below those.

    Args:
        touched: nodes that were changed after their values had been written; one that never had any is just new.
    """
    nodes = store.model.nodes
    with_values = {uuid for uuid, _ in store.settled}
    lost = {uuid for (uuid, _), port in store.settled.items() if port.value is UNSET}
    followers: dict[str, list[str]] = {}
    for edge in store.model.edges:
        followers.setdefault(edge[0], []).append(edge[2])
    todo = list((lost | (touched & with_values)) & nodes.keys())
    stale: set[str] = set()
    while todo:
        uuid = todo.pop()
        if uuid not in stale:
            stale.add(uuid)
            # what lies below a value that was lost is as new as it was: only what has changed makes it stale
            todo += followers.get(uuid, ()) if uuid not in lost or uuid in touched else ()
    return stale


def kept_previews(space: NodeSpace, store: DocumentStore) -> Iterator[IoValueChanged]:
    """What values that could not be kept have last looked like."""
    for (uuid, io_id), port in store.settled.items():
        if port.value is not UNSET or uuid not in store.model.nodes:
            continue
        node = space.get_node_by_id(uuid)
        try:
            data = unpack(port.data, store.blobs)
        except ValueError as exc:
            _LOG.warning("the preview of %r %r is lost: %s", node.name, io_id, exc)
            continue
        yield IoValueChanged(
            node_uuid=uuid,
            io_id=io_id,
            io_type="input" if io_id in node.inputs else "output",
            mime=port.mime,
            preview=data,
            complete=False,
        )
