"""The configuration folder that a command works in."""

import os
import warnings
from pathlib import Path

from funcnodes.cli import output
from funcnodes.errors import ConfigDirError
from funcnodes_core import config
from funcnodes_core.files import expand_user
from funcnodes_worker.paths import ConfigDir, default_config_dir

__all__ = ["current", "use"]


def use(given: str | None) -> None:
    """Makes a folder the configuration folder of this process and of those that it starts.

    Args:
        given: `--dir`; None takes FUNCNODES_CONFIG_DIR or `~/.funcnodes`.

    Raises:
        ConfigDirError: it is a file, or cannot be made or written.
    """
    path = expand_user(given).absolute() if given else default_config_dir()
    if given == "":
        raise ConfigDirError(Path(""), "the path is empty")
    _check(path)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        config.reload(path)
    for warning in told:
        output.say(f"warning: {warning.message}")


def current() -> ConfigDir:
    """The folder that `use` chose."""
    return ConfigDir(config.get_config_dir())


def _check(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise ConfigDirError(path, "it is not a folder")
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigDirError(path, f"it cannot be made ({error.strerror})") from error
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise ConfigDirError(path, "it is not writable")
