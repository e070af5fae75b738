"""The commands that the README promises."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

TARGETS = "help run sync upgrade frontend check test e2e bench docs build clean".split()


def make(root: Path, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    shown = subprocess.run(
        ["make", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    return shown.stdout


def test_every_target_has_a_line_of_help(root: Path) -> None:
    listed = [line.split()[1] for line in make(root, "help").splitlines()]

    assert listed == TARGETS


def test_help_is_what_make_does_alone(root: Path) -> None:
    assert make(root) == make(root, "help")


def test_continuous_integration_runs_make_test(root: Path) -> None:
    script = root / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text(encoding="utf-8")


def test_no_tracked_file_carries_a_path_of_this_machine(root: Path) -> None:
    """Where the clone lies, and the home of who runs the tests, are nobody's business."""
    places = {f"{root.parent}/", f"{Path.home()}/"} - {"//", "/tmp/", "/home/"}
    found = subprocess.run(
        ["git", "grep", "--cached", "-nIF", *[part for place in places for part in ("-e", place)], "--", "."],
        cwd=root, capture_output=True, text=True,
    )  # fmt: skip

    assert found.returncode in (0, 1), found.stderr
    assert not found.stdout
