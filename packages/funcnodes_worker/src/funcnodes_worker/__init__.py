"""A server around one FuncNodes graph, and what node modules take from it.

The names below are imported when they are first used: `import funcnodes_worker` loads no server.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from funcnodes_worker.client import WorkerClient, connect
    from funcnodes_worker.config import WorkerConfig
    from funcnodes_worker.errors import WorkerError
    from funcnodes_worker.external_config import ExternalWorkerConfig
    from funcnodes_worker.external_worker import FuncNodesExternalWorker
    from funcnodes_worker.loop import CustomLoop
    from funcnodes_worker.message_queue_worker import MsQueueWorker
    from funcnodes_worker.paths import ConfigDir
    from funcnodes_worker.remote_worker import RemoteWorker
    from funcnodes_worker.socket import SocketWorker
    from funcnodes_worker.websocket import WSWorker
    from funcnodes_worker.worker import Worker

__all__ = [
    "ConfigDir",
    "CustomLoop",
    "ExternalWorkerConfig",
    "FuncNodesExternalWorker",
    "MsQueueWorker",
    "RemoteWorker",
    "SocketWorker",
    "WSWorker",
    "Worker",
    "WorkerClient",
    "WorkerConfig",
    "WorkerError",
    "connect",
]

_HOMES = {
    "ConfigDir": "paths",
    "CustomLoop": "loop",
    "ExternalWorkerConfig": "external_config",
    "FuncNodesExternalWorker": "external_worker",
    "MsQueueWorker": "message_queue_worker",
    "RemoteWorker": "remote_worker",
    "SocketWorker": "socket",
    "WSWorker": "websocket",
    "Worker": "worker",
    "WorkerClient": "client",
    "WorkerConfig": "config",
    "WorkerError": "errors",
    "connect": "client",
}


__version__ = "3.0.0"


def __getattr__(name: str) -> Any:
    if (home := _HOMES.get(name)) is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
