"""Commands about node modules: which are installed, and which this worker asks for."""

from __future__ import annotations

import re
import shlex
import sys
from collections import Counter
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from msgspec import Struct, field

from funcnodes_core._setup import AVAILABLE_MODULES
from funcnodes_core.nodespace.placeholder import PlaceHolderNode
from funcnodes_worker.context import GraphContext, ReadContext
from funcnodes_worker.errors import BadArgumentsError, NotSupportedError
from funcnodes_worker.libraryfill import Filled, fill_library
from funcnodes_worker.pluginfiles import Plugin, plugins
from funcnodes_worker.rpc.registry import command

__all__ = ["Dependency", "MissingModules", "ModuleInfo", "Modules", "PackageChanges"]

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,200}[A-Za-z0-9])?")


class Dependency(Struct, kw_only=True):
    """A package that this worker's environment must have."""

    package: str
    version: str | None = None


class ModuleInfo(Struct, kw_only=True):
    """One installed node module; `error` says why it could not be loaded."""

    name: str
    package: str
    version: str | None = None
    description: str | None = None
    error: str | None = None


class Modules(Struct, kw_only=True):
    """Node modules by what they are to this worker.

    Attributes:
        installed: those in its environment.
        active: names of those whose nodes are in the library.
        available: packages that its configuration asks for and that are not installed.
    """

    installed: list[ModuleInfo] = field(default_factory=list)
    active: list[str] = field(default_factory=list)
    available: list[ModuleInfo] = field(default_factory=list)


class PackageChanges(Struct, kw_only=True):
    """What a change of the environment does, or with `dry_run` would do.

    Attributes:
        changes: the version of each package before and after; None where it is not there.
        done: whether it was done.
    """

    changes: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)
    done: bool = False


class MissingModules(Struct, kw_only=True):
    """What the graph needs and the worker's environment does not have.

    Attributes:
        node_ids: ids of the classes that are missing, with how many nodes are of each.
        packages: those that the graph was saved with and that are not installed here.
        install: the command that installs them where this worker runs; empty where no package is known.
    """

    node_ids: dict[str, int] = field(default_factory=dict)
    packages: list[Dependency] = field(default_factory=list)
    install: str = ""


@command(scope="edit", on="graph")
def get_missing_modules(ctx: GraphContext) -> MissingModules:
    """Why nodes of the graph are placeholders, and how to change that."""
    missing = Counter(
        str(node.node_id)
        for node in ctx.space.nodes
        if isinstance(node, PlaceHolderNode) and not ctx.externals.is_stopped(str(node.node_id))
    )
    asked = ctx.document.store.extra.get("requires")
    wanted = (
        [_dependency(str(name), entry) for name, entry in asked.items()] if isinstance(asked, dict) else []
    )
    packages = [one for one in wanted if not _is_installed(one.package)]
    return MissingModules(node_ids=dict(missing), packages=packages, install=_install_command(packages))


@command(scope="install", on="graph")
def find_modules(ctx: GraphContext) -> Filled:
    """Look for node modules that were installed since the start, and offer their nodes.

    Placeholders whose classes arrive become real nodes, with all their data. Nothing is installed or run by this.
    """
    return fill_library(ctx.space, only_new=True)


def _is_installed(package: str) -> bool:
    try:
        version(package)
    except (PackageNotFoundError, ValueError):  # not there, or no name of a package
        return False
    return True


def _install_command(packages: list[Dependency]) -> str:
    if not packages:
        return ""
    return shlex.join(_tool("install") + [_requirement(one) for one in packages])


def _tool(verb: str) -> list[str]:
    if find_spec("pip") is None:  # as in an environment that uv made
        return ["uv", "pip", verb, "--python", sys.executable]
    return [sys.executable, "-m", "pip", verb]


def _requirement(wanted: Dependency) -> str:
    if not wanted.version:
        return wanted.package
    return f"{wanted.package}{'' if wanted.version[0] in '<>=!~' else '>='}{wanted.version}"


@command(scope="view")
def get_worker_dependencies(ctx: ReadContext) -> dict[str, Dependency]:
    """The packages that the worker's configuration asks for, by name."""
    given = ctx.worker.config.raw.get("package_dependencies")
    if not isinstance(given, dict):
        return {}
    return {str(name): _dependency(str(name), entry) for name, entry in given.items()}


@command(scope="view")
def get_available_modules(ctx: ReadContext) -> Modules:
    """The node modules that are installed here, those of them that are in the library, and those that are missing."""
    records = list(AVAILABLE_MODULES.values())
    return Modules(
        installed=[
            ModuleInfo(
                name=record.name,
                package=record.distribution or record.name,
                version=record.version,
                description=record.description,
                error=record.error,
            )
            for record in records
        ],
        active=[record.name for record in records if record.module is not None and record.error is None],
        available=[
            ModuleInfo(name=name, package=wanted.package, version=wanted.version)
            for name, wanted in get_worker_dependencies(ctx).items()
            if not _is_installed(wanted.package)
        ],
    )


@command(scope="view")
def get_plugins(ctx: ReadContext) -> list[Plugin]:
    """The scripts and styles that node modules bring along for the editor; it asks before it runs any."""
    return plugins()


@command(scope="install")
def add_package_dependency(
    ctx: ReadContext, package: str, version: str | None = None, dry_run: bool = False
) -> PackageChanges:
    """Install a package into the worker's environment; with `dry_run` only say what would change."""
    wanted = Dependency(package=_package_name(package), version=version)
    by_hand = _install_command([wanted])
    raise NotSupportedError(
        f"this worker cannot install packages: run {by_hand!r} and restart it", install=by_hand
    )


@command(scope="install")
def remove_package_dependency(ctx: ReadContext, package: str, dry_run: bool = False) -> PackageChanges:
    """Remove a package from the worker's environment; with `dry_run` only say what would change."""
    by_hand = shlex.join([*_tool("uninstall"), _package_name(package)])
    raise NotSupportedError(
        f"this worker cannot remove packages: run {by_hand!r} and restart it", uninstall=by_hand
    )


def _package_name(package: str) -> str:
    if not _NAME.fullmatch(package):
        raise BadArgumentsError(f"kwargs.package: {package[:50]!r} is no name of a package")
    return package


def _dependency(name: str, entry: Any) -> Dependency:
    if not isinstance(entry, dict):
        return Dependency(package=name)
    version = entry.get("version")
    return Dependency(
        package=str(entry.get("package") or name), version=None if version is None else str(version)
    )
