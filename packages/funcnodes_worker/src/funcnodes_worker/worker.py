"""The composition root of a worker: builds the parts, starts and stops them.

Two loops: this one serves clients and knows plain records only; the graph has a thread and a loop of its own,
where all user code runs. Between them go commands one way and changes the other, each in order.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict, TypeVar, overload

import msgspec
from msgspec import Raw

from funcnodes_core.lib.shelf import Shelf
from funcnodes_core.node.interrupt import Turn
from funcnodes_worker.answers import AnswerMemory, ParkedMessages
from funcnodes_worker.broadcast.hub import Hub
from funcnodes_worker.channel import Channel
from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.context import ReadContext
from funcnodes_worker.errors import NotRunningError, UnknownCommandError
from funcnodes_worker.filestore import FileStore
from funcnodes_worker.graph import Durability, Graph, Record
from funcnodes_worker.graphthread import GraphLoop, GraphThread, InlineExecutor, SameLoop
from funcnodes_worker.jsonpieces import exact_pieces
from funcnodes_worker.logbook import LogBook
from funcnodes_worker.logteller import LogTeller
from funcnodes_worker.marks import Mark, Told
from funcnodes_worker.processlog import BookHandler
from funcnodes_worker.projection import Projection
from funcnodes_worker.protocol.events import Change, LogAdded, NodeErrored, WorkerUpdated
from funcnodes_worker.protocol.messages import Cmd, CommandId, Hello
from funcnodes_worker.protocol.shapes import LibraryState, LogLine
from funcnodes_worker.rpc.registry import REGISTRY, Registry
from funcnodes_worker.session import LATE_S, GraphCall, Session
from funcnodes_worker.tables.reader import TableReader

__all__ = ["NodeViewState", "Worker", "WorkerState", "worker_json_get_data_path"]

_LOG = logging.getLogger("funcnodes.worker")
_CLOSE_S = 1.2
_READERS = 4
_R = TypeVar("_R")


class Worker:
    """One graph and its clients.

    Args:
        config: the worker's file.
        debug: callers get tracebacks of failed commands.
        durability: "full" waits for the disk at every commit, "grouped" for a few at once.
        registry: the commands.
        shelves: node classes beside those of the installed modules.
        threads: without them (Pyodide) the graph shares the serving loop.
    """

    UnknownCmdException = UnknownCommandError

    def __init__(
        self,
        config: WorkerConfig,
        *,
        debug: bool = False,
        durability: Durability = "grouped",
        registry: Registry = REGISTRY,
        shelves: Sequence[Shelf] = (),
        threads: bool = True,
    ) -> None:
        self.config = config
        self.debug = debug
        self.registry = registry
        self.answers = AnswerMemory()
        self.parked = ParkedMessages()
        self.large_message_bytes = config.settings.message_size_before_request
        self.sessions: set[Session] = set()
        self.hub = Hub(Projection(), threads=threads)
        self.runstate = "undefined"
        self.stop_requested = asyncio.Event()
        self.last_beat = time.monotonic()
        self._channel: Channel[Record, Mark] = Channel(self._receive, self._receive_newest)
        self._thread: GraphLoop = GraphThread() if threads else SameLoop()
        inline = None if threads else InlineExecutor()
        self._graph = Graph(
            config,
            self._channel,
            self._report,
            # without threads nobody could sync the journal a little later
            durability=durability if threads else "full",
            shelves=shelves,
            executor=inline,
        )
        self.notices: list[str] = []
        self._started = False
        self._threads = threads
        self._readers: Executor = inline or ThreadPoolExecutor(_READERS, "funcnodes-readers")
        settings = config.settings
        self.files = FileStore(
            config.data_path / "files",
            max_file_bytes=settings.max_upload_bytes,
            max_total_bytes=settings.max_files_bytes,
        )
        self._calls: set[Future[Any]] = set()
        self.tables = TableReader(threads=threads)
        self.book = LogBook()
        self.log_teller = LogTeller(self.book, self._tell_log)
        self._book_handler = BookHandler(self.book)

    async def __aenter__(self) -> Self:
        """Start it for what is inside; it serves nobody but who is given a `Session` of it."""
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the graph; returns when every record of it is in the projection.

        Raises:
            DocumentError: the graph's files cannot be opened.
        """
        self.runstate = "starting"
        self._loop = asyncio.get_running_loop()
        self.files.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.files.remove_broken()
        logging.getLogger("funcnodes").addHandler(self._book_handler)
        self.log_teller.start()
        self.hub.previews.start()
        self._channel.open()
        self._thread.start()
        self._started = True
        opened = await asyncio.wrap_future(self._thread.run(self._graph.open))
        await self._channel.flushed()
        self.hub.rev = max(self.hub.rev, opened.rev)
        self.notices = opened.notices
        self.runstate = "running"

    async def stop(self) -> None:
        """Let the clients go and close the graph's files; a node that blocks is left behind."""
        if not self._started:
            return
        self.runstate = "stopping"
        self.hub.announce(WorkerUpdated(runstate="stopping"))
        closing = self._thread.submit(self._graph.close())
        breaking = self._loop.call_later(
            _CLOSE_S / 2,
            self._thread.break_off,
            lambda node, frame: True,
            Turn(closing.done),
            _CLOSE_S / 2,
            [],
        )
        try:
            async with asyncio.timeout(_CLOSE_S):
                await asyncio.wrap_future(closing)
        except TimeoutError:
            _LOG.warning("left while %r was running", self.blocker() or "a node")
        breaking.cancel()
        self.hub.previews.stop()
        self.log_teller.stop()
        logging.getLogger("funcnodes").removeHandler(self._book_handler)
        self.tables.stop()
        self._readers.shutdown(wait=False, cancel_futures=True)
        self._channel.close()
        for session in list(self.sessions):
            session.close()
        self._thread.stop(0.1)
        for call in list(self._calls):
            call.cancel()
        self.runstate = "stopped"

    def request_stop(self) -> None:
        """Begin to end the process."""
        self.stop_requested.set()

    def beat(self) -> None:
        """A client says that it still needs this worker."""
        self.last_beat = time.monotonic()

    async def in_thread(self, function: Callable[..., _R], *args: Any) -> _R:
        """What a function gives that takes its time or calls code of others, made away from the serving loop."""
        if not self._threads:
            return function(*args)
        return await asyncio.get_running_loop().run_in_executor(self._readers, function, *args)

    async def encode_value(self, value: object) -> Raw:
        """The exact JSON form of a value, made away from the serving loop.

        Raises:
            NotExactError: JSON cannot say it.
        """
        return await self.in_thread(_exact_json, value)

    async def run_cmd(self, cmd: Mapping[str, Any]) -> Any:
        """Run a command from inside the process: `{"cmd": name, "kwargs": {...}}`; gives its result.

        Raises:
            UnknownCommandError: there is no such command.
            BadArgumentsError: kwargs of the wrong name or type.
            Exception: whatever the command raises.
        """
        command = self.registry.get(str(cmd["cmd"]))
        kwargs = command.convert(cmd.get("kwargs") or {})
        caller = _LocalCaller()
        if command.on == "graph":
            self.call_graph(GraphCall(caller, command, Cmd(cmd=command.name), kwargs))
            if command.late is None:
                return await caller.answer
            done, _ = await asyncio.wait([caller.answer], timeout=kwargs["deadline_s"] + LATE_S)
            return caller.answer.result() if done else command.late()
        result = command.handler(
            ReadContext(projection=self.hub.projection, worker=self, session=caller), **kwargs
        )
        value = await result if inspect.isawaitable(result) else result
        return msgspec.json.decode(value) if isinstance(value, Raw) else value

    @overload
    async def call_in_graph(self, function: Callable[..., Awaitable[_R]], *args: Any) -> _R: ...

    @overload
    async def call_in_graph(self, function: Callable[..., _R], *args: Any) -> _R: ...

    async def call_in_graph(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run `function(space, *args)` where the graph lives, and give what it gives.

        The nodes belong to a thread of their own: this is how a program around the worker gets at them. A function
        that gives an awaitable (an `async def`) is awaited over there. Editors see what it changes; nodes and edges
        are added and removed by commands, which are undoable.

        Raises:
            NotRunningError: the worker does not run, or ended before the function did.
            Exception: whatever the function raises.
        """
        if self.runstate != "running":
            raise NotRunningError(f"the worker {self.config.name!r} does not run")
        call: Future[Any] = self._thread.submit(self._graph.call(function, args))
        self._calls.add(call)
        try:
            return await asyncio.wrap_future(call)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self.runstate == "running" or (task is not None and task.cancelling()):
                raise
            raise NotRunningError(f"the worker {self.config.name!r} ended before the function did") from None
        finally:
            self._calls.discard(call)

    # -- what sessions ask

    def call_graph(self, call: GraphCall) -> None:
        """Run a command on the graph's thread; its answer comes back behind the events that it caused."""
        self._thread.call(self._graph.execute, call)
        if call.command.late is not None:
            uuid = call.kwargs.get("uuid")
            self._thread.break_off(
                lambda node, frame: uuid in (None, node.uuid),
                call.turn,
                call.kwargs["deadline_s"],
                call.struck,
            )

    def blocker(self) -> str:
        """The name of the node that keeps the graph's thread from the next command, "" when none does."""
        node = self.hub.projection.nodes.get(self._thread.blocker())
        return "" if node is None else node.name

    def make_read_context(self, session: Session, cmd_id: CommandId | None) -> ReadContext:
        """What a read gets to work with."""
        return ReadContext(
            projection=self.hub.projection,
            worker=self,
            session=session,
            client=session.client,
            cmd_id=cmd_id,
            grant=session.grant,
        )

    def make_hello(self, client: str) -> Hello:
        """The first frame to a client."""
        return Hello(
            client=client,
            epoch=self.hub.epoch,
            seq=self.hub.seq,
            rev=self.hub.rev,
            worker={"uuid": self.config.uuid, "name": self.config.name},
            version=version("funcnodes-worker"),
        )

    def _report(self, call: GraphCall, text: str, progress: float | None) -> None:
        """On the graph's thread: tell a caller how far its command is."""
        self._loop.call_soon_threadsafe(call.session.report, text, progress, call.message.id)

    def _receive(self, record: Record) -> None:
        if isinstance(record, Change):
            self.hub.publish(record)
        elif isinstance(record, Told):
            self._receive_newest(record.mark, record.newest)
        elif isinstance(record, LibraryState):
            self.hub.set_library(record)
        else:
            record.session.graph_answered(record)

    def _tell_log(self, lines: list[LogLine]) -> None:
        if self.hub.clients:
            self.hub.announce(LogAdded(lines=lines))

    def _receive_newest(self, mark: Mark, newest: Any) -> None:
        for change in mark.changes(newest):
            self.hub.publish(change)
            failed = change.what
            if isinstance(failed, NodeErrored) and self.book.allows(failed.uuid, len(failed.error)):
                self.book.add("error", failed.error, logger="funcnodes.node", node=failed.uuid)


def _exact_json(value: object) -> Raw:
    return Raw(b"".join(exact_pieces(value)))


class _LocalCaller:
    """Who calls `run_cmd`: waits for one answer and has no events to catch up with."""

    client = "local"

    def __init__(self) -> None:
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def report(self, text: str, progress: float | None, task: CommandId | None) -> None:
        _LOG.info("%s", text)

    def catch_up(self, epoch: str, client: str, seq: int) -> bool:
        return False

    def graph_answered(self, call: GraphCall) -> None:
        if call.error is not None:
            self.answer.set_exception(call.error)
        else:
            self.answer.set_result(call.result)


class NodeViewState(TypedDict, total=False):
    """Where and how large a view draws a node."""

    pos: tuple[float, float]
    size: tuple[float, float]
    collapsed: bool


class WorkerState(TypedDict, total=False):
    """A saved graph as earlier releases wrote it (files.md)."""

    backend: dict[str, Any]
    view: dict[str, Any]
    meta: dict[str, Any]
    dependencies: dict[str, Any]
    external_workers: dict[str, list[Any]]


def worker_json_get_data_path(worker_json: Mapping[str, Any]) -> Path:
    """The data folder that a worker's configuration names.

    Raises:
        KeyError: it names none; then `workers/worker_<uuid>` of its configuration directory is meant.
    """
    return Path(worker_json["data_path"]).expanduser().absolute()
