"""Enumerations whose members stand for data."""

from __future__ import annotations

from collections.abc import Hashable
from enum import Enum
from typing import Any, TypeVar

from exposedfunctionality import add_type

__all__ = ["DataEnum"]

E = TypeVar("E", bound="DataEnum")


def _build_lookup(cls: type[E]) -> dict[Hashable, E]:
    """What `interfere` finds members by: names before values before the text of values."""
    members = list(cls.__members__.items())
    lookup: dict[Hashable, E] = dict(members)
    for _, member in members:
        if isinstance(member.value, Hashable):
            try:
                lookup.setdefault(member.value, member)
            except TypeError:  # a tuple that holds a list says it is hashable
                continue
    for _, member in members:
        lookup.setdefault(str(member.value), member)
    return lookup


class DataEnum(Enum):
    """An `Enum` that accepts its members by name, by value and by text.

    A subclass is known as a type by its bare class name. Values may be anything: classes,
    arrays, lists. Users pick the name, a node gets the value with `Cls.v(choice)`.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        add_type(cls, cls.__name__)

    @classmethod
    def interfere(cls: type[E], value: Any) -> E:
        """The member that `value` means.

        Args:
            value: A member, its name, its value, the text of its value, or `"Cls.NAME"`.

        Raises:
            ValueError: No member fits.
            TypeError: The value is not hashable.
        """
        if isinstance(value, cls):
            return value
        lookup = cls.__dict__.get("_lookup")
        if lookup is None:
            lookup = _build_lookup(cls)
            type.__setattr__(cls, "_lookup", lookup)
        found: E | None = lookup.get(value)
        if found is not None:
            return found
        prefix = f"{cls.__name__}."
        if isinstance(value, str) and value.startswith(prefix):
            found = cls.__members__.get(value[len(prefix) :])
            if found is not None:
                return found
        return cls(value)

    @classmethod
    def v(cls, value: Any) -> Any:
        """The value of the member that `value` means; see `interfere`."""
        return cls.interfere(value).value
