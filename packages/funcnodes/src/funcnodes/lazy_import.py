"""Modules that are imported when they are first used."""

import importlib
import sys
from collections.abc import MutableMapping
from types import ModuleType
from typing import Any

__all__ = ["LazyImport"]


class LazyImport(ModuleType):
    """Stands for a module until an attribute of it is asked for; then it is imported and takes its own place.

    Args:
        local_name: The name that the using module gives it.
        parent_module_globals: `globals()` of the using module; the real module replaces this object there.
        target: Dotted name of the module to import.
        register_in_sys_modules: Whether `import target` finds this object until then.
        register_alias: Whether `import <using module>.<local_name>` finds it too.
        install_hint: What to install where the import fails, such as `pip install pandas`.
    """

    def __init__(
        self,
        local_name: str,
        parent_module_globals: MutableMapping[str, Any],
        target: str,
        *,
        register_in_sys_modules: bool = False,
        register_alias: bool = False,
        install_hint: str | None = None,
    ) -> None:
        super().__init__(target)
        own: dict[str, Any] = {
            "_local_name": local_name,
            "_parent": parent_module_globals,
            "_target": target,
            "_hint": install_hint,
            "_aliases": [],
        }
        vars(self).update(own)
        if register_in_sys_modules:
            self._register(target)
        if register_alias:
            self._register(f"{parent_module_globals.get('__name__', '')}.{local_name}".lstrip("."))

    def _register(self, name: str) -> None:
        if name not in sys.modules:
            sys.modules[name] = self
            vars(self)["_aliases"].append(name)

    def _load(self) -> ModuleType:
        """Imports the module and puts it wherever this object stands."""
        own = vars(self)
        target, aliases = own["_target"], own["_aliases"]
        for name in aliases:
            if sys.modules.get(name) is self:
                del sys.modules[name]
        try:
            module = importlib.import_module(target)
        except ImportError as error:
            if not own["_hint"]:
                raise
            raise ImportError(f"{error}; {own['_hint']}", name=error.name, path=error.path) from error
        for name in aliases:
            sys.modules.setdefault(name, module)
        own["_parent"][own["_local_name"]] = module
        vars(self).update(vars(module))
        return module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith(
            "__"
        ):  # asked by tools that look, not by users of the module
            raise AttributeError(name)
        return getattr(self._load(), name)

    def __dir__(self) -> list[str]:
        return dir(self._load())
