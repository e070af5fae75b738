"""FuncNodes: visual, reactive programming for Python.

`import funcnodes as fn` gives everything that `funcnodes_core` and `funcnodes_worker` offer. Names are looked up
when they are first used, so that the import starts nothing and loads no server.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from funcnodes.lazy_import import LazyImport as LazyImport
    from funcnodes.manager.client import assert_worker_manager_running as assert_worker_manager_running
    from funcnodes.manager.service import WorkerManager as WorkerManager
    from funcnodes_core import *  # noqa: F403 - everything that it declares public
    from funcnodes_worker import *  # noqa: F403 - everything that it declares public

_OWN = {
    "LazyImport": "funcnodes.lazy_import",
    "WorkerManager": "funcnodes.manager.service",
    "assert_worker_manager_running": "funcnodes.manager.client",
}
_MODULES = {
    "config": "funcnodes_core.config",
    "decorator": "funcnodes_core.decorator",
    "exceptions": "funcnodes_core.exceptions",
    "lib": "funcnodes_core.lib",
    "logging": "funcnodes_core._logging",
    "nodemaker": "funcnodes_core.nodemaker",
    "plugins": "funcnodes_core.plugins",
    "types": "funcnodes_core.types",
}
_BELOW = ("funcnodes_core", "funcnodes_worker")


def _public() -> list[str]:
    below = [name for package in _BELOW for name in importlib.import_module(package).__all__]
    return sorted({"__version__", *_OWN, *_MODULES, *below})


def __getattr__(name: str) -> Any:
    """Finds a public name where it lives and keeps it."""
    if name == "__all__":
        return _public()
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("funcnodes")
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = _find(name)
    globals()[name] = value
    return value


def _find(name: str) -> Any:
    if name in _OWN:
        return getattr(importlib.import_module(_OWN[name]), name)
    for package in _BELOW:
        module = importlib.import_module(package)
        if name in module.__all__:
            return getattr(module, name)
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return _public()
