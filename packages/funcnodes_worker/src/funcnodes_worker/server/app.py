"""The HTTP and WebSocket server of a worker: its routes, all behind the one door."""

from __future__ import annotations

import asyncio
import contextlib

from aiohttp import WSMsgType, web

from funcnodes_worker.server.auth import Door, caller_of
from funcnodes_worker.server.outgoing import Outgoing
from funcnodes_worker.server.plugins import send_plugin
from funcnodes_worker.server.responses import CONTENT_HEADERS, MemoryBody, send_once
from funcnodes_worker.server.uploads import receive_upload, send_file
from funcnodes_worker.server.values import ValueSender
from funcnodes_worker.session import Session
from funcnodes_worker.worker import Worker

__all__ = ["SUBPROTOCOL", "make_app"]

SUBPROTOCOL = "funcnodes.v1"
_HEARTBEAT_S = 30.0
_CLOSE_S = 0.3
_CLIENTS_OF_A_LINK = 50
_LIMITED_FRAME_BYTES = 1024 * 1024


def make_app(worker: Worker, door: Door) -> web.Application:
    """The application of a worker; nothing but these routes answers."""
    settings = worker.config.settings
    values = ValueSender(worker)
    app = web.Application(client_max_size=settings.max_frame_bytes)
    door.protect(app)

    async def healthz(request: web.Request) -> web.Response:
        return web.Response()

    async def socket(request: web.Request) -> web.StreamResponse:
        return await serve_socket(request, worker)

    async def message(request: web.Request) -> web.StreamResponse:
        parked = worker.parked.take(request.match_info["msg_id"], caller_of(request).grant.share)
        if parked is None:
            raise web.HTTPNotFound(text="no such message; each can be fetched once, within a minute")
        mime = "application/json"
        return await send_once(request, MemoryBody(parked), {**CONTENT_HEADERS, "Content-Type": mime})

    async def value(request: web.Request) -> web.StreamResponse:
        return await values.answer(request)

    async def upload(request: web.Request) -> web.Response:
        return await receive_upload(request, worker)

    async def files(request: web.Request) -> web.StreamResponse:
        return await send_file(request, worker.files)

    app.router.add_get("/healthz", healthz)
    router = app.router
    door.open_to(router.add_get("/", socket), "view")
    door.open_to(router.add_get("/message/{msg_id}", message, allow_head=False), "view")
    door.open_to(router.add_get("/value/{node_uuid}/{io_id}", value), "view")
    door.open_to(router.add_post("/upload/", upload), "edit")
    door.open_to(router.add_get("/files/{path:.+}", files), "files")
    door.open_to(router.add_get("/plugin/{module}/{name}", send_plugin), "view")
    return app


async def serve_socket(request: web.Request, worker: Worker) -> web.StreamResponse:
    """One client, from the upgrade to the end of its connection."""
    if len(worker.sessions) >= worker.config.settings.max_clients:
        raise web.HTTPServiceUnavailable(text="too many clients")
    grant = caller_of(request).grant
    mine = sum(other.grant.share == grant.share for other in worker.sessions)
    if grant.limited and mine >= _CLIENTS_OF_A_LINK:
        raise web.HTTPTooManyRequests(text="too many clients by this link")
    limit = worker.config.settings.max_frame_bytes
    socket = web.WebSocketResponse(
        protocols=(SUBPROTOCOL,),
        max_msg_size=min(limit, _LIMITED_FRAME_BYTES) if grant.limited else limit,
        heartbeat=_HEARTBEAT_S,
        timeout=_CLOSE_S,
        compress=False,  # most clients are on this machine, where it costs more than it saves
        writer_limit=0,
    )
    if not socket.can_prepare(request).ok:
        raise web.HTTPUpgradeRequired(text="this address speaks WebSocket")
    await socket.prepare(request)
    session = Session(worker, v1=socket.ws_protocol == SUBPROTOCOL, grant=grant)
    worker.sessions.add(session)
    assert request.transport is not None
    outgoing = Outgoing(session, socket, request.transport)
    outgoing.plan()
    writer = asyncio.create_task(outgoing.run())
    try:
        async for frame in socket:
            if frame.type is WSMsgType.TEXT or frame.type is WSMsgType.BINARY:
                first = not outgoing.planned
                session.receive(frame.data)
                if first:
                    outgoing.flush()
                if session.outbox.owed_bytes:
                    await outgoing.paid()
    finally:
        worker.sessions.discard(session)
        session.close()
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writer
    return socket
