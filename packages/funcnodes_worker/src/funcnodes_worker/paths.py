"""Where things lie in a configuration directory (files.md)."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from funcnodes_core.files import expand_user
from funcnodes_worker.errors import ConfigError, FileNameError

__all__ = [
    "ConfigDir",
    "check_name",
    "check_uuid",
    "default_config_dir",
    "free_name",
    "numbered_names",
    "resolve_inside",
]

_MAX_NAME_BYTES: Final = 200  # of the 255 that file systems allow; uploads and copies add to a name
_MAX_PATH: Final = 1000
_MAX_NAME: Final = 200  # characters
_UUID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


def default_config_dir() -> Path:
    """The directory of `FUNCNODES_CONFIG_DIR`, or `~/.funcnodes`."""
    return expand_user(os.environ.get("FUNCNODES_CONFIG_DIR") or "~/.funcnodes").absolute()


def resolve_inside(root: Path, name: str) -> Path:
    """The path of `name` below `root`.

    Raises:
        FileNameError: `name` is empty, absolute, too long, holds a NUL or a backslash, or leaves `root` (also by a
            link).
    """
    parts = [part.encode("utf-8", "replace") for part in name.split("/")]
    if len(name) > _MAX_PATH or any(len(part) > _MAX_NAME_BYTES for part in parts):
        raise FileNameError(f"{name[:50]!r}... is too long for a file name", name=name[:50])
    if not name or "\x00" in name or "\\" in name or name.startswith("/"):
        raise FileNameError(f"{name!r} is not a relative file name", name=name)
    base = root.resolve()
    path = (base / name).resolve()
    if path == base or not path.is_relative_to(base):
        raise FileNameError(f"{name!r} leaves the folder it belongs to", name=name)
    return path


class ConfigDir:
    """One configuration directory and the names of what lies in it; makes nothing by itself."""

    def __init__(self, path: Path | str) -> None:
        self.path = expand_user(path).absolute()

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return f"ConfigDir({str(self.path)!r})"

    @property
    def token_file(self) -> Path:
        return self.path / "token"

    @property
    def shares(self) -> Path:
        return self.path / "shares"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def cache(self) -> Path:
        return self.path / "cache"

    @property
    def workers(self) -> Path:
        return self.path / "workers"

    def create(self) -> ConfigDir:
        """Make the directory and its `workers` folder, readable by their owner only."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.workers.mkdir(mode=0o700, exist_ok=True)
        return self

    def worker_json(self, uuid: str) -> Path:
        return self.workers / f"worker_{check_uuid(uuid)}.json"

    def pid_file(self, uuid: str) -> Path:
        return self.workers / f"worker_{check_uuid(uuid)}.p"

    def runstate_file(self, uuid: str) -> Path:
        return self.workers / f"worker_{check_uuid(uuid)}.runstate"

    def lock_file(self, uuid: str) -> Path:
        return self.workers / f"worker_{check_uuid(uuid)}.lock"

    def secrets_file(self, uuid: str) -> Path:
        return self.workers / f"worker_{check_uuid(uuid)}.secrets"

    def data_path(self, config: Mapping[str, Any]) -> Path:
        """The folder of a worker's data: its `data_path`, or `workers/worker_<uuid>` when that is null."""
        given = config.get("data_path")
        if not given:
            return self.workers / f"worker_{check_uuid(str(config['uuid']))}"
        path = expand_user(str(given))
        return path if path.is_absolute() else self.workers / path

    def worker_uuids(self) -> Iterator[str]:
        """The uuids that have a configuration file here, in the order of their names."""
        for file in sorted(self.workers.glob("worker_*.json")):
            uuid = file.name.removeprefix("worker_").removesuffix(".json")
            if _UUID.fullmatch(uuid):
                yield uuid


def check_uuid(uuid: str) -> str:
    """`uuid` itself, when it can stand in a file name.

    Raises:
        ConfigError: it holds anything but letters, digits, `_` and `-`.
    """
    if not _UUID.fullmatch(uuid):
        raise ConfigError(f"{uuid!r} is not a worker id: letters, digits, '_' and '-' only")
    return uuid


def numbered_names(path: Path) -> Iterator[Path]:
    """`path`, then `name-1.ext`, `name-2.ext` and so on, for when something lies there already."""
    yield path
    for number in itertools.count(1):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def check_name(name: str) -> str:
    """The name of a worker without the space around it.

    Raises:
        ConfigError: nothing is left, or it is longer than 200 characters.
    """
    name = name.strip()
    if not name:
        raise ConfigError("a worker's name cannot be empty")
    if len(name) > _MAX_NAME:
        raise ConfigError(
            f"a worker's name has at most {_MAX_NAME} characters, {name[:20]!r}... has {len(name)}"
        )
    return name


def free_name(path: Path) -> Path:
    """`path`, or the first numbered one where nothing lies yet."""
    return next(candidate for candidate in numbered_names(path) if not candidate.exists())
