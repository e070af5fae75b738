"""Answers that carry what users or their nodes made: never run by a browser, downloaded unless harmless.

They are sent in pieces, so that a large one neither fills the memory nor holds up the other clients.
"""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import mimetypes
import os
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from aiohttp import web

__all__ = [
    "CONTENT_HEADERS",
    "Body",
    "Content",
    "FileBody",
    "MemoryBody",
    "PiecesBody",
    "content_headers",
    "guess_type",
    "send",
    "send_once",
]

_SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "application/json", "text/csv", "text/plain"})
_RANGE = re.compile(r"bytes=\s*(\d*)\s*-\s*(\d*)\s*")
_MAX_DIGITS = 18
_CHUNK_BYTES = 256 * 1024
CONTENT_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Body(Protocol):
    """What is sent, piece by piece."""

    @property
    def size(self) -> int: ...

    async def read(self, start: int, stop: int) -> bytes | memoryview: ...


class MemoryBody:
    """Bytes that are there already."""

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self._view = memoryview(data).cast("B")
        self.size = self._view.nbytes

    async def read(self, start: int, stop: int) -> memoryview:
        """A piece, without a copy."""
        return self._view[start:stop]


class PiecesBody:
    """Bytes that were made piece by piece, and are not joined to be sent."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = [piece for piece in pieces if piece]
        self._ends = list(accumulate(map(len, self._pieces)))
        self.size = self._ends[-1] if self._ends else 0

    async def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` on, up to `stop`."""
        at = bisect_right(self._ends, start)
        found = []
        while start < stop:
            piece, end = self._pieces[at], self._ends[at]
            begin = end - len(piece)
            found.append(piece[start - begin : stop - begin])
            start, at = end, at + 1
        return b"".join(found)


class FileBody:
    """A file that was opened; each piece is read by another thread."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        stat = os.fstat(self._file.fileno())
        self.size = stat.st_size
        self.modified_s = stat.st_mtime
        self.etag = f"{stat.st_mtime_ns:x}-{stat.st_size:x}-{stat.st_ino:x}"

    async def read(self, start: int, stop: int) -> bytes:
        """A piece; shorter than asked for where the file has become shorter."""
        return await asyncio.to_thread(self._read, start, stop)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _read(self, start: int, stop: int) -> bytes:
        self._file.seek(start)
        return self._file.read(stop - start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A body and what is said of it; `etag` without quotes."""

    body: Body
    mime: str
    filename: str
    etag: str
    modified_s: float | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every answer about it."""
        headers = {
            **content_headers(self.mime, self.filename),
            "ETag": f'"{self.etag}"',
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-cache",
        }
        if self.modified_s is not None:
            headers["Last-Modified"] = email.utils.formatdate(self.modified_s, usegmt=True)
        return headers


def guess_type(filename: str) -> str:
    """The mime type by a file's name."""
    return mimetypes.guess_type(filename)[0] or "application/octet-stream"


def content_headers(mime: str, filename: str) -> dict[str, str]:
    """Headers of an answer that carries user content of that type."""
    place = "inline" if mime.partition(";")[0] in _SHOWN else "attachment"
    name = quote(filename.encode("utf-8", "replace"))
    return {
        **CONTENT_HEADERS,
        "Content-Type": mime,
        "Content-Disposition": f"{place}; filename*=UTF-8''{name}",
    }


async def send(request: web.Request, content: Content) -> web.StreamResponse:
    """The answer to GET or HEAD: the whole, one range of it, or that the client has it already."""
    headers, size = content.headers, content.body.size
    if _is_known(request, content):
        return web.Response(status=304, headers=headers)
    span = _wanted(request, content)
    if span is None:
        status, start, stop = 200, 0, size
    else:
        status, (start, stop) = 206, span
        if start >= stop:
            headers["Content-Range"] = f"bytes */{size}"
            return web.Response(status=416, headers=headers)
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = stop - start
    await response.prepare(request)
    if request.method != "HEAD":
        await _send_pieces(request, response, content.body, start, stop)
    await response.write_eof()
    return response


async def send_once(request: web.Request, body: Body, headers: dict[str, str]) -> web.StreamResponse:
    """The answer that carries a body whole, which nobody can ask for again."""
    response = web.StreamResponse(headers=headers)
    response.content_length = body.size
    await response.prepare(request)
    await _send_pieces(request, response, body, 0, body.size)
    await response.write_eof()
    return response


async def _send_pieces(
    request: web.Request, response: web.StreamResponse, body: Body, start: int, stop: int
) -> None:
    while start < stop:
        piece = await body.read(start, min(start + _CHUNK_BYTES, stop))
        if not len(piece):  # the file was cut off meanwhile: the client must not take this for the whole
            if request.transport is not None:
                request.transport.abort()
            return
        await response.write(piece)
        start += len(piece)
        await asyncio.sleep(0)  # a client that is as quick as we are would keep the others waiting


def _is_known(request: web.Request, content: Content) -> bool:
    """Whether the client's own copy is the newest one."""
    given = request.headers.get("If-None-Match")
    if given is not None:
        tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
        return "*" in tags or f'"{content.etag}"' in tags
    since = request.if_modified_since
    return (
        since is not None and content.modified_s is not None and int(content.modified_s) <= since.timestamp()
    )


def _wanted(request: web.Request, content: Content) -> tuple[int, int] | None:
    """Start and stop of the range that the client asks for; None for the whole.

    As the standard allows, what is no single range of bytes is answered with the whole.
    """
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if found is None or not _still_fits(request, content):
        return None
    first, last = found.groups()
    if max(len(first), len(last)) > _MAX_DIGITS or not (first or last):
        return None
    size = content.body.size
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


def _still_fits(request: web.Request, content: Content) -> bool:
    """Whether the part that the client has (`If-Range`) is one of the same content."""
    given = request.headers.get("If-Range")
    if given is None or given == f'"{content.etag}"':
        return True
    if content.modified_s is None or given.startswith(('"', "W/")):
        return False
    with contextlib.suppress(ValueError, OverflowError):
        when: datetime = email.utils.parsedate_to_datetime(given)
        return when.timestamp() == int(content.modified_s)
    return False
