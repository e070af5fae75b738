"""The graph's side of a worker: everything here happens on the graph's thread."""

from __future__ import annotations

import asyncio
import inspect
import logging
import traceback
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Literal

from msgspec import Struct, field

from funcnodes_core.lib.shelf import Shelf
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_worker.channel import Channel
from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.context import GraphContext
from funcnodes_worker.document import Document
from funcnodes_worker.externals import ExternalWorkers
from funcnodes_worker.feed import Feed
from funcnodes_worker.libraryfill import fill_library
from funcnodes_worker.libraryview import library_state
from funcnodes_worker.marks import Mark, Told
from funcnodes_worker.protocol.events import Change
from funcnodes_worker.protocol.shapes import LibraryState
from funcnodes_worker.secretstore import SecretStore
from funcnodes_worker.session import GraphCall

__all__ = ["Durability", "Graph", "Opened", "Record"]

Durability = Literal["grouped", "full"]
Record = Change | Told | LibraryState | GraphCall
"""What goes to the serving loop in order."""

_LOG = logging.getLogger("funcnodes.worker.graph")
_LIBRARY_CHANGES = (
    "after_add_shelf", "after_remove_shelf", "after_remove_shelf_path", "after_add_nodes", "after_add_node",
    "after_remove_nodeclass", "after_remove_nodeclasses", "after_add_external_shelf", "after_add_subshelf_weak",
)  # fmt: skip


class Opened(Struct, kw_only=True):
    """What opening the graph found; `notices` are sentences for people."""

    rev: int
    notices: list[str] = field(default_factory=list)


class Graph:
    """Space, document and feed of one worker.

    Args:
        config: the worker's file.
        channel: leads to the serving loop.
        report: tells a caller how far its command is.
        shelves: node classes beside those of the installed modules.
        executor: what encodes values; the loop's own by default.
    """

    def __init__(
        self,
        config: WorkerConfig,
        channel: Channel[Record, Mark],
        report: Callable[[GraphCall, str, float | None], None],
        *,
        durability: Durability,
        shelves: Sequence[Shelf] = (),
        executor: Executor | None = None,
    ) -> None:
        self._executor = executor
        self._shelves = shelves
        self._config = config
        self._channel = channel
        self._report = report
        self._durability = durability
        self._tasks: set[asyncio.Task[None]] = set()
        self._space: NodeSpace | None = None
        self._document: Document | None = None
        self._externals: ExternalWorkers | None = None
        self._library_told = True

    def open(self) -> Opened:
        """Find the node modules, bring the graph back and tell all of it to the serving side. Runs no node.

        Raises:
            JournalError: the folder cannot be written.
        """
        space = NodeSpace(self._config.uuid)
        notices = fill_library(space).failed
        for shelf in self._shelves:
            space.add_shelf(shelf)
        space.set_secret_property("files_dir", (self._config.data_path / "files").as_posix())
        self._channel.post(library_state(space.lib))
        secrets = SecretStore(self._config.config_dir.secrets_file(self._config.uuid))
        document = Document(
            space,
            self._config.data_path,
            durability=self._durability,
            feed=Feed(self._channel),
            executor=self._executor,
            secrets=secrets,
        )
        document.name = self._config.name
        report = document.open()
        self._space, self._document = space, document
        self._externals = ExternalWorkers(document, secrets)
        self._externals.open()
        for change in _LIBRARY_CHANGES:
            space.lib.on(change, self._library_changed)
        return Opened(rev=document.rev, notices=notices + report.warnings)

    async def close(self) -> None:
        """Write what is not written yet and let the files go, then let the external workers end."""
        if self._document is not None:
            self._document.close()
        if self._externals is not None:
            await self._externals.close()

    def _library_changed(self, **_: Any) -> None:
        """Tell of the library once for all changes of this turn, and give placeholders their classes."""
        if self._library_told:
            self._library_told = False
            asyncio.get_running_loop().call_soon(self._tell_library)

    def _tell_library(self) -> None:
        if self._library_told:
            return
        assert self._space is not None
        assert self._document is not None
        self._library_told = True
        self._channel.post(library_state(self._space.lib))
        self._document.classes.arrived()

    async def call(self, function: Callable[..., Any], args: Sequence[Any]) -> Any:
        """Give the space to a function of the host program; what it gives is awaited here if it can be."""
        assert self._space is not None
        result = function(self._space, *args)
        return await result if inspect.isawaitable(result) else result

    def execute(self, call: GraphCall) -> None:
        """Run one command and send it back with its outcome, behind the events that it caused."""
        self._channel.cork()
        try:
            self._execute(call)
        finally:
            self._channel.uncork()

    def _execute(self, call: GraphCall) -> None:
        call.turn.begin()
        context = self._context(call)
        try:
            result = call.command.handler(context, **call.kwargs)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a command raises is its answer
            self._fail(call, error)
            return
        if inspect.isawaitable(result):
            task = asyncio.get_running_loop().create_task(self._await(call, context, result))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._succeed(call, context, result)

    async def _await(self, call: GraphCall, context: GraphContext, result: Awaitable[Any]) -> None:
        try:
            value = await result
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a command raises is its answer
            self._fail(call, error)
        else:
            self._succeed(call, context, value)

    def _context(self, call: GraphCall) -> GraphContext:
        assert self._document is not None
        assert self._space is not None
        assert self._externals is not None

        def report(text: str, progress: float | None) -> None:
            self._report(call, text, progress)

        return GraphContext(
            document=self._document,
            space=self._space,
            externals=self._externals,
            config=self._config,
            by=call.client,
            cmd=call.command.name,
            cmd_id=call.message.id,
            gesture=call.message.gesture,
            report=report,
            struck=call.struck,
        )

    def _succeed(self, call: GraphCall, context: GraphContext, result: Any) -> None:
        self._tell_library()  # the answer goes behind what the command did
        rev = getattr(result, "rev", None)
        call.result = result
        call.rev = context.rev if context.rev is not None else rev if isinstance(rev, int) else None
        self._channel.post(call)

    def _fail(self, call: GraphCall, error: BaseException) -> None:
        call.error = error
        call.trace = traceback.format_exc()
        self._channel.post(call)
