"""Settings of this process: `config.json` of the configuration folder over built-in defaults.

Importing reads nothing; the first `get_config` reads, and only `reload`, `update_config`,
`write_config`, `check_config_dir` and the test mode write.
"""

from __future__ import annotations

import os
import sys
import time
import types
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypedDict

from funcnodes_core._deprecations import FuncNodesDeprecationWarning
from funcnodes_core._merge import deep_merge
from funcnodes_core.exceptions import DamagedFileError
from funcnodes_core.files import expand_user, read_json, write_json
from funcnodes_core.renderoptions import (
    FUNCNODES_RENDER_OPTIONS,
    prefer_render_options,
    update_render_options,
)

__all__ = [
    "FUNCNODES_RENDER_OPTIONS",
    "ConfigType",
    "check_config_dir",
    "default_pretrigger_delay",
    "get_base_config_dir",
    "get_config",
    "get_config_dir",
    "get_in_test",
    "load_config",
    "load_env_file",
    "reload",
    "set_in_test",
    "update_config",
    "update_render_options",
    "write_config",
]

ENV_CONFIG_DIR = "FUNCNODES_CONFIG_DIR"
ENV_PRETRIGGER_DELAY = "FUNCNODES_DEFAULT_PRETRIGGER_DELAY"
CONFIG_FILE = "config.json"


class ServerConfig(TypedDict, total=False):
    """Where a server listens."""

    host: str
    port: int
    ssl: bool


class NodesConfig(TypedDict, total=False):
    """Settings of nodes; the delay in seconds."""

    default_pretrigger_delay: float


class ConfigType(TypedDict, total=False):
    """Everything in `config.json`; keys that are not listed are kept."""

    env_dir: str
    worker_manager: ServerConfig
    frontend: ServerConfig
    nodes: NodesConfig
    logging: dict[str, Any]
    render_options: dict[str, Any]


def _dir_from_env() -> Path:
    chosen = os.environ.get(ENV_CONFIG_DIR)
    return expand_user(chosen or "~/.funcnodes").absolute()


# Both may be assigned from outside; True in the second makes the next `get_config` read again.
_BASE_CONFIG_DIR: Path = _dir_from_env()
# what `env_dir` says unless the file does; the same however often the folder is changed
_FIRST_CONFIG_DIR: Path = _BASE_CONFIG_DIR
_CONFIG_CHANGED: bool = True

_CONFIG: dict[str, Any] = {}
_pretrigger_delay_s: float | None = None


class _TestMode:
    """Whether the configuration folder is a temporary one, and what it was before."""

    active = False
    previous_env: str | None = None


def _defaults() -> dict[str, Any]:
    return {
        "worker_manager": {"host": "localhost", "port": 9380, "ssl": False},
        "frontend": {"host": "localhost", "port": 8000, "ssl": False},
        "nodes": {"default_pretrigger_delay": float(os.environ.get(ENV_PRETRIGGER_DELAY) or 0.0)},
        "logging": {
            "handler": {
                "console": {"handlerclass": "logging.StreamHandler", "options": {}},
                "file": {
                    "handlerclass": "logging.handlers.RotatingFileHandler",
                    "options": {"maxBytes": 5 * 1024 * 1024, "backupCount": 5},
                },
            },
        },
    }


def _read_existing(path: Path) -> dict[str, Any] | None:
    """The settings in `path`, or None; a damaged file is set aside and its backup taken."""
    try:
        return load_config(path)
    except FileNotFoundError:
        return None
    except DamagedFileError as exc:
        aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
        path.rename(aside)
        warnings.warn(f"{exc}; kept as {aside.name!r}", RuntimeWarning, stacklevel=3)
    try:
        return load_config(path.with_name(path.name + ".bu"))
    except (FileNotFoundError, DamagedFileError):
        return None


def _use(own: dict[str, Any]) -> None:
    global _CONFIG, _CONFIG_CHANGED, _pretrigger_delay_s
    _CONFIG = deep_merge(_defaults(), own)
    _CONFIG.setdefault("env_dir", str(_FIRST_CONFIG_DIR))
    prefer_render_options(_CONFIG.get("render_options"))
    _CONFIG_CHANGED = False
    _pretrigger_delay_s = None


def get_base_config_dir() -> Path:
    """The folder that holds `config.json`; absolute, perhaps not made yet."""
    return expand_user(_BASE_CONFIG_DIR).absolute()


def get_config_dir() -> Path:
    """The configuration folder; absolute, perhaps not made yet."""
    return get_base_config_dir()


def check_config_dir() -> Path:
    """The configuration folder, made (for this user only) if it is missing."""
    folder = get_base_config_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def load_config(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The settings in a file.

    Raises:
        FileNotFoundError: There is no such file.
        DamagedFileError: It holds no JSON object.
    """
    found = read_json(path)
    if not isinstance(found, dict):
        raise DamagedFileError(f"{os.fspath(path)!r} is damaged: expected an object of settings")
    return found


def write_config(path: str | os.PathLike[str], config: dict[str, Any]) -> None:
    """Writes settings to a file in one step; the file before stays beside it as `<name>.bu`."""
    target = Path(path)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if target.exists():
        import shutil  # deferred: it loads every compression library

        shutil.copy2(target, target.with_name(target.name + ".bu"))
    write_json(target, config)


def get_config() -> dict[str, Any]:
    """The settings in force; read from disk at first, and when `_CONFIG_CHANGED` is set."""
    if _CONFIG_CHANGED or not _CONFIG:
        _use(_read_existing(get_base_config_dir() / CONFIG_FILE) or {})
    return _CONFIG


def default_pretrigger_delay() -> float:
    """How long a node waits for more changes before it runs, in seconds."""
    global _pretrigger_delay_s
    if _pretrigger_delay_s is None or _CONFIG_CHANGED:
        _pretrigger_delay_s = float(get_config()["nodes"]["default_pretrigger_delay"])
    return _pretrigger_delay_s


def reload(funcnodes_config_dir: str | os.PathLike[str] | None = None) -> None:
    """Reads the settings again and makes `config.json` if it is missing.

    Args:
        funcnodes_config_dir: Becomes the configuration folder, for child processes too.
    """
    global _BASE_CONFIG_DIR
    if funcnodes_config_dir is not None:
        os.environ[ENV_CONFIG_DIR] = str(expand_user(funcnodes_config_dir).absolute())
    _BASE_CONFIG_DIR = _dir_from_env()
    path = check_config_dir() / CONFIG_FILE
    own = _read_existing(path)
    if own is None:
        own = _defaults()
        write_config(path, own)
    _use(own)


def update_config(config: dict[str, Any]) -> None:
    """Merges settings into `config.json` and reads it again; keys it does not know survive."""
    path = check_config_dir() / CONFIG_FILE
    merged = deep_merge(_read_existing(path) or _defaults(), config)
    write_config(path, merged)
    _use(merged)


def load_env_file(path: str | os.PathLike[str] = ".env") -> dict[str, str]:
    """Sets environment variables from a file of `NAME=value` lines, over those that are set.

    Returns:
        What was set; nothing when there is no such file.
    """
    found: dict[str, str] = {}
    file = Path(path)
    if file.is_file():
        for line in file.read_text(encoding="utf-8").splitlines():
            name, sep, value = line.strip().removeprefix("export ").partition("=")
            if sep and name.strip() and not name.startswith("#"):
                found[name.strip()] = value.strip().strip("'\"")
    os.environ.update(found)
    return found


def get_in_test() -> bool:
    """Whether the configuration folder is the temporary one of a test."""
    return _TestMode.active


def set_in_test(
    in_test: bool = True,
    *,
    clear: bool = True,
    add_pid: bool = True,
    no_prefix: bool | None = None,
    config: dict[str, Any] | None = None,
    fail_on_warnings: Iterable[type[Warning]] | type[Warning] | None = None,
) -> None:
    """Moves the configuration to a temporary folder, or back.

    Args:
        in_test: False goes back to the folder before.
        clear: Whether the temporary folder starts empty.
        add_pid: Whether its name carries the process id.
        no_prefix: True leaves `funcnodes_test` out of its name.
        config: Settings to start with.
        fail_on_warnings: Warnings that become errors.
    """
    if not in_test:
        _leave_test()
        return
    if not _TestMode.active:
        _TestMode.previous_env = os.environ.get(ENV_CONFIG_DIR)
        _TestMode.active = True
    import shutil  # deferred: see write_config
    import tempfile  # deferred: it loads shutil

    parts = ([] if no_prefix else ["funcnodes_test"]) + ([str(os.getpid())] if add_pid else [])
    folder = Path(tempfile.gettempdir()) / ("_".join(parts) or "funcnodes")
    if clear:
        shutil.rmtree(folder, ignore_errors=True)
    reload(folder)
    if config:
        update_config(config)
    categories = [fail_on_warnings] if isinstance(fail_on_warnings, type) else fail_on_warnings
    for category in categories or ():
        warnings.simplefilter("error", category)


def _leave_test() -> None:
    global _BASE_CONFIG_DIR, _CONFIG_CHANGED
    if not _TestMode.active:
        return
    _TestMode.active = False
    if _TestMode.previous_env is None:
        os.environ.pop(ENV_CONFIG_DIR, None)
    else:
        os.environ[ENV_CONFIG_DIR] = _TestMode.previous_env
    _BASE_CONFIG_DIR = _dir_from_env()
    _CONFIG_CHANGED = True


class _ConfigModule(types.ModuleType):
    """Names that were module attributes and are properties now."""

    def __getattr__(self, name: str) -> Any:
        getters = {"CONFIG": get_config, "CONFIG_DIR": get_config_dir, "BASE_CONFIG_DIR": get_base_config_dir}
        if name not in getters:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        getter = getters[name]
        text = f"config.{name} is deprecated; use config.{getter.__name__}()"
        warnings.warn(text, FuncNodesDeprecationWarning, stacklevel=2)
        return getter()

    @property
    def IN_NODE_TEST(self) -> bool:
        return get_in_test()

    @IN_NODE_TEST.setter
    def IN_NODE_TEST(self, value: bool) -> None:
        set_in_test()


sys.modules[__name__].__class__ = _ConfigModule
