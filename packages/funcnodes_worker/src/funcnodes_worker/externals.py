"""The external workers of a graph: which there are, their configurations, and their loops on the graph's loop.

What is saved lies in the snapshot beside the graph, in the form of earlier releases; secrets lie apart. One that is
stopped has no object: nothing of its module runs, and its nodes are placeholders until it is started.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from funcnodes_core.lib.shelf import Shelf, flatten_shelf
from funcnodes_core.node.base import Node
from funcnodes_core.node.registry import REGISTERED_NODES
from funcnodes_worker.document import Document
from funcnodes_worker.errors import ConflictError
from funcnodes_worker.external_records import (
    KeptExternals,
    SavedExternal,
    external_classes,
    make,
)
from funcnodes_worker.external_worker import FuncNodesExternalWorker
from funcnodes_worker.protocol.events import ExternalWorkersChanged
from funcnodes_worker.protocol.shapes import ExternalWorkerState
from funcnodes_worker.secretstore import SecretStore

__all__ = ["LIBRARY_SHELF", "ExternalWorkers"]

LIBRARY_SHELF = "_external_worker"
"""The shelf of the library under which the nodes of external workers stand, by uuid."""

_STOP_S = 2.0
_LOG = logging.getLogger("funcnodes.worker.external")


class _Running(Struct, kw_only=True, eq=False):
    """An object that lives, what it offers, and the task of its loop."""

    worker: FuncNodesExternalWorker
    task: asyncio.Task[None]
    shelf: Shelf | None = None
    classes: dict[str, type[Node]] = field(default_factory=dict)


class ExternalWorkers:
    """The external workers of one graph; on the graph's thread only.

    Args:
        document: the graph, whose nodes follow the classes that come and go.
        secrets: where secret fields of configurations are kept.

    Attributes:
        kept: what is saved of them.
    """

    def __init__(self, document: Document, secrets: SecretStore) -> None:
        self.kept = KeptExternals(document, secrets)
        self._document = document
        self._lib = document.space.lib
        self._running: dict[str, _Running] = {}
        self._errors: dict[str, str] = {}
        self._busy = asyncio.Lock()

    # -- reading

    def states(self) -> list[ExternalWorkerState]:
        """The external workers as clients see them."""
        classes = external_classes()
        return [
            ExternalWorkerState(
                uuid=one.uuid,
                classid=one.classid,
                name=one.title,
                running=one.uuid in self._running,
                missing=one.classid not in classes,
                error=self._errors.get(one.uuid),
            )
            for one in self.kept
        ]

    def is_stopped(self, node_id: str) -> bool:
        """Whether a node class would be there if its external worker were started."""
        owner = self.kept.owner_of(node_id)
        return owner is not None and owner.classid in external_classes()

    def why_missing(self, node_id: str) -> str | None:
        """Why a node class of an external worker is not there; None where none of them offers it."""
        owner = self.kept.owner_of(node_id)
        if owner is None:
            return None
        return f"its external worker {owner.title!r} is {'stopped' if self.is_stopped(node_id) else 'not installed'}"

    # -- coming and going with the document

    def open(self) -> None:
        """Take over what the graph's file says; none of them starts."""
        if self.kept.open():
            self._tell()

    def adopt(self, extra: Mapping[str, Any]) -> None:
        """Take over those of an imported file, stopped; one that is here already stays as it is.

        Raises:
            JournalError: the disk refused; nothing has changed.
        """
        if self.kept.adopt(extra):
            self._tell()

    async def close(self) -> None:
        """Stop all of them, at the same time; one that does not end is left."""
        running, self._running = list(self._running.values()), {}
        await asyncio.gather(*(_end(one) for one in running))

    # -- commands

    async def add(
        self, classid: str, name: str | None, config: Mapping[str, Any], uuid: str | None, *, start: bool
    ) -> str:
        """Make an external worker and start it; gives its uuid.

        Raises:
            CommandError: no such class, a configuration that does not fit, a uuid that is taken, or a constructor
                that failed; nothing has changed.
            JournalError: the disk refused; nothing has changed.
        """
        async with self._busy:
            new = self.kept.add(classid, name, config, uuid)
            try:
                if start:
                    self._start(new)
            except Exception:
                self.kept.remove(new.uuid)
                raise
            self._tell()
            return new.uuid

    async def update(
        self, uuid: str, name: str | None, config: Mapping[str, Any] | None, running: bool | None
    ) -> None:
        """Change the name or keys of the configuration, start or stop.

        A secret that is not given stays; one that is given as None is forgotten.

        Raises:
            CommandError: no such external worker, a configuration that does not fit, or code of its module failed.
            JournalError: the disk refused; nothing has changed.
        """
        async with self._busy:
            changed = self.kept.update(uuid, name, config)
            try:
                await self._bring_about(changed, config is not None, running)
            finally:
                self._tell()

    async def _bring_about(self, one: SavedExternal, configured: bool, running: bool | None) -> None:
        live = self._running.get(one.uuid)
        if live is None:
            if running:
                self._start(one)
        elif running is False:
            await self._stop(one.uuid)
        else:
            if one.name:
                live.worker.name = one.name
            if configured:
                # a whole model, so that what was forgotten goes
                model = live.worker.config_cls.model_validate(self.kept.whole_config(one))
                _foreign(live.worker, live.worker.update_config, model)
            self._shelf_changed(one.uuid)

    async def remove(self, uuid: str) -> None:
        """Stop an external worker and forget it and its secrets; its folder and its nodes' data stay.

        Raises:
            NotFoundError: there is none.
            JournalError: the disk refused; nothing has changed.
        """
        async with self._busy:
            self.kept.remove(uuid)
            await self._stop(uuid)
            self._errors.pop(uuid, None)
            self._tell()

    def _tell(self) -> None:
        self._document.feed.post(ExternalWorkersChanged(workers=self.states()))

    # -- living

    def _start(self, one: SavedExternal) -> None:
        if one.uuid in self._running:
            return
        cls = external_classes().get(one.classid)
        if cls is None:
            raise ConflictError(f"the class {one.classid!r} of {one.title!r} is not installed")
        folder = self._document.folder / "external_workers" / one.uuid
        worker = make(cls, one, folder, self.kept.whole_config(one))
        worker.on("loop_failed", lambda src, error: self._failed(one.uuid, error))
        worker.on("loop_recovered", lambda src: self._failed(one.uuid, None))
        loop = asyncio.get_running_loop()
        # a module may tell it from a thread of its own
        worker.on("nodes_update", lambda src: loop.call_soon_threadsafe(self._shelf_changed, one.uuid))
        task = loop.create_task(worker.continuous_run())
        live = self._running[one.uuid] = _Running(worker=worker, task=task)
        self._errors.pop(one.uuid, None)
        try:
            _foreign(worker, self._offer, live)
        except Exception:
            self._withdraw(one.uuid)
            del self._running[one.uuid]
            task.cancel()
            raise
        task.add_done_callback(lambda task: self._ended(one.uuid, task))

    def _offer(self, live: _Running) -> None:
        """Show its nodes in the library, and let its placeholders turn real."""
        worker = live.worker
        own = worker.nodeshelf() if worker.nodeshelf is not None else None
        live.shelf = own or Shelf(
            name=worker.name,
            description=worker.name,
            nodes=worker.get_all_nodeclasses(),
            subshelves=[],
        )
        before, live.classes = live.classes, {cls.node_id: cls for cls in flatten_shelf(live.shelf)[0]}
        gone = {node_id for node_id, cls in before.items() if live.classes.get(node_id) is not cls}
        for node_id in gone:
            REGISTERED_NODES.pop(node_id, None)
        REGISTERED_NODES.update(live.classes)
        self._lib.add_external_shelf(live.shelf, [LIBRARY_SHELF, worker.uuid])
        self._document.classes.gone(gone)
        self._document.classes.arrived()

    def _shelf_changed(self, uuid: str) -> None:
        if (live := self._running.get(uuid)) is not None:
            self._offer(live)

    def _withdraw(self, uuid: str) -> None:
        """Take its nodes out of the library; those in the graph become placeholders."""
        self._take_down(self._running[uuid])

    def _take_down(self, live: _Running) -> None:
        if live.shelf is None:
            return
        self._lib.remove_shelf_path([LIBRARY_SHELF, live.worker.uuid])
        if not self._lib.get_shelf(LIBRARY_SHELF).subshelves:
            self._lib.remove_shelf_path(LIBRARY_SHELF)
        for node_id in live.classes:
            REGISTERED_NODES.pop(node_id, None)
        gone, live.shelf, live.classes = set(live.classes), None, {}
        self._document.classes.gone(gone)

    async def _stop(self, uuid: str) -> None:
        if uuid in self._running:
            self._withdraw(uuid)
            await _end(self._running.pop(uuid))

    def _failed(self, uuid: str, error: str | None) -> None:
        if error is None:
            self._errors.pop(uuid, None)
        else:
            self._errors[uuid] = error
        self._tell()

    def _ended(self, uuid: str, task: asyncio.Task[None]) -> None:
        """Its loop is over; where nobody asked for that it is stopped, and people are told why."""
        live = self._running.get(uuid)
        if live is None or live.task is not task:
            return
        failure = None if task.cancelled() else task.exception()
        reason = "it ended by itself" if failure is None else f"{type(failure).__name__}: {failure}"
        self._withdraw(uuid)
        del self._running[uuid]
        self._failed(uuid, live.worker.hide_secrets(reason))


async def _end(live: _Running) -> None:
    """Let an object stop itself, and its loop end; what does not in time is cancelled."""
    try:
        async with asyncio.timeout(_STOP_S):
            await live.worker.stop()
            await asyncio.wait([live.task])
    except TimeoutError:
        _LOG.warning("%s did not stop within %s s", live.worker.name, _STOP_S)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - code of the module
        text = live.worker.hide_secrets(f"{type(error).__name__}: {error}")
        _LOG.error("%s failed to stop: %s", live.worker.name, text)
    live.task.cancel()
    live.worker.cleanup()


def _foreign(worker: FuncNodesExternalWorker, function: Any, *args: Any) -> None:
    """Call code of the module; what it raises is told without secrets.

    Raises:
        ConflictError: it failed.
    """
    try:
        function(*args)
    except Exception as error:  # noqa: BLE001 - code of the module
        text = worker.hide_secrets(f"{type(error).__name__}: {error}")
        raise ConflictError(f"{worker.name!r} failed: {text}") from None
