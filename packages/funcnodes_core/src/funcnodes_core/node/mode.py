"""How a node takes part in its graph."""

from enum import Enum

__all__ = ["NodeMode"]


class NodeMode(str, Enum):
    """Active nodes run, muted ones do not, bypassed ones pass their input on."""

    ACTIVE = "active"
    MUTED = "muted"
    BYPASSED = "bypassed"
