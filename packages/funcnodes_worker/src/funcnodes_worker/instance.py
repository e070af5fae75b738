"""One process a worker: the lock that says so, and the files that tell others."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from funcnodes_core._files import read_json, write_atomic, write_json
from funcnodes_worker.errors import AlreadyRunningError
from funcnodes_worker.paths import ConfigDir

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


__all__ = ["Instance", "process_start"]


def process_start(pid: int) -> str | None:
    """When a process started, in the system's own unit; None where it does not say.

    With it a pid that the system gave to another program meanwhile is told from the one that is meant.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[19]


class Instance:
    """This process as the one that serves a worker.

    The lock belongs to the process and ends with it, however it ends: a stale pid file never blocks a start.
    """

    def __init__(self, config_dir: ConfigDir, uuid: str) -> None:
        self._pid_file = config_dir.pid_file(uuid)
        self._runstate_file = config_dir.runstate_file(uuid)
        self._lock_file = config_dir.lock_file(uuid)
        self._uuid = uuid
        self._held: IO[str] | None = None
        self.state = "undefined"

    def acquire(self) -> None:
        """Become the one process of this worker and write `worker_<uuid>.p`.

        Raises:
            AlreadyRunningError: another process is; the message names it.
        """
        held = self._lock_file.open("a+", encoding="ascii")
        try:
            _lock(held)
        except OSError:
            held.close()
            pid = self._read_pid()
            raise AlreadyRunningError(f"worker {self._uuid!r} runs already, as process {pid}", pid) from None
        self._held = held
        pid = os.getpid()
        write_json(self._pid_file, {"pid": pid, "started": process_start(pid)})

    def set_state(self, state: str, detail: str = "") -> None:
        """Write the run state and a detail line for those who look at the files."""
        self.state = state
        write_atomic(self._runstate_file, f"{state}\n{detail}\n".rstrip("\n") + "\n")

    def release(self) -> None:
        """Remove the pid file and let another process serve the worker."""
        if self._held is not None:
            self._pid_file.unlink(missing_ok=True)
            self._held.close()
            self._held = None

    def _read_pid(self) -> int:
        try:
            return int(read_json(self._pid_file)["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0
