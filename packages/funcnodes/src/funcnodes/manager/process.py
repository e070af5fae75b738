"""One worker's process: starting it, seeing whether it lives, ending it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from funcnodes_core.files import read_json
from funcnodes_worker.instance import process_start

__all__ = [
    "OutputTail",
    "is_embedded",
    "live_pid",
    "signal_stop",
    "spawn",
    "wait_gone",
    "worker_command",
    "worker_environment",
]

_TAIL_BYTES = 8192
_GONE_CHECK_S = 0.05


def worker_command(python: Path, config_dir: Path, uuid: str, extra: Sequence[str] = ()) -> list[str]:
    """The command line that serves one worker."""
    return [str(python), "-m", "funcnodes_worker", "--dir", str(config_dir), "--uuid", uuid, *extra]


def worker_environment(*, own_packages: bool) -> dict[str, str]:
    """Environment variables of a worker; one with packages of its own does not see those of our PYTHONPATH."""
    hidden = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"} if own_packages else set()
    return {key: value for key, value in os.environ.items() if key not in hidden}


async def spawn(
    command: Sequence[str], output: IO[bytes], environment: Mapping[str, str]
) -> asyncio.subprocess.Process:
    """Starts a process in a session of its own, so that ctrl+c in our terminal reaches it through us only."""
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
        creationflags=flags,
    )


def live_pid(pid_file: Path) -> int | None:
    """The process that a `worker_<uuid>.p` names, if it is that very process and lives.

    The file holds the start time too, so that a number that the system gave to another program since does not
    count.
    """
    try:
        record = read_json(pid_file)
    except (OSError, ValueError):
        return None
    if not isinstance(record, dict) or not isinstance(pid := record.get("pid"), int):
        return None
    started = record.get("started")
    if not _lives(pid):
        return None
    now = process_start(pid)
    return pid if started is None or now is None or str(started) == now else None


def is_embedded(pid_file: Path) -> bool:
    """Whether the process that a `worker_<uuid>.p` names lives and is a program that holds the worker as a part."""
    return live_pid(pid_file) is not None and bool(read_json(pid_file).get("embedded"))


def signal_stop(pid: int, *, hard: bool = False) -> None:
    """Asks a process to end, or ends it; one that is gone already is fine."""
    with suppress(ProcessLookupError):
        if hard and sys.platform != "win32":
            os.kill(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)


async def wait_gone(pid: int, deadline_s: float) -> bool:
    """Waits for the end of a process that is not our child; True when it is gone in time.

    The system tells only a parent when a process ends, so this looks again and again.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(deadline_s):
            while _lives(pid):
                await asyncio.sleep(_GONE_CHECK_S)
            return True
    return False


def _lives(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    except OSError:
        return False
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state != "Z"  # a zombie only waits for its parent to look


class OutputTail:
    """The file that takes what a worker's process prints; its end explains a failed start."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> IO[bytes]:
        """Opens the file anew."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.path.open("wb")

    def read(self) -> str:
        """The last lines."""
        try:
            return self.path.read_bytes()[-_TAIL_BYTES:].decode(errors="replace").strip()
        except OSError:
            return ""
