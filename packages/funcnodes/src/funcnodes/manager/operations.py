"""What the manager does on request: make, start, stop, rename, change and remove workers."""

from collections.abc import Callable
from typing import Any

from funcnodes.errors import WorkerError
from funcnodes.manager.messages import (
    DeleteWorker,
    NewWorker,
    NewWorkerOptions,
    RenameWorker,
    Request,
    RestartWorker,
    SetActive,
    StopWorker,
    UpdateWorkerConfig,
)
from funcnodes.manager.registry import WorkerConfig, WorkerRegistry
from funcnodes.manager.remotes import refuse_remote
from funcnodes.manager.supervisor import Supervisor
from funcnodes.provision.venv import Progress, provision

__all__ = ["Operations", "make_worker"]

Tell = Callable[[dict[str, Any]], None]


async def make_worker(
    registry: WorkerRegistry, options: NewWorkerOptions, progress: Progress | None = None
) -> WorkerConfig:
    """Makes a worker, with its environment and copies as asked; on failure nothing new is left.

    Raises:
        WorkerExistsError: the id is taken.
        UnknownWorkerError: the worker to copy from does not exist.
        ProvisionError: its environment could not be made.
    """
    source = registry.get(options.reference) if options.reference else None
    if source is not None:
        refuse_remote(source, "copied")
    existed = registry.has_data(options.uuid)
    packages = source.data.get("package_dependencies") if source and options.copyLib else None
    worker = registry.create(
        uuid=options.uuid,
        name=options.name,
        in_venv=options.in_venv,
        autostart=options.autostart,
        packages=packages if isinstance(packages, dict) else None,
    )
    try:
        if source and options.copyNS:
            registry.copy_graph(source, worker)
        if options.in_venv:
            await provision(registry.data_path(worker), registry.requirements(worker), progress=progress)
    except BaseException:
        registry.delete(worker.uuid, keep_data=existed)
        raise
    return worker


class Operations:
    """Follows requests that change something.

    Args:
        registry: The workers.
        supervisor: Their processes.
        tell_all: Sends a message to every client.
    """

    def __init__(self, registry: WorkerRegistry, supervisor: Supervisor, tell_all: Tell) -> None:
        self._registry = registry
        self._supervisor = supervisor
        self._tell_all = tell_all

    async def do(self, request: Request, reply: Tell, announce: Tell) -> None:
        """Does what a request asks for.

        Args:
            request: What to do.
            reply: Reaches the client that asked.
            announce: Reaches every client; the one that asked takes it for its answer.
        """
        match request:
            case NewWorker(kwargs=options):
                await self._new(options, reply, announce)
            case SetActive(workerid=uuid):
                remote = self._registry.get(uuid).remote
                self._progress(uuid)("Asking the worker" if remote else "Starting the worker", 0.1)
                await self._supervisor.start(uuid)
                reply(self._set_worker(uuid))
            case RestartWorker(workerid=uuid):
                self._progress(uuid)("Restarting the worker", 0.1)
                await self._supervisor.restart(uuid)
                reply(self._set_worker(uuid))
            case StopWorker(workerid=uuid):
                await self._supervisor.stop(uuid)
                reply({"type": "worker_stopped", "workerid": uuid})
            case RenameWorker(workerid=uuid, name=name):
                worker = self._registry.rename(uuid, name)
                reply({"type": "worker_renamed", "workerid": uuid, "name": worker.name})
                self._supervisor.look()
            case UpdateWorkerConfig(workerid=uuid, config=changes):
                self._registry.update(uuid, changes)
                reply({"type": "worker_config_updated", "workerid": uuid, "config": changes})
                self._supervisor.look()
            case DeleteWorker(workerid=uuid):
                await self._supervisor.delete(uuid)
                announce({"type": "worker_deleted", "workerid": uuid})
            case _:
                raise WorkerError("", f"{type(request).__name__} is not an operation on workers")

    async def _new(self, options: NewWorkerOptions, reply: Tell, announce: Tell) -> None:
        def progress(text: str, done: float) -> None:
            message = {"type": "progress", "workerid": options.uuid, "text": text, "progress": done}
            reply(message)

        worker = await make_worker(self._registry, options, progress)
        created = {
            "uuid": worker.uuid,
            "name": worker.name,
            "data_path": str(self._registry.data_path(worker)),
        }
        self._supervisor.look()
        announce({"type": "worker_created", "worker": created})

    def _progress(self, uuid: str) -> Progress:
        def tell(text: str, done: float) -> None:
            self._tell_all({"type": "progress", "workerid": uuid, "text": text, "progress": done})

        return tell

    def _set_worker(self, uuid: str) -> dict[str, Any]:
        return {"type": "set_worker", "worker": self._supervisor.describe(self._registry.get(uuid))}
