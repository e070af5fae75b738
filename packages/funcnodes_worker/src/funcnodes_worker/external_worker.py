"""Objects of node modules that live as long as the worker and offer nodes of their own: devices, cameras, pumps."""

from __future__ import annotations

import json
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from funcnodes_core.eventmanager import EventEmitterMixin, emit_after
from funcnodes_core.lib.shelf import Shelf
from funcnodes_core.nodemaker.instance import NodeClassMixin
from funcnodes_worker.loop import CustomLoop

__all__ = ["ExternalWorkerConfig", "FuncNodesExternalWorker"]


class ExternalWorkerConfig(BaseModel):
    """Base of the configurations of external workers; keys that a subclass does not name are kept."""

    model_config = ConfigDict(extra="allow", validate_assignment=True)


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
    config_cls: type[ExternalWorkerConfig] = ExternalWorkerConfig
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
        self._config = self._as_config(config if config is not None else {})
        FuncNodesExternalWorker._instances.add(self)

    @property
    def config(self) -> ExternalWorkerConfig:
        """The configuration; change it by `update_config`."""
        return self._config

    def update_config(self, config: ExternalWorkerConfig | Mapping[str, Any] | None = None) -> None:
        """Change keys of the configuration, checked by its model, and call `post_config_update`.

        Raises:
            pydantic.ValidationError: a value does not fit; nothing changes.
        """
        given = config.model_dump(mode="json") if isinstance(config, BaseModel) else dict(config or {})
        self._config = self._as_config({**self._config.model_dump(mode="json"), **given})
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

    def serialize(self, export: bool = False) -> dict[str, Any]:
        """What a snapshot (or with `export` a file to share) says of this object."""
        if export:
            config = json.loads(self._config.model_dump_json(exclude=self.config_secrets()))
        else:
            config = json.loads(self._config.model_dump_json())
        return {
            "uuid": self.uuid,
            "nodeclassid": self.NODECLASSID,
            "running": self.running,
            "name": self.name,
            "config": config,
        }

    @classmethod
    def config_secrets(cls) -> set[str]:
        """Names of the configuration's fields that never leave this machine."""
        fields = cls.config_cls.model_fields
        return {
            key
            for key, field in fields.items()
            if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("export") is False
        }

    def _as_config(self, config: ExternalWorkerConfig | Mapping[str, Any]) -> ExternalWorkerConfig:
        if isinstance(config, self.config_cls):
            return config
        if isinstance(config, BaseModel):
            return self.config_cls.model_validate(config.model_dump())
        return self.config_cls.model_validate(config)
