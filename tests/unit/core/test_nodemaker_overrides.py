"""Members that a subclass may not replace."""

import pytest

from funcnodes_core.utils.wrapper import NoOverrideMixin, savemethod, saveproperty


class Base(NoOverrideMixin):
    @savemethod
    def fixed(self) -> int:
        return 1

    @saveproperty
    def value(self) -> int:
        return 2

    def free(self) -> int:
        return 3


def test_other_members_may_be_replaced() -> None:
    class Sub(Base):
        def free(self) -> int:
            return 30

    sub = Sub()

    assert (sub.fixed(), sub.value, sub.free()) == (1, 2, 30)


@pytest.mark.parametrize("name", ["fixed", "value"])
def test_marked_members_may_not(name: str) -> None:
    with pytest.raises(TypeError, match=f"'{name}' of Base"):
        type("Sub", (Base,), {name: 0})


def test_grandchildren_may_not_either() -> None:
    class Sub(Base):
        pass

    with pytest.raises(TypeError, match="'fixed' of Base"):
        type("SubSub", (Sub,), {"fixed": 0})
