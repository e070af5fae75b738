"""The TypeScript types and the reference page say what the Python message types say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def test_the_generated_files_are_up_to_date(root: Path) -> None:
    command = [sys.executable, "tools/gen_protocol.py", "--check"]

    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["TYPESCRIPT", "REFERENCE"])
def test_a_stale_file_is_found_and_written_again(
    name: str, load_script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    generator = load_script("tools/gen_protocol.py")
    for each in ("TYPESCRIPT", "REFERENCE"):
        copy = tmp_path / each
        copy.write_bytes(getattr(generator, each).read_bytes())
        monkeypatch.setattr(generator, each, copy)
    monkeypatch.setattr(generator, "ROOT", tmp_path)
    (tmp_path / name).write_text("what it said before a command was added")

    monkeypatch.setattr(sys, "argv", ["gen_protocol.py", "--check"])
    checked = generator.main()
    said = capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["gen_protocol.py"])
    generator.main()
    monkeypatch.setattr(sys, "argv", ["gen_protocol.py", "--check"])

    assert (checked, said) == (1, f"{name} is out of date: run tools/gen_protocol.py\n")
    assert generator.main() == 0


def test_make_check_looks_at_the_generated_files(root: Path) -> None:
    recipe = (root / "Makefile").read_text().partition("\ncheck:")[2].partition("\n\n")[0]

    assert "tools/gen_protocol.py --check" in recipe
