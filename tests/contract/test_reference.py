"""The reference pages name every command, option and message that there is."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from funcnodes.cli.main import make_parser
from funcnodes.manager import messages


def options(parser: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, str]]:
    """Every (command, option or subcommand) of the command line."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield path, name
                yield from options(command, f"{path} {name}".strip())
        else:
            yield from ((path, option) for option in action.option_strings if option not in {"-h", "--help"})


@pytest.fixture(scope="module")
def sections(root: Path) -> dict[str, str]:
    text = (root / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    parts = re.split(r"^## funcnodes (\w+)", text, flags=re.MULTILINE)
    return {"": text} | dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_and_option_is_described(sections: dict[str, str]) -> None:
    found = set(options(make_parser()))

    missing = [
        f"{command} {word}"
        for command, word in sorted(found - {(command, "--dir") for command, _ in found if command})
        if word not in sections[command.split()[0] if command else ""]
    ]

    assert not missing


def test_every_message_of_the_manager_is_described(root: Path) -> None:
    text = (root / "docs" / "reference" / "workermanager.md").read_text(encoding="utf-8")
    tags = [kind.__struct_config__.tag for kind in get_args(messages.Request)]

    missing = [tag for tag in tags if f"`{tag}`" not in text and f'"{tag}"' not in text]

    assert len(tags) == 11
    assert not missing
