"""Starting, watching and stopping the workers of one configuration folder."""

import asyncio
import contextlib
import logging
import signal
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from funcnodes.errors import ForeignWorkerError, ProgramError, WorkerStartError
from funcnodes.manager.process import (
    OutputTail,
    is_embedded,
    live_pid,
    signal_stop,
    spawn,
    wait_gone,
    worker_command,
    worker_environment,
)
from funcnodes.manager.registry import WorkerConfig, WorkerRegistry
from funcnodes.manager.remotes import Remotes, refuse_remote
from funcnodes.manager.runstate import read_runstate
from funcnodes.manager.state import ManagerState

__all__ = ["Supervisor", "WorkerStatus"]

_LOG = logging.getLogger("funcnodes.manager")
_READY_DEADLINE_S = 120.0
_READY_CHECK_S = 0.03
_STOP_DEADLINE_S = 10.0
_LOOK_EVERY_S = 1.0
_PORT_TAKEN = "PortTakenError"


class WorkerStatus(StrEnum):
    """Where a worker's process stands; one that somebody else runs elsewhere is running or unreachable."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    CRASHED = "crashed"
    UNREACHABLE = "unreachable"


@dataclass
class _Own:
    """A process that this manager started and its watcher."""

    process: asyncio.subprocess.Process
    status: WorkerStatus = WorkerStatus.STARTING
    watcher: asyncio.Task[None] | None = None


class Supervisor:
    """Keeps the processes of a registry's workers.

    Processes that were started elsewhere (`funcnodes worker start`, a manager that was killed) are seen by their
    pid files, listed as running and can be stopped; only those of ours, or of the manager before us, end with us.

    Args:
        registry: The workers.
        on_change: Called after anything that `status` tells has changed.
    """

    def __init__(self, registry: WorkerRegistry, on_change: Callable[[], None] = lambda: None) -> None:
        self.registry = registry
        self._on_change = on_change
        self.remotes = Remotes(registry, self._changed)
        self._state = ManagerState.read(registry.dir)
        self._own: dict[str, _Own] = {}
        self._crashes: dict[str, str] = {}
        self._adopted: set[str] = set()
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._last_seen: Any = None

    @property
    def state(self) -> ManagerState:
        """What is kept between two managers."""
        return self._state

    def open(self) -> None:
        """Takes over what still runs, starts what should run, and begins to watch; returns at once."""
        for worker in self.registry:
            if not worker.remote and (worker.uuid in self._state.wanted or worker.autostart):
                if self.pid(worker.uuid) is not None:
                    if not is_embedded(self.registry.dir.pid_file(worker.uuid)):
                        self._adopted.add(worker.uuid)
                else:
                    self._run(self._start_quietly(worker.uuid))
        self._last_seen = self._snapshot()
        self._run(self._look_around())
        self._run(self.remotes.watch())

    async def close(self) -> None:
        """Stops every worker that ends with this manager; they are started again by the next one."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        uuids = [*self._own, *self._adopted]
        await asyncio.gather(*(self._end(uuid) for uuid in uuids), return_exceptions=True)

    def pid(self, uuid: str) -> int | None:
        """The process of a worker, whoever started it."""
        own = self._own.get(uuid)
        if own is not None and own.process.returncode is None:
            return own.process.pid
        return live_pid(self.registry.dir.pid_file(uuid))

    def status(self, worker: WorkerConfig) -> tuple[WorkerStatus, str]:
        """Where a worker stands, and a line of detail."""
        if worker.remote:
            trouble = self.remotes.trouble(worker.uuid)
            return (WorkerStatus.RUNNING, "") if trouble is None else (WorkerStatus.UNREACHABLE, trouble)
        uuid = worker.uuid
        own = self._own.get(uuid)
        said, detail = read_runstate(self.registry.dir.runstate_file(uuid))
        if own is not None and own.process.returncode is None:
            return own.status, detail if own.status is WorkerStatus.STARTING else ""
        if self.pid(uuid) is not None:
            return WorkerStatus.STARTING if said == "starting" else WorkerStatus.RUNNING, ""
        if uuid in self._crashes:
            return WorkerStatus.CRASHED, self._crashes[uuid]
        if said in {"starting", "running", "stopping", "crashed"}:  # it had no time to say goodbye
            return WorkerStatus.CRASHED, detail
        return WorkerStatus.STOPPED, ""

    def describe(self, worker: WorkerConfig) -> dict[str, Any]:
        """A worker as the manager's clients see it."""
        status, detail = self.status(worker)
        return {
            "uuid": worker.uuid,
            "name": worker.name,
            "host": worker.host,
            "port": worker.port,
            "ssl": worker.ssl,
            "status": str(status),
            "detail": detail,
            "in_venv": bool(worker.data.get("env_path")),
            "autostart": worker.autostart,
            "remote": str(worker.data.get("url")) if worker.remote else None,
        }

    async def start(self, uuid: str) -> WorkerConfig:
        """Starts a worker and waits until it serves; one that runs is left alone, one elsewhere only asked.

        Raises:
            UnknownWorkerError: there is no such worker.
            WorkerStartError: its process ended, or did not serve in time; the end of its output says why.
            WorkerUnreachableError, TokenRefusedError: the one elsewhere does not answer, or not us.
        """
        worker = self.registry.get(uuid)
        if worker.remote:
            await self.remotes.reach(worker)
            return worker
        async with self._locks[uuid]:
            if self.pid(uuid) is None:
                await self._start(uuid)
            self._state.want(uuid, True)
        return self.registry.get(uuid)

    async def stop(self, uuid: str) -> None:
        """Stops a worker: asked first, ended after ten seconds; it is not started again with the manager.

        Raises:
            ForeignWorkerError: it is part of another program, or runs elsewhere.
        """
        self._refuse_foreign(uuid, "stopped")
        async with self._locks[uuid]:
            self._state.want(uuid, False)
            await self._end(uuid)
        self._changed()

    async def restart(self, uuid: str) -> WorkerConfig:
        """Stops a worker and starts it again."""
        self._refuse_foreign(uuid, "restarted")
        async with self._locks[uuid]:
            await self._end(uuid)
            await self._start(uuid)
            self._state.want(uuid, True)
        return self.registry.get(uuid)

    async def delete(self, uuid: str) -> None:
        """Stops a worker and removes its files; one that runs elsewhere is only forgotten."""
        if not self.registry.get(uuid).remote:
            await self.stop(uuid)
        async with self._locks[uuid]:
            await asyncio.to_thread(self.registry.delete, uuid)
            self._crashes.pop(uuid, None)
        self._changed()

    def look(self) -> None:
        """Tells of changes that were made to workers' files just now."""
        self._changed()

    def _refuse_foreign(self, uuid: str, what: str) -> None:
        refuse_remote(self.registry.get(uuid), what)
        if is_embedded(self.registry.dir.pid_file(uuid)):
            raise ForeignWorkerError(uuid, "it is part of another program, which would end with it", what)

    async def _start(self, uuid: str) -> None:
        """Starts a process; where somebody else has the worker's port, the worker takes another one for good."""
        try:
            await self._start_once(uuid)
        except WorkerStartError as error:
            if not error.reason.startswith(_PORT_TAKEN):
                raise
            port = self.registry.get(uuid).port
            self.registry.move(uuid, None)
            await self._start_once(uuid)
            now = self.registry.get(uuid).port
            _LOG.warning("port %s of worker %s is taken; it listens on %s from now on", port, uuid, now)

    async def _start_once(self, uuid: str) -> None:
        worker = self.registry.get(uuid)
        directory = self.registry.dir
        output = OutputTail(directory.logs / f"worker_{uuid}.out")
        command = worker_command(self.registry.python(worker), directory.path, uuid)
        self._crashes.pop(uuid, None)
        directory.runstate_file(uuid).unlink(missing_ok=True)  # what an earlier process said is no answer
        environment = worker_environment(own_packages=bool(worker.data.get("env_path")))
        try:
            with output.open() as file:
                process = await spawn(command, file, environment)
        except OSError as error:
            raise WorkerStartError(
                uuid, f"{command[0]!r} cannot be run: {error.strerror or error}"
            ) from error
        own = self._own[uuid] = _Own(process)
        self._changed()
        try:
            await self._until_ready(uuid, process, output)
        except BaseException as error:
            await _end_process(process)
            self._own.pop(uuid, None)
            self._crashes[uuid] = str(error)
            self._changed()
            raise
        own.status = WorkerStatus.RUNNING
        own.watcher = self._run(self._watch(uuid, own, output))
        self._changed()

    async def _until_ready(self, uuid: str, process: asyncio.subprocess.Process, output: OutputTail) -> None:
        """Waits for the worker's own word that it serves; a file is all that two programs share here."""
        directory = self.registry.dir
        ended = asyncio.ensure_future(process.wait())
        try:
            async with asyncio.timeout(_READY_DEADLINE_S):
                while not ended.done():
                    said, _ = read_runstate(directory.runstate_file(uuid))
                    if said == "running" and live_pid(directory.pid_file(uuid)) == process.pid:
                        return
                    await asyncio.wait({ended}, timeout=_READY_CHECK_S)
        except TimeoutError:
            raise WorkerStartError(uuid, f"it does not serve after {_READY_DEADLINE_S:.0f} s") from None
        finally:
            ended.cancel()
        said, detail = read_runstate(directory.runstate_file(uuid))
        reason = detail if said == "crashed" and detail else output.read()
        raise WorkerStartError(uuid, reason or f"its process ended with status {process.returncode}")

    async def _watch(self, uuid: str, own: _Own, output: OutputTail) -> None:
        status = await own.process.wait()
        if own.status is not WorkerStatus.STOPPING and status != 0:
            self._crashes[uuid] = _cause(status, output)
            _LOG.warning("worker %s crashed: %s", uuid, self._crashes[uuid])
        self._changed()

    async def _end(self, uuid: str) -> None:
        own = self._own.get(uuid)
        if own is not None and own.process.returncode is None:
            own.status = WorkerStatus.STOPPING
            self._changed()
            await _end_process(own.process)
        elif (pid := live_pid(self.registry.dir.pid_file(uuid))) is not None:
            signal_stop(pid)
            if not await wait_gone(pid, _STOP_DEADLINE_S):
                signal_stop(pid, hard=True)
                await wait_gone(pid, _STOP_DEADLINE_S)
        self._own.pop(uuid, None)
        self._adopted.discard(uuid)
        self._crashes.pop(uuid, None)

    async def _start_quietly(self, uuid: str) -> None:
        """Starts a worker of the last time; that it does not start is its state, not the manager's end."""
        try:
            await self.start(uuid)
        except ProgramError as error:
            self._crashes[uuid] = str(error)
            _LOG.warning("%s", error)
            self._changed()

    async def _look_around(self) -> None:
        """Notices workers that are made, started or stopped without us: other programs tell by files only."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if self._snapshot() != self._last_seen:
                self._changed()

    def _snapshot(self) -> list[dict[str, Any]]:
        return [self.describe(worker) for worker in self.registry]

    def _changed(self) -> None:
        self._last_seen = self._snapshot()
        self._on_change()

    def _run(self, coroutine: Any) -> asyncio.Task[Any]:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _cause(status: int, output: OutputTail) -> str:
    """Why a process ended that nobody asked to."""
    if status < 0:
        return f"ended by {signal.Signals(-status).name}"
    lines = output.read().splitlines()
    return f"ended with status {status}" + (f": {lines[-1]}" if lines else "")


async def _end_process(process: asyncio.subprocess.Process) -> None:
    """Asks a child to end, and ends it when it does not."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_STOP_DEADLINE_S):
            await process.wait()
    except (
        TimeoutError,
        asyncio.CancelledError,
    ) as error:  # the second ctrl+c: whoever asked has no patience
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if isinstance(error, asyncio.CancelledError):
            raise
        await process.wait()
