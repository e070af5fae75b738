"""Commands about external workers: long-lived objects of node modules, such as devices, that offer nodes.

They are kept with the graph but are no part of its history: adding one cannot be undone.
"""

from __future__ import annotations

import inspect
from typing import Any

from msgspec import Struct, field

from funcnodes_worker.context import GraphContext
from funcnodes_worker.errors import BadArgumentsError, NotFoundError
from funcnodes_worker.external_records import ExternalClass, external_classes
from funcnodes_worker.external_worker import has_own_config
from funcnodes_worker.protocol.shapes import ExternalWorkerState
from funcnodes_worker.rpc.registry import Success, command

__all__ = ["AddedExternal", "ExternalClassInfo", "ExternalConfig", "ExternalWorkerList"]


class AddedExternal(Struct, kw_only=True):
    """The external worker that was made."""

    uuid: str
    classid: str


class ExternalClassInfo(Struct, kw_only=True):
    """A class of external workers that an installed module offers; `configurable` says that it has a form."""

    classid: str
    name: str
    module: str
    description: str = ""
    configurable: bool = False


class ExternalWorkerList(Struct, kw_only=True):
    """The external workers that there are, and the classes that more can be made of."""

    workers: list[ExternalWorkerState] = field(default_factory=list)
    classes: list[ExternalClassInfo] = field(default_factory=list)


class ExternalConfig(Struct, kw_only=True):
    """A configuration: its form, and what it says.

    Attributes:
        schema: JSON schema of the form (pydantic's).
        config: the values, without those of secret fields.
        secrets: the secret fields, with whether each is set.
    """

    schema: dict[str, Any]
    config: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, bool] = field(default_factory=dict)


@command(scope="view", on="graph")
def get_external_workers(ctx: GraphContext) -> ExternalWorkerList:
    """The external workers of this graph, and what can be added."""
    classes = [_info(classid, cls) for classid, cls in external_classes().items()]
    return ExternalWorkerList(workers=ctx.externals.states(), classes=classes)


@command(scope="edit", on="graph")
def get_external_worker_config(
    ctx: GraphContext, uuid: str | None = None, classid: str | None = None
) -> ExternalConfig:
    """The configuration of an external worker, or with `classid` the form for a new one."""
    if (uuid is None) == (classid is None):
        raise BadArgumentsError("kwargs.uuid: expected either this or kwargs.classid")
    if uuid is not None:
        one = ctx.externals.kept.get(uuid)
        cls, config = external_classes().get(one.classid), one.config
        secrets = ctx.externals.kept.secrets_of(uuid)
    else:
        cls, config, secrets = external_classes().get(classid or ""), {}, set()
        if cls is None:
            raise NotFoundError(f"no class {classid!r} of external workers is installed", classid=classid)
    if cls is None or not has_own_config(cls):
        return ExternalConfig(schema={"type": "object", "properties": {}}, config=config)
    return ExternalConfig(
        schema=cls.config_cls.model_json_schema(),
        config=config,
        secrets={name: name in secrets for name in sorted(cls.config_secrets())},
    )


@command(scope="edit", on="graph")
async def add_external_worker(
    ctx: GraphContext,
    classid: str,
    name: str | None = None,
    config: dict[str, Any] | None = None,
    uuid: str | None = None,
    start: bool = True,
) -> AddedExternal:
    """Make an external worker and start it. With the uuid of one that was removed its nodes come back."""
    made = await ctx.externals.add(classid, name, config or {}, uuid, start=start)
    return AddedExternal(uuid=made, classid=classid)


@command(scope="edit", on="graph")
async def update_external_worker(
    ctx: GraphContext,
    uuid: str,
    name: str | None = None,
    config: dict[str, Any] | None = None,
    running: bool | None = None,
) -> Success:
    """Change the name or keys of the configuration of an external worker, start it or stop it.

    A secret that is not given stays as it is; null forgets it.
    """
    await ctx.externals.update(uuid, name, config, running)
    return Success()


@command(scope="edit", on="graph")
async def remove_external_worker(ctx: GraphContext, uuid: str) -> Success:
    """Stop an external worker and forget it and its secrets; its nodes become placeholders that keep everything."""
    await ctx.externals.remove(uuid)
    return Success()


def _info(classid: str, cls: ExternalClass) -> ExternalClassInfo:
    return ExternalClassInfo(
        classid=classid,
        name=cls.NAME or cls.__name__,
        module=cls.__module__.partition(".")[0],
        description=inspect.cleandoc(cls.__doc__ or "").partition("\n\n")[0],
        configurable=has_own_config(cls),
    )
