"""Commands about the graph as a whole: clear, save, load, export, import."""

from __future__ import annotations

import base64
import json
import tempfile
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from funcnodes_core._setup import AVAILABLE_MODULES
from funcnodes_core.lib.shelf import flatten_shelf
from funcnodes_worker.config import plain_packages
from funcnodes_worker.context import GraphContext
from funcnodes_worker.errors import BadArgumentsError, ConflictError, DocumentFormatError
from funcnodes_worker.persistence.blobs import BlobSource
from funcnodes_worker.persistence.export import (
    LoadedGraph,
    extract_files,
    files_below,
    load_graph_file,
    parse_graph,
    write_fnw,
)
from funcnodes_worker.persistence.snapshot import Snapshot, dump_snapshot
from funcnodes_worker.persistence.values import is_reference, unpack
from funcnodes_worker.plan.graphs import plan_clear
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.rpc.arguments import base64_bytes
from funcnodes_worker.rpc.registry import Success, command

__all__ = ["Exported", "Loaded"]


MAX_ANSWER_BYTES = 256 * 1024 * 1024


class Exported(Struct, kw_only=True):
    """A `.fnw` file as base64."""

    filename: str
    data: str


class Loaded(Struct, kw_only=True):
    """What opening a graph found.

    Attributes:
        missing: ids of node classes that are not installed; their nodes are placeholders that keep everything.
        warnings: a sentence about everything that could not be taken over.
        requires: the packages that the file asks for; nothing is installed without a command of its own.
    """

    nodes: int
    edges: int
    missing: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    requires: dict[str, Any] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    success: bool = True


@command(scope="edit", mutates=True)
def clear(ctx: GraphContext) -> Success:
    """Remove everything; it can be undone."""
    ctx.commit(plan_clear(ctx.document.model))
    return Success()


@command(scope="edit", on="graph", repeatable=True)
def save(ctx: GraphContext) -> dict[str, Any]:
    """Write a snapshot now, and give it back as a graph that `load_data` takes. (Edits are on disk anyway.)"""
    document = ctx.document
    document.save_snapshot()
    whole = _with_values(document.store.snapshot(), document.store.blobs)
    data: dict[str, Any] = json.loads(dump_snapshot(whole))
    return data


@command(scope="edit", mutates=True)
def load_data(ctx: GraphContext, data: dict[str, Any] | str) -> Loaded:
    """Put a graph in the place of this one: ours, or of an earlier release. Runs nothing; it can be undone."""
    text = data if isinstance(data, str) else json.dumps(data)
    try:
        snapshot, warnings, legacy = parse_graph(text.encode(), "the data")
    except DocumentFormatError as exc:
        raise BadArgumentsError(f"kwargs.data: {exc}") from exc
    blobs = ctx.document.store.blobs
    return _replace(
        ctx, LoadedGraph(path=Path(), snapshot=snapshot, blobs=blobs, warnings=warnings, legacy=legacy)
    )


@command(scope="edit", on="graph", repeatable=True)
def export_worker(ctx: GraphContext, include_files: bool = False) -> Exported:
    """The graph with all that belongs to it as one `.fnw` file."""
    document = ctx.document
    files_dir = document.files_dir if include_files else None
    size = sum(path.stat().st_size for path in files_below(files_dir))
    if size > MAX_ANSWER_BYTES:
        raise ConflictError(
            f"the files are {size} bytes, an answer holds {MAX_ANSWER_BYTES}: export without them"
        )
    document.save_snapshot()
    snapshot = document.store.snapshot()
    packages = _packages(snapshot)
    requires = snapshot.extra.get("requires")
    config = {
        "name": document.name,
        "package_dependencies": {
            **(requires if isinstance(requires, dict) else {}),
            **{name: {"package": name, "version": version} for name, version in packages.items()},
        },
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.fnw"
        write_fnw(
            path,
            snapshot,
            document.store.blobs,
            config=config,
            versions=packages,
            files_dir=files_dir,
        )
        data = path.read_bytes()
    return Exported(filename=f"{document.name or 'graph'}.fnw", data=base64.b64encode(data).decode())


@command(scope="edit", mutates=True)
def import_worker(ctx: GraphContext, data: str) -> Loaded:
    """Put the graph of a `.fnw` file (base64) in the place of this one, and its files into `files/`.

    Runs and installs nothing; the packages that it asks for are noted in the worker's configuration. The graph can
    be undone, the files stay.
    """
    content = base64_bytes("data", data)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "the file"
        path.write_bytes(content)
        try:
            loaded = load_graph_file(path)
        except DocumentFormatError as exc:
            raise BadArgumentsError(f"kwargs.data: {exc}") from exc
        extract_files(loaded, ctx.document.files_dir)
        answer = _replace(ctx, loaded)
        # nothing is installed by it: what the worker needs is known to whoever makes its environment
        ctx.config.ask_for(plain_packages(loaded.config.get("package_dependencies")))
        return answer


def _replace(ctx: GraphContext, loaded: LoadedGraph) -> Loaded:
    report = ctx.document.replace(loaded, by=ctx.by, cmd=ctx.cmd, cmd_id=ctx.cmd_id)
    ctx.rev = ctx.document.rev
    _tell(ctx, ev.NodespaceLoaded())
    ctx.externals.adopt(loaded.snapshot.extra)
    model = ctx.document.model
    return Loaded(
        nodes=len(model.nodes),
        edges=len(model.edges),
        missing=report.missing,
        warnings=loaded.warnings + report.warnings,
        requires=loaded.config.get("package_dependencies", {}),
        files=loaded.files,
    )


def _tell(ctx: GraphContext, what: ev.Event) -> None:
    with ctx.document.feed.acting(ctx.document.rev, ctx.by, ctx.cmd_id):
        ctx.document.feed.post(what)


def _with_values(snapshot: Snapshot, blobs: BlobSource) -> Snapshot:
    """The snapshot without references: what people have set stands in it, what runs have made only where small."""
    nodes = []
    for node in snapshot.model.nodes.values():
        ports = {
            io_id: {
                key: unpack(value, blobs) if key in ("value", "default") else value
                for key, value in port.items()
            }
            for io_id, port in node.get("io", {}).items()
        }
        nodes.append({**node, "io": ports})
    model = snapshot.model.draft()
    model.nodes = {node["uuid"]: node for node in nodes}
    settled = {key: port for key, port in snapshot.settled.items() if not is_reference(port.value)}
    return Snapshot(
        model=model,
        rev=snapshot.rev,
        settled=settled,
        settled_rev=snapshot.settled_rev,
        id=snapshot.id,
        extra=snapshot.extra,
    )


def _packages(snapshot: Snapshot) -> dict[str, str]:
    """The installed versions of the packages whose modules offer the graph's node classes."""
    used = {node["node_id"] for node in snapshot.model.nodes.values()}
    found: dict[str, str] = {}
    for record in AVAILABLE_MODULES.values():
        shelf = record.entry_points.get("shelf")
        if (
            record.distribution
            and record.version
            and shelf is not None
            and any(cls.node_id in used for cls in flatten_shelf(shelf)[0])
        ):
            found[record.distribution] = record.version
    return found
