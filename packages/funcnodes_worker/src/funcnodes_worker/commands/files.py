"""Commands about the files of a worker (`files/` in its folder)."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from funcnodes_worker.context import ReadContext
from funcnodes_worker.filestore import FileInfo, FileStore
from funcnodes_worker.protocol.events import FilesChanged
from funcnodes_worker.rpc.arguments import base64_bytes
from funcnodes_worker.rpc.registry import Success, command

__all__ = ["Uploaded"]


class Uploaded(Struct, kw_only=True):
    """Where an uploaded file lies now; `path` is relative to `files/`."""

    filename: str
    path: str
    success: bool = True


@command(scope="edit")
async def upload(ctx: ReadContext, filename: str, data: str) -> Uploaded:
    """Store a small file given as base64; large ones go to `POST /upload/`."""
    content = base64_bytes("data", data)
    files = ctx.worker.files
    stored = await ctx.worker.in_thread(_store, files, filename, content)
    path = stored.relative_to(files.root.resolve()).as_posix()
    ctx.worker.hub.announce(
        FilesChanged(path=path, change="added", size=len(content)), by=ctx.client, cmd_id=ctx.cmd_id
    )
    return Uploaded(filename=stored.name, path=path)


@command(scope="edit", repeatable=True, extra="files")
async def list_files(ctx: ReadContext) -> list[FileInfo]:
    """Every file below `files/`."""
    return await ctx.worker.in_thread(ctx.worker.files.all_files)


@command(scope="edit")
async def delete_file(ctx: ReadContext, path: str) -> Success:
    """Delete one file below `files/`."""
    await ctx.worker.in_thread(ctx.worker.files.delete, path)
    ctx.worker.hub.announce(FilesChanged(path=path, change="removed"), by=ctx.client, cmd_id=ctx.cmd_id)
    return Success()


def _store(files: FileStore, name: str, content: bytes) -> Path:
    incoming = files.receive(name, len(content))
    try:
        incoming.write(content)
        return incoming.commit()
    finally:
        incoming.abort()
