"""Each command says what it takes, gives, needs and changes, and what changes the graph can be undone."""

from __future__ import annotations

import base64
import inspect
import json
import typing
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any, Literal

import msgspec
import pytest
from msgspec import Struct

from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.protocol.events import EVENTS
from funcnodes_worker.rpc.registry import Command, Registry, Scope, Success

pytestmark = pytest.mark.anyio

DOCUMENTED: dict[str, tuple[str, str]] = {
    "uuid": ("", ""),
    "name": ("", ""),
    "heartbeat": ("", ""),
    "full_state": ("", ""),
    "catch_up": ("epoch client seq", ""),
    "get_nodes": ("", ""),
    "get_edges": ("", ""),
    "get_library": ("", ""),
    "add_node": ("node_id", "uuid name frontend"),
    "remove_node": ("uuid", ""),
    "update_node": (
        "uuid",
        "input_id io_id io_type value name description frontend reset_inputs_on_trigger properties",
    ),
    "update_node_input": ("uuid input_id value", ""),
    "update_io": ("uuid io_id", "name hidden value_options render_options default"),
    "trigger_node": ("uuid", ""),
    "stop_node": ("uuid", "deadline_s"),
    "stop_all": ("", "deadline_s"),
    "set_node_mode": ("uuid mode", ""),
    "pause": ("", ""),
    "resume": ("", ""),
    "run_stale": ("", "uuid"),
    "add_edge": ("src_uuid src_io dst_uuid dst_io", "replace"),
    "remove_edge": ("src_uuid src_io dst_uuid dst_io", ""),
    "clear": ("", ""),
    "get_groups": ("", ""),
    "group_nodes": ("nodes", "name colour collapsed"),
    "update_group": ("id", "nodes name colour collapsed"),
    "remove_group": ("id", ""),
    "get_io_value": ("uuid io_id", "full"),
    "copy_nodes": ("uuids", ""),
    "paste_nodes": ("fragment", "pos"),
    "undo": ("", "steps scope force"),
    "redo": ("", "steps scope force"),
    "get_history": ("", "since"),
    "save": ("", ""),
    "load_data": ("data", ""),
    "export_worker": ("", "include_files"),
    "import_worker": ("data", ""),
    "upload": ("filename data", ""),
    "list_files": ("", ""),
    "delete_file": ("path", ""),
    "get_worker_dependencies": ("", ""),
    "get_available_modules": ("", ""),
    "add_package_dependency": ("package", "version dry_run"),
    "remove_package_dependency": ("package", "dry_run"),
    "get_config": ("", ""),
    "update_config": ("config", ""),
    "get_logs": ("", ""),
    "get_runstate": ("", ""),
    "stop_worker": ("", ""),
    "why": ("uuid", ""),
    "get_plugins": ("", ""),
    "add_external_worker": ("classid", ""),
    "update_external_worker": ("uuid", ""),
    "remove_external_worker": ("uuid", ""),
    "get_external_worker_config": ("", "uuid"),
}
"""The kwargs of every documented command: those that must be given, and those that may be."""

RESULTS: dict[str, str] = {
    "full_state": "nodespace lib worker seq rev",
    "add_node": "uuid node_id",
    "remove_node": "success",
    "update_node": "success",
    "update_node_input": "success",
    "stop_node": "success how",
    "stop_all": "success how",
    "undo": "rev undone",
    "redo": "rev undone",
    "upload": "success filename path",
    "get_nodes": "node_id uuid name description inputs outputs status frontend mode progress error properties",
    "get_edges": "src dst",
    "get_groups": "id name nodes groups",
    "get_library": "shelves",
    "get_worker_dependencies": "package version",
    "get_available_modules": "installed active available",
    "get_history": "rev at by cmd",
}
"""Fields of documented results, of their items where they are lists or by name."""

EVENTS_SAY: dict[str, str] = {
    "node_added": "uuid node_id serialized",
    "node_removed": "uuid",
    "node_updated": "uuid",
    "edge_added": "src dst",
    "edge_removed": "src dst",
    "node_triggered": "uuid",
    "node_done": "uuid duration_s",
    "node_ran": "uuid runs duration_s",
    "node_error": "uuid error traceback",
    "node_progress": "uuid progress message n total elapsed rate unit prefix postfix",
    "io_value_changed": "node_uuid io_id io_type value preview mime",
    "io_updated": "node_uuid io_id",
    "group_added": "",
    "group_updated": "",
    "group_removed": "",
    "nodespace_cleared": "",
    "nodespace_loaded": "",
    "status": "uuid",
    "library_changed": "",
}
"""Documented events and their fields."""

FREE_FORM = {
    "get_io_value.result",  # the value itself
    "update_node.value",
    "update_node_input.value",
    "update_io.default",
}
"""What may be any JSON."""


def fields(command: Command) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.name: field for field in msgspec.structs.fields(command.kwargs_type)}


def flaws(command: Command, samples: dict[str, Any]) -> list[str]:
    """What a command leaves unsaid."""
    found = []
    if command.scope not in typing.get_args(Scope):
        found.append("has no scope")
    if not isinstance(command.mutates, bool) or (command.mutates and command.on != "graph"):
        found.append("does not say whether it changes the graph")
    if command.mutates and command.name not in samples:
        found.append("changes the graph, and nobody has tried its inverse")
    if not command.doc:
        found.append("has no docstring")
    if not command.kwargs_type.__struct_config__.forbid_unknown_fields:
        found.append("takes kwargs that it does not know")
    if is_vague(command.result_type) and f"{command.name}.result" not in FREE_FORM:
        found.append("has no type of result")
    found += [
        f"has no type of {name}"
        for name, field in fields(command).items()
        if is_vague(field.type) and f"{command.name}.{name}" not in FREE_FORM
    ]
    return found


def is_vague(kind: Any) -> bool:
    return kind in (Any, object, inspect.Parameter.empty, Struct)


@pytest.mark.parametrize("name", sorted(DOCUMENTED))
def test_a_documented_command_takes_what_is_documented(name: str) -> None:
    required, optional = (text.split() for text in DOCUMENTED[name])

    known = fields(REGISTRY.get(name))

    assert [key for key, field in known.items() if field.required] == required
    assert set(optional) <= {key for key, field in known.items() if not field.required}


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_a_documented_result_has_the_documented_fields(name: str) -> None:
    result = REGISTRY.get(name).result_type
    record = typing.get_args(result)[-1] if typing.get_args(result) else result

    assert set(RESULTS[name].split()) <= {field.encode_name for field in msgspec.structs.fields(record)}


def test_documented_events_have_the_documented_fields() -> None:
    known = {event.event: {field.name for field in msgspec.structs.fields(event)} for event in EVENTS}

    missing = {name: set(text.split()) - known.get(name, set()) for name, text in EVENTS_SAY.items()}

    assert {name for name in EVENTS_SAY if name not in known} == set()
    assert {name: fields for name, fields in missing.items() if fields} == {}


@pytest.mark.parametrize("command", sorted(REGISTRY, key=lambda one: one.name), ids=lambda one: one.name)
def test_every_command_says_all_about_itself(command: Command) -> None:
    assert flaws(command, SAMPLES) == []


def test_a_command_that_says_too_little_is_found() -> None:
    registry = Registry()

    @registry.command(scope="edit", mutates=True)
    def untried(ctx: Any, uuid: str) -> Success:
        """Change something."""
        return Success()

    @registry.command(scope="anything")  # type: ignore[arg-type]
    def vague(ctx: Any, what: Any) -> Any:
        return what

    @registry.command(scope="view", on="serve", mutates=True)
    def misplaced(ctx: Any) -> Success:
        """Change the graph from the wrong thread."""
        return Success()

    assert flaws(registry.get("untried"), {}) == ["changes the graph, and nobody has tried its inverse"]
    assert flaws(registry.get("untried"), {"untried": {}}) == []
    assert flaws(registry.get("vague"), {}) == [
        "has no scope",
        "has no docstring",
        "has no type of result",
        "has no type of what",
    ]
    assert flaws(registry.get("misplaced"), {"misplaced": {}}) == [
        "does not say whether it changes the graph"
    ]


# -- the inverse of what changes the graph

OTHER_GRAPH = {
    "backend": {
        "nodes": [
            {"id": "z", "node_id": "doc.add", "name": "Z", "io": {"a": {"value": 3}}},
            {"id": "m", "node_id": "gone.away", "name": "M", "io": {}},
        ],
        "edges": [["z", "out", "m", "x"]],
        "groups": {"other": {"node_ids": ["m"], "child_groups": [], "parent_group": None, "meta": {}}},
    }
}


def archive() -> str:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("state", json.dumps(OTHER_GRAPH))
        file.writestr("config", "{}")
    return base64.b64encode(out.getvalue()).decode()


SAMPLES: dict[str, Any] = {
    "add_node": {"node_id": "doc.add", "uuid": "c", "name": "new", "frontend": {"pos": [1, 2]}},
    "remove_node": {"uuid": "a"},
    "update_node": {
        "uuid": "a",
        "input_id": "a",
        "value": [1, {"$fn:float": "nan"}],
        "name": "other",
        "description": "what it does",
        "frontend": {"pos": [3, 4], "collapsed": True},
        "reset_inputs_on_trigger": True,
        "properties": {"color": "red", "kept": None},
    },
    "update_node_input": {"uuid": "b", "input_id": "b", "value": "<NoValue>"},
    "update_io": {
        "uuid": "b",
        "io_id": "b",
        "name": "B",
        "hidden": True,
        "value_options": {"min": 0},
        "render_options": {"type": "slider"},
        "default": 5,
    },
    "set_node_mode": {"uuid": "b", "mode": "muted"},
    "add_edge": {"src_uuid": "a", "src_io": "out", "dst_uuid": "b", "dst_io": "b"},
    "remove_edge": {"src_uuid": "a", "src_io": "out", "dst_uuid": "b", "dst_io": "a"},
    "clear": {},
    "group_nodes": {"nodes": ["a"], "id": "h", "name": "inner", "colour": "#f00", "meta": {"k": [1]}},
    "update_group": {"id": "g", "name": "outer", "collapsed": True, "pos": [5, 6], "nodes": ["b"]},
    "remove_group": {"id": "g"},
    "paste_nodes": lambda bench: {"fragment": msgspec.to_builtins(bench.do("copy_nodes", uuids=["a", "b"]))},
    "load_data": {"data": OTHER_GRAPH},
    "import_worker": {"data": archive()},
    "undo": {"steps": 2},
    "redo": lambda bench: bench.do("undo", steps=3) and {"steps": 2},
}
"""Kwargs that change the graph of `start`, or what makes them."""


def start(bench: Callable[..., Any]) -> Any:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="a", frontend={"pos": [10, 20]})
    one.do("add_node", node_id="doc.add", uuid="b")
    one.do("update_node_input", uuid="b", input_id="b", value=2)
    one.do("update_node", uuid="a", properties={"kept": True})
    one.do("group_nodes", nodes=["a", "b"], id="g", name="group")
    one.do("add_edge", src_uuid="a", src_io="out", dst_uuid="b", dst_io="a")
    return one


def seen(bench: Any) -> Any:
    """The graph as its nodes themselves say it, without what runs have made."""
    groups = bench.space.groups.serialize()
    return {
        "nodes": {
            node.uuid: (
                node.node_id,
                node.name,
                node.description,
                node.mode.value,
                node.reset_inputs_on_trigger,
                dict(node.properties),
                {
                    port.id: (port.name, port.hidden, port.value_options, port.render_options, repr(port.default))
                    + (repr(port.value),) * (not port.is_connected())
                    for port in node.inputs.values()
                },
            )
            for node in bench.space.nodes
        },
        "edges": {(edge.src, edge.src_io, edge.dst, edge.dst_io) for edge in bench.space.edges},
        "groups": {gid: {**group, "node_ids": sorted(group["node_ids"])} for gid, group in groups.items()},
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(command.name for command in REGISTRY if command.mutates))
async def test_undo_is_the_inverse_of_a_command_and_redo_does_it_again(
    name: str, bench: Callable[..., Any]
) -> None:
    one = start(bench)
    sample = SAMPLES[name]
    kwargs = sample(one) if callable(sample) else sample
    before, looked = one.document.model, seen(one)
    steps = kwargs.get("steps", 1)

    one.do(name, **kwargs)

    after, looked_after = one.document.model, seen(one)
    back: Literal["undo", "redo"] = "redo" if name == "undo" else "undo"
    again: Literal["undo", "redo"] = "undo" if name == "undo" else "redo"
    assert after != before
    one.do(back, steps=steps)
    assert one.document.model == before
    assert seen(one) == looked
    one.do(again, steps=steps)
    assert one.document.model == after
    assert seen(one) == looked_after
