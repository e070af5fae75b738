"""What a caller may do: scopes, each of which holds those before it, and what a link adds to its scope.

`edit` means running Python as the user; only `view`, `knobs` and `run` are limits (SECURITY.md). Below `edit` a
caller gets no logs, tracebacks, files or whole values unless its link lists them, and sets only listed inputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

__all__ = ["EXTRAS", "FULL", "SCOPES", "Extra", "Grant", "Need", "Scope"]

Scope = Literal["view", "knobs", "run", "edit", "install", "admin"]
Extra = Literal["files", "logs", "tracebacks", "values"]
Need = Scope | Extra
"""What a command, a route or an event asks of a caller: a scope, or one of the things that a link may list."""

SCOPES: tuple[Scope, ...] = get_args(Scope)
EXTRAS: tuple[Extra, ...] = get_args(Extra)
_RANK = {scope: rank for rank, scope in enumerate(SCOPES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one caller may do, and until when.

    Attributes:
        scope: the highest scope.
        share: id of the link that it comes from; empty for the main token.
        label: what the maker of the link called it.
        worker: the only worker that it is good for; None for all.
        inputs: the inputs, as (node uuid, input id), that may be set below `edit`.
        extras: what is shown below `edit` beside the graph itself.
        expires_at: in seconds since the epoch; None for never.
        alive: whether it still holds: it is not over and nobody has revoked it.
    """

    scope: Scope
    share: str = ""
    label: str = ""
    worker: str | None = None
    inputs: frozenset[tuple[str, str]] = frozenset()
    extras: frozenset[Extra] = frozenset()
    expires_at: float | None = None
    alive: Callable[[], bool] = field(default=lambda: True, compare=False)

    @property
    def full(self) -> bool:
        """Whether this is the main token, which no limit holds for."""
        return not self.share and self.scope == "admin"

    @property
    def limited(self) -> bool:
        """Whether the caller is kept from running code of its own."""
        return _RANK[self.scope] < _RANK["edit"]

    def meets(self, need: Need) -> bool:
        """Whether a scope is held, or something that a link may list is shown."""
        if need in _RANK:
            return _RANK[self.scope] >= _RANK[need]
        return not self.limited or need in self.extras

    def may_set(self, uuid: str, io_id: str) -> bool:
        """Whether the value of an input may be set."""
        return not self.limited or (uuid, io_id) in self.inputs

    def covers(self, worker: str) -> bool:
        """Whether it is good for a worker."""
        return self.worker is None or self.worker == worker


FULL = Grant(scope="admin")
"""What the main token may do."""
