"""`funcnodes doctor`: looks at an installation and names what is wrong with it."""

import argparse
import asyncio
import platform
import stat
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from funcnodes.cli import output
from funcnodes.cli.folder import current
from funcnodes.manager.client import find_manager
from funcnodes.manager.registry import WorkerRegistry
from funcnodes.manager.supervisor import Supervisor
from funcnodes.paths import STATIC_DIR
from funcnodes.provision.venv import find_uv
from funcnodes_core.config import get_config
from funcnodes_worker.packages.source import DISTRIBUTIONS, own_packages
from funcnodes_worker.paths import ConfigDir

__all__ = ["doctor"]

_EARLIER_EDITOR = "funcnodes-react-flow"


class Finding(NamedTuple):
    """One thing that was looked at."""

    what: str
    fine: bool
    detail: str


def doctor(args: argparse.Namespace) -> int:
    """Prints what was found; the exit code is 1 where something is wrong."""
    findings = [*_packages(), *_folder(current()), *_tools(), *_workers(current())]
    if args.json:
        output.json_answer([finding._asdict() for finding in findings])
    else:
        output.table(
            ["", "what", "detail"],
            [["ok" if finding.fine else "WRONG", finding.what, finding.detail] for finding in findings],
        )
    return 0 if all(finding.fine for finding in findings) else 1


def _packages() -> Iterator[Finding]:
    yield Finding("python", sys.version_info >= (3, 11), f"{platform.python_version()} at {sys.executable}")
    found = own_packages()
    versions = {package.version for package in found}
    listed = ", ".join(
        f"{package.name} {package.version}" + (f" from {package.path}" if package.path else "")
        for package in found
    )
    yield Finding("packages", len(versions) == 1 and len(found) == len(DISTRIBUTIONS), listed)
    try:
        earlier = version(_EARLIER_EDITOR)
    except PackageNotFoundError:
        return
    text = f"{_EARLIER_EDITOR} {earlier} is installed: it is the earlier editor; it is not used and can be removed"
    yield Finding("earlier editor", True, text)


def _folder(directory: ConfigDir) -> Iterator[Finding]:
    yield Finding("configuration folder", True, str(directory.path))
    if not directory.token_file.exists():
        return
    mode = stat.S_IMODE(directory.token_file.stat().st_mode)
    private = sys.platform == "win32" or not mode & 0o077
    detail = "readable by its owner only" if private else f"mode {mode:03o}: others can read it; chmod 600"
    yield Finding("token", private, detail)


def _tools() -> Iterator[Finding]:
    built = (STATIC_DIR / "index.html").is_file()
    yield Finding("editor", built, "built" if built else "not built; run 'make frontend' in the repository")
    uv = find_uv()
    yield Finding("uv", uv is not None, uv or "not found: workers cannot get environments of their own")


def _workers(directory: ConfigDir) -> Iterator[Finding]:
    address = asyncio.run(find_manager(directory))
    usual = get_config()["worker_manager"].get("port")
    detail = f"runs on port {address[1]}" if address else f"does not run (its port is {usual})"
    yield Finding("workermanager", True, detail)
    supervisor = Supervisor(WorkerRegistry(directory))
    asyncio.run(supervisor.remotes.look())
    for worker in supervisor.registry:
        status, detail = supervisor.status(worker)
        place = f"at {worker.data.get('url')}" if worker.remote else f"on port {worker.port}"
        text = f"{status} {place}" + (f": {detail}" if detail else "")
        yield Finding(f"worker {worker.name!r}", status not in {"crashed", "unreachable"}, text)
    for error in supervisor.registry.damaged():
        yield Finding(f"worker {error.worker!r}", False, error.reason)
