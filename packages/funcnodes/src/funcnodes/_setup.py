"""Discovery of installed node modules; it lives in core, and this is the path that scripts know."""

from funcnodes_core._setup import AVAILABLE_MODULES, setup

__all__ = ["AVAILABLE_MODULES", "setup"]
