"""Workers that somebody else runs, as the manager sees them: listed and reached, never started or stopped."""

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import aiohttp

from funcnodes.errors import ForeignWorkerError, ProgramError, UsageError
from funcnodes.manager.registry import WorkerConfig, WorkerRegistry
from funcnodes.net.remote import Remote, check_url, greet, new_session, probe, read_token_file

__all__ = ["Remotes", "add_remote", "refuse_remote"]

_LOOK_EVERY_S = 1.0  # at new ones; at those that are known every few looks
_LOOKS_A_ROUND = 5


async def add_remote(
    registry: WorkerRegistry,
    url: str,
    token_file: Path,
    *,
    name: str | None,
    insecure: bool,
    check: bool = True,
) -> WorkerConfig:
    """Registers a worker that somebody else runs, after it let us in.

    Args:
        registry: The workers.
        url: Its address.
        token_file: The file that holds its token; read anew whenever it is needed.
        name: What it is called here; as it calls itself by default.
        insecure: Whether the token may travel to another machine without TLS.
        check: Whether it has to answer now.

    Raises:
        UsageError: the address or the file is wrong.
        WorkerUnreachableError: it does not answer.
        TokenRefusedError: it does not take the token.
    """
    address = check_url(url, insecure=insecure)
    file = token_file.expanduser().absolute()
    remote = Remote("", address, read_token_file(file), str(file))
    for other in registry:
        if other.remote and other.data.get("url") == str(address):
            raise UsageError(f"{str(address)!r} is registered already, as {other.name!r}")
    told = address.host or "remote"
    if check:
        async with new_session() as session:
            told = (await greet(session, remote))["name"]
    return registry.create_remote(address, file, name=name or told, insecure=insecure)


def refuse_remote(worker: WorkerConfig, what: str) -> None:
    """Refuses what only they may do who run the worker.

    Raises:
        ForeignWorkerError: it is a worker elsewhere.
    """
    if worker.remote:
        raise ForeignWorkerError(worker.uuid, f"somebody else runs it, at {worker.data.get('url')}", what)


class Remotes:
    """Keeps an eye on the workers of a registry that run elsewhere.

    Args:
        registry: The workers.
        on_change: Called when one begins or ceases to answer.
    """

    def __init__(self, registry: WorkerRegistry, on_change: Callable[[], None]) -> None:
        self._registry = registry
        self._on_change = on_change
        self._troubles: dict[str, str | None] = {}

    def trouble(self, uuid: str) -> str | None:
        """Why a worker cannot be used; None when it answers."""
        return self._troubles.get(uuid, "not asked yet")

    async def reach(self, worker: WorkerConfig) -> None:
        """Sees whether a worker answers now.

        Raises:
            WorkerConfigError: its file, or that of its token, cannot be used.
            WorkerUnreachableError: it does not answer.
            TokenRefusedError: it does not take the token.
        """
        async with new_session() as session:
            await self._ask(session, worker)

    async def look(self) -> None:
        """Asks all of them once."""
        async with new_session() as session:
            await self._look(session)

    async def watch(self) -> None:
        """Asks all of them again and again: nobody tells when a machine elsewhere comes or goes."""
        async with new_session() as session:
            for turn in itertools.count():
                await self._look(session, new_only=turn % _LOOKS_A_ROUND != 0)
                await asyncio.sleep(_LOOK_EVERY_S)

    async def _look(self, session: aiohttp.ClientSession, *, new_only: bool = False) -> None:
        remotes = [
            worker
            for worker in self._registry
            if worker.remote and not (new_only and worker.uuid in self._troubles)
        ]
        await asyncio.gather(*(self._ask_quietly(session, worker) for worker in remotes))

    async def _ask_quietly(self, session: aiohttp.ClientSession, worker: WorkerConfig) -> None:
        try:
            await self._ask(session, worker)
        except ProgramError:
            return  # it is noted

    async def _ask(self, session: aiohttp.ClientSession, worker: WorkerConfig) -> None:
        try:
            await probe(session, worker.target())
        except ProgramError as error:
            self._note(worker.uuid, str(getattr(error, "reason", error)))
            raise
        self._note(worker.uuid, None)

    def _note(self, uuid: str, trouble: str | None) -> None:
        before = self._troubles.get(uuid, "")
        self._troubles[uuid] = trouble
        if before != trouble:
            self._on_change()
