"""What the bearer of a link sees of the manager, and may ask it."""

from typing import Any

from funcnodes.errors import RequestError
from funcnodes.manager.messages import Ping, Request, WorkerStatusRequest
from funcnodes_worker.scopes import Grant

__all__ = ["check_scope", "visible"]


def visible(worker: dict[str, Any], grant: Grant) -> dict[str, Any] | None:
    """A worker as a caller sees it: a link shows nothing of others, of where they run and of what went wrong."""
    if grant.full:
        return worker
    if not grant.covers(worker["uuid"]) or worker["remote"] is not None:
        return None
    return {"uuid": worker["uuid"], "name": worker["name"], "status": worker["status"], "detail": ""}


def check_scope(request: Request, grant: Grant) -> None:
    """Refuses what a link does not reach: all but asking how things stand.

    Raises:
        RequestError: the caller may not do that.
    """
    if not grant.full and not isinstance(request, (Ping, WorkerStatusRequest)):
        raise RequestError("this link does not reach the workermanager")
