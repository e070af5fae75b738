"""Edits and the model that they change."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET

from funcnodes_worker.edits import (
    Edit,
    PutEdge,
    PutGroup,
    PutNode,
    RemoveEdge,
    RemoveNode,
    SetField,
    invert,
    invert_all,
    merge,
    targets,
)
from funcnodes_worker.errors import ConflictError
from funcnodes_worker.persistence.model import GraphModel


def node(uuid: str) -> dict[str, object]:
    return {"uuid": uuid, "node_id": "t.n", "name": uuid, "properties": {}, "io": {}}


def model() -> GraphModel:
    return GraphModel([node("a"), node("b")])


EDITS: list[Edit] = [
    PutNode(node("c")),
    PutEdge(("a", "out", "c", "x")),
    SetField(("nodes", "c", "io", "y", "value"), UNSET, 5),
    SetField(("nodes", "c", "name"), "c", "see"),
    SetField(("nodes", "c", "properties", "frontend:pos"), UNSET, [1, 2]),
    PutGroup("g", {"name": "G"}),
    SetField(("nodes", "a", "group"), UNSET, "g"),
    SetField(("groups", "g", "name"), "G", "H"),
    SetField(("props", "k"), UNSET, None),
]


def test_edits_survive_json_with_the_difference_between_null_and_absent() -> None:
    data = msgspec.json.encode(EDITS)

    back = msgspec.json.decode(data, type=list[Edit])

    assert back == EDITS
    assert back[-1].before is UNSET
    assert back[-1].after is None


def test_inverse_of_the_inverse_is_the_edit() -> None:
    for edit in EDITS:
        assert invert(invert(edit)) == edit


def test_inverse_edits_lead_back_to_the_same_model() -> None:
    graph = model()
    before = graph.draft()

    graph.apply_all(EDITS)
    changed = graph.draft()
    graph.apply_all(invert_all(EDITS))

    assert changed != before
    assert graph == before


def test_draft_leaves_the_model_alone() -> None:
    graph = model()
    untouched = model()

    graph.draft().apply_all(EDITS)

    assert graph == untouched


@pytest.mark.parametrize(
    "edit",
    [
        PutNode(node("a")),
        RemoveNode(node("x")),
        PutEdge(("a", "out", "nowhere", "in")),
        RemoveEdge(("a", "out", "b", "in")),
        SetField(("nodes", "x", "name"), "", "n"),
        SetField(("groups", "x", "name"), "", "n"),
        SetField(("nodes", "a", "io", "x"), UNSET, 1),
    ],
)
def test_edit_that_does_not_fit_is_refused(edit: Edit) -> None:
    with pytest.raises(ConflictError):
        model().apply(edit)


def test_merge_keeps_the_first_before_and_the_last_after() -> None:
    path = ("nodes", "a", "io", "x", "value")

    merged = merge([SetField(path, UNSET, 1)], [SetField(path, 1, 2), SetField(("props", "k"), 1, 2)])

    assert merged == [SetField(path, UNSET, 2), SetField(("props", "k"), 1, 2)]


def test_targets_name_nodes_edges_groups_and_fields() -> None:
    touched = targets(EDITS)

    assert ("nodes", "c") in touched
    assert ("edges", "a", "out", "c", "x") in touched
    assert ("groups", "g", "name") in touched
