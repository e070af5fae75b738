"""`funcnodes worker call`: one command of the protocol, from a shell."""

import argparse
import asyncio
import json
from typing import Any

from yarl import URL

from funcnodes.cli import output
from funcnodes.cli.folder import current
from funcnodes.cli.worker import chosen
from funcnodes.errors import UsageError
from funcnodes.manager.registry import WorkerRegistry
from funcnodes.net.remote import Remote
from funcnodes_worker.client import connect
from funcnodes_worker.errors import CommandError
from funcnodes_worker.rpc.registry import REGISTRY
from funcnodes_worker.server.auth import read_token

__all__ = ["call"]


def call(args: argparse.Namespace) -> int:
    """Runs a command of a running worker and prints its result as JSON."""
    registry = WorkerRegistry(current())
    worker = chosen(registry, args)
    kwargs = dict(_argument(text) for text in args.arguments)
    try:
        REGISTRY.get(args.name_of_command).convert(kwargs)
    except CommandError as error:
        raise UsageError(str(error)) from None
    url, token, certificate = _way(registry, worker.uuid)
    output.json_answer(asyncio.run(_call(str(url), token, certificate, args.name_of_command, kwargs)))
    return 0


def _way(registry: WorkerRegistry, uuid: str) -> tuple[URL, str | None, str | None]:
    found = registry.address(uuid)
    if isinstance(found, Remote):
        return found.at("ws", "/"), found.token, None
    return URL(found.url("ws")), read_token(registry.dir), found.certificate


async def _call(
    url: str, token: str | None, certificate: str | None, command: str, kwargs: dict[str, Any]
) -> Any:
    async with await connect(url, token, certificate=certificate) as client:
        return await client.call(command, **kwargs)


def _argument(text: str) -> tuple[str, Any]:
    """`name=JSON`; what is no JSON is the text itself."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"{text!r} is no argument; write NAME=JSON")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
