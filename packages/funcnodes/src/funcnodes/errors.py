"""Errors of the program around the engine: manager, web server and command line.

Every one is a `ProgramError` and the builtin that it is, carries its data as attributes, and has a text that a
person can act upon: the command line prints that text and nothing else.

```
ProgramError
  UsageError (ValueError)                 a wrong option or argument
  ConfigDirError (OSError)                the configuration folder cannot be used
  PortTakenError (OSError)                somebody else listens there
  InsecureBindError (PermissionError)     open to the network without TLS
  WorkerError
    UnknownWorkerError (LookupError)      no such worker
    WorkerExistsError (ValueError)        the name or id is taken
    WorkerConfigError (ValueError)        the worker's file cannot be used
    WorkerStartError (RuntimeError)       the process did not come up
    WorkerRunningError (RuntimeError)     it runs, so it cannot be changed so
    WorkerStoppedError (ConnectionError)  it does not run, so it cannot be reached
    WorkerUnreachableError (ConnectionError)  one elsewhere does not answer
    TokenRefusedError (PermissionError)   one elsewhere does not let us in
    ForeignWorkerError (PermissionError)  only whoever runs it may do that
  ProvisionError (RuntimeError)           its environment could not be made
  ManagerError (ConnectionError)          no manager answers, or it refuses
  RequestError (ValueError)               a message to the manager that it cannot follow
  GraphFileError (ValueError)             a file that holds no readable graph
  PlaceholderError (LookupError)          a graph with nodes whose classes are not installed
  SaveError (OSError)                     a graph cannot be written there
  GraphRunError (RuntimeError)            a node failed while the graph ran
```
"""

from pathlib import Path

__all__ = [
    "ConfigDirError",
    "ForeignWorkerError",
    "GraphFileError",
    "GraphRunError",
    "InsecureBindError",
    "ManagerError",
    "PlaceholderError",
    "PortTakenError",
    "ProgramError",
    "ProvisionError",
    "RequestError",
    "SaveError",
    "TokenRefusedError",
    "UnknownWorkerError",
    "UsageError",
    "WorkerConfigError",
    "WorkerError",
    "WorkerExistsError",
    "WorkerRunningError",
    "WorkerStartError",
    "WorkerStoppedError",
    "WorkerUnreachableError",
]


class ProgramError(Exception):
    """Root of the tree; `exit_code` is what the command line ends with, `code` what the protocol says."""

    exit_code = 1
    code = "error"


class UsageError(ProgramError, ValueError):
    """An option or argument that cannot be followed."""

    exit_code = 2
    code = "usage"


class ConfigDirError(ProgramError, OSError):
    """The configuration folder cannot be used."""

    code = "config_dir"

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"configuration folder {str(path)!r} cannot be used: {reason}")


class PortTakenError(ProgramError, OSError):
    """Somebody else listens on the address."""

    code = "port_taken"

    def __init__(self, host: str, port: int, hint: str = "") -> None:
        self.host = host
        self.port = port
        super().__init__(f"port {port} on {host!r} is already taken{'; ' + hint if hint else ''}")


class InsecureBindError(ProgramError, PermissionError):
    """Refused: the address is open to the network and the connection would not be encrypted."""

    code = "insecure_bind"

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(
            f"refusing to listen on {host!r} without TLS: anybody who reaches this port and learns the token runs "
            "Python as you; give --certfile and --keyfile, or --insecure if something else protects the connection"
        )


class WorkerError(ProgramError):
    """Root of the errors about one worker."""

    code = "worker"

    def __init__(self, worker: str, text: str) -> None:
        self.worker = worker
        super().__init__(text)


class UnknownWorkerError(WorkerError, LookupError):
    """No worker has this id or name."""

    code = "unknown_worker"

    def __init__(self, worker: str, known: list[str] | None = None) -> None:
        names = ", ".join(repr(name) for name in known) if known else "none"
        super().__init__(worker, f"unknown worker {worker!r} (known: {names})")


class WorkerExistsError(WorkerError, ValueError):
    """The id or the name is taken already."""

    code = "worker_exists"

    def __init__(self, worker: str) -> None:
        super().__init__(worker, f"a worker {worker!r} exists already")


class WorkerConfigError(WorkerError, ValueError):
    """The worker's configuration file cannot be used."""

    code = "worker_config"

    def __init__(self, worker: str, reason: str) -> None:
        self.reason = reason
        super().__init__(worker, f"configuration of worker {worker!r} cannot be used: {reason}")


class WorkerStartError(WorkerError, RuntimeError):
    """The worker's process did not come up."""

    code = "worker_start"

    def __init__(self, worker: str, reason: str) -> None:
        self.reason = reason
        super().__init__(worker, f"worker {worker!r} did not start: {reason}")


class WorkerRunningError(WorkerError, RuntimeError):
    """The worker runs, so this cannot be done to it now."""

    code = "worker_running"

    def __init__(self, worker: str, what: str) -> None:
        super().__init__(worker, f"worker {worker!r} is running: {what}")


class WorkerStoppedError(WorkerError, ConnectionError):
    """The worker does not run."""

    code = "worker_stopped"

    def __init__(self, worker: str) -> None:
        super().__init__(worker, f"worker {worker!r} does not run")


class WorkerUnreachableError(WorkerError, ConnectionError):
    """A worker that somebody else runs does not answer."""

    code = "worker_unreachable"

    def __init__(self, worker: str, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(worker, f"no worker answers at {url}: {reason}")


class TokenRefusedError(WorkerError, PermissionError):
    """A worker that somebody else runs does not take our token."""

    code = "token_refused"

    def __init__(self, worker: str, url: str, token_file: str) -> None:
        self.url = url
        self.reason = f"it refuses the token in {token_file!r}"
        super().__init__(worker, f"the worker at {url} refuses the token in {token_file!r}")


class ForeignWorkerError(WorkerError, PermissionError):
    """The worker's process is not ours."""

    code = "foreign_worker"

    def __init__(self, worker: str, why: str, what: str) -> None:
        super().__init__(worker, f"worker {worker!r} cannot be {what} from here: {why}")


class ProvisionError(ProgramError, RuntimeError):
    """A worker's Python environment could not be made."""

    code = "provision"

    def __init__(self, folder: Path, reason: str, output: str = "") -> None:
        self.folder = folder
        self.output = output
        super().__init__(f"environment {str(folder)!r} could not be made: {reason}")


class ManagerError(ProgramError, ConnectionError):
    """No manager answers at the address, or it refuses."""

    code = "manager"


class RequestError(ProgramError, ValueError):
    """A message to the manager that it cannot follow."""

    code = "bad_request"


class GraphFileError(ProgramError, ValueError):
    """A file that holds no readable graph."""

    code = "graph_file"

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{str(path)!r} cannot be opened: {reason}")


class SaveError(ProgramError, OSError):
    """A graph cannot be written to the place that was named."""

    code = "save"

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path!r} cannot be written: {reason}")


class PlaceholderError(ProgramError, LookupError):
    """The graph has nodes whose classes are not installed, so it cannot run as a whole."""

    exit_code = 3
    code = "placeholders"

    def __init__(self, missing: dict[str, list[str]]) -> None:
        self.missing = missing
        listed = "; ".join(f"{node_id} ({', '.join(names)})" for node_id, names in missing.items())
        super().__init__(f"nodes whose classes are not installed: {listed}")


class GraphRunError(ProgramError, RuntimeError):
    """A node failed while the graph ran."""

    code = "graph_run"

    def __init__(self, node: str, reason: str) -> None:
        self.node = node
        self.reason = reason
        super().__init__(f"node {node!r} failed: {reason}")
