"""The workers of one configuration folder, as their files on disk say."""

import shutil
import sys
import uuid as uuids
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yarl import URL

from funcnodes.errors import (
    UnknownWorkerError,
    UsageError,
    WorkerConfigError,
    WorkerExistsError,
    WorkerStoppedError,
)
from funcnodes.manager.process import live_pid
from funcnodes.net.address import Address
from funcnodes.net.remote import Remote, check_url, read_token_file
from funcnodes.provision.venv import environment_python
from funcnodes_core.files import read_json, write_json
from funcnodes_worker.errors import ConfigError
from funcnodes_worker.paths import ConfigDir, check_name, check_uuid

__all__ = ["WorkerConfig", "WorkerRegistry"]

# What another client of ours may change in a worker's file: nothing that names a path or a program.
_EDITABLE = frozenset({"autostart", "update_on_startup", "required_heartbeat"})
_REMOTE = "remote"
_GRAPH_FILES = ("nodespace.json", "nodespace.journal")
_GRAPH_FOLDERS = ("values", "files", "snapshots")


@dataclass(frozen=True)
class WorkerConfig:
    """One worker's file: the keys that the manager reads, and everything else untouched.

    Attributes:
        uuid: Its id, the part of the file's name.
        name: What people call it.
        host: Where it listens.
        port: Its own port; 0 until it got one.
        ssl: Whether it speaks TLS.
        data: The whole file, unknown keys included.
    """

    uuid: str
    name: str
    host: str
    port: int
    ssl: bool
    data: Mapping[str, Any]

    @property
    def autostart(self) -> bool:
        """Whether it starts with the manager even if it did not run when the manager stopped."""
        return bool(self.data.get("autostart", False))

    @property
    def remote(self) -> bool:
        """Whether somebody else runs it, elsewhere."""
        return self.data.get("workertype") == _REMOTE

    def target(self) -> Remote:
        """Where a worker elsewhere is, and its token as the file says now.

        Raises:
            WorkerConfigError: its address or its token file cannot be used.
        """
        try:
            url = check_url(str(self.data.get("url", "")), insecure=self.data.get("insecure") is True)
            file = Path(str(self.data.get("token_file", "")))
            return Remote(self.uuid, url, read_token_file(file), str(file))
        except UsageError as error:
            raise WorkerConfigError(self.uuid, str(error)) from error


class WorkerRegistry:
    """Reads, makes, changes and removes workers' files; ids are looked up, never joined into a path unchecked."""

    def __init__(self, config_dir: ConfigDir) -> None:
        self.dir = config_dir

    def __iter__(self) -> Iterator[WorkerConfig]:
        """Every worker whose file can be read, in the order of their ids."""
        for uuid in self.dir.worker_uuids():
            try:
                yield self._read(uuid)
            except WorkerConfigError:
                continue  # `damaged` names it; one bad file hides no other worker

    def damaged(self) -> list[WorkerConfigError]:
        """One error for each worker file that cannot be read."""
        errors = []
        for uuid in self.dir.worker_uuids():
            try:
                self._read(uuid)
            except WorkerConfigError as error:
                errors.append(error)
        return errors

    def get(self, uuid: str) -> WorkerConfig:
        """The worker of this id.

        Raises:
            UnknownWorkerError: there is none.
            WorkerConfigError: its file is damaged.
        """
        if uuid not in set(self.dir.worker_uuids()):
            raise UnknownWorkerError(uuid, [worker.uuid for worker in self])
        return self._read(uuid)

    def find(self, uuid_or_name: str) -> WorkerConfig:
        """The worker of this id, or else the only one of this name."""
        if uuid_or_name in set(self.dir.worker_uuids()):
            return self._read(uuid_or_name)
        named = [worker for worker in self if worker.name == uuid_or_name]
        if len(named) == 1:
            return named[0]
        if named:
            ids = ", ".join(worker.uuid for worker in named)
            raise UsageError(f"{len(named)} workers are named {uuid_or_name!r}; say which by --uuid: {ids}")
        raise UnknownWorkerError(uuid_or_name, sorted({worker.name for worker in self}))

    def create(
        self,
        *,
        uuid: str | None = None,
        name: str | None = None,
        in_venv: bool = True,
        autostart: bool = False,
        host: str = "localhost",
        packages: Mapping[str, Any] | None = None,
    ) -> WorkerConfig:
        """Writes the file of a new worker and makes its data folder.

        Raises:
            WorkerExistsError: the id is taken.
            UsageError: the id cannot stand in a file name, or the name is empty.
        """
        chosen = self._new_uuid(uuid)
        label = _checked(name if name is not None else chosen)
        data: dict[str, Any] = {
            "uuid": chosen,
            "name": label,
            "host": host,
            "port": None,  # the worker takes a free one at its first start and keeps it
            "ssl": False,
            "data_path": f"worker_{chosen}",
            "env_path": f"worker_{chosen}/.venv" if in_venv else None,
            "python_path": None,  # the environment's, or else the interpreter that starts it
            "package_dependencies": dict(packages or {}),
            "worker_dependencies": {},
            "update_on_startup": {},
            "required_heartbeat": None,
            "autostart": autostart,
            "workertype": "WSWorker",
        }
        self.dir.create()
        self.dir.data_path(data).mkdir(mode=0o700, parents=True, exist_ok=True)
        write_json(self.dir.worker_json(chosen), data)
        return self.get(chosen)

    def create_remote(self, url: URL, token_file: Path, *, name: str, insecure: bool) -> WorkerConfig:
        """Writes the file of a worker that somebody else runs."""
        chosen = self._new_uuid(None)
        data: dict[str, Any] = {"uuid": chosen, "name": _checked(name), "workertype": _REMOTE}
        data |= {"url": str(url), "token_file": str(token_file), "insecure": insecure}
        self.dir.create()
        write_json(self.dir.worker_json(chosen), data)
        return self.get(chosen)

    def rename(self, uuid: str, name: str) -> WorkerConfig:
        """Gives the worker another name; its id, files and port stay."""
        return self._write(self.get(uuid), {"name": _checked(name)})

    def move(self, uuid: str, port: int | None) -> WorkerConfig:
        """Gives the worker another port from its next start on; None lets it take a free one."""
        return self._write(self.get(uuid), {"port": port})

    def update(self, uuid: str, changes: Mapping[str, Any]) -> WorkerConfig:
        """Changes settings that other clients may change.

        Raises:
            UsageError: a key that is not one of them.
        """
        refused = sorted(set(changes) - (set() if self.get(uuid).remote else _EDITABLE))
        if refused:
            raise UsageError(f"these settings cannot be changed here: {', '.join(refused)}")
        return self._write(self.get(uuid), changes)

    def copy_graph(self, source: WorkerConfig, target: WorkerConfig) -> None:
        """Copies a worker's saved graph, its values and files; a half-written last line is cut when it is read."""
        here, there = self.data_path(source), self.data_path(target)
        there.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in _GRAPH_FILES:
            if (here / name).is_file():
                shutil.copy2(here / name, there / name)
        for name in _GRAPH_FOLDERS:
            if (here / name).is_dir():
                shutil.copytree(here / name, there / name, symlinks=True, dirs_exist_ok=True)

    def delete(self, uuid: str, *, keep_data: bool = False) -> None:
        """Removes the worker's files, and its data folder if it is one that we made under `workers/`."""
        worker = self.get(uuid)
        if worker.remote:  # nothing but its entry is ours
            self.dir.worker_json(uuid).unlink(missing_ok=True)
            return
        data = self.data_path(worker)
        shared = any(self.data_path(other) == data for other in self if other.uuid != uuid)
        if self._is_ours(data) and not shared and not keep_data:
            shutil.rmtree(data)
        for file in (
            self.dir.worker_json(uuid),
            self.dir.pid_file(uuid),
            self.dir.runstate_file(uuid),
            self.dir.lock_file(uuid),
            self.dir.secrets_file(uuid),
        ):
            file.unlink(missing_ok=True)

    def data_path(self, worker: WorkerConfig) -> Path:
        """The worker's data folder."""
        return self.dir.data_path(worker.data)

    def has_data(self, uuid: str | None) -> bool:
        """Whether a folder for the data of a worker of this id is there already."""
        if uuid is None:
            return False
        return self.dir.data_path({"uuid": self._new_uuid(uuid)}).exists()

    def address(self, uuid: str) -> Address | Remote:
        """Where the proxy finds the worker.

        Raises:
            UnknownWorkerError: there is no such worker.
            WorkerStoppedError: it does not run, so whoever has its port now must not be sent our token.
            WorkerConfigError: what its file says of a worker elsewhere cannot be used.
        """
        worker = self.get(uuid)
        if worker.remote:
            return worker.target()
        if live_pid(self.dir.pid_file(uuid)) is None:
            raise WorkerStoppedError(uuid)
        certificate = worker.data.get("certfile")
        return Address(
            worker.host, worker.port, worker.ssl, certificate if isinstance(certificate, str) else None
        )

    def requirements(self, worker: WorkerConfig) -> list[str]:
        """The packages that the worker's file asks for beside ours, as requirements."""
        asked = worker.data.get("package_dependencies")
        lines = []
        for name, entry in (asked if isinstance(asked, dict) else {}).items():
            package = str(entry.get("package") or name) if isinstance(entry, dict) else str(name)
            version = entry.get("version") if isinstance(entry, dict) else None
            lines.append(f"{package}=={version}" if version else package)
        return lines

    def python(self, worker: WorkerConfig) -> Path:
        """The interpreter that runs the worker.

        Raises:
            WorkerConfigError: the file names one that is not there.
        """
        env = worker.data.get("env_path")
        chosen = worker.data.get("python_path")
        if env:
            path = environment_python(self._below_workers(str(env)))
            hint = f"; make it again with: funcnodes worker --uuid {worker.uuid} provision"
        elif chosen:
            path, hint = Path(str(chosen)).expanduser(), ""
        else:
            return Path(sys.executable)
        if not path.exists():
            raise WorkerConfigError(worker.uuid, f"its interpreter {str(path)!r} does not exist{hint}")
        return path

    def _below_workers(self, text: str) -> Path:
        path = Path(text).expanduser()
        return path if path.is_absolute() else self.dir.workers / path

    def _is_ours(self, data: Path) -> bool:
        return (
            data.is_dir()
            and not data.is_symlink()
            and data.parent.resolve() == self.dir.workers.resolve()
            and data.name.startswith("worker_")
        )

    def _new_uuid(self, uuid: str | None) -> str:
        if uuid is None:
            return uuids.uuid4().hex
        try:
            check_uuid(uuid)
        except ConfigError as error:
            raise UsageError(str(error)) from error
        if self.dir.worker_json(uuid).exists():
            raise WorkerExistsError(uuid)
        return uuid

    def _read(self, uuid: str) -> WorkerConfig:
        file = self.dir.worker_json(uuid)
        try:
            data = read_json(file)
        except (OSError, ValueError) as error:
            raise WorkerConfigError(uuid, str(error)) from error
        if not isinstance(data, dict) or data.get("uuid", uuid) != uuid:
            raise WorkerConfigError(uuid, f"{file.name} is not the configuration of this worker")
        port = data.get("port")
        return WorkerConfig(
            uuid=uuid,
            name=str(data.get("name") or uuid),
            host=str(data.get("host") or "localhost"),
            port=port if isinstance(port, int) else 0,
            ssl=bool(data.get("ssl", False)),
            data={**data, "uuid": uuid},
        )

    def _write(self, worker: WorkerConfig, changes: Mapping[str, Any]) -> WorkerConfig:
        write_json(self.dir.worker_json(worker.uuid), {**worker.data, **changes})
        return self.get(worker.uuid)


def _checked(name: str) -> str:
    """The name, if a worker can have it; UsageError otherwise."""
    try:
        return check_name(name)
    except ConfigError as error:
        raise UsageError(str(error)) from None
