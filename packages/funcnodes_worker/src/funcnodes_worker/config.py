"""A worker's configuration file `worker_<uuid>.json`; keys that we do not know survive a rewrite."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from funcnodes_core.exceptions import DamagedFileError
from funcnodes_core.files import read_json, write_json
from funcnodes_worker.errors import ConfigError
from funcnodes_worker.paths import ConfigDir, check_uuid
from funcnodes_worker.rpc.registry import explain

__all__ = ["FIRST_PORT", "WorkerConfig", "WorkerSettings", "plain_packages"]

_PACKAGE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,100}[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]{0,100}")

FIRST_PORT = 9382
"""Where the search for a free port begins."""


class WorkerSettings(msgspec.Struct, kw_only=True):
    """The keys that the worker itself reads; the file may hold more (and older forms of some)."""

    uuid: str
    name: str | None = None
    host: str | None = None
    port: int | None = None
    ssl: bool = False
    certfile: str | None = None
    keyfile: str | None = None
    data_path: str | None = None
    required_heartbeat: float | None = None
    allowed_hosts: list[str] = []
    allowed_origins: list[str] = []
    message_size_before_request: int = 1024 * 1024
    max_frame_bytes: int = 32 * 1024 * 1024
    max_upload_bytes: int = 4 * 1024 * 1024 * 1024
    max_files_bytes: int = 64 * 1024 * 1024 * 1024
    max_clients: int = 200


class WorkerConfig:
    """One worker's file: the checked settings, and everything else as it was.

    Args:
        config_dir: where the file lies.
        raw: what it says.

    Raises:
        ConfigError: a key holds a value of the wrong type.
    """

    def __init__(self, config_dir: ConfigDir, raw: Mapping[str, Any]) -> None:
        self.config_dir = config_dir
        self.raw = dict(raw)
        self._lock = threading.Lock()
        self.settings = self._checked(self.raw)
        check_uuid(self.settings.uuid)

    @classmethod
    def load(cls, config_dir: ConfigDir, uuid: str) -> WorkerConfig:
        """Read the file of a worker.

        Raises:
            ConfigError: it is missing, damaged, or not about this worker.
        """
        path = config_dir.worker_json(uuid)
        try:
            raw = read_json(path)
        except FileNotFoundError:
            raise ConfigError(f"there is no worker {uuid!r} in {str(config_dir.path)!r}") from None
        except DamagedFileError as error:
            raise ConfigError(str(error)) from error
        if not isinstance(raw, dict):
            raise ConfigError(f"{str(path)!r} does not hold a JSON object")
        if raw.setdefault("uuid", uuid) != uuid:
            raise ConfigError(f"{str(path)!r} is about the worker {raw['uuid']!r}")
        return cls(config_dir, raw)

    @property
    def uuid(self) -> str:
        return self.settings.uuid

    @property
    def name(self) -> str:
        return self.settings.name or self.settings.uuid

    @property
    def data_path(self) -> Path:
        """The folder of the graph, its values and files."""
        return self.config_dir.data_path(self.raw)

    def update(self, **changes: Any) -> None:
        """Change keys and write the file, unless it says all that already; from any thread.

        Raises:
            ConfigError: a value of the wrong type; nothing is written.
        """
        with self._lock:
            self._update(changes)

    def ask_for(self, packages: Mapping[str, Any]) -> None:
        """Put packages beside those that the file asks for; one that it asks for already stays; from any thread."""
        with self._lock:
            asked = self.raw.get("package_dependencies")
            self._update({"package_dependencies": {**packages, **(asked if isinstance(asked, dict) else {})}})

    def _update(self, changes: Mapping[str, Any]) -> None:
        raw = {**self.raw, **changes}
        self.settings = self._checked(raw)
        if raw != self.raw:
            self.raw = raw
            write_json(self.config_dir.worker_json(self.uuid), raw)

    def ports_of_others(self) -> set[int]:
        """Ports that belong to other workers of this directory, running or not."""
        ports = set()
        for uuid in self.config_dir.worker_uuids():
            if uuid == self.uuid:
                continue
            try:
                port = read_json(self.config_dir.worker_json(uuid)).get("port")
            except (OSError, DamagedFileError, AttributeError):
                continue
            if isinstance(port, int):
                ports.add(port)
        return ports

    def _checked(self, raw: Mapping[str, Any]) -> WorkerSettings:
        try:
            return msgspec.convert(raw, WorkerSettings)
        except msgspec.ValidationError as error:
            raise ConfigError(explain(error, f"worker_{raw.get('uuid')}.json")) from None


def plain_packages(asked: Any) -> dict[str, dict[str, Any]]:
    """The packages that a file from elsewhere asks for by name and version; addresses and options are left out."""
    found = {}
    for name, entry in asked.items() if isinstance(asked, Mapping) else ():
        package = str(entry.get("package") or name) if isinstance(entry, Mapping) else str(name)
        version = entry.get("version") if isinstance(entry, Mapping) else None
        if _PACKAGE.fullmatch(package) and (version is None or _VERSION.fullmatch(str(version))):
            found[str(name)] = {"package": package, "version": None if version is None else str(version)}
    return found
