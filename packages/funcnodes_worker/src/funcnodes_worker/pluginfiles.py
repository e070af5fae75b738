"""What node modules bring along for the editor: scripts and styles, served by name and nothing beside them."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from funcnodes_core._setup import AVAILABLE_MODULES
from funcnodes_core.plugins import InstalledModule, LazyEntryPoint

__all__ = ["Plugin", "find_plugin_file", "plugins"]

_LOG = logging.getLogger("funcnodes.worker.server")


class Plugin(Struct, kw_only=True):
    """What one node module brings along for the editor, as addresses below the worker's.

    Attributes:
        key: the module.
        module: its main script; loaded last, and only after consent.
        js: scripts that come before it.
        css: styles.
    """

    key: str
    version: str | None = None
    module: str | None = None
    js: list[str] = field(default_factory=list)
    css: list[str] = field(default_factory=list)


def plugins() -> list[Plugin]:
    """What the loaded modules offer."""
    found = [_plugin(record) for record in list(AVAILABLE_MODULES.values())]
    return [plugin for plugin in found if plugin is not None]


def find_plugin_file(module: str, name: str) -> Path | None:
    """The file that a module offers under a name; None where it offers none of that name."""
    record = AVAILABLE_MODULES.get(module)
    return None if record is None else _by_name(_listed(record)).get(name)


def _plugin(record: InstalledModule) -> Plugin | None:
    listed = _listed(record)
    if not listed:
        return None
    names = {path: name for name, path in _by_name(listed).items()}

    def addresses(kind: str) -> list[str]:
        return [_address(record.name, names[path], path) for path in listed.get(kind, ())]

    return Plugin(
        key=record.name,
        version=record.version,
        module=next(iter(addresses("module")), None),
        js=addresses("js"),
        css=addresses("css"),
    )


def _address(module: str, name: str, path: Path) -> str:
    facts = path.stat()
    version = hashlib.sha256(f"{facts.st_mtime_ns} {facts.st_size}".encode()).hexdigest()[:12]
    return f"/plugin/{module}/{name}?v={version}"


def _listed(record: InstalledModule) -> dict[str, list[Path]]:
    """The files that a module names, by kind; those that are not there are left out."""
    offered = dict.get(record.entry_points, "react_plugin")
    if record.module is None or isinstance(offered, LazyEntryPoint) or not isinstance(offered, Mapping):
        return {}
    home = Path(getattr(record.module, "__file__", None) or ".").parent
    found = {kind: list(_paths(home, offered.get(kind))) for kind in ("module", "js", "css")}
    return {kind: paths for kind, paths in found.items() if paths}


def _paths(home: Path, given: Any) -> Iterable[Path]:
    for one in given if isinstance(given, (list, tuple)) else [given]:
        if isinstance(one, (str, os.PathLike)) and one:
            path = (home / one).resolve()
            if path.is_file():
                yield path
            else:
                _LOG.warning("a file for the editor is not there: %s", path)


def _by_name(listed: Mapping[str, Iterable[Path]]) -> dict[str, Path]:
    """Names for the files: their own, numbered where two are called the same."""
    found: dict[str, Path] = {}
    for path in dict.fromkeys(path for paths in listed.values() for path in paths):
        name, number = path.name, 0
        while name in found:
            number += 1
            name = f"{number}-{path.name}"
        found[name] = path
    return found
