"""Configurations of external workers: pydantic models, their secret fields, and what people may see of them.

The only module that imports pydantic; it is loaded when a configuration is looked at first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_jsonable_python

__all__ = ["ExternalWorkerConfig", "checked", "explained", "public_part", "secret_fields", "secret_part"]

_MIN_HIDDEN = 3  # shorter secrets are part of too many words to be looked for in texts


class ExternalWorkerConfig(BaseModel):
    """Base of the configurations of external workers; keys that a subclass does not name are kept.

    A field is secret if its type is pydantic's `SecretStr` (or holds one), or if its
    `json_schema_extra` says `{"secret": True}` or, as earlier releases did, `{"export": False}`.
    """

    model_config = ConfigDict(extra="allow", validate_assignment=True)


def secret_fields(model: type[BaseModel]) -> set[str]:
    """Names of the fields that never leave this machine and are never shown."""
    schema = model.model_json_schema()
    kinds = schema.get("$defs", {})
    return {name for name, field in schema.get("properties", {}).items() if _is_secret(field, kinds, set())}


def _is_secret(schema: Any, kinds: Mapping[str, Any], seen: set[str]) -> bool:
    if isinstance(schema, list):
        return any(_is_secret(item, kinds, seen) for item in schema)
    if not isinstance(schema, dict):
        return False
    if schema.get("secret") is True or schema.get("export") is False or schema.get("writeOnly") is True:
        return True
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen and _is_secret(kinds.get(name), kinds, seen | {name}):
        return True
    return any(_is_secret(value, kinds, seen) for value in schema.values() if isinstance(value, (dict, list)))


def checked(model: type[BaseModel], given: Mapping[str, Any] | BaseModel) -> BaseModel:
    """A configuration from what was given.

    Raises:
        ValidationError: it does not fit the model.
    """
    if isinstance(given, model):
        return given
    return model.model_validate(given.model_dump() if isinstance(given, BaseModel) else dict(given))


def public_part(config: BaseModel) -> dict[str, Any]:
    """What may be saved and shown, as JSON data."""
    found: dict[str, Any] = json.loads(config.model_dump_json(exclude=secret_fields(type(config))))
    return found


def secret_part(config: BaseModel) -> dict[str, Any]:
    """The secret fields that are set, in plain text, as JSON data."""
    names = secret_fields(type(config))
    values = {name: _bare(value) for name, value in config.model_dump().items() if name in names}
    return {name: to_jsonable_python(value) for name, value in values.items() if value not in (None, "", b"")}


def _bare(value: Any) -> Any:
    if hasattr(value, "get_secret_value"):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {key: _bare(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_bare(item) for item in value]
    return value


def texts_of(secrets: Any) -> Iterator[str]:
    """Every text in the secret part of a configuration that is long enough to be looked for."""
    if isinstance(secrets, str):
        if len(secrets) >= _MIN_HIDDEN:
            yield secrets
    elif isinstance(secrets, (Mapping, list)):
        for item in secrets.values() if isinstance(secrets, Mapping) else secrets:
            yield from texts_of(item)


def explained(error: ValidationError, model: type[BaseModel]) -> str:
    """What does not fit, field by field, without the values that were given: they may be secret."""
    hidden = secret_fields(model)
    lines = []
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        where = [str(part) for part in one["loc"]]
        # a validator of a secret field may repeat the value in its message
        what = "not accepted" if where and where[0] in hidden and one["type"] != "missing" else one["msg"]
        lines.append(f"{'.'.join(['config', *where])}: {what}")
    return "; ".join(lines)
