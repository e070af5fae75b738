"""Answers that carry what users or their nodes made: never run by a browser, downloaded unless harmless."""

from __future__ import annotations

import mimetypes
from urllib.parse import quote

from aiohttp import web

__all__ = ["CONTENT_HEADERS", "content_headers", "guess_type", "ranged"]

_SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "application/json", "text/csv", "text/plain"})
CONTENT_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def guess_type(filename: str) -> str:
    """The mime type by a file's name."""
    return mimetypes.guess_type(filename)[0] or "application/octet-stream"


def content_headers(mime: str, filename: str) -> dict[str, str]:
    """Headers of an answer that carries user content of that type."""
    place = "inline" if mime.partition(";")[0] in _SHOWN else "attachment"
    return {**CONTENT_HEADERS, "Content-Disposition": f"{place}; filename*=UTF-8''{quote(filename)}"}


def ranged(request: web.Request, body: bytes, mime: str, *, etag: str, filename: str) -> web.Response:
    """Bytes as an answer that understands `If-None-Match` and one `Range`."""
    headers = {
        **content_headers(mime, filename),
        "ETag": f'"{etag}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
    }
    if request.headers.get("If-None-Match") == f'"{etag}"':
        return web.Response(status=304, headers=headers)
    try:
        wanted = request.http_range
    except ValueError:
        wanted = slice(None)
    if wanted.start is None and wanted.stop is None:
        return web.Response(body=body, content_type=mime, headers=headers)
    start, stop, _ = wanted.indices(len(body))
    if start >= stop:
        headers["Content-Range"] = f"bytes */{len(body)}"
        return web.Response(status=416, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
    return web.Response(status=206, body=body[start:stop], content_type=mime, headers=headers)
