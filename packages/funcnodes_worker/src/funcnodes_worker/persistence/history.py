"""Undo and redo as commits of inverse edits.

A *step* is what one undo takes back: a commit, or several that share a gesture. Undoing a step is itself a commit
(so it is journaled, and survives a restart); redoing it inverts that commit again. A step knows the edits that
were applied last for it, so undo and redo are the same operation in two states.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from funcnodes_worker.edits import Edit, FieldPath, SetField, merge, targets
from funcnodes_worker.journal import Commit

__all__ = ["MAX_STEPS", "NODE", "History", "Scope", "Step"]

MAX_STEPS = 1000
_LOOK_BACK = 20  # steps of others that may lie between two commands of one gesture

NODE = "node"
"""What commits are called that a node's own code has made: they are no step of anybody's."""

Scope = Literal["mine", "all"]


class Step(Struct, kw_only=True):
    """One entry of the history.

    Attributes:
        rev: revision of its first commit, which names the step.
        last_rev: revision of the last commit that did, undid or redid it.
        edits: what that last commit has applied.
        undone_by: who took it back; absent while it is done.
    """

    rev: int
    last_rev: int
    edits: list[Edit]
    by: str
    cmd: str
    gesture: str | None
    at: float
    quiet: bool
    undone_by: str | UnsetType = UNSET

    @property
    def done(self) -> bool:
        """Whether its effect is part of the graph now."""
        return self.undone_by is UNSET


class History:
    """The steps that can be undone and redone, rebuilt from the journal's commits."""

    def __init__(self) -> None:
        self._steps: dict[int, Step] = {}
        self._undone: dict[int, None] = {}
        self.forgotten = False

    def __iter__(self) -> Iterator[Step]:
        return iter(self._steps.values())

    def __len__(self) -> int:
        return len(self._steps)

    def record(self, commit: Commit) -> None:
        """Takes notice of a commit that was written."""
        if commit.cmd == NODE:
            return
        if commit.undoes is not UNSET:
            self._flip(commit.undoes, commit, commit.by)
        elif commit.redoes is not UNSET:
            self._flip(commit.redoes, commit, UNSET)
        else:
            self._drop_redo_of(commit.by)
            self._add(commit)

    def _flip(self, rev: int, commit: Commit, undone_by: str | UnsetType) -> None:
        step = self._steps.get(rev)
        if step is not None:  # a step that is older than what the journal still holds
            step.edits, step.last_rev, step.undone_by = commit.edits, commit.rev, undone_by
            if step.done:
                self._undone.pop(rev, None)
            else:
                self._undone[rev] = None

    def _drop_redo_of(self, by: str) -> None:
        for rev in [rev for rev in self._undone if self._steps[rev].undone_by == by]:
            self._forget(rev)

    def _forget(self, rev: int) -> None:
        del self._steps[rev]
        self._undone.pop(rev, None)

    def _add(self, commit: Commit) -> None:
        if (step := self._gesture_of(commit)) is not None:
            step.edits = merge(step.edits, commit.edits)
            step.last_rev = commit.rev
            return
        self._steps[commit.rev] = Step(
            rev=commit.rev,
            last_rev=commit.rev,
            edits=commit.edits,
            by=commit.by,
            cmd=commit.cmd,
            gesture=commit.gesture,
            at=commit.at,
            quiet=commit.quiet,
        )
        if len(self._steps) > MAX_STEPS:
            self._forget(next(iter(self._steps)))
            self.forgotten = True

    def _gesture_of(self, commit: Commit) -> Step | None:
        """The step that a commit goes on with: its author's last, also when others did something else meanwhile."""
        if commit.gesture is None:
            return None
        others: set[FieldPath] = set()
        for step in islice(reversed(self._steps.values()), _LOOK_BACK):
            if step.by == commit.by:
                return step if self._goes_on(step, commit, others) else None
            others |= targets(step.edits)
        return None

    def _goes_on(self, step: Step, commit: Commit, others: set[FieldPath]) -> bool:
        if not step.done or step.gesture != commit.gesture:
            return False
        if step.last_rev == commit.rev - 1:
            return True
        # only sets of fields that nobody else has touched can change places with what others did
        mine = [edit for edit in (*step.edits, *commit.edits) if isinstance(edit, SetField)]
        left = {edit.target: edit.after for edit in mine[: len(step.edits)]}
        return (
            len(mine) == len(step.edits) + len(commit.edits)
            and all(left.get(edit.target, edit.before) == edit.before for edit in mine[len(step.edits) :])
            and not any(_overlap(path, other) for path in targets(mine) for other in others)
        )

    def author_after(self, rev: int, path: FieldPath) -> str:
        """Who touched a field, or the node or group that it belongs to, after a revision; "" if nobody known did."""
        for step in reversed(self._steps.values()):
            if step.last_rev > rev and any(_overlap(path, touched) for touched in targets(step.edits)):
                return step.by if step.done else str(step.undone_by)
        return ""

    def oldest_rev(self) -> int:
        """The revision of the oldest step that is kept, 0 when there is none."""
        return next(iter(self._steps), 0)


def _overlap(first: FieldPath, second: FieldPath) -> bool:
    length = min(len(first), len(second))
    return first[:length] == second[:length]
