"""What is kept of external workers, and the classes that modules offer of them."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec import Struct, field

from funcnodes_core._setup import AVAILABLE_MODULES
from funcnodes_worker.document import EXTERNALS_KEY, Document
from funcnodes_worker.errors import BadArgumentsError, ConfigError, ConflictError, NotFoundError
from funcnodes_worker.external_worker import FuncNodesExternalWorker, has_own_config
from funcnodes_worker.paths import check_uuid
from funcnodes_worker.secretstore import SecretStore

__all__ = ["ExternalClass", "KeptExternals", "SavedExternal", "external_classes", "make", "saved_externals"]

_LOG = logging.getLogger("funcnodes.worker.external")

ExternalClass = type[FuncNodesExternalWorker]


class SavedExternal(Struct, kw_only=True):
    """What is kept of one external worker; `config` without what is secret."""

    uuid: str
    classid: str
    name: str | None = None
    config: dict[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What people see."""
        return self.name or f"{self.classid} {self.uuid[:8]}"

    def as_json(self) -> dict[str, Any]:
        """The form of earlier releases."""
        return {
            "uuid": self.uuid,
            "nodeclassid": self.classid,
            "running": False,
            "name": self.name,
            "config": self.config,
        }


class KeptExternals:
    """The external workers that a graph's file names, and their secrets.

    Args:
        document: the graph.
        secrets: where secret fields of configurations are kept.
    """

    def __init__(self, document: Document, secrets: SecretStore) -> None:
        self._document = document
        self._secrets = secrets
        self._saved: dict[str, SavedExternal] = {}

    def __iter__(self) -> Iterator[SavedExternal]:
        return iter(self._saved.values())

    def get(self, uuid: str) -> SavedExternal:
        """What is kept of one.

        Raises:
            NotFoundError: there is none.
        """
        try:
            return self._saved[uuid]
        except KeyError:
            raise NotFoundError(f"no external worker {uuid!r}", uuid=uuid) from None

    def owner_of(self, node_id: str) -> SavedExternal | None:
        """The one that a node class belongs to."""
        return next((one for one in self if node_id.startswith(f"{one.classid}.{one.uuid}.")), None)

    def whole_config(self, one: SavedExternal) -> dict[str, Any]:
        """A configuration with its secrets."""
        return {**one.config, **self._secrets.get(one.uuid)}

    def secrets_of(self, uuid: str) -> set[str]:
        """The secret fields that are set."""
        return set(self._secrets.get(uuid))

    def open(self) -> bool:
        """Take over what the document's file says; tells whether that is anything."""
        return self._take({}, self._document.store.extra)

    def adopt(self, extra: Mapping[str, Any]) -> bool:
        """Take over those of an imported file that are not here; tells whether there are any.

        Raises:
            JournalError: the disk refused; nothing has changed.
        """
        return self._take(self._saved, extra)

    def _take(self, known: dict[str, SavedExternal], extra: Mapping[str, Any]) -> bool:
        new = {one.uuid: one for one in saved_externals(extra) if one.uuid not in known}
        apart = {uuid: found for uuid, one in new.items() if (found := set_apart(one))}
        for uuid, found in apart.items():  # earlier releases wrote them beside everything else
            self._secrets.put(uuid, {**found, **self._secrets.get(uuid)})
        if new and (known or apart or EXTERNALS_KEY not in extra):
            self._save({**known, **new})
        self._saved = {**known, **new}
        return bool(new)

    def add(
        self, classid: str, name: str | None, config: Mapping[str, Any], uuid: str | None
    ) -> SavedExternal:
        """Keep a new one.

        Raises:
            CommandError: no such class, a configuration that does not fit, or a uuid that is taken.
            JournalError: the disk refused; nothing has changed.
        """
        cls = external_classes().get(classid)
        if cls is None:
            raise NotFoundError(f"no class {classid!r} of external workers is installed", classid=classid)
        new = SavedExternal(uuid=_checked_uuid(uuid), classid=classid, name=name or None)
        if new.uuid in self._saved:
            raise ConflictError(f"there is an external worker {new.uuid!r} already")
        new.config, secrets = _split_config(cls, config)
        self._keep(new, secrets)
        return new

    def update(self, uuid: str, name: str | None, config: Mapping[str, Any] | None) -> SavedExternal:
        """Keep another name, or other keys of the configuration.

        Raises:
            CommandError: no such external worker, or a configuration that does not fit.
            JournalError: the disk refused; nothing has changed.
        """
        one = self.get(uuid)
        new = SavedExternal(uuid=uuid, classid=one.classid, name=name or one.name, config=one.config)
        secrets = self._secrets.get(uuid)
        if config is not None:
            new.config, secrets = self._merged(one, config)
        self._keep(new, secrets)
        return new

    def remove(self, uuid: str) -> None:
        """Forget one and its secrets.

        Raises:
            NotFoundError: there is none.
            JournalError: the disk refused; nothing has changed.
        """
        self.get(uuid)
        self._save({key: one for key, one in self._saved.items() if key != uuid})
        self._secrets.put(uuid, {})

    def _merged(self, one: SavedExternal, config: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        cls = external_classes().get(one.classid)
        if cls is None:
            raise ConflictError(
                f"the class {one.classid!r} is not installed: nothing can check its configuration"
            )
        forgotten = {key for key, value in config.items() if value is None and key in cls.config_secrets()}
        whole = {**self.whole_config(one), **config}
        return _split_config(cls, {key: value for key, value in whole.items() if key not in forgotten})

    def _keep(self, one: SavedExternal, secrets: dict[str, Any]) -> None:
        before = self._secrets.get(one.uuid)
        self._secrets.put(one.uuid, secrets)
        try:
            self._save({**self._saved, one.uuid: one})
        except OSError:
            self._secrets.put(one.uuid, before)
            raise

    def _save(self, saved: dict[str, SavedExternal]) -> None:
        by_class: dict[str, list[dict[str, Any]]] = {}
        for one in saved.values():
            by_class.setdefault(one.classid, []).append(one.as_json())
        extra = {**self._document.store.extra, EXTERNALS_KEY: by_class}
        earlier = extra.get("earlier")
        if isinstance(earlier, dict):  # it is said once, and what was secret in there is apart now
            extra["earlier"] = {key: value for key, value in earlier.items() if key != EXTERNALS_KEY}
        self._document.replace_extra(extra)
        self._saved = saved


def external_classes() -> dict[str, ExternalClass]:
    """The classes of external workers that the loaded modules offer, by `NODECLASSID`."""
    found: dict[str, ExternalClass] = {}
    for record in list(AVAILABLE_MODULES.values()):
        if record.module is not None and record.error is None:
            for cls in _classes(record.entry_points.get("external_worker")):
                found.setdefault(cls.NODECLASSID, cls)
    return found


def _classes(offered: Any) -> Iterator[ExternalClass]:
    """A module offers one class, or several in a list or a dict."""
    if isinstance(offered, Mapping):
        offered = list(offered.values())
    for one in offered if isinstance(offered, (list, tuple, set, frozenset)) else [offered]:
        if isinstance(one, type) and issubclass(one, FuncNodesExternalWorker) and not one.IS_ABSTRACT:
            yield one


def saved_externals(extra: Mapping[str, Any]) -> list[SavedExternal]:
    """The external workers that a graph's file names, ours or of an earlier release; what has no form is left out."""
    earlier = extra.get("earlier")
    source = earlier if EXTERNALS_KEY not in extra and isinstance(earlier, Mapping) else extra
    by_class = source.get(EXTERNALS_KEY)
    found = []
    for classid, entries in by_class.items() if isinstance(by_class, Mapping) else ():
        for entry in entries if isinstance(entries, list) else ():
            given = {"uuid": entry} if isinstance(entry, str) else entry
            one = _as_saved(classid, given) if isinstance(given, Mapping) else None
            if one is not None:
                found.append(one)
    return found


def _as_saved(classid: str, given: Mapping[str, Any]) -> SavedExternal | None:
    name, config = given.get("name"), given.get("config")
    try:
        uuid = check_uuid(str(given.get("uuid")))
    except ConfigError as error:
        _LOG.warning("an external worker of the file is left out: %s", error)
        return None
    return SavedExternal(
        uuid=uuid,
        classid=classid,
        name=name if isinstance(name, str) and name else None,
        config=dict(config) if isinstance(config, Mapping) else {},
    )


def _checked_uuid(uuid: str | None) -> str:
    """A uuid that can name a folder; a new one where none is given.

    Raises:
        BadArgumentsError: it cannot.
    """
    try:
        return check_uuid(uuid or uuid4().hex)
    except ConfigError as error:
        raise BadArgumentsError(f"kwargs.uuid: {error}") from None


def _split_config(cls: ExternalClass, config: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A configuration that was checked: what may be saved and shown, and what is secret.

    Raises:
        BadArgumentsError: it does not fit the class's model; names the fields, not the values.
    """
    if not config and not has_own_config(cls):
        return {}, {}
    side, model = _side(), cls.config_cls
    try:
        checked = side.checked(model, config)
        return side.public_part(checked), side.secret_part(checked)
    except side.ValidationError as error:
        raise BadArgumentsError(f"kwargs.{side.explained(error, model)}") from None
    except Exception as error:  # noqa: BLE001 - validators and serializers of a module's model
        raise BadArgumentsError(f"kwargs.config: {type(error).__name__} while it was checked") from None


def make(
    cls: ExternalClass, one: SavedExternal, folder: Path, config: Mapping[str, Any]
) -> FuncNodesExternalWorker:
    """The object of an external worker.

    Raises:
        ConflictError: its constructor failed; told without secrets.
    """
    hidden = _side().texts_of({key: config[key] for key in config if key not in one.config}) if config else ()
    try:
        return cls(workerid=one.uuid, data_path=folder, name=one.name, config=dict(config))
    except Exception as error:  # noqa: BLE001 - the constructor of a module's class
        text = f"{type(error).__name__}: {error}"
        for secret in hidden:
            text = text.replace(secret, "***")
        raise ConflictError(f"{one.classid!r} cannot be made: {text}") from None


def set_apart(one: SavedExternal) -> dict[str, Any]:
    """Take the secret fields out of what a file says of one; gives them."""
    cls = external_classes().get(one.classid)
    if cls is None or not one.config or not has_own_config(cls):
        return {}
    hidden = cls.config_secrets() & one.config.keys()
    found = {key: one.config[key] for key in hidden if one.config[key] not in (None, "")}
    one.config = {key: value for key, value in one.config.items() if key not in hidden}
    return found


def _side() -> Any:
    # deferred: pydantic costs 9 MB
    return importlib.import_module("funcnodes_worker.external_config")
