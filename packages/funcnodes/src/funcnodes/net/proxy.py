"""Passing HTTP and WebSocket connections through to a worker or the manager, with the token added.

The browser never sees the token: what comes in by a session cookie goes on with `Authorization: Bearer`.
"""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress

import aiohttp
from aiohttp import ClientConnectionError, WSCloseCode, WSMsgType, web
from yarl import URL

from funcnodes_worker.server.responses import CONTENT_HEADERS

__all__ = ["FRAME_LIMIT_BYTES", "close_with", "pass_http", "pass_websocket", "refuse"]

FRAME_LIMIT_BYTES = 64 * 1024 * 1024
"""More than any worker takes; the worker itself closes with 1009 at its own limit."""

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_NOT_FORWARDED = (
    _HOP_BY_HOP
    | {"host", "cookie", "authorization", "origin", "referer", "content-length"}
    | {"x-funcnodes-hops"}
)
_NOT_RETURNED = _HOP_BY_HOP | {"set-cookie", "server", "date"}
_OF_THE_BODY = frozenset(
    {
        "accept-ranges",
        "content-disposition",
        "content-encoding",
        "content-length",
        "content-range",
        "content-type",
        "etag",
        "last-modified",
    }
)
_REFUSALS = frozenset({401, 403})
_CHUNK_BYTES = 256 * 1024


class _Open:
    """The WebSockets of an application that are open."""

    def __init__(self) -> None:
        self.sockets: set[web.WebSocketResponse] = set()


_OPEN = web.AppKey("open_websockets", _Open)


def close_with(app: web.Application) -> None:
    """Ends the WebSockets of an application when it ends, which would wait for its clients otherwise."""

    async def close(app: web.Application) -> None:
        for near in list(app[_OPEN].sockets):
            await near.close(code=WSCloseCode.GOING_AWAY)

    app[_OPEN] = _Open()
    app.on_shutdown.append(close)


def refuse(status: int, error: str, code: str) -> web.Response:
    """A JSON answer that says why nothing was passed through."""
    return web.json_response({"type": "error", "error": error, "code": code}, status=status)


async def pass_http(
    request: web.Request,
    session: aiohttp.ClientSession,
    target: URL,
    headers: Mapping[str, str],
    *,
    foreign: bool = False,
    verified_by: ssl.SSLContext | bool = True,
) -> web.StreamResponse:
    """Sends a request on and streams the answer back; neither body is held in memory.

    What a `foreign` worker answers stands under our origin, so no more of its headers come through than say what
    the body is, and no browser shows it as a page.
    """
    kept = [(key, value) for key, value in request.headers.items() if key.lower() not in _NOT_FORWARDED]
    try:
        async with session.request(
            request.method,
            target,
            headers=[*kept, *headers.items()],
            data=request.content if request.body_exists else None,
            allow_redirects=False,
            auto_decompress=False,
            ssl=verified_by,
        ) as answer:
            if not foreign:
                return await _send_back(request, answer, _headers_of(answer))
            if answer.status in _REFUSALS:
                return refuse(502, "the worker elsewhere does not take our token", "token_refused")
            if 300 <= answer.status < 400 and answer.status != 304:
                return refuse(
                    502, "the worker elsewhere sends us on, where we do not go", "worker_unreachable"
                )
            return await _send_back(request, answer, _foreign_headers(answer))
    except ClientConnectionError as error:
        return _unreachable(error)


def _unreachable(error: Exception) -> web.Response:
    """Says why nothing was passed through; a wrong certificate has its own word."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = (
            f"{error.host}:{error.port} shows a certificate that is not its own: {error.certificate_error}"
        )
        return refuse(502, reason, "certificate_refused")
    return refuse(502, f"the worker does not answer: {error}", "worker_unreachable")


def _headers_of(answer: aiohttp.ClientResponse) -> list[tuple[str, str]]:
    return [(key, value) for key, value in answer.headers.items() if key.lower() not in _NOT_RETURNED]


def _foreign_headers(answer: aiohttp.ClientResponse) -> list[tuple[str, str]]:
    kept = [(key, value) for key, value in answer.headers.items() if key.lower() in _OF_THE_BODY]
    return [*kept, *CONTENT_HEADERS.items()]


async def _send_back(
    request: web.Request, answer: aiohttp.ClientResponse, headers: Iterable[tuple[str, str]]
) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, reason=answer.reason)
    for key, value in headers:
        response.headers.add(key, value)
    await response.prepare(request)
    async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
        await response.write(chunk)
    await response.write_eof()
    return response


async def pass_websocket(
    request: web.Request,
    session: aiohttp.ClientSession,
    target: URL,
    headers: Mapping[str, str],
    *,
    verified_by: ssl.SSLContext | bool = True,
) -> web.StreamResponse:
    """Joins a client's WebSocket with one of our own to `target`.

    The far side is reached first: where nobody answers, the client gets a 502 and no upgrade. Subprotocol and
    close code are those of the far side, and a slow client slows the far side down, not this process's memory.
    """
    offered = [
        name.strip() for name in request.headers.get("Sec-WebSocket-Protocol", "").split(",") if name.strip()
    ]
    try:
        far = await session.ws_connect(
            target,
            headers=headers,
            protocols=offered,
            max_msg_size=0,
            compress=0,
            heartbeat=30.0,
            ssl=verified_by,
        )
    except (ClientConnectionError, aiohttp.WSServerHandshakeError, TimeoutError) as error:
        return _unreachable(error)
    near = web.WebSocketResponse(
        protocols=[far.protocol] if far.protocol else [],
        max_msg_size=FRAME_LIMIT_BYTES,
        compress=False,
        heartbeat=30.0,
    )
    opened = request.app[_OPEN].sockets
    try:
        await near.prepare(request)
        opened.add(near)
        await _join(near, far)
    finally:
        opened.discard(near)
        await far.close()
    return near


async def _join(near: web.WebSocketResponse, far: aiohttp.ClientWebSocketResponse) -> None:
    """Pumps both ways until either side ends, then ends the other one with the same code."""
    down = asyncio.create_task(_pump(far, near))
    up = asyncio.create_task(_pump(near, far))
    try:
        await asyncio.wait({down, up}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (down, up):
            task.cancel()
        await asyncio.gather(down, up, return_exceptions=True)
    if not near.closed:
        await near.close(code=_sendable(far.close_code))
    if not far.closed:
        await far.close(code=_sendable(near.close_code))


async def _pump(
    source: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
    sink: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
) -> None:
    with suppress(ConnectionError):  # the sink went away: `_join` ends the source
        async for message in source:
            if message.type is WSMsgType.TEXT:
                await sink.send_str(message.data)
            elif message.type is WSMsgType.BINARY:
                await sink.send_bytes(message.data)


def _sendable(code: int | None) -> int:
    """A close code that may stand in a close frame: a lost connection is told as one that went away."""
    if code is None or code == WSCloseCode.ABNORMAL_CLOSURE or not 1000 <= code < 5000:
        return WSCloseCode.GOING_AWAY
    return WSCloseCode.OK if code in {1005, 1015} else code
