"""Commands about node modules: which are installed, and which this worker asks for."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from funcnodes_core._setup import AVAILABLE_MODULES
from funcnodes_worker.context import ReadContext
from funcnodes_worker.rpc.registry import command

__all__ = ["Dependency", "ModuleInfo", "Modules"]


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
    """Node modules by what they are to this worker."""

    installed: list[ModuleInfo] = field(default_factory=list)
    active: list[str] = field(default_factory=list)


@command(scope="view")
def get_worker_dependencies(ctx: ReadContext) -> dict[str, Dependency]:
    """The packages that the worker's configuration asks for, by name."""
    given = ctx.worker.config.raw.get("package_dependencies")
    if not isinstance(given, dict):
        return {}
    return {str(name): _dependency(str(name), entry) for name, entry in given.items()}


@command(scope="view")
def get_available_modules(ctx: ReadContext) -> Modules:
    """The node modules that are installed here, and those of them that are in the library."""
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
    )


def _dependency(name: str, entry: Any) -> Dependency:
    if not isinstance(entry, dict):
        return Dependency(package=name)
    version = entry.get("version")
    return Dependency(
        package=str(entry.get("package") or name), version=None if version is None else str(version)
    )
