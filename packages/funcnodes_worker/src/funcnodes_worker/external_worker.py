"""Objects of node modules that live as long as the worker and offer nodes of their own: devices, cameras, pumps."""

from __future__ import annotations

import importlib
import traceback
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from funcnodes_core.eventmanager import EventEmitterMixin, emit_after
from funcnodes_core.lib.shelf import Shelf
from funcnodes_core.nodemaker.instance import NodeClassMixin
from funcnodes_worker.loop import CustomLoop

if TYPE_CHECKING:
    from funcnodes_worker.external_config import ExternalWorkerConfig

__all__ = ["FuncNodesExternalWorker", "has_own_config"]


def _pydantic_side() -> Any:
    """The module of configurations: importing pydantic costs 9 MB and is put off until one is looked at."""
    return importlib.import_module("funcnodes_worker.external_config")


class _BareConfig:
    """Gives classes that name no model of their own the bare one."""

    def __get__(self, instance: object, owner: type) -> type[ExternalWorkerConfig]:
        found: type[ExternalWorkerConfig] = _pydantic_side().ExternalWorkerConfig
        return found


def has_own_config(cls: type[FuncNodesExternalWorker]) -> bool:
    """Whether a class has a model of its configuration."""
    return any("config_cls" in vars(base) for base in cls.__mro__ if base is not FuncNodesExternalWorker)


class FuncNodesExternalWorker(NodeClassMixin, EventEmitterMixin, CustomLoop):
    """An object with a loop, a configuration and methods that are nodes.

    Concrete subclasses name themselves by `NODECLASSID`; `NAME` is shown in lists, `config_cls` is the model of
    their configuration.

    Args:
        workerid: the uuid.
        config: what the configuration says, as a model or a mapping.
        data_path: a folder of its own, made when it is first asked for.
        name: what people see.
    """

    IS_ABSTRACT = True
    NAME: ClassVar[str | None] = None
    config_cls: type[ExternalWorkerConfig] = _BareConfig()  # type: ignore[assignment]  # a class when it is read
    _instances: ClassVar[weakref.WeakSet[FuncNodesExternalWorker]] = weakref.WeakSet()

    def __init__(
        self,
        workerid: str,
        config: ExternalWorkerConfig | Mapping[str, Any] | None = None,
        data_path: Path | str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        CustomLoop.__init__(self, delay=1.0)
        self.uuid = workerid
        if name is not None:
            self.name = name
        self._data_path = Path(data_path) if data_path is not None else None
        self._nodeshelf: weakref.ref[Shelf] | None = None
        self._last_failure = ""
        self._config: ExternalWorkerConfig | None = None
        if config or has_own_config(type(self)):
            self._config = self._as_config(config or {})
        FuncNodesExternalWorker._instances.add(self)

    @property
    def config(self) -> ExternalWorkerConfig:
        """The configuration; change it by `update_config`."""
        if self._config is None:
            self._config = self._as_config({})
        return self._config

    def update_config(self, config: ExternalWorkerConfig | Mapping[str, Any] | None = None) -> None:
        """Change keys of the configuration, checked by its model, and call `post_config_update`.

        Raises:
            pydantic.ValidationError: a value does not fit; nothing changes.
        """
        given = dict(config or {}) if config is None or isinstance(config, Mapping) else config.model_dump()
        self._config = self._as_config({**self.config.model_dump(), **given})
        self.post_config_update()

    def post_config_update(self) -> None:
        """Called after the configuration changed; subclasses react here."""

    @property
    def data_path(self) -> Path | None:
        """The folder of this object, made on access; None when it was given none."""
        if self._data_path is not None:
            self._data_path.mkdir(parents=True, exist_ok=True)
        return self._data_path

    @data_path.setter
    def data_path(self, path: Path | str | None) -> None:
        self._data_path = None if path is None else Path(path)

    @property
    def nodeshelf(self) -> weakref.ref[Shelf] | None:
        """The shelf of this object's nodes, weakly."""
        return self._nodeshelf

    @nodeshelf.setter
    def nodeshelf(self, shelf: Shelf | None) -> None:
        self.set_nodeshelf(shelf)

    def set_nodeshelf(self, shelf: Shelf | None) -> None:
        """Offer the nodes of another shelf; emits `nodes_update`."""
        self._nodeshelf = None if shelf is None else weakref.ref(shelf)
        self.emit("nodes_update")

    @classmethod
    def running_instances(cls) -> list[FuncNodesExternalWorker]:
        """The objects of this class (and its subclasses) whose loops run."""
        return [one for one in FuncNodesExternalWorker._instances if isinstance(one, cls) and one.running]

    @emit_after()
    async def stop(self) -> None:
        """End the loop: emits `stopping`, then lets the nodes go."""
        self.emit("stopping")
        await CustomLoop.stop(self)
        self.cleanup()

    def _repr_json_(self) -> dict[str, Any]:
        return self.serialize(export=True)  # JSON is shown to people

    def serialize(self, export: bool = False) -> dict[str, Any]:
        """What there is to say of this object, with `export` without what is secret."""
        kept: dict[str, Any] = {}
        if self._config is not None:
            kept = _pydantic_side().public_part(self._config)
            if not export:
                kept |= _pydantic_side().secret_part(self._config)
        return {
            "uuid": self.uuid,
            "nodeclassid": self.NODECLASSID,
            "running": self.running,
            "name": self.name,
            "config": kept,
        }

    @classmethod
    def config_secrets(cls) -> set[str]:
        """Names of the configuration's fields that never leave this machine."""
        found: set[str] = _pydantic_side().secret_fields(cls.config_cls)
        return found

    def hide_secrets(self, text: str) -> str:
        """A text with what the configuration keeps secret blotted out."""
        if self._config is not None:
            side = _pydantic_side()
            for secret in side.texts_of(side.secret_part(self._config)):
                text = text.replace(secret, "***")
        return text

    def redact(self, error: BaseException) -> None:
        """Blot out what the configuration keeps secret in the texts of an error and of those that caused it."""
        seen: set[int] = set()
        waiting: list[BaseException | None] = [error]
        while waiting:
            one = waiting.pop()
            if one is None or id(one) in seen:
                continue
            seen.add(id(one))
            one.args = tuple(self.hide_secrets(part) if isinstance(part, str) else part for part in one.args)
            waiting += [one.__cause__, one.__context__]

    def _round_failed(self, error: BaseException) -> None:
        """Log a failure once however often it repeats, and tell it: emits `loop_failed`."""
        text = self.hide_secrets(f"{type(error).__name__}: {error}")
        if text != self._last_failure:
            self._last_failure = text
            trace = "".join(traceback.format_exception(error))
            self._logger.error("a round of %s failed: %s", self.name, self.hide_secrets(trace))
            self.emit("loop_failed", {"error": text})

    def _round_done(self) -> None:
        if self._last_failure:
            self._last_failure = ""
            self.emit("loop_recovered")

    def _as_config(self, config: ExternalWorkerConfig | Mapping[str, Any]) -> ExternalWorkerConfig:
        found: ExternalWorkerConfig = _pydantic_side().checked(self.config_cls, config)
        return found
