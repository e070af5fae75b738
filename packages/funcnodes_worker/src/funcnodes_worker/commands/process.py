"""Commands about the process: its configuration, log and end."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from funcnodes_worker.context import ReadContext
from funcnodes_worker.errors import BadArgumentsError, ConfigError, ForbiddenError
from funcnodes_worker.paths import check_name
from funcnodes_worker.protocol.events import WorkerUpdated
from funcnodes_worker.protocol.shapes import LogLevel, LogLine
from funcnodes_worker.rpc.registry import Success, command

__all__ = ["Logs", "RunState"]

LineCount = Annotated[int, Meta(ge=0, le=5000)]
_EDITABLE = frozenset({"name", "required_heartbeat", "update_on_startup", "autostart", "max_clients"})


class RunState(Struct, kw_only=True):
    """Where the worker is in its life."""

    runstate: str
    uuid: str
    name: str
    clients: int


class Logs(Struct, kw_only=True):
    """Lines of the log, oldest first; `last` is the number of the newest one, `truncated` says that some are missing."""

    lines: list[LogLine]
    last: int
    truncated: bool


@command(scope="view")
def get_runstate(ctx: ReadContext) -> RunState:
    """Whether the worker runs, and for how many clients."""
    config = ctx.worker.config
    return RunState(
        runstate=ctx.worker.runstate, uuid=config.uuid, name=config.name, clients=ctx.worker.hub.clients
    )


@command(scope="admin", repeatable=True)
def get_config(ctx: ReadContext) -> dict[str, Any]:
    """The worker's configuration file."""
    return dict(ctx.worker.config.raw)


@command(scope="admin")
def update_config(ctx: ReadContext, config: dict[str, Any]) -> Success:
    """Change keys of the worker's configuration; no key that names a path, a host or a program."""
    if refused := sorted(set(config) - _EDITABLE):
        raise ForbiddenError(f"{refused[0]!r} cannot be changed by a client", keys=refused)
    if isinstance(config.get("name"), str):
        config["name"] = _name(config["name"])
    ctx.worker.config.update(**config)
    if "name" in config:
        ctx.worker.hub.announce(WorkerUpdated(name=ctx.worker.config.name), by=ctx.client, cmd_id=ctx.cmd_id)
    return Success()


@command(scope="admin", repeatable=True, extra="logs")
def get_logs(
    ctx: ReadContext,
    node: str | None = None,
    level: LogLevel = "debug",
    since: int = 0,
    limit: LineCount = 500,
) -> Logs:
    """The newest lines of the log after the one numbered `since`, of all or of one node, from a level upwards."""
    book = ctx.worker.book
    lines, truncated = book.read(node=node, level=level, since=since, limit=limit)
    return Logs(lines=lines, last=book.last, truncated=truncated)


@command(scope="admin")
def stop_worker(ctx: ReadContext) -> Success:
    """End the worker; what was acknowledged is on disk."""
    ctx.worker.request_stop()
    return Success()


def _name(name: str) -> str:
    try:
        return check_name(name)
    except ConfigError as error:
        raise BadArgumentsError(f"kwargs.config.name: {error}") from None
