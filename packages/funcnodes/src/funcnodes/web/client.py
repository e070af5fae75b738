"""Talking to a web server that runs already."""

import ssl

import aiohttp

from funcnodes.net.address import url_host
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.server.auth import read_token

__all__ = ["running_editor"]

_DEADLINE_S = 2.0


async def running_editor(
    config_dir: ConfigDir, host: str, port: int, tls: ssl.SSLContext | None
) -> str | None:
    """A launch address of the web server of this configuration folder, if that is what listens there."""
    token = read_token(config_dir)
    if token is None or tls is not None:
        return None
    url = f"http://{url_host(host)}:{port}/"
    timeout = aiohttp.ClientTimeout(total=_DEADLINE_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, headers={"Authorization": f"Bearer {token}"}) as session,
            session.post(f"{url}launch") as answer,
        ):
            answer.raise_for_status()
            return f"{url}?code={(await answer.json())['code']}"
    except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError):
        return None
