"""Setting up one node module: reading what it offers, by entry point or by attribute."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any

from funcnodes_core._logging import FUNCNODES_LOGGER
from funcnodes_core.config import update_render_options
from funcnodes_core.plugins import InstalledModule, run_setup_plugins

__all__ = ["assert_module_metadata", "set_up_module"]

# entry point -> attributes of the module that say the same, the first that exists
_ATTRIBUTES = {
    "external_worker": ("FUNCNODES_WORKER_CLASSES",),
    "react_plugin": ("REACT_PLUGIN",),
    "shelf": ("NODE_SHELF", "NODE_SHELFE"),
}


def set_up_module(installed: InstalledModule) -> InstalledModule:
    """Runs the set-up of a module that is imported.

    In order: its own set-up function, the functions that other packages registered, render
    options, external workers, browser plugin and shelf. What it offers is in its entry points
    afterwards.
    """
    plugin_setup = _offered(installed, "plugin_setup", ("FUNCNODES_PLUGIN_SETUP",))
    if callable(plugin_setup):
        _call(plugin_setup, installed)
    run_setup_plugins(installed)
    options = _offered(installed, "render_options", ("FUNCNODES_RENDER_OPTIONS",))
    if options is not None:
        installed.render_options = options
        update_render_options(options)
    for entry, attributes in _ATTRIBUTES.items():
        found = _offered(installed, entry, attributes)
        if found is not None:
            installed.entry_points[entry] = found
    return installed


def _offered(installed: InstalledModule, entry: str, attributes: tuple[str, ...]) -> Any:
    found = installed.entry_points.get(entry)
    if found is not None:
        return found
    names = (name for name in attributes if hasattr(installed.module, name))
    name = next(names, None)
    return None if name is None else getattr(installed.module, name)


def _call(function: Callable[..., Any], installed: InstalledModule) -> None:
    """Calls a module's set-up function, with its record if it wants one."""
    try:
        wants_record = bool(inspect.signature(function).parameters)
        function(installed) if wants_record else function()
    except Exception:  # noqa: BLE001 - code of the module
        FUNCNODES_LOGGER.exception("the set-up of %r failed", installed.name)


def assert_module_metadata(installed_module: InstalledModule) -> None:
    """Fills in description and version from the distribution, where it can be found."""
    if installed_module.description and installed_module.version:
        return
    name = installed_module.distribution or installed_module.name.partition(".")[0]
    metadata = importlib.import_module("importlib.metadata")  # slow to import: only where needed
    try:
        facts = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return
    installed_module.description = installed_module.description or facts.get("Summary")
    installed_module.version = installed_module.version or facts.get("Version")
