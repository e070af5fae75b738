"""`GET /value/{node}/{port}`: a whole value, or the bytes of its preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from funcnodes_core.codec.exact import NotExactError
from funcnodes_worker.errors import NotFoundError
from funcnodes_worker.projection import PortKey, PortValue
from funcnodes_worker.server.responses import ranged

if TYPE_CHECKING:
    from funcnodes_worker.worker import Worker

__all__ = ["send_value"]


async def send_value(request: web.Request, worker: Worker) -> web.Response:
    """The value of a port, as JSON or as the bytes that it is; with `preview=1` what the port shows."""
    io_type = request.query.get("io_type")
    try:
        key = worker.hub.projection.locate(
            request.match_info["node_uuid"],
            request.match_info["io_id"],
            io_type if io_type in ("input", "output") else None,  # type: ignore[arg-type]
        )
    except NotFoundError as error:
        raise web.HTTPNotFound(text=str(error)) from None
    if request.query.get("preview"):
        return _send_preview(request, worker, key)
    held = worker.hub.projection.values.get(key)
    if held is None:
        raise web.HTTPNotFound(text="this port holds no value")
    return await _send_whole(request, worker, key, held)


def _send_preview(request: web.Request, worker: Worker, key: PortKey) -> web.Response:
    shown = worker.hub.shown_bytes(key)
    if shown is None:
        raise web.HTTPNotFound(text="this port shows no bytes")
    version, made = shown
    body = made.data
    if not body:  # over the budget, and a cut image is none: the whole value
        value = worker.hub.projection.values[key].value
        body = bytes(value) if isinstance(value, (bytes, bytearray, memoryview)) else b""
    etag = f"{worker.hub.epoch}-{version}-preview"
    return ranged(request, body, made.mime, etag=etag, filename=key.io_id)


async def _send_whole(request: web.Request, worker: Worker, key: PortKey, held: PortValue) -> web.Response:
    etag = f"{worker.hub.epoch}-{held.version}"
    if isinstance(held.value, (bytes, bytearray, memoryview)):
        body, mime, name = bytes(held.value), "application/octet-stream", f"{key.io_id}.bin"
        return ranged(request, body, mime, etag=etag, filename=name)
    try:
        exact = await worker.encode_value(held.value)
    except NotExactError as error:
        raise web.HTTPUnsupportedMediaType(text=f"this value has no exact form: {error}") from None
    body = msgspec.json.encode(exact)
    return ranged(request, body, "application/json", etag=etag, filename=f"{key.io_id}.json")
