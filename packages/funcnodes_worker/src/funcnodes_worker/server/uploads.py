"""Files in and out: `POST /upload/` and `GET /files/...`."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from funcnodes_worker.commands.files import Uploaded
from funcnodes_worker.errors import FileNameError, NotFoundError, QuotaError
from funcnodes_worker.filestore import FileStore, IncomingFile
from funcnodes_worker.protocol.events import FilesChanged, UploadProgress
from funcnodes_worker.server.responses import Content, FileBody, guess_type, send

if TYPE_CHECKING:
    from funcnodes_worker.worker import Worker

__all__ = ["receive_upload", "send_file"]

_READ_BYTES = 64 * 1024
_WRITE_BYTES = 1024 * 1024
_TELL_EVERY_S = 0.25
_MAX_FOLDER = 1024
_MAX_TASK = 100
_ENVELOPE_BYTES = 64 * 1024  # what a multipart body may hold beside the file


async def receive_upload(request: web.Request, worker: Worker) -> web.Response:
    """Stream the file part of a multipart body into `files/`; it appears whole or not at all.

    A name that is taken gets a number; an optional part `path` names a folder below `files/`. With `?task=` the
    `upload_progress` events carry a name that the client knows.
    """
    if request.content_type != "multipart/form-data":
        raise web.HTTPUnsupportedMediaType(text="an upload is multipart/form-data")
    limit = worker.files.max_file_bytes
    if request.content_length is not None and request.content_length > limit + _ENVELOPE_BYTES:
        raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=request.content_length)
    try:
        return await _first_file(request, await request.multipart(), worker)
    except FileNameError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
    except QuotaError as error:
        raise web.HTTPRequestEntityTooLarge(
            max_size=error.data["room"], actual_size=request.content_length or 0, text=str(error)
        ) from None
    except (ValueError, HttpProcessingError) as error:
        raise web.HTTPBadRequest(text=f"the body is no multipart: {error}") from None
    except ConnectionError:
        raise  # the client went away: nobody hears an answer
    except OSError as error:
        raise web.HTTPInsufficientStorage(text=f"the file cannot be stored: {error.strerror}") from None


async def _first_file(request: web.Request, parts: MultipartReader, worker: Worker) -> web.Response:
    folder = ""
    async for part in parts:
        if not isinstance(part, BodyPartReader):
            continue
        if part.filename is None:
            if part.name == "path":
                folder = (await part.read_chunk(_MAX_FOLDER)).decode("utf-8", "replace").strip("/")
            continue
        name = f"{folder}/{part.filename}" if folder else part.filename
        task = request.query.get("task", "")[:_MAX_TASK] or secrets.token_hex(8)
        telling = _Telling(worker, task, name, request.content_length)
        stored, size = await _store(part, worker.files, name, telling)
        path = stored.relative_to(worker.files.root.resolve()).as_posix()
        worker.hub.announce(FilesChanged(path=path, change="added", size=size))
        body = msgspec.json.encode(Uploaded(filename=stored.name, path=path))
        return web.Response(body=body, content_type="application/json")
    raise web.HTTPBadRequest(text="the body holds no file")


async def _store(part: BodyPartReader, files: FileStore, name: str, telling: _Telling) -> tuple[Path, int]:
    """Write what arrives, by another thread and a megabyte at a time; gives the path and the size."""
    declared = int(length) if (length := part.headers.get("Content-Length", "")).isdecimal() else None
    incoming = await asyncio.to_thread(files.receive, name, declared)
    try:
        await _pump(part, incoming, telling)
        return await asyncio.to_thread(incoming.commit), incoming.size
    finally:
        incoming.abort()
        telling.end(incoming.size)


async def _pump(part: BodyPartReader, incoming: IncomingFile, telling: _Telling) -> None:
    waiting: list[bytes] = []
    held = 0
    while chunk := await part.read_chunk(_READ_BYTES):
        waiting.append(chunk)
        held += len(chunk)
        if held >= _WRITE_BYTES:
            await asyncio.to_thread(incoming.write, *waiting)
            waiting, held = [], 0
            telling.tell(incoming.size)
    if not part.at_eof():
        raise ValueError("it ends in the middle of the file")
    await asyncio.to_thread(incoming.write, *waiting)


class _Telling:
    """Tells all clients how far an upload is, a few times a second; short ones are not worth a word."""

    def __init__(self, worker: Worker, task: str, name: str, total: int | None) -> None:
        self._worker = worker
        self._state = UploadProgress(task=task, filename=name, received=0, total=total)
        self._next_s = asyncio.get_running_loop().time() + _TELL_EVERY_S
        self._told = False

    def tell(self, received: int) -> None:
        """So much has arrived."""
        now_s = asyncio.get_running_loop().time()
        if now_s >= self._next_s:
            self._next_s = now_s + _TELL_EVERY_S
            self._told = True
            self._worker.hub.announce(msgspec.structs.replace(self._state, received=received))

    def end(self, received: int) -> None:
        """Nothing more comes."""
        if self._told:
            self._worker.hub.announce(msgspec.structs.replace(self._state, received=received, done=True))


async def send_file(request: web.Request, files: FileStore) -> web.StreamResponse:
    """One file below `files/`, with ranges."""
    name = request.match_info["path"]
    try:
        path = await asyncio.to_thread(files.find, name)
        body = await asyncio.to_thread(FileBody, path)
    except FileNameError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
    except (NotFoundError, FileNotFoundError):
        raise web.HTTPNotFound(text=f"no file {name[:200]!r}") from None
    content = Content(
        body=body, mime=guess_type(path.name), filename=path.name, etag=body.etag, modified_s=body.modified_s
    )
    try:
        return await send(request, content)
    finally:
        body.close()
