"""`funcnodes worker ...`: through the manager where one runs, and on the files directly where none does."""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from funcnodes.cli import output
from funcnodes.cli.folder import current
from funcnodes.errors import UsageError, WorkerRunningError
from funcnodes.manager.client import assert_worker_manager_running, connect_manager, find_manager
from funcnodes.manager.messages import NewWorkerOptions
from funcnodes.manager.operations import make_worker
from funcnodes.manager.process import worker_command, worker_environment
from funcnodes.manager.registry import WorkerConfig, WorkerRegistry
from funcnodes.manager.remotes import add_remote, refuse_remote
from funcnodes.manager.state import ManagerState
from funcnodes.manager.supervisor import Supervisor
from funcnodes.provision.venv import provision

__all__ = ["add", "chosen", "delete", "list_workers", "new", "provision_worker", "start", "stop"]


def new(args: argparse.Namespace) -> int:
    """Makes a worker; unless `--create-only` the manager starts it, now or when it starts itself."""
    registry = WorkerRegistry(current())
    reference = registry.find(args.copy).uuid if args.copy else None
    options = NewWorkerOptions(
        name=args.name,
        uuid=args.uuid,
        reference=reference,
        copyLib=reference is not None,
        copyNS=reference is not None,
        in_venv=not args.not_in_venv,
        autostart=args.autostart,
    )
    with output.progress() as progress:
        worker = asyncio.run(make_worker(registry, options, progress))
    output.say(f"Worker {worker.name!r} is made in {registry.data_path(worker)}")
    output.answer(worker.uuid)
    if args.create_only:
        return 0
    if asyncio.run(find_manager(registry.dir)) is not None:
        return _start_in_background(registry, worker)
    ManagerState.read(registry.dir).want(worker.uuid, True)
    output.say(
        f"It starts with 'funcnodes runserver', or now with: funcnodes worker --uuid {worker.uuid} start"
    )
    return 0


def add(args: argparse.Namespace) -> int:
    """Registers a worker that somebody else runs."""
    registry = WorkerRegistry(current())
    if args.uuid:
        raise UsageError("a worker elsewhere gets an id of its own here; --name says what it is called")
    adding = add_remote(
        registry,
        args.url,
        Path(args.token_file),
        name=args.name,
        insecure=args.insecure,
        check=not args.no_check,
    )
    worker = asyncio.run(adding)
    output.say(
        f"Worker {worker.name!r} at {worker.data['url']} is in the editor's list of workers from now on"
    )
    output.answer(worker.uuid)
    return 0


def list_workers(args: argparse.Namespace) -> int:
    """Lists the workers and where each stands."""
    supervisor = Supervisor(WorkerRegistry(current()))
    asyncio.run(supervisor.remotes.look())
    workers = [supervisor.describe(worker) for worker in supervisor.registry]
    if args.json:
        output.json_answer(workers)
    else:
        rows = [
            [worker["name"], worker["uuid"], worker["status"], worker["remote"] or str(worker["port"])]
            for worker in workers
        ]
        output.table(["name", "uuid", "status", "port or address"], rows)
    for damaged in supervisor.registry.damaged():
        output.error(str(damaged))
    return 0


def start(args: argparse.Namespace) -> int:
    """Serves a worker here until ctrl+c, or has the manager run it."""
    registry = WorkerRegistry(current())
    worker = chosen(registry, args)
    refuse_remote(worker, "started")
    if args.port is not None:
        worker = registry.move(worker.uuid, args.port)
    if args.background:
        return _start_in_background(registry, worker)
    if Supervisor(registry).pid(worker.uuid) is not None:
        raise WorkerRunningError(worker.uuid, f"it serves on port {worker.port} already")
    extra = ["--debug"] if args.debug else []
    for option, file in (("--certfile", args.certfile), ("--keyfile", args.keyfile)):
        extra += [option, str(Path(file).absolute())] if file is not None else []
    command = worker_command(registry.python(worker), registry.dir.path, worker.uuid, extra)
    sys.stdout.flush()
    environment = worker_environment(own_packages=bool(worker.data.get("env_path")))
    if hasattr(
        signal, "pthread_sigmask"
    ):  # a Python that starts answers ctrl+c with a traceback; the worker lets it in
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # the worker takes over this process, its terminal and its signals
    os.execve(command[0], command, environment)


def stop(args: argparse.Namespace) -> int:
    """Stops a worker, whoever started it."""
    registry = WorkerRegistry(current())
    worker = chosen(registry, args)
    refuse_remote(worker, "stopped")
    if Supervisor(registry).pid(worker.uuid) is None:
        output.say(f"Worker {worker.name!r} does not run")
        return 0
    asyncio.run(_stop(registry, worker))
    output.say(f"Worker {worker.name!r} is stopped")
    return 0


def delete(args: argparse.Namespace) -> int:
    """Stops a worker and removes it, with its graph and files; one that runs elsewhere is only forgotten."""
    registry = WorkerRegistry(current())
    worker = chosen(registry, args)
    if worker.remote:
        asyncio.run(_delete(registry, worker))
        output.say(f"Worker {worker.name!r} is forgotten here; whoever runs it still does")
        return 0
    if not args.yes and not _confirmed(f"Delete worker {worker.name!r} with its graph and files? [y/N] "):
        raise UsageError("nothing was deleted; say --yes to delete without being asked")
    asyncio.run(_delete(registry, worker))
    output.say(f"Worker {worker.name!r} is deleted")
    return 0


def provision_worker(args: argparse.Namespace) -> int:
    """Makes or updates the environment of a worker."""
    registry = WorkerRegistry(current())
    worker = chosen(registry, args)
    if not worker.data.get("env_path"):
        raise UsageError(f"worker {worker.name!r} has no environment of its own")
    with output.progress() as progress:
        asyncio.run(provision(registry.data_path(worker), registry.requirements(worker), progress=progress))
    return 0


def chosen(registry: WorkerRegistry, args: argparse.Namespace) -> WorkerConfig:
    """The worker that the options name; the only one needs no naming."""
    if args.uuid:
        return registry.get(args.uuid)
    if args.name:
        return registry.find(args.name)
    workers = list(registry)
    if len(workers) == 1:
        return workers[0]
    names = ", ".join(repr(worker.name) for worker in workers) or "none; make one with: funcnodes worker new"
    raise UsageError(f"say which worker with --uuid or --name (there are: {names})")


def _start_in_background(registry: WorkerRegistry, worker: WorkerConfig) -> int:
    with output.progress() as progress:
        described = asyncio.run(_ask_to_start(registry, worker.uuid, progress))
    output.say(f"Worker {described['name']!r} serves on port {described['port']}")
    return 0


async def _ask_to_start(registry: WorkerRegistry, uuid: str, progress: output.ProgressLine) -> dict[str, Any]:
    address = await assert_worker_manager_running(registry.dir)
    async with connect_manager(registry.dir, address) as client:
        answer = await client.ask({"type": "set_active", "workerid": uuid}, progress)
    worker: dict[str, Any] = answer["worker"]
    return worker


async def _stop(registry: WorkerRegistry, worker: WorkerConfig) -> None:
    address = await find_manager(registry.dir)
    if address is None:
        await Supervisor(registry).stop(worker.uuid)
        return
    async with connect_manager(registry.dir, address) as client:
        await client.ask({"type": "stop_worker", "workerid": worker.uuid})


async def _delete(registry: WorkerRegistry, worker: WorkerConfig) -> None:
    address = await find_manager(registry.dir)
    if address is None:
        await Supervisor(registry).delete(worker.uuid)
        return
    async with connect_manager(registry.dir, address) as client:
        await client.ask({"type": "delete_worker", "workerid": worker.uuid})


def _confirmed(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    return output.ask(question).strip().lower() in {"y", "yes"}
