"""What only the newest counts of: a port's value, a node's run, a node's progress.

The graph's thread puts the newest under a mark; the serving loop asks the mark what to tell of it. A mark belongs to
one port or node and is told apart by its identity; it holds no node.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.shapes import NodeStatus

__all__ = ["Cause", "Mark", "Nobody", "ProgressMark", "Run", "RunMark", "Told", "ValueMark"]


class Cause(NamedTuple):
    """Whose doing something is: the revision of the graph, the client and its command, if it was one."""

    rev: int = 0
    by: str = ""
    cmd_id: str | int | None = None

    def change(self, what: ev.Event | ev.ValueChanged) -> ev.Change:
        """The record of something that happened."""
        return ev.Change(what=what, rev=self.rev, by=self.by, cmd_id=self.cmd_id)


class Mark(Protocol):
    """Something of which only the newest counts."""

    def changes(self, newest: Any) -> list[ev.Change]:
        """What to tell of the newest; called on the serving loop, once for each that is told."""
        ...


class Told(NamedTuple):
    """What was put under a mark, on its way as a record: in order with all others."""

    mark: Mark
    newest: Any


class Nobody:
    """Where a feed tells that nobody follows."""

    def post(self, record: object) -> None:
        """Nobody hears it."""

    def put(self, mark: object, newest: object) -> None:
        """Nobody hears it."""

    put_last = put

    def take(self, mark: object) -> None:
        """Nothing waits."""


class ValueMark:
    """The value of a port, put as `(value, cause)`; the value goes by reference."""

    __slots__ = ("io_id", "io_type", "node_uuid", "render_type")

    def __init__(self, node_uuid: str, io_id: str, io_type: ev.IOType, render_type: str | None) -> None:
        self.node_uuid = node_uuid
        self.io_id = io_id
        self.io_type = io_type
        self.render_type = render_type

    def changes(self, newest: tuple[Any, Cause]) -> list[ev.Change]:
        value, cause = newest
        what = ev.ValueChanged(
            node_uuid=self.node_uuid,
            io_id=self.io_id,
            io_type=self.io_type,
            value=value,
            render_type=self.render_type,
        )
        return [cause.change(what)]


class Run(NamedTuple):
    """Where the runs of a node stand.

    Attributes:
        runs: how many have ended well so far.
        duration_s: how long the last of them took.
        failure: the failure of the last run, unless one has ended well since.
        word: what came after the last end: a start ("running") or another status; None when nothing did.
    """

    runs: int
    duration_s: float
    failure: ev.NodeErrored | None
    word: NodeStatus | None
    cause: Cause


class RunMark:
    """The runs of a node. `run` is where they stand, kept by the graph's thread; the rest is the serving loop's."""

    __slots__ = ("_told_failure", "_told_runs", "run", "uuid")

    def __init__(self, uuid: str, cause: Cause) -> None:
        self.uuid = uuid
        self.run = Run(0, 0.0, None, None, cause)
        self._told_runs = 0
        self._told_failure: ev.NodeErrored | None = None

    def changes(self, newest: Run) -> list[ev.Change]:
        told: list[ev.Event] = []
        if newest.runs > self._told_runs:
            runs = newest.runs - self._told_runs
            told.append(ev.NodeRan(uuid=self.uuid, runs=runs, duration_s=newest.duration_s))
            self._told_runs = newest.runs
        if newest.failure is not None and newest.failure is not self._told_failure:
            told.append(newest.failure)
        self._told_failure = newest.failure
        if newest.word == "running":
            told.append(ev.NodeTriggered(uuid=self.uuid))
        elif newest.word is not None:
            told.append(ev.Status(uuid=self.uuid, status=newest.word))
        return [newest.cause.change(what) for what in told]


class ProgressMark:
    """How far a node's run is, put as `(event, cause)`."""

    __slots__ = ()

    def changes(self, newest: tuple[ev.NodeProgress, Cause]) -> list[ev.Change]:
        what, cause = newest
        return [cause.change(what)]
