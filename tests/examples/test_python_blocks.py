"""Every Python block of the README and the documentation runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

# blocks that talk to a worker are run by test_readme_ways.py, against a real one
NEEDS_A_WORKER = "WORKER_URL"


class Block(NamedTuple):
    """One Python block and where it stands."""

    place: str
    code: str


def blocks() -> list[Block]:
    """The blocks of README.md, the packages' READMEs and docs/, in order."""
    pages = [
        ROOT / "README.md",
        *sorted(ROOT.glob("packages/*/README.md")),
        *sorted(ROOT.glob("docs/**/*.md")),
    ]
    found = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 2
            found.append(Block(f"{page.relative_to(ROOT)}:{line}", match[1]))
    return [block for block in found if NEEDS_A_WORKER not in block.code]


def expected_output(code: str) -> list[str]:
    """What the comments after `print(...)` say that it prints."""
    return [match[1].strip() for match in re.finditer(r"^\s*print\(.*\)  # (.*)$", code, re.MULTILINE)]


@pytest.mark.parametrize("block", [pytest.param(block, id=block.place) for block in blocks()])
def test_the_block_runs_and_prints_what_it_says(block: Block, tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text(block.code, encoding="utf-8")

    ran = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=50,
    )  # fmt: skip

    assert ran.returncode == 0, f"{block.place}\n{ran.stderr}"
    for line in expected_output(block.code):
        assert line in ran.stdout.splitlines(), f"{block.place}: {line!r} is not in\n{ran.stdout}"
