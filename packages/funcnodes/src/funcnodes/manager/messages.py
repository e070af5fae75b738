"""What clients say to the manager: one type a message, checked here and trusted behind it."""

from typing import Any

import msgspec

from funcnodes.errors import RequestError

__all__ = [
    "DeleteWorker",
    "Identify",
    "NewWorker",
    "NewWorkerOptions",
    "Ping",
    "RenameWorker",
    "Request",
    "RestartWorker",
    "SetActive",
    "Stop",
    "StopWorker",
    "UpdateWorkerConfig",
    "WorkerStatusRequest",
    "decode",
]

Id = str | int | None


class _Message(msgspec.Struct, kw_only=True, tag_field="type"):
    """A request; `id` comes back with everything that is sent to this client because of it."""

    id: Id = None


class Ping(_Message, tag="ping"):
    """Asks for `pong`."""


class Identify(_Message, tag="identify"):
    """Asks who answers."""


class WorkerStatusRequest(_Message, tag="worker_status"):
    """Asks which workers there are."""


class Stop(_Message, tag="stop"):
    """Stops the manager and the workers that end with it."""


class NewWorkerOptions(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How a worker is to be made.

    Attributes:
        name: What people call it; its id by default.
        uuid: Its id; a new one by default.
        reference: Id of a worker to copy from.
        copyLib: Whether to copy the list of its packages.
        copyNS: Whether to copy its graph and files.
        in_venv: Whether it gets a Python environment of its own.
        autostart: Whether it starts with the manager always.
    """

    name: str | None = None
    uuid: str | None = None
    reference: str | None = None
    copyLib: bool = False
    copyNS: bool = False
    in_venv: bool = True
    autostart: bool = False


class NewWorker(_Message, tag="new_worker"):
    """Makes a worker."""

    kwargs: NewWorkerOptions = msgspec.field(default_factory=NewWorkerOptions)


class _AboutWorker(_Message):
    """A request about one worker, which is looked up by its id."""

    workerid: str


class SetActive(_AboutWorker, tag="set_active"):
    """Starts a worker if it does not run, and asks where it is."""


class StopWorker(_AboutWorker, tag="stop_worker"):
    """Stops a worker."""


class RestartWorker(_AboutWorker, tag="restart_worker"):
    """Stops a worker and starts it again."""


class RenameWorker(_AboutWorker, tag="rename_worker"):
    """Gives a worker another name."""

    name: str


class UpdateWorkerConfig(_AboutWorker, tag="update_worker_config"):
    """Changes settings of a worker: autostart, update_on_startup, required_heartbeat."""

    config: dict[str, Any]


class DeleteWorker(_AboutWorker, tag="delete_worker"):
    """Stops a worker and removes it with its data."""


Request = (
    Ping
    | Identify
    | WorkerStatusRequest
    | Stop
    | NewWorker
    | SetActive
    | StopWorker
    | RestartWorker
    | RenameWorker
    | UpdateWorkerConfig
    | DeleteWorker
)

_WORDS: dict[str, type[Ping | Identify | WorkerStatusRequest | Stop]] = {
    "ping": Ping,
    "identify": Identify,
    "worker_status": WorkerStatusRequest,
    "stop": Stop,
}
_DECODER: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)


def decode(text: str) -> Request:
    """The request in a frame: one of four plain words, or a JSON object.

    Raises:
        RequestError: it is neither; the text names the field.
    """
    word = text.strip()
    if word in _WORDS:
        return _WORDS[word]()
    try:
        return _DECODER.decode(text)
    except msgspec.ValidationError as error:
        raise RequestError(str(error)) from error
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise RequestError(f"neither a known word nor JSON: {word[:60]!r}") from error
