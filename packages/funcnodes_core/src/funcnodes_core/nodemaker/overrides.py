"""Members that a subclass may not replace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["NoOverrideMixin", "savemethod", "saveproperty"]

F = TypeVar("F", bound=Callable[..., Any])
_MARK = "_funcnodes_no_override"


def savemethod(method: F) -> F:
    """Mark a method that subclasses may not replace (in classes with NoOverrideMixin)."""
    setattr(method, _MARK, True)
    return method


class saveproperty(property):
    """A property that subclasses may not replace (in classes with NoOverrideMixin)."""

    _funcnodes_no_override = True


class NoOverrideMixin:
    """Refuses subclasses that replace members marked by `savemethod` or `saveproperty`."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Compare the new class with the marked members of its bases.

        Raises:
            TypeError: The class body replaces a marked member.
        """
        super().__init_subclass__(**kwargs)
        for base in cls.__mro__[1:]:
            for name, member in vars(base).items():
                if getattr(member, _MARK, False) and name in vars(cls):
                    raise TypeError(f"{cls.__name__} may not replace {name!r} of {base.__name__}")
