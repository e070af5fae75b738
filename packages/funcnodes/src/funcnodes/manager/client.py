"""Talking to the workermanager of a configuration folder, and starting one where none runs."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from funcnodes.errors import ManagerError
from funcnodes.manager.state import manager_address
from funcnodes.net.address import Address
from funcnodes_core.config import get_config_dir
from funcnodes_worker.errors import ConfigError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.server.auth import read_token

__all__ = ["ManagerClient", "assert_worker_manager_running", "connect_manager", "find_manager"]

_ANSWER_DEADLINE_S = 5.0
_START_DEADLINE_S = 30.0
_LOOK_EVERY_S = 0.05
# what ends a request: an answer to this client that carries its id
_ANSWERS = frozenset(
    {
        "error",
        "set_worker",
        "worker_config_updated",
        "worker_created",
        "worker_deleted",
        "worker_renamed",
        "worker_status",
        "worker_stopped",
    }
)


class ManagerClient:
    """A connection to a running manager."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._last_id = 0

    async def ask(
        self, message: dict[str, Any], progress: Callable[[str, float], None] | None = None
    ) -> dict[str, Any]:
        """Sends a request and waits for its answer, however long the work takes.

        Raises:
            ManagerError: the manager refused, or went away.
        """
        self._last_id += 1
        await self._socket.send_str(json.dumps({**message, "id": self._last_id}))
        async for frame in self._socket:
            if frame.type is not aiohttp.WSMsgType.TEXT or not frame.data.startswith("{"):
                continue
            answer: dict[str, Any] = json.loads(frame.data)
            if answer.get("type") == "progress" and progress is not None:
                progress(str(answer.get("text", "")), float(answer.get("progress") or 0.0))
            elif answer.get("id") == self._last_id and answer.get("type") in _ANSWERS:
                if answer["type"] == "error":
                    raise ManagerError(str(answer["error"]).partition(": ")[2] or answer["error"])
                return answer
        raise ManagerError("the workermanager went away before it answered")

    async def identify(self) -> dict[str, Any]:
        """Who answers."""
        await self._socket.send_str("identify")
        async with asyncio.timeout(_ANSWER_DEADLINE_S):
            async for frame in self._socket:
                if frame.type is aiohttp.WSMsgType.TEXT and '"class"' in frame.data:
                    answer: dict[str, Any] = json.loads(frame.data)
                    return answer
        raise ManagerError("what answers at the workermanager's address does not say who it is")

    async def stop_manager(self) -> None:
        """Asks the manager to end, and waits until it closes the connection."""
        await self._socket.send_str("stop")
        async for _ in self._socket:
            pass


async def find_manager(config_dir: ConfigDir) -> Address | None:
    """The address of the manager of this configuration folder, asked whether it is one; None where none runs."""
    address = manager_address(config_dir)
    if address is None:
        return None
    try:
        async with connect_manager(config_dir, address) as client:
            await client.identify()
    except (ManagerError, TimeoutError):
        return None
    return address


@asynccontextmanager
async def connect_manager(
    config_dir: ConfigDir, address: Address | None = None
) -> AsyncIterator[ManagerClient]:
    """Connects to a manager.

    Raises:
        ManagerError: none runs, or it does not let us in.
    """
    where = address or manager_address(config_dir)
    if where is None:
        raise ManagerError(f"no workermanager runs for {str(config_dir.path)!r}")
    url = where.url("ws")
    headers = {"Authorization": f"Bearer {read_token(config_dir) or ''}"}
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_ANSWER_DEADLINE_S)
    async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
        try:
            socket = await session.ws_connect(url, ssl=where.verified_by)
        except (aiohttp.ClientError, OSError, TimeoutError, ConfigError) as error:
            raise ManagerError(f"no workermanager answers at {url}: {error}") from error
        async with socket:
            yield ManagerClient(socket)


async def assert_worker_manager_running(
    config_dir: ConfigDir | None = None, *, host: str | None = None, port: int | None = None
) -> Address:
    """Starts a manager in a process of its own unless one runs, and gives the address.

    Args:
        config_dir: The configuration folder; the one in force by default.
        host: Where a new one listens.
        port: Its port.

    Raises:
        ManagerError: it did not start.
    """
    directory = config_dir or ConfigDir(get_config_dir())
    if (address := await find_manager(directory)) is not None:
        return address
    command = [sys.executable, "-m", "funcnodes", "--dir", str(directory.path), "startworkermanager"]
    command += ["--host", host] if host else []
    command += ["--port", str(port)] if port is not None else []
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # it outlives us; as long as we live, somebody has to take note of its end
    threading.Thread(target=process.wait, daemon=True).start()
    try:
        async with asyncio.timeout(_START_DEADLINE_S):
            while process.returncode is None:
                if (address := await find_manager(directory)) is not None:
                    return address
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        process.terminate()
    raise ManagerError("the workermanager did not start; 'funcnodes startworkermanager' shows why")
