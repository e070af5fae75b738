"""Reading ZIP files from strangers: bounded in number, size and ratio, and only with harmless names."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path, PurePosixPath

from funcnodes_worker.errors import DocumentFormatError

__all__ = ["MAX_MEMBERS", "MAX_TOTAL_BYTES", "checked_members", "open_archive", "read_member"]

MAX_MEMBERS = 10_000
MAX_TOTAL_BYTES = 4 * 1024**3
MAX_JSON_BYTES = 512 * 1024**2
MAX_RATIO = 1000
_MAX_NAME_BYTES = 200  # of the 255 that file systems allow
_RATIO_FREE_BYTES = 1024**2


def open_archive(path: Path) -> zipfile.ZipFile:
    """The ZIP file at `path`, with every member's name and size checked.

    Raises:
        DocumentFormatError: it is no ZIP file, or one that must not be unpacked.
        OSError: it cannot be read.
    """
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as exc:
        raise DocumentFormatError(f"{path.name!r} is no ZIP file: {exc}") from exc
    try:
        checked_members(archive)
    except DocumentFormatError:
        archive.close()
        raise
    return archive


def checked_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of an archive.

    Raises:
        DocumentFormatError: too many, too large, packed too tightly, or names that are too long, leave the folder
            or exclude one another.
    """
    members = [info for info in archive.infolist() if not info.is_dir()]
    if len(members) > MAX_MEMBERS:
        raise DocumentFormatError(f"the archive holds {len(members)} files; {MAX_MEMBERS} are allowed")
    total = sum(info.file_size for info in members)
    if total > MAX_TOTAL_BYTES:
        raise DocumentFormatError(f"the archive would unpack to {total} bytes; {MAX_TOTAL_BYTES} are allowed")
    names = {info.filename for info in members}
    for info in members:
        _check_member(info)
        if clash := next((str(up) for up in PurePosixPath(info.filename).parents if str(up) in names), None):
            raise DocumentFormatError(f"the archive holds {clash!r} both as a file and as a folder")
    return members


def _check_member(info: zipfile.ZipInfo) -> None:
    name = PurePosixPath(info.filename)
    if name.is_absolute() or ".." in name.parts or "\\" in info.filename or "\x00" in info.filename:
        raise DocumentFormatError(f"the archive holds a file whose name leaves the folder: {info.filename!r}")
    if any(len(part.encode("utf-8", "replace")) > _MAX_NAME_BYTES for part in name.parts):
        raise DocumentFormatError(
            f"the archive holds a file whose name is too long: {info.filename[:50]!r}..."
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise DocumentFormatError(f"the archive holds a link: {info.filename!r}")
    if info.file_size > _RATIO_FREE_BYTES and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise DocumentFormatError(f"the archive packs {info.filename!r} suspiciously tightly")


def read_member(archive: zipfile.ZipFile, name: str, limit: int = MAX_JSON_BYTES) -> bytes | None:
    """The bytes of a member, None when there is no such member.

    Raises:
        DocumentFormatError: it is damaged, or larger than `limit` or than it says.
    """
    try:
        with archive.open(name) as member:
            data = member.read(limit + 1)
    except KeyError:
        return None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as exc:
        raise DocumentFormatError(f"{name!r} in the archive cannot be read: {exc}") from exc
    if len(data) > limit:
        raise DocumentFormatError(f"{name!r} in the archive is larger than {limit} bytes")
    return data
