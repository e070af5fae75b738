"""Files in and out: `POST /upload/` and `GET /files/...`."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import msgspec
from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from funcnodes_core.files import fsync_folder
from funcnodes_worker.commands.files import Uploaded
from funcnodes_worker.errors import FileNameError
from funcnodes_worker.paths import free_name, resolve_inside
from funcnodes_worker.server.responses import content_headers, guess_type

__all__ = ["receive_upload", "send_file"]

_CHUNK_BYTES = 256 * 1024


async def receive_upload(request: web.Request, files_dir: Path, max_bytes: int) -> web.Response:
    """Stream the file part of a multipart body into `files/`; it appears whole or not at all.

    A name that is taken gets a number; an optional part `path` names a folder below `files/`.
    """
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType(text="an upload is multipart/form-data")
    if request.content_length is not None and request.content_length > max_bytes + _CHUNK_BYTES:
        raise web.HTTPRequestEntityTooLarge(max_size=max_bytes, actual_size=request.content_length)
    try:
        return await _first_file(await request.multipart(), files_dir, max_bytes)
    except (ValueError, HttpProcessingError) as error:
        raise web.HTTPBadRequest(text=f"the body is no multipart: {error}") from None
    except OSError as error:
        raise web.HTTPInsufficientStorage(text=f"the file cannot be stored: {error.strerror}") from None


async def _first_file(parts: MultipartReader, files_dir: Path, max_bytes: int) -> web.Response:
    folder = ""
    async for part in parts:
        if not isinstance(part, BodyPartReader):
            continue
        if part.filename is None:
            if part.name == "path":
                folder = (await part.text())[:1024].strip("/")
            continue
        try:
            target = resolve_inside(files_dir, f"{folder}/{part.filename}" if folder else part.filename)
        except FileNameError as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        stored = await _store(part, target, max_bytes)
        path = stored.resolve().relative_to(files_dir.resolve()).as_posix()
        body = msgspec.json.encode(Uploaded(filename=stored.name, path=path))
        return web.Response(body=body, content_type="application/json")
    raise web.HTTPBadRequest(text="the body holds no file")


async def _store(part: BodyPartReader, target: Path, max_bytes: int) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    temp = target.parent / f".upload-{secrets.token_hex(8)}"
    size = 0
    try:
        with temp.open("xb") as file:
            while chunk := await part.read_chunk(_CHUNK_BYTES):
                size += len(chunk)
                if size > max_bytes:
                    raise web.HTTPRequestEntityTooLarge(max_size=max_bytes, actual_size=size)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        target = free_name(target)
        temp.replace(target)
    finally:
        temp.unlink(missing_ok=True)
    fsync_folder(target.parent)
    return target


def send_file(files_dir: Path, name: str) -> web.StreamResponse:
    """One file below `files/`, with ranges."""
    try:
        path = resolve_inside(files_dir, name)
    except FileNameError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
    if not path.is_file():
        raise web.HTTPNotFound(text=f"no file {name!r}")
    mime = guess_type(path.name)
    headers = {**content_headers(mime, path.name), "Content-Type": mime, "Cache-Control": "private, no-cache"}
    return web.FileResponse(path, headers=headers)
