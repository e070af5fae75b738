"""What happened to a graph: the `data` of every event (protocol.md section 4).

The graph thread makes these records (`Change`), the projection applies them and clients receive them: one
vocabulary all the way. `ValueChanged` is the one exception: it carries a value by reference, and leaves as
`IoValueChanged` once the value has been cut to what a port shows.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType

from funcnodes_worker.protocol.shapes import (
    ExternalWorkerState,
    FrontendState,
    GroupState,
    IOState,
    JsonType,
    LogLine,
    NodeFailure,
    NodeMode,
    NodeState,
    NodeStatus,
)
from funcnodes_worker.scopes import Need

__all__ = [
    "EVENTS",
    "Change",
    "EdgeAdded",
    "EdgeRemoved",
    "Event",
    "ExternalWorkersChanged",
    "FilesChanged",
    "GroupAdded",
    "GroupRemoved",
    "GroupUpdated",
    "IOType",
    "IoUpdated",
    "IoValueChanged",
    "LibraryChanged",
    "LogAdded",
    "NodeAdded",
    "NodeDone",
    "NodeErrored",
    "NodeProgress",
    "NodeRan",
    "NodeRemoved",
    "NodeTriggered",
    "NodeUpdated",
    "NodespaceCleared",
    "NodespaceLoaded",
    "NodespaceUpdated",
    "PortsChanged",
    "Status",
    "UploadProgress",
    "ValueChanged",
    "WorkerUpdated",
]

IOType = Literal["input", "output"]


class Event(Struct, kw_only=True, omit_defaults=True):
    """Base of all events.

    `event` is its name, `worker` says whether it is a `workerevent`, `needs` what a client must be allowed to get it.
    What is `transient` is told to those who listen now and not kept for those who catch up; of the same `key` only
    the newest waits for a slow client.
    """

    event: ClassVar[str] = ""
    worker: ClassVar[bool] = False
    needs: ClassVar[Need] = "view"
    transient: ClassVar[bool] = False

    @property
    def key(self) -> str:
        """What transient events are told apart by."""
        return ""


class NodeAdded(Event):
    """A node is part of the graph from now on; its values follow as value events."""

    event = "node_added"
    uuid: str
    node_id: str
    serialized: NodeState


class NodeRemoved(Event):
    """A node is gone, with its edges (each has had its own event)."""

    event = "node_removed"
    uuid: str


class NodeUpdated(Event):
    """Fields of a node changed; those that are absent did not."""

    event = "node_updated"
    uuid: str
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    frontend: FrontendState | UnsetType = UNSET
    mode: NodeMode | UnsetType = UNSET
    properties: dict[str, Any] | UnsetType = UNSET
    reset_inputs_on_trigger: bool | UnsetType = UNSET
    timeout_s: float | UnsetType | None = UNSET
    retries: int | UnsetType = UNSET
    render_options: dict[str, Any] | UnsetType = UNSET


class EdgeAdded(Event):
    """Two ports are connected."""

    event = "edge_added"
    src: tuple[str, str]
    dst: tuple[str, str]


class EdgeRemoved(Event):
    """Two ports are no longer connected."""

    event = "edge_removed"
    src: tuple[str, str]
    dst: tuple[str, str]


class NodeTriggered(Event):
    """A node started to run."""

    event = "node_triggered"
    uuid: str


class NodeDone(Event):
    """A node ran well: its error, if it had one, is over."""

    event = "node_done"
    uuid: str
    duration_s: float = 0.0


class NodeRan(Event):
    """Starts and good ends of a node since the last frame, as one (`funcnodes.v1` clients)."""

    event = "node_ran"
    uuid: str
    runs: int
    duration_s: float


class NodeErrored(Event):
    """A node's run failed."""

    event = "node_error"
    uuid: str
    error: str
    traceback: str = ""


class NodeProgress(Event):
    """How far a node's run is; the counting fields are tqdm's."""

    event = "node_progress"
    uuid: str
    progress: float | None = None
    message: str = ""
    n: float | UnsetType = UNSET
    total: float | UnsetType | None = UNSET
    elapsed: float | UnsetType = UNSET
    rate: float | UnsetType | None = UNSET
    unit: str | UnsetType = UNSET
    prefix: str | UnsetType = UNSET
    postfix: str | UnsetType | None = UNSET


class Status(Event):
    """A node's status word changed; with `error` set or null when that changed too, and so `duration_s`."""

    event = "status"
    uuid: str
    status: NodeStatus
    error: NodeFailure | UnsetType | None = UNSET
    duration_s: float | UnsetType | None = UNSET


class IoValueChanged(Event):
    """What a port shows changed.

    `preview`, `mime`, `complete` and `href` replace `value`, `mime`, `complete` and `href` of the port.
    `value` is there as well when the value is small and JSON says it exactly.
    """

    event = "io_value_changed"
    node_uuid: str
    io_id: str
    io_type: IOType
    mime: str
    preview: Any
    complete: bool
    value: Any = UNSET
    href: str | UnsetType = UNSET


class IoUpdated(Event):
    """Fields of a port changed; those that are absent did not."""

    event = "io_updated"
    node_uuid: str
    io_id: str
    io_type: IOType
    name: str | UnsetType = UNSET
    type: JsonType | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    connected: bool | UnsetType = UNSET
    default: Any = UNSET
    does_trigger: bool | UnsetType = UNSET
    value_options: dict[str, Any] | UnsetType = UNSET
    render_options: dict[str, Any] | UnsetType = UNSET


class PortsChanged(Event):
    """The set of ports of a node changed: both sides as they are now."""

    event = "node_ports_changed"
    uuid: str
    inputs: dict[str, IOState]
    outputs: dict[str, IOState]


class GroupAdded(Event):
    """A group exists from now on."""

    event = "group_added"
    group: GroupState


class GroupUpdated(Event):
    """A group as it is now."""

    event = "group_updated"
    group: GroupState


class GroupRemoved(Event):
    """A group is gone; its members are not."""

    event = "group_removed"
    id: str


class NodespaceCleared(Event):
    """All nodes, edges and groups were removed; no other event says so of each."""

    event = "nodespace_cleared"


class NodespaceLoaded(Event):
    """Another graph took the place of this one (told by single events before)."""

    event = "nodespace_loaded"


class NodespaceUpdated(Event):
    """Properties of the graph as they are now."""

    event = "nodespace_updated"
    prop: dict[str, Any]


class LibraryChanged(Event):
    """The library changed: ask `get_library`."""

    event = "library_changed"
    worker = True


class ExternalWorkersChanged(Event):
    """The external workers as they are now."""

    event = "external_workers_changed"
    worker = True
    workers: list[ExternalWorkerState]


class WorkerUpdated(Event):
    """The worker's name, run state or journal changed."""

    event = "worker_updated"
    worker = True
    name: str | UnsetType = UNSET
    read_only: str | UnsetType | None = UNSET
    paused: bool | UnsetType = UNSET
    runstate: str | UnsetType = UNSET


class LogAdded(Event):
    """New lines of the log. Of a slow client's only the newest wait: a gap in their numbers is read by `get_logs`."""

    event = "log"
    needs = "logs"
    worker = True
    transient = True
    lines: list[LogLine]


class FilesChanged(Event):
    """A file in `files/` came or went: those who show them ask `list_files`."""

    event = "files_changed"
    needs = "files"
    worker = True
    path: str
    change: Literal["added", "removed"]
    size: int | UnsetType = UNSET


class UploadProgress(Event):
    """How far an upload is; `task` is what the uploading client calls it. `done` comes last, however it ended."""

    event = "upload_progress"
    needs = "edit"
    worker = True
    transient = True
    task: str
    filename: str
    received: int
    total: int | None = None
    done: bool = False

    @property
    def key(self) -> str:
        """One upload."""
        return self.task


EVENTS: tuple[type[Event], ...] = (
    NodeAdded, NodeRemoved, NodeUpdated, EdgeAdded, EdgeRemoved, NodeTriggered, NodeDone, NodeRan, NodeErrored,
    NodeProgress, Status, IoValueChanged, IoUpdated, PortsChanged, GroupAdded, GroupUpdated, GroupRemoved,
    NodespaceCleared, NodespaceLoaded, NodespaceUpdated, LibraryChanged,
    ExternalWorkersChanged, WorkerUpdated, FilesChanged, UploadProgress, LogAdded,
)  # fmt: skip
"""Every event that a client can receive."""


class ValueChanged(Struct, kw_only=True):
    """A port holds another value, given by reference; `render_type` is a hint for the preview."""

    node_uuid: str
    io_id: str
    io_type: IOType
    value: Any
    render_type: str | None = None


class Change(Struct, kw_only=True):
    """One thing that happened, in the order in which it happened on the graph's thread.

    Attributes:
        what: the event.
        rev: revision of the graph when it happened (for structure: the one that the edit made).
        by: id of the client whose command did it, or "".
        cmd_id: the `id` of that command.
    """

    what: Event | ValueChanged
    rev: int
    by: str = ""
    cmd_id: str | int | None = None
