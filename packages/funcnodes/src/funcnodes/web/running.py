"""Where the web server of a configuration folder is served: a file, for the other programs of the same user."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from funcnodes.manager.process import live_pid
from funcnodes_core.files import read_json, write_json
from funcnodes_worker.instance import process_start
from funcnodes_worker.paths import ConfigDir

__all__ = ["announced", "running_url"]


def _file(config_dir: ConfigDir) -> Path:
    return config_dir.path / "web.json"


def running_url(config_dir: ConfigDir) -> str | None:
    """The address of the editor, if a web server of this configuration folder runs."""
    file = _file(config_dir)
    if live_pid(file) is None:
        return None
    url = read_json(file).get("url")
    return url if isinstance(url, str) else None


@contextmanager
def announced(config_dir: ConfigDir, url: str) -> Iterator[None]:
    """Inside, other programs find this process's web server at an address."""
    pid = os.getpid()
    write_json(_file(config_dir), {"url": url, "pid": pid, "started": process_start(pid)})
    try:
        yield
    finally:
        _file(config_dir).unlink(missing_ok=True)
