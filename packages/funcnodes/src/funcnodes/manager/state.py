"""What the manager keeps between its runs: where it listens and which workers should run."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from funcnodes.manager.process import live_pid
from funcnodes.net.address import Address
from funcnodes_core.files import read_json, write_json
from funcnodes_worker.instance import process_start
from funcnodes_worker.paths import ConfigDir

__all__ = ["ManagerState", "manager_address", "manager_file"]


def manager_file(config_dir: ConfigDir) -> Path:
    """`manager.json` of the configuration folder."""
    return config_dir.path / "manager.json"


def manager_address(config_dir: ConfigDir) -> Address | None:
    """Where the manager of this configuration folder listens, if one runs."""
    file = manager_file(config_dir)
    if live_pid(file) is None:
        return None
    record = read_json(file)
    host, port = record.get("host"), record.get("port")
    if not isinstance(host, str) or not isinstance(port, int):
        return None
    certificate = record.get("certificate")
    return Address(
        host, port, record.get("ssl") is True, certificate if isinstance(certificate, str) else None
    )


@dataclass
class ManagerState:
    """The file `manager.json`; `wanted` are the workers to start again the next time.

    A worker is wanted from its start until somebody stops it; that it crashed, or that the manager was stopped
    or killed, does not change it.
    """

    config_dir: ConfigDir
    wanted: set[str] = field(default_factory=set)
    _address: Address | None = None

    @classmethod
    def read(cls, config_dir: ConfigDir) -> "ManagerState":
        """What the last manager wrote; nothing where the file is missing or damaged."""
        try:
            record = read_json(manager_file(config_dir))
        except (OSError, ValueError):
            record = {}
        wanted = record.get("wanted", []) if isinstance(record, dict) else []
        return cls(config_dir, {uuid for uuid in wanted if isinstance(uuid, str)})

    def want(self, uuid: str, wanted: bool) -> None:
        """Notes that a worker should run, or should not, and writes it down when that is new."""
        if wanted == (uuid in self.wanted):
            return
        if wanted:
            self.wanted.add(uuid)
        else:
            self.wanted.discard(uuid)
        self.write()

    def opened(self, address: Address) -> None:
        """Notes where this process listens."""
        self._address = address
        self.write()

    def closed(self) -> None:
        """Notes that no manager runs any more."""
        self._address = None
        self.write()

    def write(self) -> None:
        """Writes the file whole."""
        record: dict[str, Any] = {"wanted": sorted(self.wanted)}
        if self._address is not None:
            record["host"], record["port"], record["ssl"], record["certificate"] = self._address
            record["pid"], record["started"] = os.getpid(), process_start(os.getpid())
        self.config_dir.create()
        write_json(manager_file(self.config_dir), record)
