"""A tiny worker process, for tests of what stands around workers: it echoes, and leaves the files of a real one.

The environment variable FAKE_WORKER may hold `crash` (end at once with a message), `deaf` (ignore SIGTERM) or
`slow` (take half a second to start).
"""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from aiohttp import WSMsgType, web

from funcnodes.net.listen import open_sockets, start_site
from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.instance import Instance
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.server.auth import Door, load_or_make_token


async def echo(request: web.Request) -> web.StreamResponse:
    socket = web.WebSocketResponse(protocols=("funcnodes.v1",), max_msg_size=0)
    await socket.prepare(request)
    async for frame in socket:
        if frame.data == "close":
            await socket.close(code=1009)
        elif frame.data == "who":
            await socket.send_json({"cookie": "Cookie" in request.headers, "protocol": socket.ws_protocol})
        elif frame.type is WSMsgType.TEXT:
            await socket.send_str(frame.data)
        else:
            await socket.send_bytes(frame.data)
    return socket


async def upload(request: web.Request) -> web.Response:
    size = 0
    async for chunk in request.content.iter_chunked(65536):
        size += len(chunk)
    return web.json_response({"size": size, "type": request.content_type})


async def file(request: web.Request) -> web.Response:
    return web.Response(text=request.raw_path, headers={"Content-Security-Policy": "sandbox", "ETag": '"x"'})


async def healthz(request: web.Request) -> web.Response:
    return web.Response()


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-m", dest="module")
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--uuid")
    options = parser.parse_args()
    mode = os.environ.get("FAKE_WORKER", "")
    if mode == "crash":
        sys.exit("this worker cannot start: no luck today")
    directory = ConfigDir(options.dir)
    config = WorkerConfig.load(directory, options.uuid)
    instance = Instance(directory, options.uuid)
    instance.acquire()
    instance.set_state("starting")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, (lambda: None) if mode == "deaf" else stop.set)
    if mode == "slow":
        await asyncio.sleep(0.5)
    app = web.Application(
        middlewares=[Door(load_or_make_token(directory)).middleware], client_max_size=1 << 30
    )
    app.router.add_get("/", echo)
    app.router.add_get("/healthz", healthz)
    app.router.add_post("/upload/", upload)
    app.router.add_get("/files/{path:.+}", file)
    sockets = open_sockets("localhost", config.settings.port or 0)
    config.update(port=sockets[0].getsockname()[1])
    runner = await start_site(app, sockets)
    instance.set_state("running")
    await stop.wait()
    instance.set_state("stopping")
    await runner.cleanup()
    instance.set_state("stopped")
    instance.release()


asyncio.run(main())
