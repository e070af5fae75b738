"""Nodes that try to end the process, and exceptions that cannot speak: the graph goes on and says what happened."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

import funcnodes_core as fn
from funcnodes_core.codec.exact import to_exact
from funcnodes_core.codec.preview import preview
from funcnodes_core.exceptions import NotExactError

pytestmark = pytest.mark.anyio


class Mute(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class Hiding:
    @property  # type: ignore[misc]
    def __class__(self) -> type[Any]:
        raise RuntimeError("no class")


class Exiting:
    def __str__(self) -> str:
        sys.exit(5)


class Failing:
    def __str__(self) -> str:
        raise Mute


def exits(x: int) -> int:
    sys.exit(f"code {x}")


def is_mute(x: int) -> int:
    raise Mute


def is_long(x: int) -> int:
    raise ValueError("y" * 1_000_000)


async def run_failing(func: Callable[[int], int]) -> fn.Node:
    node = fn.NodeDecorator(f"hostile.{func.__name__}")(func)()
    space = fn.NodeSpace()
    space.add_node_instance(node)
    node.inputs["x"].value = 1
    await space.await_done()
    return node


async def test_a_node_that_exits_fails_like_one_that_raises() -> None:
    node = await run_failing(exits)

    assert node.status_word == "failed"
    assert node.last_error is not None
    assert node.last_error.error == "SystemExit: code 1"


async def test_an_async_node_that_exits_fails_like_one_that_raises() -> None:
    async def leaves(x: int) -> int:
        sys.exit(x)

    node = await run_failing(leaves)  # type: ignore[arg-type]

    assert node.status_word == "failed"


async def test_an_exception_without_a_text_is_told_by_its_class() -> None:
    node = await run_failing(is_mute)

    assert node.last_error is not None
    assert node.last_error.error == "Mute: <its text cannot be made>"
    assert "raise Mute" in node.last_error.traceback


async def test_a_huge_error_text_is_shortened_with_both_ends_kept() -> None:
    node = await run_failing(is_long)

    assert node.last_error is not None
    assert len(node.last_error.error) < 30_000
    assert len(node.last_error.traceback) < 30_000
    assert "characters left out" in node.last_error.error
    assert "raise ValueError" in node.last_error.traceback


@pytest.mark.parametrize("kind", [Hiding, Exiting, Failing])
def test_a_value_whose_methods_fail_has_a_preview_and_no_exact_form(kind: Callable[[], object]) -> None:
    value = kind()

    assert "no preview" in preview(value).data

    with pytest.raises(NotExactError):
        to_exact(value)
