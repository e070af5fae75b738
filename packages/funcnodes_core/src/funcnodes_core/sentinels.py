"""The value that means "nothing here yet"."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["NoValue", "NoValueType"]


class NoValueType:
    """Type of the singleton `NoValue`.

    Compare with `is`. The truth value stays Python's default (true): published node
    modules write `if value:` and rely on it. It survives copy, deepcopy and pickle as the
    same object and reads `"<NoValue>"` as text and in JSON.
    """

    __slots__ = ()
    _instance: NoValueType | None = None

    def __new__(cls) -> NoValueType:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "<NoValue>"

    __str__ = __repr__

    def __copy__(self) -> NoValueType:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> NoValueType:
        return self

    def __reduce__(self) -> tuple[type[NoValueType], tuple[()]]:
        return (NoValueType, ())


NoValue: Final = NoValueType()
