"""Every exception of the worker, in one tree.

::

    WorkerError
    ├── CommandError                      a command was refused; `code` goes to the client
    │   ├── BadMessageError               ValueError: not a frame of the protocol
    │   ├── UnknownCommandError           LookupError
    │   ├── BadArgumentsError             ValueError: kwargs of the wrong name or type
    │   ├── ForbiddenError                PermissionError: the caller's scope does not reach
    │   ├── NotFoundError                 LookupError: no such node, port, group, file ...
    │   ├── ConflictError                 ValueError: does not fit the present state
    │   │   └── UndoConflictError         a field was changed later by another client
    │   ├── FileNameError                 ValueError: a path that leaves the files folder
    │   ├── QuotaError                    OSError: more than there is room for
    │   ├── ShareError                    ValueError: a link that cannot be made
    │   ├── ReadOnlyError                 PermissionError: the journal cannot be written
    │   ├── NotSupportedError             NotImplementedError: this worker cannot do that
    │   └── BusyError                     RuntimeError: too many requests wait already
    ├── DocumentError                     the files of a graph
    │   ├── JournalError                  OSError: the journal could not be written
    │   └── DocumentFormatError           ValueError: a file that cannot be read as a graph
    ├── ConfigError                       ValueError: a worker's configuration file
    ├── StartError                        RuntimeError: the process cannot start
    │   ├── AlreadyRunningError
    │   ├── PortTakenError                OSError
    │   ├── BindError                     ValueError: an address that is not safe to bind
    │   └── NotRunningError               it is not started yet, or has ended
    ├── ConnectionFailedError             ConnectionError: a client could not reach a worker
    └── CallFailedError                   RuntimeError: a worker answered a client with an error

Each error is also the builtin that it is, so that callers may catch either.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = [
    "AlreadyRunningError",
    "BadArgumentsError",
    "BadMessageError",
    "BindError",
    "BusyError",
    "CallFailedError",
    "CommandError",
    "ConfigError",
    "ConflictError",
    "ConnectionFailedError",
    "DocumentError",
    "DocumentFormatError",
    "FileNameError",
    "ForbiddenError",
    "JournalError",
    "NotFoundError",
    "NotRunningError",
    "NotSupportedError",
    "PortTakenError",
    "QuotaError",
    "ReadOnlyError",
    "ShareError",
    "StartError",
    "UndoConflictError",
    "UnknownCommandError",
    "WorkerError",
    "error_code",
    "error_text",
]

_MAX_TEXT = 2000  # characters of a message
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def error_code(error: BaseException) -> str:
    """The class name in snake case without its "Error": `NodeClassNotFoundError` -> `node_class_not_found`."""
    name = type(error).__name__.removesuffix("Error") or "error"
    return _WORD.sub("_", name).lower()


def error_text(error: BaseException) -> str:
    """What a client reads: the class name and the message."""
    text = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
    if len(text) > _MAX_TEXT:  # whatever was asked for is in it, and that may be megabytes
        text = f"{text[: _MAX_TEXT // 2]} ... {text[-_MAX_TEXT // 2 :]}"
    return f"{type(error).__name__}: {text}"


class WorkerError(Exception):
    """Anything that the worker refuses or cannot do."""


class CommandError(WorkerError):
    """A command was refused; `data` goes to the client beside the message."""

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.data = data


class BadMessageError(CommandError, ValueError):
    """A frame that is not JSON or not a message of the protocol."""


class UnknownCommandError(CommandError, LookupError):
    """A command name that nobody registered."""


class BadArgumentsError(CommandError, ValueError):
    """kwargs that miss a field, carry an unknown one or hold a wrong type."""


class ForbiddenError(CommandError, PermissionError):
    """The caller's scope does not reach this command."""


class NotFoundError(CommandError, LookupError):
    """A node, port, group, file or message that does not exist."""


class ConflictError(CommandError, ValueError):
    """A command that does not fit the present state."""


class UndoConflictError(ConflictError):
    """An undo would overwrite what another client changed later; `data` names the field."""


class FileNameError(CommandError, ValueError):
    """A file name that is absolute, empty or leaves the folder it belongs to."""


class QuotaError(CommandError, OSError):
    """A file is larger than the worker has room for; `data` says how much there is."""


class ShareError(CommandError, ValueError):
    """A link with such rights cannot be made."""


class ReadOnlyError(CommandError, PermissionError):
    """The graph cannot be changed because its journal cannot be written."""


class NotSupportedError(CommandError, NotImplementedError):
    """Something that this worker cannot do; the message says what does it."""


class BusyError(CommandError, RuntimeError):
    """Too many requests of this client wait already."""


class DocumentError(WorkerError):
    """The files of a graph are not as they should be."""


class JournalError(DocumentError, OSError):
    """The journal could not be written: nothing was applied."""


class DocumentFormatError(DocumentError, ValueError):
    """A file that cannot be read as a graph."""


class ConfigError(WorkerError, ValueError):
    """A worker's configuration file is missing or does not say what it must."""


class StartError(WorkerError, RuntimeError):
    """The worker process cannot start; the message says why and what to do."""


class AlreadyRunningError(StartError):
    """The worker runs already, as process `pid`."""

    def __init__(self, message: str, pid: int) -> None:
        super().__init__(message)
        self.pid = pid


class PortTakenError(StartError, OSError):
    """Another program listens on the port that belongs to this worker."""


class BindError(StartError, ValueError):
    """An address that must not be opened without TLS or an explicit word."""


class NotRunningError(StartError):
    """The worker is not started yet, or has ended."""


class ConnectionFailedError(WorkerError, ConnectionError):
    """A client could not reach a worker or lost it."""


class CallFailedError(WorkerError, RuntimeError):
    """A worker answered a call with an error; `code` and `data` are the worker's."""

    def __init__(self, message: str, code: str, data: dict[str, Any]) -> None:
        super().__init__(message)
        self.code = code
        self.data = data
