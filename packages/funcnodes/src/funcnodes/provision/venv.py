"""An environment of its own for a worker, made by uv and filled from where we run."""

import asyncio
import contextlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from funcnodes.errors import ProvisionError
from funcnodes_core.files import write_atomic
from funcnodes_worker.packages.source import project_file

__all__ = ["Progress", "environment_python", "find_uv", "provision"]

Progress = Callable[[str, float], None]
"""Takes a line of text for people and the share that is done (0 to 1)."""

# What uv says on its way, and about how far it is then.
_MILESTONES = (
    (re.compile(r"^(Using|Creating virtual)"), 0.1),
    (re.compile(r"^Resolved"), 0.4),
    (re.compile(r"^(Downloading|Downloaded|Building|Built|Prepared)"), 0.6),
    (re.compile(r"^Installed"), 0.9),
)
_KEPT_LINES = 40


def environment_python(env: Path) -> Path:
    """The interpreter of a virtual environment."""
    return env / "Scripts" / "python.exe" if os.name == "nt" else env / "bin" / "python"


def find_uv() -> str | None:
    """Path of the uv program: the one that is installed with us, else one on PATH, else None."""
    beside = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")
    if beside.is_file():
        return str(beside)
    with contextlib.suppress(ImportError, FileNotFoundError):
        from uv import find_uv_bin

        return str(find_uv_bin())
    return shutil.which("uv")


async def provision(
    folder: Path,
    extra: Iterable[str] = (),
    *,
    progress: Progress | None = None,
    python: Path | None = None,
) -> Path:
    """Makes or updates the environment `folder/.venv` and gives the path of its interpreter.

    Beside it lie `pyproject.toml` (what was asked for) and `uv.lock` (what that came to). An existing
    environment is brought to the same state; nothing is changed when uv cannot resolve what is asked for.

    Args:
        folder: The worker's data folder.
        extra: Requirements beside our own packages.
        progress: Told what happens.
        python: Interpreter to build upon; the running one by default.

    Raises:
        ProvisionError: uv is missing or refuses; its last lines are in the message.
    """
    tell = progress or (lambda text, done: None)
    uv = find_uv()
    if uv is None:
        raise ProvisionError(folder, "the program 'uv' was not found; install it, or use --not-in-venv")
    folder.mkdir(parents=True, exist_ok=True)
    project = folder / "pyproject.toml"
    before = project.read_bytes() if project.exists() else None
    write_atomic(project, project_file(extra), mode=0o644)
    tell("Making the environment", 0.0)
    command = [
        uv,
        "sync",
        "--project",
        str(folder),
        "--python",
        str(python or sys.executable),
        "--color",
        "never",
    ]
    status, lines = await _run(command, tell)
    if status != 0:
        if before is not None:
            write_atomic(project, before, mode=0o644)
        else:
            project.unlink()
        raise ProvisionError(folder, _reason(status, lines), "\n".join(lines))
    made = environment_python(folder / ".venv")
    if not made.exists():
        raise ProvisionError(folder, f"uv ended without an error and without {str(made)!r}", "\n".join(lines))
    tell("The environment is ready", 1.0)
    return made


async def _run(command: list[str], tell: Progress) -> tuple[int, list[str]]:
    """Runs uv, telling its lines as they come; gives its exit status and its last lines."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=_clean_environment(),
    )
    assert process.stderr is not None
    lines: list[str] = []
    done = 0.0
    try:
        async for raw in process.stderr:
            line = raw.decode(errors="replace").rstrip()
            lines = [*lines[1 - _KEPT_LINES :], line]
            done = max([done, *(share for pattern, share in _MILESTONES if pattern.match(line))])
            tell(line, done)
        return await process.wait(), lines
    finally:
        if process.returncode is None:  # cancelled: uv must not go on alone
            process.kill()
            await process.wait()


def _clean_environment() -> dict[str, str]:
    """Our environment without what would point uv at another project or environment than the worker's."""
    unwanted = {
        "VIRTUAL_ENV",
        "UV_PROJECT_ENVIRONMENT",
        "UV_PROJECT",
        "UV_WORKING_DIR",
        "PYTHONHOME",
        "PYTHONPATH",
    }
    return {key: value for key, value in os.environ.items() if key not in unwanted}


def _reason(status: int, lines: list[str]) -> str:
    told = [line.strip() for line in lines if line.strip()]
    return " ".join(told[-8:]) if told else f"uv ended with status {status}"
