"""Workers that somebody else runs: where they are, what lets us in, and whether they answer."""

import asyncio
import json
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
from yarl import URL

from funcnodes.errors import TokenRefusedError, UsageError, WorkerUnreachableError
from funcnodes_worker.server.auth import is_loopback

__all__ = ["Remote", "check_url", "greet", "new_session", "probe", "read_token_file"]

_SECURE = {"ws": False, "http": False, "wss": True, "https": True}
_DEADLINE_S = 5.0
_UPGRADE_REQUIRED = 426
_SHOWN_CHARACTERS = 200
_TOKEN_BYTES = 4096
_SUBPROTOCOL = "funcnodes.v1"


class Remote(NamedTuple):
    """A worker elsewhere.

    Attributes:
        uuid: What it is called here.
        url: Its address, `ws://` or `wss://`, ending with a slash.
        token: What lets us in there; goes to this address only.
        token_file: Where the token was read.
    """

    uuid: str
    url: URL
    token: str
    token_file: str

    @property
    def headers(self) -> dict[str, str]:
        """What lets us in."""
        return {"Authorization": f"Bearer {self.token}"}

    def at(self, scheme: str, path: str) -> URL:
        """The address of a path (with a leading slash, encoded) below the worker's; `scheme` is ws or http."""
        secure = "s" if self.url.scheme == "wss" else ""
        prefix = self.url.raw_path.rstrip("/")
        return URL(f"{scheme}{secure}://{self.url.raw_authority}{prefix}{path}", encoded=True)


def check_url(text: str, *, insecure: bool) -> URL:
    """The address of a worker elsewhere, as `ws://` or `wss://` with a slash at the end.

    Args:
        text: `ws`, `wss`, `http` or `https`, a host, and a port and a path where needed.
        insecure: Whether the token may travel to another machine without TLS.

    Raises:
        UsageError: it is no such address, or the token would travel in the clear.
    """
    try:
        url = URL(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is not an address: {error}") from error
    if url.scheme not in _SECURE or not url.host:
        raise UsageError(f"{text!r} is not the address of a worker; it looks like wss://host:port/")
    if url.user is not None or url.password is not None or url.query_string or url.fragment:
        raise UsageError(f"{text!r}: scheme, host, port and path only; the token is given as a file")
    secure = _SECURE[url.scheme]
    if not (secure or insecure or is_loopback(url.host)):
        raise UsageError(
            f"{text!r} is on another machine and not encrypted: whoever sees the token on its way runs Python there "
            "as its owner; use wss://, or say --insecure if something else protects the connection"
        )
    path = url.raw_path.rstrip("/") + "/"
    return URL(f"{'wss' if secure else 'ws'}://{url.raw_authority}{path}", encoded=True)


def read_token_file(file: Path) -> str:
    """The token in a file.

    Raises:
        UsageError: the file cannot be read, or holds none.
    """
    try:
        with file.open("rb") as opened:
            text = opened.read(_TOKEN_BYTES).decode("ascii").strip()
    except OSError as error:
        raise UsageError(f"the token file {str(file)!r} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError:
        text = ""
    if not text.isprintable() or not text or " " in text:
        raise UsageError(f"the token file {str(file)!r} holds no token")
    return text


def new_session() -> aiohttp.ClientSession:
    """A client that follows no redirect, so that a token goes to the address that it was given for and no other."""

    async def stop(
        session: aiohttp.ClientSession, context: Any, params: aiohttp.TraceRequestRedirectParams
    ) -> None:
        to = params.response.headers.get("Location", "")[:_SHOWN_CHARACTERS]
        raise aiohttp.ClientConnectionError(f"it sends us on to {to!r}, where we do not go")

    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(stop)
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10.0),
        connector=aiohttp.TCPConnector(limit=0),
        trace_configs=[trace],
    )


async def probe(session: aiohttp.ClientSession, remote: Remote) -> None:
    """Sees whether a worker answers and lets us in.

    Raises:
        WorkerUnreachableError: it does not answer, or not as a worker does.
        TokenRefusedError: it does not take the token.
    """
    url = str(remote.url)
    try:
        async with (
            asyncio.timeout(_DEADLINE_S),
            session.get(remote.at("http", "/"), headers=remote.headers) as answer,
        ):
            status = answer.status
            text = (await answer.content.read(2000)).decode(errors="replace")
    except TimeoutError:
        raise WorkerUnreachableError(remote.uuid, url, f"no answer within {_DEADLINE_S:.0f} s") from None
    except (aiohttp.ClientError, OSError) as error:
        raise WorkerUnreachableError(remote.uuid, url, _reason(error)) from error
    if status != _UPGRADE_REQUIRED:
        _explain(remote, status, text)


async def greet(session: aiohttp.ClientSession, remote: Remote) -> dict[str, str]:
    """Connects to a worker as an editor does; gives its own name and id.

    Raises:
        WorkerUnreachableError: it does not answer, or not as a worker does.
        TokenRefusedError: it does not take the token.
    """
    await probe(session, remote)
    url = str(remote.url)
    try:
        async with (
            asyncio.timeout(_DEADLINE_S),
            session.ws_connect(
                remote.at("ws", "/"), headers=remote.headers, protocols=[_SUBPROTOCOL]
            ) as socket,
        ):
            frame = await socket.receive()
            hello = json.loads(frame.data)
            worker = hello["worker"]
            return {"uuid": str(worker["uuid"]), "name": str(worker["name"])}
    except TimeoutError:
        raise WorkerUnreachableError(remote.uuid, url, "it says nothing; is it a worker?") from None
    except (ValueError, KeyError, TypeError):
        raise WorkerUnreachableError(remote.uuid, url, "what answers there is not a worker") from None
    except (aiohttp.ClientError, OSError) as error:
        raise WorkerUnreachableError(remote.uuid, url, _reason(error)) from error


def _explain(remote: Remote, status: int, text: str) -> None:
    """Raises what an answer means that is not that of a worker."""
    url = str(remote.url)
    if status == 401:
        raise TokenRefusedError(remote.uuid, url, remote.token_file)
    try:
        said = str(json.loads(text)["error"])[:_SHOWN_CHARACTERS]
    except (ValueError, KeyError, TypeError):
        said = "what answers there is not a worker"
    if status == 403:
        said = f"it is not served under the name {remote.url.host!r}: its allowed_hosts must hold it"
    raise WorkerUnreachableError(remote.uuid, url, f"{said} (status {status})")


def _reason(error: Exception) -> str:
    return str(error)[: 2 * _SHOWN_CHARACTERS] or type(error).__name__
