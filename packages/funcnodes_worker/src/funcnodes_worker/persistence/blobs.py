"""Large values on disk: files named by the SHA-256 of what they hold."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from funcnodes_core.exceptions import DamagedFileError
from funcnodes_core.files import write_atomic
from funcnodes_worker.errors import JournalError

__all__ = ["BlobSource", "BlobStore", "MemoryBlobs", "blob_names"]

_NAME = re.compile(rb'"\$fn:blob":\s*"([0-9a-f]{64})"')


class BlobSource(Protocol):
    """Where large values lie: a folder or an archive that has been read."""

    def get(self, name: str) -> bytes: ...

    def put(self, data: bytes) -> str: ...


class MemoryBlobs:
    """Large values of an archive, or of a graph that has no folder."""

    def __init__(self, blobs: dict[str, bytes] | None = None) -> None:
        self.blobs = blobs or {}

    def put(self, data: bytes) -> str:
        """Keeps `data` and returns its name."""
        name = hashlib.sha256(data).hexdigest()
        self.blobs[name] = data
        return name

    def get(self, name: str) -> bytes:
        """What is kept under `name`.

        Raises:
            DamagedFileError: nothing is, or its bytes are not those that the name promises.
        """
        data = self.blobs.get(name)
        if data is None or hashlib.sha256(data).hexdigest() != name:
            raise DamagedFileError(f"the stored value {name} is missing or damaged")
        return data


class BlobStore:
    """The folder `values/` of a document; made at the first write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.grown_bytes = 0
        """How much was stored since unused values were last deleted."""

    def put(self, data: bytes) -> str:
        """Stores `data` and returns its name; storing the same twice costs nothing.

        Raises:
            JournalError: the disk refused.
        """
        name = hashlib.sha256(data).hexdigest()
        path = self.folder / name
        if not path.exists():
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                write_atomic(path, data)
                self.grown_bytes += len(data)
            except OSError as exc:
                raise JournalError(
                    exc.errno,
                    f"a large value cannot be stored ({exc.strerror}); nothing was changed",
                    str(path),
                ) from exc
        return name

    def get(self, name: str) -> bytes:
        """What is stored under `name`.

        Raises:
            DamagedFileError: it is missing, or its bytes are not those that the name promises.
        """
        if not re.fullmatch(r"[0-9a-f]{64}", name):
            raise DamagedFileError(f"{name!r} is no name of a stored value")
        path = self.folder / name
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise DamagedFileError(f"the stored value {name} is missing") from None
        if hashlib.sha256(data).hexdigest() != name:
            raise DamagedFileError(f"the stored value {path.name} is damaged")
        return data

    def names(self) -> set[str]:
        """All names that are stored."""
        return {path.name for path in self.folder.glob("*") if re.fullmatch(r"[0-9a-f]{64}", path.name)}

    def keep_only(self, wanted: Iterable[str]) -> int:
        """Deletes everything else and returns how many files went."""
        gone = self.names() - set(wanted)
        for name in gone:
            (self.folder / name).unlink(missing_ok=True)
        self.grown_bytes = 0
        return len(gone)


def blob_names(text: bytes) -> set[str]:
    """The names that a JSON text refers to."""
    return {name.decode() for name in _NAME.findall(text)}
