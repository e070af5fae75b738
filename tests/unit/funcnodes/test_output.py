"""What comes from files and from elsewhere moves no cursor of the terminal."""

from __future__ import annotations

import pytest

from funcnodes.cli import output

NASTY = "a\x1b[2J\x1b]0;owned\x07b\x9bc\u202ed\re"


@pytest.mark.parametrize("print_it", [output.say, output.error])
def test_what_is_said_holds_no_control_characters(
    capsys: pytest.CaptureFixture[str], print_it: object
) -> None:
    print_it(NASTY)  # type: ignore[operator]

    said = capsys.readouterr().err
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(said)
    assert "\\x1b[2J" in said


def test_a_table_holds_none_either(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(["name"], [[NASTY]])

    assert "\x1b" not in capsys.readouterr().out


def test_lines_and_tabs_stay(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("one\n\ttwo")

    assert "one\n" in capsys.readouterr().err
