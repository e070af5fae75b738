"""Commands: decoders from signatures, errors that name the field."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Raw

from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.errors import BadArgumentsError, UnknownCommandError
from funcnodes_worker.rpc.registry import Registry, Success


def make_registry() -> Registry:
    registry = Registry()

    @registry.command(scope="edit", mutates=True)
    def move(ctx: Any, uuid: str, pos: tuple[float, float], fast: bool = False) -> Success:
        """Move something."""
        return Success()

    @registry.command(scope="view")
    def look(ctx: Any) -> str:
        """See something."""
        return "seen"

    return registry


def test_the_signature_gives_name_and_kwargs() -> None:
    move = make_registry().get("move")

    kwargs = move.decode(Raw(b'{"uuid": "a", "pos": [1, 2]}'))

    assert kwargs == {"uuid": "a", "pos": (1.0, 2.0), "fast": False}
    assert (move.scope, move.mutates, move.on, move.doc) == ("edit", True, "graph", "Move something.")


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        (b'{"uuid": 3, "pos": [1, 2]}', "kwargs.uuid: expected str, got int"),
        (b'{"uuid": "a", "pos": [1, "x"]}', "kwargs.pos[1]: expected float, got str"),
        (b'{"pos": [1, 2]}', "kwargs.uuid: missing"),
        (b'{"uuid": "a", "pos": [1, 2], "speed": 1}', "kwargs.speed: unknown"),
        (b"[]", "kwargs: expected object, got array"),
        (b"{", "kwargs: input data was truncated"),
    ],
)
def test_wrong_kwargs_name_the_field(kwargs: bytes, message: str) -> None:
    move = make_registry().get("move")

    with pytest.raises(BadArgumentsError) as caught:
        move.decode(Raw(kwargs))

    assert str(caught.value) == message


def test_python_kwargs_are_checked_alike() -> None:
    move = make_registry().get("move")

    assert move.convert({"uuid": "a", "pos": [1.0, 2.0]})["pos"] == (1.0, 2.0)
    with pytest.raises(BadArgumentsError, match=r"kwargs\.uuid: expected str, got int"):
        move.convert({"uuid": 1, "pos": [1, 2]})


def test_an_unknown_command_says_so() -> None:
    with pytest.raises(UnknownCommandError, match="unknown command 'fly'"):
        make_registry().get("fly")


def test_a_name_is_given_once() -> None:
    registry = make_registry()

    with pytest.raises(ValueError, match="registered twice"):
        registry.add(registry.get("look"))


def test_a_command_without_types_is_refused() -> None:
    registry = Registry()

    with pytest.raises(TypeError, match="does not say what it returns"):

        @registry.command(scope="view")
        def look(ctx):  # type: ignore[no-untyped-def]
            return 1


def test_every_command_declares_what_it_needs() -> None:
    for command in REGISTRY:
        assert command.scope in {"view", "knobs", "run", "edit", "install", "admin"}, command.name
        assert command.doc, f"{command.name} has no docstring"
        assert command.result_type is not Any or command.name == "get_io_value", command.name
        assert command.on == "graph" or not command.mutates, command.name
        assert command.kwargs_type.__struct_config__.forbid_unknown_fields, command.name
