"""What a session may still do: its grant, how often it comes, and the moment at which all that ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from funcnodes_worker.broadcast.pace import Pace
from funcnodes_worker.errors import BusyError, ForbiddenError
from funcnodes_worker.rpc.registry import Command
from funcnodes_worker.scopes import Grant

__all__ = ["Permit"]

_LATE_S = 0.01


class Permit:
    """A grant in use by one session.

    Args:
        grant: what the session came in by.
        ended: called when the time of the grant is over.

    Attributes:
        family: what ids of clients that came in by the same link begin with; none is taken for one of another.
    """

    def __init__(self, grant: Grant, ended: Callable[[], object]) -> None:
        self.family = f"{grant.share}." if grant.share else ""
        self._grant = grant
        self._pace = Pace() if grant.limited else None
        self._timer: asyncio.TimerHandle | None = None
        if grant.expires_at is not None:
            left = max(0.0, grant.expires_at - time.time())
            self._timer = asyncio.get_running_loop().call_later(left + _LATE_S, ended)

    def close(self) -> None:
        """The session is over."""
        if self._timer is not None:
            self._timer.cancel()

    def is_of_family(self, client: str) -> bool:
        """Whether a client id may be taken up again by this session."""
        return client.rpartition(".")[0] == self.family.removesuffix(".")

    def check(self, command: Command) -> None:
        """Lets a command through that the grant reaches, as often as its pace allows.

        Raises:
            BusyError: too many at once.
            ForbiddenError: the grant does not reach it.
        """
        if self._pace is not None and not self._pace.allows():
            raise BusyError("too many commands at once by this link; wait a moment")
        if not (self._grant.meets(command.scope) or command.extra in self._grant.extras):
            raise ForbiddenError(f"{command.name!r} needs the scope {command.scope!r}", scope=command.scope)

    def check_kwargs(self, command: Command, kwargs: Mapping[str, Any]) -> None:
        """Lets a knob be set that the link lists.

        Raises:
            ForbiddenError: it does not list this one.
        """
        if command.scope == "knobs" and not self._grant.may_set(kwargs["uuid"], kwargs["input_id"]):
            raise ForbiddenError(f"this link may not set {kwargs['input_id']!r}", scope="edit")
