"""From a name, a path or a dict to the shelf that it means."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from funcnodes_core._logging import FUNCNODES_LOGGER
from funcnodes_core.lib.libparser import module_to_shelf
from funcnodes_core.lib.shelf import Shelf

__all__ = ["Found", "find_shelf", "find_shelf_from_module", "find_shelf_from_path"]

Found = tuple[Shelf, dict[str, Any]]


def find_shelf(src: str | Mapping[str, Any]) -> Found | None:
    """The shelf that a description means, and the description in full; None if there is none.

    Args:
        src: A module name, `pip://distribution` (which must be installed), `file://path` or a
            dict with `module`, `path` or both.
    """
    if isinstance(src, Mapping):
        return find_shelf_from_path(src) if "path" in src else find_shelf_from_module(src)
    if src.startswith("pip://"):
        distribution = re.split(r"[\s=<>!~;\[@]", src.removeprefix("pip://"), maxsplit=1)[0]
        return find_shelf_from_module(distribution.replace("-", "_"))
    if src.startswith("file://"):
        return find_shelf_from_path(src.removeprefix("file://"))
    return find_shelf_from_module(src)


def find_shelf_from_module(mod: str | Mapping[str, Any], args: Any = None) -> Found | None:
    """The shelf of a module, imported afresh if it was imported before.

    Args:
        mod: Its name, or `{"module": name}`.
        args: Accepted for older callers; without effect.
    """
    name = str(mod["module"]) if isinstance(mod, Mapping) else mod
    known = sys.modules.get(name)
    try:
        module = _reloaded(known) if known is not None else importlib.import_module(name)
        return module_to_shelf(module), {"module": name}
    except ModuleNotFoundError as exc:
        if exc.name is None or not name.startswith(exc.name):
            raise  # the module is there, what it imports is not
        return None


def _reloaded(module: ModuleType) -> ModuleType:
    try:
        return importlib.reload(module)
    except Exception:  # noqa: BLE001 - reloading runs the module's code; the loaded one still works
        FUNCNODES_LOGGER.warning("%r could not be reloaded", module.__name__, exc_info=True)
        return module


def find_shelf_from_path(path: str | Mapping[str, Any], args: Any = None) -> Found | None:
    """The shelf of a module that lies at a path.

    Args:
        path: A `.py` file, a package folder, or `{"path": folder, "module": name}`.
        args: Accepted for older callers; without effect.
    """
    if isinstance(path, Mapping):
        place = Path(path["path"])
        name = str(path.get("module") or place.stem)
        place = place.joinpath(*name.split(".")) if path.get("module") else place
    else:
        place, name = Path(path), Path(path).stem
    place = place.expanduser().absolute()
    candidates = (place, place.with_suffix(".py"), place / "__init__.py")
    file = next((candidate for candidate in candidates if candidate.is_file()), None)
    if file is None:
        return None
    module = _import_file(file, name)
    return module_to_shelf(module), {"path": str(file), "module": name}


def _import_file(file: Path, name: str) -> ModuleType:
    search = [str(file.parent)] if file.name == "__init__.py" else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=search)
    if spec is None or spec.loader is None:
        raise ImportError(f"{str(file)!r} is no Python module", name=name, path=str(file))
    module = importlib.util.module_from_spec(spec)
    with contextlib.ExitStack() as on_failure:
        on_failure.callback(_put_back, name, sys.modules.get(name))
        sys.modules[name] = module
        spec.loader.exec_module(module)
        on_failure.pop_all()
    return module


def _put_back(name: str, module: ModuleType | None) -> None:
    if module is None:
        sys.modules.pop(name, None)
    else:
        sys.modules[name] = module
