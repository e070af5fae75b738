"""The errors whose text alone tells a person what to do; all others are ours to fix and keep their traceback."""

from funcnodes.errors import ProgramError
from funcnodes_core.exceptions import FuncNodesError
from funcnodes_worker.errors import WorkerError

__all__ = ["KNOWN"]

KNOWN: tuple[type[Exception], ...] = (ProgramError, WorkerError, FuncNodesError)
