"""Installed node modules: what is known of them, and what runs when one is set up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from funcnodes_core._logging import FUNCNODES_LOGGER

__all__ = [
    "PLUGIN_FUNCTIONS",
    "BasePlugin",
    "InstalledModule",
    "LazyEntryPoint",
    "register_setup_plugin",
]


class BasePlugin(TypedDict):
    """What every plugin says: the module that it belongs to."""

    module: str


class LazyEntryPoint:
    """Something in a module that is imported when it is asked for."""

    __slots__ = ("load", "name")

    def __init__(self, name: str, load: Callable[[], Any]) -> None:
        self.name = name
        self.load = load

    def __repr__(self) -> str:
        return f"<not loaded: {self.name}>"


class EntryPoints(dict[str, Any]):
    """Entry points by name; reading one loads the whole module and sets it up, once."""

    def __init__(self, entries: Mapping[str, Any], prepare: Callable[[], None]) -> None:
        super().__init__(entries)
        self._prepare = prepare

    def __getitem__(self, key: str) -> Any:
        if isinstance(super().__getitem__(key), LazyEntryPoint):
            self._prepare()
        found = super().__getitem__(key)
        if isinstance(found, LazyEntryPoint):
            found = found.load()
            self[key] = found
        return found

    def get(self, key: str, default: Any = None) -> Any:
        """The entry point of that name, loaded, or `default`."""
        if key not in self:
            return default
        return self[key]


class InstalledModule:
    """One installed node module.

    Attributes:
        name: The name that it is imported by.
        module: The module, or None while it is not imported.
        description: One line, from its distribution.
        entry_points: `shelf`, `external_worker`, `react_plugin` ... by name, loaded on access.
        plugins: What set-up functions of other modules added.
        render_options: How its types are shown.
        version: Of its distribution.
        error: Why it could not be loaded, or None.
    """

    def __init__(
        self,
        name: str,
        module: Any = None,
        description: str | None = None,
        entry_points: Mapping[str, Any] | None = None,
        plugins: list[BasePlugin] | None = None,
        render_options: Any = None,
        version: str | None = None,
    ) -> None:
        self.name = name
        self.module = module
        self.description = description
        self.plugins = plugins if plugins is not None else []
        self.render_options = render_options
        self.version = version
        self.error: str | None = None
        self.distribution: str | None = None
        self._set_up: Callable[[InstalledModule], None] | None = None
        self.entry_points = EntryPoints(entry_points or {}, self.load)

    def on_load(self, set_up: Callable[[InstalledModule], None]) -> None:
        """Has `set_up` called before the first entry point is read."""
        self._set_up = set_up

    def load(self) -> None:
        """Imports the module and sets it up, unless that was done.

        Raises:
            Exception: Whatever the module raises when it is imported.
        """
        set_up, self._set_up = self._set_up, None
        if set_up is None:
            return
        done = False
        try:
            set_up(self)
            done = True
        finally:
            failure = None if done else sys.exception()
            self.error = f"{type(failure).__name__}: {failure}" if failure is not None else None
            if not done:
                self._set_up = set_up  # it may be tried again

    @property
    def rep_dict(self) -> dict[str, Any]:
        """What can be told of the module without loading it."""
        return {
            "name": self.name,
            "description": self.description,
            "version": self.version,
            "entry_points": sorted(self.entry_points),
            "plugins": [dict(plugin) for plugin in self.plugins],
        }

    def __repr__(self) -> str:
        return f"InstalledModule({self.name!r}, version={self.version!r})"


SetupFunction = Callable[[InstalledModule], Any]

PLUGIN_FUNCTIONS: dict[str, SetupFunction] = {}


def register_setup_plugin(plugin_function: SetupFunction) -> SetupFunction:
    """Has `plugin_function` called with every module that is set up; one a calling module."""
    PLUGIN_FUNCTIONS[plugin_function.__module__] = plugin_function
    return plugin_function


def run_setup_plugins(installed: InstalledModule) -> None:
    """Calls the registered functions with a module; a failing one is logged."""
    for name, plugin_function in list(PLUGIN_FUNCTIONS.items()):
        try:
            plugin_function(installed)
        except Exception:  # noqa: BLE001 - functions of other packages
            FUNCNODES_LOGGER.exception("the set-up function of %r failed for %r", name, installed.name)
