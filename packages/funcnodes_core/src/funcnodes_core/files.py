"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from funcnodes_core.exceptions import DamagedFileError

__all__ = ["expand_user", "fsync_folder", "read_json", "write_atomic", "write_json"]


def expand_user(path: str | os.PathLike[str]) -> Path:
    """The path with `~` replaced by the user's home, which an empty `HOME` does not name.

    Raises:
        RuntimeError: The system knows no home of this user.
    """
    given = Path(path)
    if os.environ.get("HOME") == "" and given.parts[:1] == ("~",) and os.name == "posix":
        import pwd  # deferred: not on Windows

        # os.path.expanduser would give the root of the file system
        return Path(pwd.getpwuid(os.getuid()).pw_dir, *given.parts[1:])
    return given.expanduser()


def fsync_folder(folder: Path) -> None:
    """Makes a rename inside `folder` survive a power cut, where the platform can do that."""
    if os.name == "nt":  # Windows cannot open folders; its rename is ordered by the file system
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_atomic(path: str | os.PathLike[str], data: bytes | str, *, mode: int = 0o600) -> None:
    """Replaces the file at `path` by `data` in one step.

    A reader sees the old file or the new one, never a part; after the return it is on the
    disk. Text is written as UTF-8. The folder must exist.

    Raises:
        OSError: The disk is full, the folder is missing or read-only; the old file is untouched.
    """
    target = Path(path)
    raw = data.encode("utf-8") if isinstance(data, str) else data
    import tempfile  # deferred: it loads every compression library

    fd, temp = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    with contextlib.ExitStack() as on_failure:
        on_failure.callback(Path(temp).unlink, missing_ok=True)
        with os.fdopen(fd, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temp, mode)
        os.replace(temp, target)
        on_failure.pop_all()
    fsync_folder(target.parent)


def write_json(path: str | os.PathLike[str], value: Any, *, mode: int = 0o600) -> None:
    """Writes `value` as indented JSON with `write_atomic`.

    Raises:
        TypeError: The value is not JSON; nothing is written.
        ValueError: It holds a NaN or an infinity.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    write_atomic(path, text + "\n", mode=mode)


def read_json(path: str | os.PathLike[str]) -> Any:
    """The JSON value in the file at `path`.

    Raises:
        FileNotFoundError: There is no such file.
        DamagedFileError: It holds no JSON; the message names the file, the line and the column.
    """
    target = Path(path)
    raw = target.read_bytes()
    try:
        return json.loads(raw)
    except json.JSONDecodeError as exc:
        raise DamagedFileError(
            f"{str(target)!r} is damaged: {exc.msg} in line {exc.lineno}, column {exc.colno}"
        ) from exc
    except (UnicodeDecodeError, RecursionError) as exc:
        raise DamagedFileError(f"{str(target)!r} is damaged: {exc}") from exc
