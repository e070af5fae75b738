"""`funcnodes runserver` and `funcnodes startworkermanager`."""

import argparse
import asyncio

from funcnodes.cli import output
from funcnodes.cli.folder import current
from funcnodes.errors import UsageError
from funcnodes.launch import ServerOptions, Started, serve, serve_manager
from funcnodes.manager.service import DEFAULT_PORT
from funcnodes_core.config import get_config

__all__ = ["runserver", "startworkermanager"]


def runserver(args: argparse.Namespace) -> int:
    """Serves the editor until ctrl+c."""
    directory = current()
    frontend, manager = get_config()["frontend"], get_config()["worker_manager"]
    options = ServerOptions(
        config_dir=directory,
        host=args.host or frontend.get("host") or "localhost",
        port=_port(args, "frontend", 8000),
        manager_host=manager.get("host") or "localhost",
        manager_port=args.manager_port,
        start_manager=not args.no_manager,
        open_browser=not args.no_browser,
        certfile=args.certfile,
        keyfile=args.keyfile,
        insecure=args.insecure,
        hosts=tuple(args.allow_host),
        origins=tuple(args.allow_origin),
        base_url=args.base_url,
        trusted_proxies=tuple(args.trusted_proxy),
    )

    def started(what: Started) -> None:
        if not what.built:
            output.say("The editor is not built; run 'make frontend' in the repository")
        output.hint("FuncNodes runs at" if what.ours else "FuncNodes runs already at", what.launch_url)
        if not what.ours:
            return
        output.say(f"(that link lets one browser in within a minute; later: {what.url} and the token in")
        output.say(f"{directory.token_file}; ctrl+c stops the server and its workers)")

    asyncio.run(serve(options, say=output.say, started=started))
    return 0


def _port(args: argparse.Namespace, section: str, usual: int) -> int:
    """The port that was asked for, or the one in `config.json`."""
    if args.port is not None:
        return int(args.port)
    configured = get_config()[section].get("port", usual)
    if not isinstance(configured, int) or not 0 <= configured <= 65535:
        raise UsageError(f"{section}.port in config.json is no port: {configured!r}")
    return configured


def startworkermanager(args: argparse.Namespace) -> int:
    """Runs the workermanager until ctrl+c."""
    settings = get_config()["worker_manager"]
    port = _port(args, "worker_manager", DEFAULT_PORT)

    def started(host: str, port: int) -> None:
        output.hint("The workermanager runs at", f"ws://{host}:{port}/")

    asyncio.run(
        serve_manager(
            current(),
            args.host or settings.get("host") or "localhost",
            port,
            certfile=args.certfile,
            keyfile=args.keyfile,
            insecure=args.insecure,
            started=started,
        )
    )
    return 0
