"""The workermanager, under the path that scripts know."""

from funcnodes.manager.client import assert_worker_manager_running
from funcnodes.manager.service import WorkerManager

__all__ = ["WorkerManager", "assert_worker_manager_running"]
