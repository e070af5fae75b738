"""One process a worker: the lock that says so, and the files that tell others."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import IO

from funcnodes_core.files import read_json, write_atomic, write_json
from funcnodes_worker.errors import AlreadyRunningError, StartError
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

_NOTE_BYTES = 4096

# the system's lock is one of processes: it does not tell two workers of this one apart
_HELD_HERE: set[Path] = set()


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

    Args:
        config_dir: where the worker's files lie.
        uuid: which worker.
        embedded: the process is somebody else's program, which must not be ended with the worker; the pid file
            says so.
        announced: without it only the lock is taken: the worker has no address of its own that others could use.
        data_path: the folder of its graph, which no two workers may share: their edits would overwrite each other.
    """

    def __init__(
        self,
        config_dir: ConfigDir,
        uuid: str,
        *,
        embedded: bool = False,
        announced: bool = True,
        data_path: Path | None = None,
    ) -> None:
        self._embedded = embedded
        self._announced = announced
        self._pid_file = config_dir.pid_file(uuid)
        self._runstate_file = config_dir.runstate_file(uuid)
        self._lock_file = config_dir.lock_file(uuid)
        self._uuid = uuid
        self._data_path = data_path
        self._held: dict[Path, IO[str]] = {}
        self.state = "undefined"

    def acquire(self) -> None:
        """Become the one process of this worker and write `worker_<uuid>.p`.

        Raises:
            AlreadyRunningError: another process is; the message names it.
            StartError: another worker keeps its graph in the same folder, or the folder cannot be used.
        """
        if self._lock_file in _HELD_HERE:
            raise AlreadyRunningError(f"worker {self._uuid!r} runs already, in this process", os.getpid())
        if not self._take(self._lock_file):
            pid = self._read_pid()
            where = f"as process {pid}" if pid else "inside another program"
            raise AlreadyRunningError(f"worker {self._uuid!r} runs already, {where}", pid)
        if self._data_path is not None:
            self._take_data(self._data_path)
        if self._announced:
            pid = os.getpid()
            record: dict[str, object] = {"pid": pid, "started": process_start(pid)}
            write_json(self._pid_file, {**record, "embedded": True} if self._embedded else record)

    def set_state(self, state: str, detail: str = "") -> None:
        """Write the run state and a detail line for those who look at the files."""
        self.state = state
        if not self._announced:
            return
        write_atomic(self._runstate_file, f"{state}\n{detail}\n".rstrip("\n") + "\n")

    def release(self) -> None:
        """Remove the pid file and let another process serve the worker."""
        if self._held and self._announced:
            self._pid_file.unlink(missing_ok=True)
        self._let_go()

    def _take_data(self, folder: Path) -> None:
        reason = ""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = folder.resolve() / ".lock"
            if self._take(lock):
                _sign(self._held[lock], self._uuid)
            else:
                reason = _signed(lock)
        except OSError as error:
            reason = error.strerror or str(error)
        if reason:
            self._let_go()
            raise StartError(f"worker {self._uuid!r} cannot use the folder {str(folder)!r}: {reason}")

    def _take(self, path: Path) -> bool:
        if path in _HELD_HERE:
            return False
        held = path.open("a+", encoding="ascii")
        try:
            _lock(held)
        except OSError:
            held.close()
            return False
        self._held[path] = held
        _HELD_HERE.add(path)
        return True

    def _let_go(self) -> None:
        while self._held:
            path, held = self._held.popitem()
            _HELD_HERE.discard(path)
            held.close()

    def _read_pid(self) -> int:
        try:
            return int(read_json(self._pid_file)["pid"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0


def _sign(lock: IO[str], uuid: str) -> None:
    """Writes into a lock file who holds it."""
    lock.truncate(0)
    lock.write(json.dumps({"pid": os.getpid(), "uuid": uuid}))
    lock.flush()


def _signed(lock: Path) -> str:
    """Who holds a lock, as a reason why another one does not get it."""
    if lock in _HELD_HERE:
        return "another worker of this process keeps its graph there"
    try:
        note = json.loads(lock.read_text("ascii")[:_NOTE_BYTES])
        return f"worker {note['uuid']!r}, which runs as process {note['pid']}, keeps its graph there"
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
    ):  # it has not signed yet, or the system lets nobody read
        return "another worker that runs keeps its graph there"
