"""What things are called: identifiers as types of their own, and how they are made."""

from __future__ import annotations

from typing import NewType
from uuid import uuid4

__all__ = ["GroupId", "IOId", "NodeClassId", "NodeUuid", "SpaceId", "new_uuid"]

NodeUuid = NewType("NodeUuid", str)
NodeClassId = NewType("NodeClassId", str)
IOId = NewType("IOId", str)
GroupId = NewType("GroupId", str)
SpaceId = NewType("SpaceId", str)


def new_uuid() -> str:
    """A fresh random id of 32 hexadecimal digits."""
    return uuid4().hex
