"""Random commands of every kind: undo all is the start, redo all the end, and what is opened again is what was there."""

from __future__ import annotations

import base64
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import fuzz
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import funcnodes_core as fn
from funcnodes_core.exceptions import FuncNodesError
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_core.sentinels import NoValue
from funcnodes_worker import document as document_module
from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.context import GraphContext
from funcnodes_worker.document import Document
from funcnodes_worker.errors import ConflictError, WorkerError
from funcnodes_worker.externals import ExternalWorkers
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.secretstore import SecretStore

UUIDS = ("a", "b", "c", "d")
GROUPS = ("g", "h")
CLIENTS = ("me", "you")
VALUES = st.sampled_from([0, -1.5, "text", None, [1, {"k": "v"}], "<NoValue>", {"$fn:float": "nan"}])
PLACES = st.tuples(st.integers(-50, 50), st.integers(-50, 50)).map(list)
SETTINGS = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@fn.NodeDecorator("prop.add")
def add(a: Any, b: Any = 1) -> Any:
    """Two inputs and an output."""
    return (a, b)


OTHER = {
    "backend": {
        "nodes": [
            {"id": "a", "node_id": "prop.add", "name": "A", "io": {"a": {"value": 3}}},
            {"id": "m", "node_id": "gone.away", "name": "M", "io": {"x": {"is_input": True, "default": 1}}},
        ],
        "edges": [["a", "out", "m", "y"]],
        "groups": {"g": {"node_ids": ["m"], "child_groups": [], "parent_group": None, "meta": {}}},
    }
}


def archive() -> str:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("state", json.dumps(OTHER))
        file.writestr("config", "{}")
    return base64.b64encode(out.getvalue()).decode()


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


NODE, GROUP, PORT = one_of(*UUIDS, "m"), one_of(*GROUPS), one_of("a", "b")
KWARGS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "add_node": st.fixed_dictionaries(
        {"node_id": st.just("prop.add"), "uuid": one_of(*UUIDS), "frontend": PLACES.map(lambda at: {"pos": at})}
    ),
    "remove_node": st.fixed_dictionaries({"uuid": NODE}),
    "update_node": st.fixed_dictionaries(
        {"uuid": NODE},
        optional={
            "name": fuzz.TEXT,
            "description": fuzz.TEXT,
            "frontend": PLACES.map(lambda at: {"pos": at}),
            "properties": st.dictionaries(one_of("p", "q"), VALUES, max_size=2),
            "reset_inputs_on_trigger": st.booleans(),
        },
    ),
    "update_node_input": st.fixed_dictionaries({"uuid": NODE, "input_id": PORT, "value": VALUES}),
    "update_io": st.fixed_dictionaries(
        {"uuid": NODE, "io_id": PORT},
        optional={
            "name": fuzz.TEXT,
            "hidden": st.booleans(),
            "value_options": st.dictionaries(one_of("min", "max"), st.integers(0, 9), max_size=2),
            "default": VALUES,
        },
    ),
    "set_node_mode": st.fixed_dictionaries({"uuid": NODE, "mode": one_of("active", "muted", "bypassed")}),
    "add_edge": st.fixed_dictionaries(
        {"src_uuid": NODE, "src_io": one_of("out", "a"), "dst_uuid": NODE, "dst_io": PORT, "replace": st.booleans()}
    ),
    "remove_edge": st.fixed_dictionaries(
        {"src_uuid": NODE, "src_io": st.just("out"), "dst_uuid": NODE, "dst_io": PORT}
    ),
    "clear": st.just({}),
    "group_nodes": st.fixed_dictionaries(
        {"nodes": st.lists(NODE, max_size=3), "id": GROUP},
        optional={"groups": st.lists(GROUP, max_size=2), "name": fuzz.TEXT, "colour": st.just("red")},
    ),
    "update_group": st.fixed_dictionaries(
        {"id": GROUP},
        optional={"name": fuzz.TEXT, "nodes": st.lists(NODE, max_size=3), "parent": st.none() | GROUP, "pos": PLACES},
    ),
    "remove_group": st.fixed_dictionaries({"id": GROUP}),
    "paste_nodes": st.fixed_dictionaries({"uuids": st.lists(NODE, max_size=3), "pos": st.none() | PLACES}),
    "load_data": st.just({"data": OTHER}),
    "import_worker": st.just({"data": archive()}),
    "undo": st.fixed_dictionaries({"steps": st.integers(1, 3), "scope": one_of("mine", "all"), "force": st.booleans()}),
    "redo": st.fixed_dictionaries({"steps": st.integers(1, 3), "scope": one_of("mine", "all"), "force": st.booleans()}),
}  # fmt: skip
OFTEN = ("add_node", "add_edge", "update_node", "update_node_input", "group_nodes", "update_io")


def commands(*without: str) -> st.SearchStrategy[Any]:
    names = [name for name in KWARGS if name not in without]
    names += [name for name in OFTEN for _ in range(3)]
    one = st.sampled_from(names).flatmap(
        lambda name: st.tuples(
            st.just(name), KWARGS[name], st.sampled_from(CLIENTS), st.sampled_from([None, "g1"])
        )
    )
    return st.lists(one, max_size=25)


@pytest.fixture(scope="module", autouse=True)
def no_clock() -> Iterator[None]:
    """Entries of the journal are as long in every run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_module, "now", lambda: 1.5)
        yield


class Bench:
    """A document in a folder, and commands as clients give them."""

    def __init__(self, folder: Path) -> None:
        self.space = NodeSpace()
        self.space.add_shelf(fn.Shelf(name="Prop", nodes=[add]))
        self.document = Document(self.space, folder)
        self.warnings = self.document.open().warnings
        self.config = WorkerConfig(ConfigDir(folder / "config").create(), {"uuid": "bench"})
        self.externals = ExternalWorkers(self.document, SecretStore(folder / "secrets"))

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *error: object) -> None:
        self.document.store.close()  # as after a crash: no snapshot is written

    def do(self, name: str, kwargs: dict[str, Any], by: str = "me", gesture: str | None = None) -> bool:
        """Whether the command was taken."""
        try:
            if name == "paste_nodes":
                fragment = self._call("copy_nodes", {"uuids": kwargs["uuids"]}, by, None)
                kwargs = {"fragment": msgspec.to_builtins(fragment), "pos": kwargs["pos"]}
            self._call(name, kwargs, by, gesture)
        except (WorkerError, FuncNodesError):
            return False
        return True

    def _call(self, name: str, kwargs: dict[str, Any], by: str, gesture: str | None) -> Any:
        command = REGISTRY.get(name)
        context = GraphContext(
            document=self.document,
            space=self.space,
            externals=self.externals,
            config=self.config,
            by=by,
            cmd=name,
            gesture=gesture,
        )
        return command.handler(context, **command.convert(kwargs))

    def all_the_way(self, back: bool) -> None:
        travel = self.document.undo if back else self.document.redo
        history = self.document.history
        while any(step.done is back for step in history):
            travel(by="me")
        with pytest.raises(ConflictError, match="nothing to"):
            travel(by="me")

    def seen(self) -> Any:
        """The graph as its nodes themselves say it, without what runs have made."""
        nodes = {node.uuid: node_seen(node) for node in self.space.nodes}
        edges = sorted((edge.src, edge.src_io, edge.dst, edge.dst_io) for edge in self.space.edges)
        groups = {
            gid: {**group, "node_ids": sorted(group["node_ids"]), "child_groups": sorted(group["child_groups"])}
            for gid, group in self.space.groups.serialize().items()
        }  # fmt: skip
        return nodes, edges, groups, dict(self.space.properties)


def node_seen(node: Any) -> Any:
    ports = {
        port.id: (
            port.name,
            port.hidden,
            port.value_options,
            repr(port.default),
            None if port.is_connected() or port.links_in else repr(port.value),
        )
        for port in node.inputs.values()
        # of a placeholder's ports some are known by an edge only, and remain when that has gone
        if not isinstance(node, PlaceHolderNode) or port.value is not NoValue or port.is_connected()
    }
    return (
        node.node_id,
        node.name,
        node.description,
        node.mode.value,
        node.reset_inputs_on_trigger,
        {key: repr(value) for key, value in node.properties.items()},
        ports,
    )


def canonical(model: GraphModel) -> Any:
    """A model without the order in which things came."""
    return repr((sorted(model.nodes.items()), sorted(model.edges), sorted(model.groups.items()), model.props))


@SETTINGS
@given(commands("undo", "redo"))
def test_undo_all_is_the_start_and_redo_all_is_the_end(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, Bench(Path(folder)) as bench:
        start, looked_at_start = bench.document.model, bench.seen()
        for step in steps:
            bench.do(*step)
        end, looked_at_end = bench.document.model, bench.seen()

        bench.all_the_way(back=True)
        assert bench.document.model == start
        assert bench.seen() == looked_at_start
        bench.document.store.close()
        with Bench(Path(folder)) as again:  # the history survives a crash in the middle
            assert not [text for text in again.warnings if "left out" in text or "missing" in text]
            again.all_the_way(back=False)

            assert again.document.model == end
            assert again.seen() == looked_at_end


@SETTINGS
@given(commands(), st.integers(0, 10**6))
def test_a_journal_that_ends_anywhere_is_the_graph_of_its_last_whole_command(
    steps: list[Any], share: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, Bench(Path(folder) / "one") as bench:
        store = bench.document.store
        states = [(0, 0, bench.document.model, bench.seen())]
        for step in steps:
            bench.do(*step)
            states.append((store.journal_bytes, store.rev, bench.document.model, bench.seen()))
        shutil.copytree(Path(folder) / "one", Path(folder) / "two")
        journal = Path(folder) / "two" / "nodespace.journal"
        cut = journal.stat().st_size * share // 10**6
        journal.write_bytes(journal.read_bytes()[:cut])
        # loading writes a snapshot at once: the journal was never shorter than what that knows
        snapshot = Path(folder) / "two" / "nodespace.json"
        known = json.loads(snapshot.read_text())["rev"] if snapshot.exists() else 0
        whole = [state for state in states if state[0] <= cut or state[1] <= known]

        with Bench(Path(folder) / "two") as again:
            _, rev, model, looked = whole[-1]
            assert again.document.rev == rev
            assert again.document.model == model
            assert again.seen() == looked


def test_the_commands_of_this_test_are_all_that_change_the_graph() -> None:
    assert {command.name for command in REGISTRY if command.mutates} == set(KWARGS)
