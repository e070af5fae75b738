"""Dicts of single nodes that most nodes never need."""

from __future__ import annotations

from typing import Any, overload

__all__ = ["OwnDict"]


class OwnDict:
    """An attribute that is a dict of the object's own, made when it is first asked for.

    What `x` holds is in `_x`, None until then.
    """

    __slots__ = ("_kept",)

    def __set_name__(self, owner: type, name: str) -> None:
        self._kept = f"_{name}"

    @overload
    def __get__(self, instance: None, owner: type) -> OwnDict: ...
    @overload
    def __get__(self, instance: Any, owner: type) -> dict[str, Any]: ...
    def __get__(self, instance: Any, owner: type) -> OwnDict | dict[str, Any]:
        if instance is None:
            return self
        made: dict[str, Any] | None = getattr(instance, self._kept)
        if made is None:
            made = {}
            setattr(instance, self._kept, made)
        return made

    def __set__(self, instance: Any, value: dict[str, Any]) -> None:
        setattr(instance, self._kept, value)
