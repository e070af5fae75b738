"""How a node takes part in its graph."""

from enum import StrEnum

__all__ = ["NodeMode"]


class NodeMode(StrEnum):
    """Active nodes run, muted ones do not, bypassed ones pass their input on."""

    ACTIVE = "active"
    MUTED = "muted"
    BYPASSED = "bypassed"
