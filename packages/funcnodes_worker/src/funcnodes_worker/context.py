"""What a command gets to work with: the graph on its own thread, or the projection on the serving loop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from funcnodes_worker.protocol.messages import CommandId
from funcnodes_worker.scopes import FULL, Grant

if TYPE_CHECKING:
    from collections.abc import Callable

    from msgspec import Raw

    from funcnodes_core.node import Node
    from funcnodes_core.nodespace.nodespace import NodeSpace
    from funcnodes_worker.broadcast.hub import Hub
    from funcnodes_worker.config import WorkerConfig
    from funcnodes_worker.document import Document
    from funcnodes_worker.externals import ExternalWorkers
    from funcnodes_worker.filestore import FileStore
    from funcnodes_worker.logbook import LogBook
    from funcnodes_worker.projection import Projection
    from funcnodes_worker.tables.reader import TableReader

__all__ = ["GraphContext", "ReadContext", "SessionServices", "WorkerServices"]

_R = TypeVar("_R")


@dataclass(slots=True, kw_only=True)
class GraphContext:
    """For commands that run on the graph's thread.

    Attributes:
        document: the journalled graph; every mutation goes through its `commit`.
        space: the graph itself.
        externals: the external workers beside it.
        config: the worker's file.
        by: id of the client.
        cmd_id: what the client calls this command.
        gesture: commands of one gesture are one entry of the history.
        rev: the revision that this command made; `commit` sets it, the answer carries it.
        report: sends the caller a `progress` frame: text, and how far (0 to 1) or None.
        struck: nodes that were interrupted so that this command got its turn.
    """

    document: Document
    space: NodeSpace
    externals: ExternalWorkers
    config: WorkerConfig
    by: str = ""
    cmd: str = ""
    cmd_id: CommandId | None = None
    gesture: str | None = None
    rev: int | None = None
    report: Callable[[str, float | None], None] = field(default=lambda text, progress: None)
    struck: list[Node] = field(default_factory=list)

    def commit(self, edits: list[Any]) -> int:
        """Journal and apply edits as this command's doing; gives the new revision."""
        self.rev = self.document.commit(
            edits, by=self.by, cmd=self.cmd, cmd_id=self.cmd_id, gesture=self.gesture
        )
        return self.rev


class WorkerServices(Protocol):
    """What commands on the serving loop may ask of the process around them."""

    hub: Hub
    config: WorkerConfig
    book: LogBook
    tables: TableReader
    notices: list[str]

    @property
    def runstate(self) -> str:
        """ "starting", "running", "stopping" and so on."""
        ...

    @property
    def files(self) -> FileStore:
        """The folder of uploaded and produced files."""
        ...

    def blocker(self) -> str:
        """The name of the node that keeps the graph's thread from the next command, "" when none does."""
        ...

    def request_stop(self) -> None:
        """Begin to end the process."""
        ...

    def beat(self) -> None:
        """A client says that it still needs this worker."""
        ...

    async def encode_value(self, value: object) -> Raw:
        """The exact JSON form of a value, made away from the serving loop."""
        ...

    async def in_thread(self, function: Callable[..., _R], *args: Any) -> _R:
        """What a function gives that takes its time, made away from the serving loop."""
        ...


class SessionServices(Protocol):
    """What commands may ask of the session that they came by."""

    def catch_up(self, epoch: str, client: str, seq: int) -> bool:
        """Send what the client missed; False when it must ask for the full state."""
        ...


@dataclass(slots=True, kw_only=True)
class ReadContext:
    """For commands that run on the serving loop and never touch nodes.

    Attributes:
        projection: plain records of the graph.
        worker: the process around it.
        session: the connection that the command came by.
        client: id of the client.
        cmd_id: what the client calls this command.
        grant: what the client may do and see.
    """

    projection: Projection
    worker: WorkerServices
    session: SessionServices
    client: str = ""
    cmd_id: CommandId | None = None
    grant: Grant = FULL
