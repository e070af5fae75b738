"""Discovery of installed node modules by their entry points."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from typing import Any

from funcnodes_core._logging import FUNCNODES_LOGGER
from funcnodes_core._modulesetup import set_up_module
from funcnodes_core.plugins import InstalledModule, LazyEntryPoint

__all__ = ["AVAILABLE_MODULES", "ENTRY_POINT_GROUP", "load_module", "set_up_module", "setup"]

ENTRY_POINT_GROUP = "funcnodes.module"
# the editor of earlier releases: tolerated when installed, never run
_IGNORED = ("funcnodes_react_flow",)

AVAILABLE_MODULES: dict[str, InstalledModule] = {}


def setup() -> dict[str, InstalledModule]:
    """Finds the installed node modules; those found before are kept as they are.

    A module is imported when one of its entry points is read first; one that is imported already
    is set up at once.

    Returns:
        `AVAILABLE_MODULES`: the records by name of the module.
    """
    found: dict[str, list[Any]] = {}
    for entry_point in _installed_entry_points():
        if entry_point.module.partition(".")[0] not in _IGNORED:
            found.setdefault(entry_point.module, []).append(entry_point)
    for name, entry_points in found.items():
        if name not in AVAILABLE_MODULES:
            AVAILABLE_MODULES[name] = _make_record(name, entry_points)
            if name in sys.modules:
                load_module(AVAILABLE_MODULES[name])
    for name in set(AVAILABLE_MODULES) - set(found):
        if AVAILABLE_MODULES[name].distribution is not None:  # found before, uninstalled since
            del AVAILABLE_MODULES[name]
    return AVAILABLE_MODULES


def _installed_entry_points() -> Iterable[Any]:
    try:
        # the backport sees what was installed since the start and is faster; it may be missing
        metadata = importlib.import_module("importlib_metadata")
    except ImportError:
        metadata = importlib.import_module("importlib.metadata")
    importlib.invalidate_caches()
    found: Iterable[Any] = metadata.entry_points(group=ENTRY_POINT_GROUP)
    return found


def _make_record(name: str, entry_points: list[Any]) -> InstalledModule:
    dist = entry_points[0].dist
    lazy = {ep.name: LazyEntryPoint(f"{ep.name} = {ep.value}", ep.load) for ep in entry_points}
    record = InstalledModule(
        name,
        description=dist.metadata.get("Summary") if dist is not None else None,
        entry_points=lazy,
        version=dist.version if dist is not None else None,
    )
    record.distribution = dist.name if dist is not None else None
    record.on_load(_import_and_set_up)
    return record


def _import_and_set_up(record: InstalledModule) -> None:
    record.module = importlib.import_module(record.name)
    set_up_module(record)


def load_module(record: InstalledModule) -> bool:
    """Imports a module and sets it up; whether that went well.

    A failure is logged and kept in the record's `error`.
    """
    try:
        record.load()
    except Exception:  # noqa: BLE001 - importing a module runs its code
        FUNCNODES_LOGGER.exception("the module %r cannot be loaded", record.name)
        return False
    return True
