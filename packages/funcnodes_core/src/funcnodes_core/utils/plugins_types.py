"""Types of plugins and installed modules."""

from funcnodes_core.plugins import BasePlugin, InstalledModule

__all__ = ["BasePlugin", "InstalledModule"]
