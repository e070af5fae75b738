"""`WSWorker`: a worker served over WebSocket, from a script."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.paths import ConfigDir, default_config_dir
from funcnodes_worker.server.serve import ServeOptions, serve

__all__ = ["WSWorker"]


class WSWorker:
    """Serves one worker of a configuration directory; its file is made when it is not there yet.

    Args:
        host: address to listen on; loopback by default.
        port: port to listen on; a free one by default, and the same one ever after.
        uuid: which worker; a new one by default.
        name: what people see.
        data_path: the folder of its graph; in the configuration directory by default.
        config_dir: `FUNCNODES_CONFIG_DIR` or `~/.funcnodes` by default.
        debug: callers get tracebacks.
        **ignored: what earlier releases took.
    """

    def __init__(
        self,
        host: str | None = None,
        port: int | None = None,
        *,
        uuid: str | None = None,
        name: str | None = None,
        data_path: Path | str | None = None,
        config_dir: Path | str | None = None,
        debug: bool = False,
        **ignored: Any,
    ) -> None:
        directory = ConfigDir(config_dir or default_config_dir()).create()
        self._options = ServeOptions(host=host, port=port, debug=debug)
        self.config = _load_or_make(directory, uuid or uuid4().hex, name, data_path)

    def uuid(self) -> str:
        """The id of the worker."""
        return self.config.uuid

    def name(self) -> str:
        """The name of the worker."""
        return self.config.name

    async def run_forever_async(self) -> None:
        """Serve until a signal or a client says stop.

        Raises:
            StartError: it runs already, or its port is taken.
        """
        await serve(self.config, self._options)

    def run_forever(self) -> None:
        """The same in a loop of its own."""
        asyncio.run(self.run_forever_async())


def _load_or_make(
    directory: ConfigDir, uuid: str, name: str | None, data_path: Path | str | None
) -> WorkerConfig:
    if directory.worker_json(uuid).exists():
        return WorkerConfig.load(directory, uuid)
    given = str(Path(data_path).absolute()) if data_path is not None else None
    config = WorkerConfig(directory, {"uuid": uuid})
    config.update(name=name or uuid, data_path=given, workertype="WSWorker")
    return config
