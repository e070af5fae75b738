"""The limit that the worker's figures stand beside: the same server library, which only sends back what it gets."""

from __future__ import annotations

import asyncio
import sys
import threading

from aiohttp import WSMsgType, web

BODY = bytes(10 * 1024 * 1024)
OTHER = asyncio.new_event_loop()


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


async def echo_by_way_of_a_second_loop(request: web.Request) -> web.WebSocketResponse:
    """Every text frame comes back after it went to another thread's loop, as a worker's commands must."""
    here = asyncio.get_running_loop()
    socket = web.WebSocketResponse(max_msg_size=2**26, compress=False)
    await socket.prepare(request)
    async for frame in socket:
        back = here.create_future()
        OTHER.call_soon_threadsafe(here.call_soon_threadsafe, back.set_result, frame.data)
        await socket.send_str(await back)
    return socket


async def body(request: web.Request) -> web.Response:
    """10 MB."""
    return web.Response(body=BODY)


def main() -> None:
    app = web.Application()
    app.router.add_get("/", echo)
    app.router.add_get("/other", echo_by_way_of_a_second_loop)
    app.router.add_get("/body", body)
    threading.Thread(target=OTHER.run_forever, daemon=True).start()
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
