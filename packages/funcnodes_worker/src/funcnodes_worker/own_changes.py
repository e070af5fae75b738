"""What nodes change of themselves while they run: properties that they keep, and ports that they add.

It is journaled a moment later, as one entry for all of it, and is no step of the history.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from msgspec import UNSET

from funcnodes_core.exceptions import NodeNotFoundError
from funcnodes_core.node import Node
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_worker.edits import Edit, SetField
from funcnodes_worker.feed import Feed, properties_event
from funcnodes_worker.journal import Commit
from funcnodes_worker.persistence.added_ports import added_ports, described
from funcnodes_worker.persistence.history import NODE
from funcnodes_worker.persistence.store import DocumentStore, now

__all__ = ["OwnChanges", "tell_records"]

_LOG = logging.getLogger("funcnodes.worker.document")
_WAIT_S = 0.3
_FIELDS = {"properties", "ports"}


class OwnChanges:
    """Notices nodes whose properties or ports are not what their records say.

    Args:
        space: the graph.
        store: its records.
        feed: is told what the space does not tell.
        written: called when it was written, or could not be.
    """

    def __init__(
        self, space: NodeSpace, store: DocumentStore, feed: Feed, written: Callable[[], None]
    ) -> None:
        self._space = space
        self._store = store
        self._feed = feed
        self._written = written
        self._nodes: dict[str, None] = {}
        self._keys: dict[str, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def node_changed(self, node: Node, fields: tuple[str, ...]) -> None:
        """A node changed itself, or a command changed it."""
        if not _FIELDS.isdisjoint(fields):
            self._nodes[node.uuid] = None
            self._wake()

    def property_changed(self, key: str) -> None:
        """A property of the graph changed."""
        self._keys[key] = None
        self._wake()

    def flush(self) -> None:
        """Journal what differs, here and now.

        Raises:
            JournalError: the disk refused; it is tried again.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        edits = [edit for uuid in self._nodes for edit in self._edits_of(uuid)]
        for key in self._keys:
            edits += self._edit(("props", key), self._space.properties.get(key, UNSET))
        if edits:
            self._write(edits)
        self._nodes.clear()
        self._keys.clear()

    def _write(self, edits: list[Edit]) -> None:
        """Journals edits that the space has already."""
        try:
            self._store.write([Commit(rev=self._store.rev + 1, edits=edits, cmd=NODE, at=now())])
        finally:
            self._written()
        self._feed.begin_at(self._store.rev)
        tell_records(self._feed, self._space, edits)

    def _wake(self) -> None:
        if self._timer is None:
            try:
                self._timer = asyncio.get_running_loop().call_later(_WAIT_S, self._flush)
            except RuntimeError:
                return  # without a loop it is written at the end

    def _flush(self) -> None:
        self._timer = None
        try:
            self.flush()
        except OSError as error:
            _LOG.error("what nodes have changed cannot be written: %s", error)
            self._wake()

    def _edits_of(self, uuid: str) -> Iterator[Edit]:
        record = self._store.model.nodes.get(uuid)
        try:
            node = self._space.get_node_by_id(uuid)
        except NodeNotFoundError:
            return
        if record is None or isinstance(node, PlaceHolderNode):
            return
        for key in {**record.get("properties", {}), **node.properties}:
            yield from self._edit(("nodes", uuid, "properties", key), node.properties.get(key, UNSET))
        added = {port.id: described(port) for port in added_ports(node)}
        for io_id in {**record.get("io", {}), **added}:
            yield from self._edit(("nodes", uuid, "io", io_id, "added"), added.get(io_id, UNSET))

    def _edit(self, path: tuple[str, ...], value: Any) -> list[Edit]:
        """The edit that brings a field's record in step; none where it is, or where JSON cannot say the value."""
        if value is not UNSET:
            try:
                value = json.loads(json.dumps(value, allow_nan=False))
            except (TypeError, ValueError, RecursionError):
                return []
        edit = self._store.model.set(path, value)
        return [] if edit.before == edit.after else [edit]


def tell_records(feed: Feed, space: NodeSpace, edits: Sequence[Edit]) -> None:
    """Tells what the space does not tell by itself."""
    if any(isinstance(edit, SetField) and edit.target[0] == "props" for edit in edits):
        feed.post(properties_event(space))
    for edit in edits:
        match edit:
            case SetField(target=("nodes", uuid, "description")):
                field = "description"
            case SetField(target=("nodes", uuid, "properties", _), after=after) if after is UNSET:
                field = "properties"
            case _:
                continue
        with suppress(NodeNotFoundError):  # removed by a later edit
            feed.node_updated(space.get_node_by_id(uuid), (field,))
