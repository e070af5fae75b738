"""`GET /value/{node}/{port}`: a whole value, or the bytes of its preview."""

from __future__ import annotations

import mimetypes
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from aiohttp import web

from funcnodes_core.codec.binary import ByteEncoder
from funcnodes_core.codec.exact import NotExactError
from funcnodes_core.codec.preview import MIME_BYTES, MIME_JSON, MIME_SVG, image_type
from funcnodes_core.types import SVG, Secret
from funcnodes_worker.errors import ConflictError, NotFoundError
from funcnodes_worker.jsonpieces import exact_pieces, shown_pieces, text_pieces
from funcnodes_worker.persistence.binary import to_binary
from funcnodes_worker.projection import PortKey, PortValue
from funcnodes_worker.server.auth import caller_of
from funcnodes_worker.server.responses import Body, Content, MemoryBody, PiecesBody, send
from funcnodes_worker.tables.reader import csv_pieces

if TYPE_CHECKING:
    from funcnodes_worker.worker import Worker

__all__ = ["ValueSender"]

_KEPT_BYTES = 32 * 1024 * 1024
_TEXT = "text/plain"
_NPY, _ARROW = "application/x-npy", "application/vnd.apache.arrow.stream"
_MIME_OF_KIND = {"npy": _NPY, "arrow-table": _ARROW, "arrow-batch": _ARROW}
_SUFFIXES = {MIME_BYTES: ".bin", MIME_JSON: ".json", _TEXT: ".txt", _NPY: ".npy", _ARROW: ".arrows"}


class _Encoded(NamedTuple):
    body: Body
    mime: str


class ValueSender:
    """Answers for one worker; keeps what it encoded last, for those who fetch a value range by range."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._kept: OrderedDict[tuple[PortKey, int, str], _Encoded] = OrderedDict()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The value of a port: bytes, pictures and text as they are, everything else as JSON.

        With `preview=1` the bytes that the port shows; with `format=json` the exact JSON form of any value, with
        `format=csv` a table as text.
        """
        io_type = request.query.get("io_type")
        records = self._worker.hub.projection
        try:
            key = records.locate(
                request.match_info["node_uuid"],
                request.match_info["io_id"],
                io_type if io_type in ("input", "output") else None,  # type: ignore[arg-type]
            )
        except NotFoundError as error:
            raise web.HTTPNotFound(text=str(error)) from None
        shown = self._worker.hub.shown_bytes(key) if request.query.get("preview") else None
        if shown is not None and shown[1].data:
            version, made = shown
            return await self._send(
                request, key, f"{version}-preview", _Encoded(MemoryBody(made.data), made.mime)
            )
        if not caller_of(request).grant.meets("values"):
            raise web.HTTPForbidden(text="this link shows no whole values")
        held = records.values.get(key)
        if held is None:
            raise web.HTTPNotFound(text="this port holds no value")
        form = request.query.get("format", "")
        if form not in _ENCODERS:
            raise web.HTTPBadRequest(text=f"format: expected {' or '.join(filter(None, _ENCODERS))}")
        encoded = await self._encode(key, held, form)
        return await self._send(request, key, f"{held.version}-{form}".rstrip("-"), encoded)

    async def _send(
        self, request: web.Request, key: PortKey, version: str, encoded: _Encoded
    ) -> web.StreamResponse:
        mime = encoded.mime
        suffix = _SUFFIXES.get(mime) or mimetypes.guess_extension(mime) or ""
        content = Content(
            body=encoded.body,
            mime=f"{mime}; charset=utf-8" if mime.startswith("text/") else mime,
            filename=f"{key.io_id}{suffix}",
            etag=f"{self._worker.hub.epoch}-{version}",
        )
        return await send(request, content)

    async def _encode(self, key: PortKey, held: PortValue, form: str) -> _Encoded:
        place = (key, held.version, form)
        if (kept := self._kept.get(place)) is not None:
            self._kept.move_to_end(place)
            return kept
        try:
            made = await self._worker.in_thread(_ENCODERS[form], held.value, held.render_type)
        except NotExactError as error:
            raise web.HTTPUnsupportedMediaType(text=f"this value has no exact form: {error}") from None
        except ConflictError as error:
            raise web.HTTPUnsupportedMediaType(text=str(error)) from None
        except RuntimeError as error:
            raise web.HTTPConflict(text=f"this value cannot be read now: {error}") from None
        if not isinstance(made.body, MemoryBody):  # those are the value itself
            self._kept[place] = made
            while sum(each.body.size for each in self._kept.values()) > _KEPT_BYTES:
                self._kept.popitem(last=False)
        return made


def _encode_json(value: object, render_type: str | None) -> _Encoded:
    return _Encoded(PiecesBody(exact_pieces(value)), MIME_JSON)


def _encode_csv(value: object, render_type: str | None) -> _Encoded:
    return _Encoded(PiecesBody(csv_pieces(value, render_type)), "text/csv")


def _encode(value: object, render_type: str | None) -> _Encoded:
    """A value in its natural form; encoders of modules are foreign code, so never on the serving loop."""
    if isinstance(value, Secret):
        raise NotExactError("it is a secret")
    if isinstance(value, str):
        svg = isinstance(value, SVG) or render_type == "svg"
        return _Encoded(PiecesBody(text_pieces(value)), MIME_SVG if svg else _TEXT)
    try:
        own = ByteEncoder.encode_custom(value, False)
    except Exception as error:
        raise NotExactError(f"its encoder failed: {type(error).__name__}: {error}") from error
    if own is not None:
        return _Encoded(MemoryBody(own.data), own.mime or MIME_BYTES)
    if isinstance(value, bytes | bytearray | memoryview):
        # a copy of what may change under the client's hands, or must be free to
        data = value if isinstance(value, bytes) else bytes(value)
        return _Encoded(MemoryBody(data), image_type(data) or MIME_BYTES)
    try:
        return _encode_json(value, render_type)
    except NotExactError:
        return _encode_array(value) or _encode_frame(value) or _shown(value)


def _encode_array(value: object) -> _Encoded | None:
    try:
        kind, data = to_binary(value) or ("", b"")
    except NotExactError:
        return None
    mime = _MIME_OF_KIND.get(kind)
    return None if mime is None else _Encoded(MemoryBody(data), mime)


def _encode_frame(value: object) -> _Encoded | None:
    """A data frame as text: a list of rows would be JSON."""
    try:
        return None if isinstance(value, list | tuple | dict) else _encode_csv(value, None)
    except ConflictError:
        return None


def _shown(value: object) -> _Encoded:
    try:
        return _Encoded(PiecesBody(shown_pieces(value)), MIME_JSON)
    except Exception as error:
        raise NotExactError(f"{type(error).__name__}: {error}") from error


_ENCODERS: dict[str, Callable[[object, str | None], _Encoded]] = {
    "": _encode,
    "json": _encode_json,
    "csv": _encode_csv,
}
