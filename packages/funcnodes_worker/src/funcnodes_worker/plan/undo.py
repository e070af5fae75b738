"""Taking a step back: its inverse edits, fitted to what the document holds now."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import UNSET

from funcnodes_worker.edits import (
    Edge,
    Edit,
    FieldPath,
    PutEdge,
    PutGroup,
    PutNode,
    RemoveEdge,
    RemoveGroup,
    RemoveNode,
    SetField,
    invert_all,
    targets,
)
from funcnodes_worker.errors import ConflictError, UndoConflictError
from funcnodes_worker.persistence.history import History, Scope, Step
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.plan.groups import without_empty_groups

__all__ = ["plan_inverse", "plan_steps"]

Author = Callable[[FieldPath], str]
Taken = Callable[[Edge, GraphModel], bool]


def plan_steps(
    history: History,
    model: GraphModel,
    steps: int,
    scope: Scope,
    by: str,
    taken: Taken,
    *,
    force: bool,
    back: bool,
) -> list[tuple[Step, list[Edit]]]:
    """Which steps an undo (`back`) or redo of so many takes, each with its edits; fewer where there are no more.

    Raises:
        UndoConflictError: another client changed a field of one of them later; then none can be taken.
    """
    left = [step for step in history if step.done is back and (scope == "all" or step.by == by)]
    # the newest done step is undone first, the step that was undone last is redone first
    left.sort(key=lambda step: step.rev if back else step.last_rev, reverse=True)
    draft = model.draft()
    planned = []
    for step in left[: max(1, steps)]:
        before = draft.draft()
        edits = plan_inverse(draft, step.edits, _author_after(history, step), taken, force)
        whole = without_empty_groups(before, edits)
        draft.apply_all(whole[len(edits) :])
        planned.append((step, whole))
    return planned


def _author_after(history: History, step: Step) -> Author:
    return lambda path: history.author_after(step.last_rev, path)


def plan_inverse(
    model: GraphModel, edits: list[Edit], author: Author, taken: Taken, force: bool
) -> list[Edit]:
    """The edits that take `edits` back on `model`.

    Args:
        model: a draft; it is moved forward by what is planned.
        author: who changed a field later, "" when unknown.
        taken: whether an edge's input has another edge and takes one only.
        force: overwrite what others changed instead of refusing.

    Raises:
        UndoConflictError: somebody changed a field later; `data` names field and client.
    """
    planned: list[Edit] = []
    for wanted in invert_all(edits):
        for edit in _Fitter(model, author, taken, force).fit(wanted):
            try:
                model.apply(edit)
            except ConflictError as exc:
                if not force:
                    path = next(iter(targets([edit])))
                    raise UndoConflictError(
                        f"cannot be undone any more: {exc}", field=".".join(path[1:]), target=list(path)
                    ) from exc
                continue
            planned.append(edit)
    return planned


class _Fitter:
    """Fits single edits to the present state, or says who is in the way."""

    def __init__(self, model: GraphModel, author: Author, taken: Taken, force: bool) -> None:
        self.model = model
        self.author = author
        self.taken = taken
        self.force = force

    def fit(self, edit: Edit) -> list[Edit]:
        match edit:
            case SetField():
                return self._field(edit)
            case RemoveNode():
                return self._remove_node(edit)
            case RemoveGroup():
                return self._remove_group(edit)
            case PutNode(node=node):
                return self._unless(node["uuid"] in self.model.nodes, ("nodes", node["uuid"]), edit)
            case PutGroup(id=group_id):
                return self._unless(group_id in self.model.groups, ("groups", group_id), edit)
            case PutEdge(edge=edge):
                if edge in self.model.edges:
                    return []
                loose = edge[0] not in self.model.nodes or edge[2] not in self.model.nodes
                return self._unless(loose or self.taken(edge, self.model), ("edges", *edge), edit)
            case RemoveEdge(edge=edge):
                return [edit] if edge in self.model.edges else []

    def _field(self, edit: SetField) -> list[Edit]:
        path = edit.target
        if path[0] != "props" and path[1] not in getattr(self.model, path[0]):
            return self._unless(True, path, edit)
        now = self.model.field(path)
        if now != edit.before:
            self._conflict(path)
        return [SetField(path, now, edit.after)]

    def _remove_node(self, edit: RemoveNode) -> list[Edit]:
        uuid = edit.node["uuid"]
        now = self.model.nodes.get(uuid)
        if now is None:
            return []
        attached = self.model.edges_of([uuid])
        if attached:
            self._conflict(("edges", *attached[0]))
        if now != edit.node:
            self._conflict(("nodes", uuid, *_difference(now, edit.node)))
        return [*(RemoveEdge(edge) for edge in attached), RemoveNode(now)]

    def _remove_group(self, edit: RemoveGroup) -> list[Edit]:
        now = self.model.groups.get(edit.id)
        if now is None:
            return []
        members, inner = self.model.members(edit.id), self.model.subgroups(edit.id)
        if now != edit.group or members or inner:
            self._conflict(("groups", edit.id, *_difference(now, edit.group)))
        up = now.get("parent", UNSET)
        leave: list[Edit] = [self.model.set(("nodes", uuid, "group"), up) for uuid in members]
        leave += [self.model.set(("groups", gid, "parent"), up) for gid in inner]
        return [*leave, RemoveGroup(edit.id, now)]

    def _unless(self, in_the_way: bool, path: FieldPath, edit: Edit) -> list[Edit]:
        if not in_the_way:
            return [edit]
        self._conflict(path)
        return []

    def _conflict(self, path: FieldPath) -> None:
        if self.force:
            return
        by = self.author(path)
        field = ".".join(path[1:])
        who = f" by {by}" if by else ""
        raise UndoConflictError(f"{field} was changed later{who}", field=field, target=list(path), by=by)


def _difference(now: dict[str, object], then: dict[str, object]) -> tuple[str, ...]:
    """The path of the first field in which two records differ."""
    for key in sorted(now.keys() | then.keys()):
        a, b = now.get(key), then.get(key)
        if a != b:
            if isinstance(a, dict) and isinstance(b, dict):
                return (key, *_difference(a, b))
            return (key,)
    return ()
