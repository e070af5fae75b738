"""The library of a graph, filled with what the installed node modules offer."""

from __future__ import annotations

import logging
import warnings

from msgspec import Struct, field

from funcnodes_core._setup import AVAILABLE_MODULES, load_module, setup
from funcnodes_core.nodespace.nodespace import NodeSpace
from funcnodes_core.plugins import InstalledModule

__all__ = ["Filled", "fill_library"]

_LOG = logging.getLogger("funcnodes.worker.graph")


class Filled(Struct, kw_only=True):
    """What looking for node modules has brought: names of modules, and a sentence for each that failed."""

    added: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def fill_library(space: NodeSpace, *, only_new: bool = False) -> Filled:
    """Offer the shelves of every installed node module.

    Args:
        only_new: leave out what was there when it was looked for last.
    """
    before = (
        {name for name, record in AVAILABLE_MODULES.items() if record.module is not None}
        if only_new
        else set()
    )
    filled = Filled()
    for record in setup().values():
        if record.name in before:
            continue
        with warnings.catch_warnings():
            # remarks on docstrings are for a module's author, not for who runs a graph
            warnings.filterwarnings("ignore", category=UserWarning, module="exposedfunctionality")
            loaded = load_module(record)
        if not loaded:
            filled.failed.append(f"the module {record.name!r} cannot be loaded: {record.error}")
        elif (failure := _add_shelf(space, record)) is not None:
            filled.failed.append(failure)
        else:
            filled.added.append(record.name)
    return filled


def _add_shelf(space: NodeSpace, record: InstalledModule) -> str | None:
    shelf = record.entry_points.get("shelf")
    try:
        if shelf is not None:
            space.add_shelf(shelf)
    except Exception as error:  # noqa: BLE001 - a module may offer anything as its shelf
        _LOG.exception("the shelf of %r cannot be added", record.name)
        return f"the shelf of {record.name!r} cannot be added: {error}"
    return None
