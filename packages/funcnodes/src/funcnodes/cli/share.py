"""`funcnodes share`: links that let others in with a part of one's rights."""

import argparse
import asyncio
from datetime import datetime
from typing import Any

from funcnodes.cli import output
from funcnodes.cli.folder import current
from funcnodes.errors import UsageError
from funcnodes.manager.registry import WorkerConfig, WorkerRegistry
from funcnodes.net.address import Address, url_host
from funcnodes.web.running import running_url
from funcnodes.web.sharing import link_path
from funcnodes_core.config import get_config
from funcnodes_worker.client import connect
from funcnodes_worker.errors import ConnectionFailedError
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.server.auth import load_or_make_token
from funcnodes_worker.shares import Share, ShareBook

__all__ = ["share"]


def share(args: argparse.Namespace) -> int:
    """Makes a link, lists those that are good, or revokes one."""
    directory = current()
    book = ShareBook(directory, load_or_make_token(directory))
    if args.revoke is not None:
        book.revoke(args.revoke)
        output.say(f"The link {args.revoke} opens nothing any more")
        return 0
    if args.list:
        _list(book, as_json=args.json)
        return 0
    registry = WorkerRegistry(directory)
    worker = _worker(registry, args.worker)
    inputs = asyncio.run(_find_inputs(directory, worker, args.input)) if args.input else []
    made, key = book.make(
        args.scope,
        args.hours,
        label=args.label,
        worker=None if worker is None else worker.uuid,
        inputs=inputs,
        extras=args.show,
    )
    link = f"{(args.url or _server_url(directory)).rstrip('/')}/{link_path(key)}"
    output.say(f"{_what(made)}, until {_when(made.expires_at)}")
    output.say(f"(funcnodes share --revoke {made.id} ends it before)")
    output.answer(link)
    return 0


def _worker(registry: WorkerRegistry, wanted: str | None) -> WorkerConfig | None:
    """The worker that a link is for; the only one need not be named, `all` means every one."""
    if wanted == "all":
        return None
    if wanted is not None:
        found = registry.find(wanted)
    else:
        workers = [worker for worker in registry if not worker.remote]
        if len(workers) != 1:
            names = ", ".join(repr(worker.name) for worker in workers) or "none"
            raise UsageError(f"say which worker with --worker, or --worker all (there are: {names})")
        found = workers[0]
    if found.remote:
        raise UsageError(f"worker {found.name!r} runs elsewhere; whoever runs it can share it")
    return found


async def _find_inputs(
    directory: ConfigDir, worker: WorkerConfig | None, names: list[str]
) -> list[tuple[str, str]]:
    """The inputs behind `NODE.INPUT`, as the running worker knows them; a node by its name or uuid."""
    if worker is None:
        raise UsageError("inputs belong to one worker; say which with --worker")
    certificate = worker.data.get("certfile")
    url = Address(worker.host, worker.port, worker.ssl).url("ws")
    try:
        async with await connect(url, config_dir=directory, certificate=certificate) as client:
            nodes = await client.call("get_nodes")
    except ConnectionFailedError as error:
        raise UsageError(f"worker {worker.name!r} must run, so that its inputs can be found") from error
    return [_find_input(nodes, name) for name in names]


def _find_input(nodes: list[dict[str, Any]], name: str) -> tuple[str, str]:
    wanted, _, io_id = name.rpartition(".")
    found = [node for node in nodes if wanted in (node["uuid"], node["name"])]
    if len(found) != 1:
        raise UsageError(f"{len(found)} nodes are called {wanted!r}; an input is NODE.INPUT")
    if io_id not in found[0]["inputs"]:
        raise UsageError(f"node {wanted!r} has no input {io_id!r} (it has: {', '.join(found[0]['inputs'])})")
    return found[0]["uuid"], io_id


def _server_url(directory: ConfigDir) -> str:
    """Where the editor is served now, or would be."""
    running = running_url(directory)
    if running is not None:
        return running
    frontend = get_config()["frontend"]
    return f"http://{url_host(frontend.get('host') or 'localhost')}:{frontend.get('port', 8000)}/"


def _list(book: ShareBook, *, as_json: bool) -> None:
    shares = book.all()
    if as_json:
        output.json_answer(
            [
                {
                    "id": one.id,
                    "scope": one.scope,
                    "worker": one.worker,
                    "label": one.label,
                    "until": one.expires_at,
                }
                for one in shares
            ]
        )
        return
    rows = [[one.id, one.scope, one.worker or "all", one.label, _when(one.expires_at)] for one in shares]
    output.table(["id", "scope", "worker", "label", "until"], rows)


def _what(made: Share) -> str:
    where = "every worker" if made.worker is None else f"worker {made.worker}"
    inputs = f", {len(made.inputs)} inputs" if made.inputs else ""
    warning = "; who has it runs Python as you" if made.scope in ("edit", "install", "admin") else ""
    return f"A link to {where} with the scope {made.scope!r}{inputs}{warning}"


def _when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M")
