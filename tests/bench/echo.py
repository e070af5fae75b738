"""The limit that the worker's figures stand beside: the same server library, which only sends back what it gets."""

from __future__ import annotations

import sys

from aiohttp import WSMsgType, web

BODY = bytes(10 * 1024 * 1024)


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Every text frame comes back."""
    socket = web.WebSocketResponse(max_msg_size=2**26, compress=False)
    await socket.prepare(request)
    async for frame in socket:
        if frame.type is WSMsgType.TEXT:
            await socket.send_str(frame.data)
        else:
            await socket.send_bytes(frame.data)
    return socket


async def body(request: web.Request) -> web.Response:
    """10 MB."""
    return web.Response(body=BODY)


def main() -> None:
    app = web.Application()
    app.router.add_get("/", echo)
    app.router.add_get("/body", body)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
