"""`GET /plugin/{module}/{name}`: the scripts and styles that node modules name, and no other file."""

from __future__ import annotations

import asyncio
from contextlib import closing

from aiohttp import web

from funcnodes_worker.pluginfiles import find_plugin_file
from funcnodes_worker.server.responses import Content, FileBody, guess_type, send

__all__ = ["send_plugin"]


async def send_plugin(request: web.Request) -> web.StreamResponse:
    """A file of a module, looked up by its name among those that the module lists."""
    path = find_plugin_file(request.match_info["module"], request.match_info["name"])
    if path is None:
        raise web.HTTPNotFound(text="no module lists this file")
    try:
        body = await asyncio.to_thread(FileBody, path)
    except OSError as error:
        raise web.HTTPNotFound(text=f"the file cannot be read: {error.strerror}") from None
    with closing(body):
        content = Content(
            body=body,
            mime=guess_type(path.name),
            filename=path.name,
            etag=body.etag,
            modified_s=body.modified_s,
        )
        return await send(request, content)
