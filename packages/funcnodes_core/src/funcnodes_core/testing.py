"""Set-up and clean-up of tests: a configuration folder of their own, an empty registry after."""

from __future__ import annotations

from funcnodes_core.config import get_in_test, set_in_test
from funcnodes_core.node.registry import REGISTERED_NODES

__all__ = ["setup", "teardown"]


def setup() -> None:
    """Moves the configuration to a temporary folder; nothing if that was done."""
    if not get_in_test():
        set_in_test()


def teardown() -> None:
    """Moves the configuration back and empties the registry; classes keep working without it."""
    set_in_test(False)
    REGISTERED_NODES.clear()
