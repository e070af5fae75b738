"""The commands, one file a topic; importing this package registers them."""

from __future__ import annotations

from funcnodes_worker.commands import (
    clipboard,
    control,
    edges,
    externals,
    files,
    graphs,
    groups,
    history,
    modules,
    nodes,
    process,
    state,
    tables,
)
from funcnodes_worker.rpc.registry import REGISTRY

__all__ = [
    "REGISTRY",
    "clipboard",
    "control",
    "edges",
    "externals",
    "files",
    "graphs",
    "groups",
    "history",
    "modules",
    "nodes",
    "process",
    "state",
    "tables",
]
