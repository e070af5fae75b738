"""Commands about the files of a worker (`files/` in its folder)."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from msgspec import Struct

from funcnodes_core.files import write_atomic
from funcnodes_worker.context import ReadContext
from funcnodes_worker.errors import BadArgumentsError, NotFoundError
from funcnodes_worker.paths import free_name, resolve_inside
from funcnodes_worker.rpc.registry import Success, command

__all__ = ["FileInfo", "Uploaded"]


class FileInfo(Struct, kw_only=True):
    """One file; `path` is relative to `files/`."""

    path: str
    size: int
    modified: float


class Uploaded(Struct, kw_only=True):
    """Where an uploaded file lies now; `path` is relative to `files/`."""

    filename: str
    path: str
    success: bool = True


@command(scope="edit")
def upload(ctx: ReadContext, filename: str, data: str) -> Uploaded:
    """Store a small file given as base64; large ones go to `POST /upload/`."""
    try:
        content = base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise BadArgumentsError(f"kwargs.data: expected base64, {error}") from None
    target = free_name(resolve_inside(ctx.worker.files_dir, filename))
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(target, content)
    return Uploaded(filename=target.name, path=_relative(target, ctx.worker.files_dir))


@command(scope="edit", repeatable=True)
def list_files(ctx: ReadContext) -> list[FileInfo]:
    """Every file below `files/`."""
    root = ctx.worker.files_dir
    found = []
    for path in sorted(root.rglob("*")) if root.is_dir() else []:
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".upload-"):
            stat = path.stat()
            found.append(FileInfo(path=_relative(path, root), size=stat.st_size, modified=stat.st_mtime))
    return found


@command(scope="edit")
def delete_file(ctx: ReadContext, path: str) -> Success:
    """Delete one file below `files/`."""
    target = resolve_inside(ctx.worker.files_dir, path)
    if not target.is_file():
        raise NotFoundError(f"no file {path!r}", path=path)
    target.unlink()
    return Success()


def _relative(path: Path, root: Path) -> str:
    return path.resolve().relative_to(root.resolve()).as_posix()
