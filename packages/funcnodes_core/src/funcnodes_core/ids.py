"""What things are called: identifiers as types of their own, and how they are made."""

from __future__ import annotations

import os
from typing import NewType

__all__ = ["GroupId", "IOId", "NodeClassId", "NodeUuid", "SpaceId", "new_uuid"]

NodeUuid = NewType("NodeUuid", str)
NodeClassId = NewType("NodeClassId", str)
IOId = NewType("IOId", str)
GroupId = NewType("GroupId", str)
SpaceId = NewType("SpaceId", str)


def new_uuid() -> str:
    """A fresh random id of 32 hexadecimal digits."""
    # what `uuid.uuid4().hex` is, a quarter of its time: every node and every port may need one
    return os.urandom(16).hex()
