"""The TypeScript types and the reference page say what the Python message types say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_generated_files_are_up_to_date(root: Path) -> None:
    command = [sys.executable, "tools/gen_protocol.py", "--check"]

    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
