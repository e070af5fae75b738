"""The folder `files/` of a worker: what comes in appears whole, under a safe name, within a quota.

Everything here blocks on the disk: call it from a thread, never on the serving loop.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from msgspec import Struct

from funcnodes_core.files import fsync_folder
from funcnodes_worker.errors import FileNameError, NotFoundError, QuotaError
from funcnodes_worker.paths import numbered_names, resolve_inside

__all__ = ["FileInfo", "FileStore", "IncomingFile"]

_ARRIVING: Final = ".upload-"
# names that Windows keeps for devices: a folder with one of them cannot be taken there
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
# text that turns round what follows it: `gpj.exe` would be shown as `exe.jpg`
_TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS, errno.EACCES})


class FileInfo(Struct, kw_only=True):
    """One file; `path` is relative to `files/`."""

    path: str
    size: int
    modified: float


class FileStore:
    """What may come into the folder, and under which names.

    Args:
        root: the folder; made when something comes.
        max_file_bytes: bound of one file.
        max_total_bytes: bound of all that lies below `root`.
    """

    def __init__(self, root: Path, *, max_file_bytes: int, max_total_bytes: int) -> None:
        self.root = root
        self.max_file_bytes = max_file_bytes
        self.max_total_bytes = max_total_bytes
        self._lock = threading.Lock()
        self._written = 0  # by all uploads together: two at once share the room

    def find(self, name: str) -> Path:
        """The path of a file that is there.

        Raises:
            FileNameError: no safe name.
            NotFoundError: nothing is there, or no plain file.
        """
        path = resolve_inside(self.root, name)
        if not path.is_file() or _is_arriving(path):
            raise NotFoundError(f"no file {name!r}", path=name)
        return path

    def all_files(self) -> list[FileInfo]:
        """Every file, in the order of their paths; links and what is still arriving are left out."""
        found = [
            FileInfo(
                path=Path(entry.path).relative_to(self.root).as_posix(),
                size=entry.stat().st_size,
                modified=entry.stat().st_mtime,
            )
            for entry in _files(self.root)
            if not _is_arriving(Path(entry.path))
        ]
        return sorted(found, key=lambda info: info.path)

    def delete(self, name: str) -> None:
        """Delete one file.

        Raises:
            FileNameError: no safe name.
            NotFoundError: there is no such file.
        """
        self.find(name).unlink()

    def receive(self, name: str, declared_bytes: int | None = None) -> IncomingFile:
        """A place for a file that arrives; `commit` or `abort` must follow.

        Args:
            name: path below the folder; one that is taken gets a number.
            declared_bytes: how large the sender says that it is.

        Raises:
            FileNameError: no safe name.
            QuotaError: it is larger than what there is room for.
            OSError: the disk refused.
        """
        target = resolve_inside(self.root, _checked(name))
        if _is_arriving(target):
            raise FileNameError(f"{name!r} is kept for files that arrive", name=name)
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        room = self._room()
        if declared_bytes is not None and declared_bytes > min(room, self.max_file_bytes):
            raise _too_large(min(room, self.max_file_bytes))
        return IncomingFile(self, target, self._written + room)

    def take_room(self, n_bytes: int, up_to: int) -> None:
        """Count what an upload writes.

        Raises:
            QuotaError: all uploads together have written more than there was room for.
        """
        with self._lock:
            self._written += n_bytes
            if self._written > up_to:
                raise _too_large(max(0, up_to - self._written + n_bytes))

    def remove_broken(self) -> None:
        """Remove what uploads of a process that was killed have left behind."""
        for path in self.root.glob(f"{_ARRIVING}*"):
            path.unlink(missing_ok=True)

    def _room(self) -> int:
        """How many bytes may still come."""
        used = sum(entry.stat(follow_symlinks=False).st_size for entry in _files(self.root))
        return max(0, min(self.max_total_bytes - used, shutil.disk_usage(self.root).free))

    def _put(self, arrived: Path, target: Path) -> Path:
        """Move a file to `target`, or to the first free name like it."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            for candidate in numbered_names(target):
                if _move_to_free(arrived, candidate):
                    break
        fsync_folder(candidate.parent)
        return candidate


class IncomingFile:
    """One file on its way in; until `commit` nobody sees it."""

    def __init__(self, store: FileStore, target: Path, up_to: int) -> None:
        self._store = store
        self._target = target
        self._up_to = up_to
        self._temp = store.root / f"{_ARRIVING}{secrets.token_hex(8)}"
        self._file: BinaryIO = self._temp.open("xb")
        self.size = 0

    def write(self, *chunks: bytes) -> None:
        """Take in what follows.

        Raises:
            QuotaError: it is more than there is room for.
            OSError: the disk refused.
        """
        n_bytes = sum(map(len, chunks))
        self.size += n_bytes
        if self.size > self._store.max_file_bytes:
            raise _too_large(self._store.max_file_bytes)
        self._store.take_room(n_bytes, self._up_to)
        self._file.writelines(chunks)

    def commit(self) -> Path:
        """Let the file appear, on the disk to stay; gives where it lies.

        Raises:
            FileNameError: a file stands where its folder should be.
            OSError: the disk refused.
        """
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        try:
            return self._store._put(self._temp, self._target)
        except (FileExistsError, NotADirectoryError):
            name = self._target.parent.name
            raise FileNameError(f"{name!r} is a file, so nothing can lie in it", name=name) from None
        finally:
            self._temp.unlink(missing_ok=True)

    def abort(self) -> None:
        """Leave nothing behind; without effect after `commit`."""
        self._file.close()
        self._temp.unlink(missing_ok=True)


def _too_large(room: int) -> QuotaError:
    return QuotaError(f"the file is larger than there is room for ({room} bytes)", room=room)


def _checked(name: str) -> str:
    """A name for a new file in its one usual spelling.

    Raises:
        FileNameError: no system, or not every one, could hold it or show it as it is.
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise FileNameError(f"{name[:50]!r} is no text", name=ascii(name[:50])) from None
    name = unicodedata.normalize("NFC", name)
    if any(unicodedata.category(char) == "Cc" or char in _TURNS for char in name):
        raise FileNameError(f"{name[:50]!r} holds characters that cannot be seen", name=name[:50])
    for part in name.split("/"):
        if not part or part.strip(". ") == "" or part != part.rstrip(". ") or _DEVICE.match(part):
            raise FileNameError(f"{name[:50]!r} is not a name that every system takes", name=name[:50])
    return name


def _is_arriving(path: Path) -> bool:
    return path.name.startswith(_ARRIVING)


def _files(root: Path) -> Iterator[os.DirEntry[str]]:
    """Every plain file below a folder; links are not followed."""
    folders = [root]
    while folders:
        try:
            entries = list(os.scandir(folders.pop()))
        except FileNotFoundError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                yield entry


def _move_to_free(source: Path, target: Path) -> bool:
    """Move a file where nothing lies yet; false where something does. Nothing is ever overwritten."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):  # a file system without links: our own lock keeps our own files apart
            return False
        source.replace(target)
    return True
