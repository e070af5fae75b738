"""The commands, one file a topic; importing this package registers them."""

from __future__ import annotations

from funcnodes_worker.commands import files, modules, process, state
from funcnodes_worker.rpc.registry import REGISTRY

__all__ = ["REGISTRY", "files", "modules", "process", "state"]
