"""Random edits through the store: undo all is the start, redo all is the end, and a cut journal is a whole prefix."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from funcnodes_worker.edits import Edit, PutEdge, PutGroup, PutNode, RemoveEdge, RemoveGroup, RemoveNode
from funcnodes_worker.journal import Commit, PortValue
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.store import DocumentStore
from funcnodes_worker.plan.groups import without_empty_groups
from funcnodes_worker.plan.undo import plan_steps

NODES = ("a", "b", "c", "d")
GROUPS = ("g", "h")
JSON = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=3), st.just({"$fn:float": "nan"})
)
CLIENTS = ("me", "you")

OPERATIONS = st.one_of(
    st.tuples(st.just("node"), st.sampled_from(NODES)),
    st.tuples(st.just("edge"), st.sampled_from(NODES), st.sampled_from(NODES)),
    st.tuples(st.just("value"), st.sampled_from(NODES), st.sampled_from("xy"), JSON),
    st.tuples(st.just("move"), st.sampled_from(NODES), JSON),
    st.tuples(st.just("join"), st.sampled_from(NODES), st.sampled_from(GROUPS)),
    st.tuples(st.just("group"), st.sampled_from(GROUPS), JSON),
    st.tuples(st.just("prop"), JSON),
)
COMMITS = st.lists(
    st.tuples(
        st.lists(OPERATIONS, min_size=1, max_size=3),
        st.sampled_from(CLIENTS),
        st.sampled_from([None, "g1", "g2"]),
    ),
    max_size=12,
)
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def edits_for(draft: GraphModel, operations: list[Any]) -> list[Edit]:
    """Edits that fit the draft, which moves forward with them."""
    edits: list[Edit] = []
    before = draft.draft()
    for operation in operations:
        made = one(draft, operation)
        draft.apply_all(made)
        edits += made
    whole = without_empty_groups(before, edits)
    draft.apply_all(whole[len(edits) :])
    return whole


def one(draft: GraphModel, operation: Any) -> list[Edit]:
    match operation:
        case ("node", uuid) if uuid in draft.nodes:
            loose: list[Edit] = [RemoveEdge(edge) for edge in draft.edges_of([uuid])]
            return [*loose, RemoveNode(draft.nodes[uuid])]
        case ("node", uuid):
            return [PutNode({"uuid": uuid, "node_id": "t", "name": uuid, "properties": {}, "io": {}})]
        case ("edge", src, dst) if src in draft.nodes and dst in draft.nodes:
            edge = (src, "out", dst, "x")
            return [RemoveEdge(edge) if edge in draft.edges else PutEdge(edge)]
        case ("value", uuid, io_id, value) if uuid in draft.nodes:
            return [draft.set(("nodes", uuid, "io", io_id, "value"), UNSET if value is None else value)]
        case ("move", uuid, value) if uuid in draft.nodes:
            return [draft.set(("nodes", uuid, "properties", "frontend:pos"), value)]
        case ("join", uuid, group_id) if uuid in draft.nodes:
            put: list[Edit] = [] if group_id in draft.groups else [PutGroup(group_id, {})]
            return [*put, draft.set(("nodes", uuid, "group"), group_id)]
        case ("group", group_id, value) if group_id in draft.groups:
            return [draft.set(("groups", group_id, "name"), value)]
        case ("prop", value):
            return [draft.set(("props", "k"), value)]
    return []


def write(store: DocumentStore, commits: list[Any]) -> list[tuple[int, GraphModel]]:
    """Writes random commits; gives the length of the journal and the model after each."""
    states = [(0, store.model)]
    for operations, by, gesture in commits:
        edits = edits_for(store.model.draft(), operations)
        if edits:
            store.write([Commit(rev=store.rev + 1, edits=edits, by=by, gesture=gesture)])
            states.append((store.journal_bytes, store.model))
    return states


def travel(store: DocumentStore, *, back: bool) -> bool:
    planned = plan_steps(
        store.history, store.model, 1, "all", "me", lambda edge, model: False, force=False, back=back
    )
    for step, edits in planned:
        mark = {"undoes": step.rev} if back else {"redoes": step.rev}
        store.write([Commit(rev=store.rev + 1, edits=edits, by="me", **mark)])
    return bool(planned)


def opened(folder: Path) -> DocumentStore:
    store = DocumentStore(folder)
    report = store.open()
    assert report.warnings == []
    return store


@QUICK
@given(COMMITS)
def test_undo_all_is_the_start_and_redo_all_is_the_end(commits: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = opened(Path(folder))
        write(store, commits)
        end, rev = store.model, store.rev

        while travel(store, back=True):
            pass
        start = store.model
        store.close()
        store = opened(Path(folder))  # the history survives a restart in the middle
        while travel(store, back=False):
            pass
        store.close()

        assert start == GraphModel()
        assert store.model == end
        assert store.rev >= rev
        assert opened(Path(folder)).model == end


@QUICK
@given(COMMITS, st.data())
def test_cut_journal_is_the_state_at_the_last_whole_entry(commits: list[Any], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = DocumentStore(Path(folder))
        store.open()
        states = write(store, commits)
        store.close()
        journal = Path(folder) / "nodespace.journal"
        raw = journal.read_bytes()
        cut = data.draw(st.integers(0, len(raw)))
        journal.write_bytes(raw[:cut])

        again = DocumentStore(Path(folder))
        report = again.open()
        again.close()

        whole = [(size, model) for size, model in states if size <= cut]
        assert again.model == whole[-1][1]
        assert again.rev == len(whole) - 1
        assert len(report.warnings) == (0 if cut == whole[-1][0] else 1)


@QUICK
@given(COMMITS, COMMITS)
def test_snapshot_and_later_journal_give_the_same_as_the_journal_alone(
    first: list[Any], later: list[Any]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = opened(Path(folder))
        write(store, first)
        store.save_snapshot()
        write(store, later)
        store.close()

        again = opened(Path(folder))
        again.close()

        assert again.model == store.model
        assert again.rev == store.rev
        assert [(step.rev, step.done) for step in again.history] == [
            (step.rev, step.done) for step in store.history
        ]


def test_removed_group_edit_is_exercised() -> None:
    draft = GraphModel()
    edits_for(draft, [("node", "a"), ("join", "a", "g")])

    edits = edits_for(draft, [("join", "a", "h")])

    assert any(isinstance(edit, RemoveGroup) for edit in edits)


def test_a_journal_that_ends_at_any_byte_is_the_state_at_the_last_whole_entry(tmp_path: Path) -> None:
    folder = tmp_path / "whole"
    store = opened(folder)
    operations: list[Any] = [("node", "a"), ("node", "b"), ("edge", "a", "b"), ("join", "a", "g")]
    states = write(store, [([one_of_them], "me", None) for one_of_them in operations])
    store.write_settled([PortValue(uuid="a", io="out", value="ä€")], store.rev)
    states.append((store.journal_bytes, store.model))
    states += write(store, [([("value", "b", "x", "ü")], "you", None)])[1:]
    store.close()
    raw = (folder / "nodespace.journal").read_bytes()
    assert states[-1][0] == len(raw)

    for cut in range(len(raw) + 1):
        torn = tmp_path / str(cut)
        torn.mkdir()
        (torn / "nodespace.journal").write_bytes(raw[:cut])
        again = DocumentStore(torn)
        again.open()
        model = [model for size, model in states if size <= cut][-1]
        assert again.model == model, f"cut at byte {cut}"
        if cut % 11 == 0:  # and what comes behind the cut is read again
            again.write([Commit(rev=again.rev + 1, edits=one(again.model, ("node", "d")))])
            again.close()
            later = opened(torn)
            assert later.model == again.model
            again = later
        again.close()
