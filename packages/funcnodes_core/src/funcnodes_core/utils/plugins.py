"""Installed node modules, under an import path that node modules use."""

from funcnodes_core._modulesetup import assert_module_metadata
from funcnodes_core._setup import AVAILABLE_MODULES, setup
from funcnodes_core.plugins import PLUGIN_FUNCTIONS, BasePlugin, InstalledModule, register_setup_plugin

__all__ = [
    "AVAILABLE_MODULES",
    "PLUGIN_FUNCTIONS",
    "BasePlugin",
    "InstalledModule",
    "assert_module_metadata",
    "register_setup_plugin",
    "setup",
]
