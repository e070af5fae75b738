"""The command line: what there is to choose, and where what is chosen lives.

Commands are dotted names that are imported on choice, so that `--help` loads no server and no engine.
"""

import argparse
import importlib
import signal
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

__all__ = ["main", "make_parser"]

_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command line and gives the exit code: 0, 2 for wrong use, 130 for ctrl+c, others for what failed."""
    parser = make_parser()
    options = parser.parse_args(argv)
    if options.command is None:
        parser.print_help(sys.stderr)
        return 2
    module, _, name = str(options.command).partition(":")
    output = importlib.import_module("funcnodes.cli.output")
    known = importlib.import_module("funcnodes.cli.failures").KNOWN
    try:
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a KeyboardInterrupt from here on
        importlib.import_module("funcnodes.cli.folder").use(getattr(options, "dir", None))
        command: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(module), name)
        return command(options)
    except KeyboardInterrupt:
        output.say("Interrupted")
        return _INTERRUPTED
    except known as error:
        output.error(str(error))
        return int(getattr(error, "exit_code", 1))


def make_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(prog="funcnodes", description="Visual, reactive programming for Python.")
    parser.add_argument("--version", action="version", version=f"funcnodes {version('funcnodes')}")
    parser.add_argument("--dir", metavar="PATH", help="configuration folder (default: ~/.funcnodes)")
    parser.set_defaults(command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_runserver(commands)
    _add_manager(commands)
    _add_worker(commands)
    _add_share(commands)
    _add_run(commands)
    modules = _add(commands, "modules", None, "node modules that are installed here")
    listed = _sub(modules)
    _json(_add(listed, "list", "funcnodes.cli.modules:list_modules", "list them with their versions"))
    _json(
        _add(
            commands, "doctor", "funcnodes.cli.doctor:doctor", "check this installation and say what is wrong"
        )
    )
    return parser


def _add(commands: Any, name: str, target: str | None, text: str) -> argparse.ArgumentParser:
    """Adds a command; `--dir` may stand behind any of them too."""
    made: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + "."
    )
    made.add_argument("--dir", metavar="PATH", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    if target is not None:
        made.set_defaults(command=target)
    return made


def _sub(parser: argparse.ArgumentParser) -> Any:
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_listen(parser: argparse.ArgumentParser, section: str) -> None:
    """Options of everything that listens."""
    parser.add_argument(
        "--host", help=f"address to listen on (default: {section}.host of config.json, localhost)"
    )
    parser.add_argument("--port", type=_port, help=f"port (default: {section}.port of config.json)")
    parser.add_argument("--certfile", metavar="FILE", help="certificate, to serve over TLS")
    parser.add_argument("--keyfile", metavar="FILE", help="key of the certificate")
    parser.add_argument("--insecure", action="store_true", help="allow other machines to connect without TLS")


def _add_runserver(commands: Any) -> None:
    parser = _add(
        commands, "runserver", "funcnodes.cli.server:runserver", "serve the editor and open it in a browser"
    )
    _add_listen(parser, "frontend")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--no-manager", action="store_true", help="start no workermanager where none runs")
    parser.add_argument("--manager-port", type=_port, help="port of the workermanager that is started")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="host name that is served too (repeatable)",
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="origin that may connect (repeatable)",
    )
    parser.add_argument("--base-url", metavar="URL", help="where browsers reach it through a reverse proxy")
    parser.add_argument(
        "--trusted-proxy", action="append", default=[], metavar="ADDRESS",
        help="proxy whose X-Forwarded-For is believed (repeatable)",
    )  # fmt: skip


def _add_manager(commands: Any) -> None:
    parser = _add(
        commands,
        "startworkermanager",
        "funcnodes.cli.server:startworkermanager",
        "run the workermanager alone",
    )
    _add_listen(parser, "worker_manager")


def _add_worker(commands: Any) -> None:
    parser = _add(commands, "worker", None, "make, add, list, start, stop and delete workers")
    parser.add_argument("--uuid", help="id of the worker")
    parser.add_argument("--name", help="name of the worker")
    workers = _sub(parser)
    base = "funcnodes.cli.worker"
    new = _worker(workers, "new", f"{base}:new", "make a worker, with a Python environment of its own")
    new.add_argument("--not-in-venv", action="store_true", help="run it in this Python environment instead")
    new.add_argument("--create-only", action="store_true", help="do not start it")
    new.add_argument("--autostart", action="store_true", help="start it whenever the workermanager starts")
    new.add_argument("--copy", metavar="WORKER", help="copy the graph, files and packages of another worker")
    add = _worker(workers, "add", f"{base}:add", "use a worker that somebody else runs, in this editor")
    add.add_argument("url", metavar="URL", help="its address: wss://host:port/, or ws:// on this machine")
    add.add_argument("--token-file", required=True, metavar="FILE", help="the file that holds its token")
    add.add_argument("--insecure", action="store_true", help="allow another machine without TLS")
    add.add_argument("--no-check", action="store_true", help="add it even if it does not answer now")
    _json(_worker(workers, "list", f"{base}:list_workers", "list the workers"))
    start = _worker(workers, "start", f"{base}:start", "serve a worker until ctrl+c")
    start.add_argument("--background", action="store_true", help="have the workermanager run it instead")
    start.add_argument("--port", type=_port, help="another port, which stays its own from then on")
    start.add_argument("--certfile", metavar="FILE", help="certificate, to serve over TLS from then on")
    start.add_argument("--keyfile", metavar="FILE", help="key of the certificate")
    start.add_argument("--debug", action="store_true", help="tell clients tracebacks of failed commands")
    _worker(workers, "stop", f"{base}:stop", "stop a worker")
    call = _worker(
        workers, "call", "funcnodes.cli.call:call", "run one command of a running worker; prints its result"
    )
    call.add_argument("name_of_command", metavar="COMMAND", help="as the protocol names it, such as add_node")
    call.add_argument(
        "arguments", nargs="*", metavar="NAME=JSON", help="what the command takes; what is no JSON is text"
    )
    delete = _worker(workers, "delete", f"{base}:delete", "stop a worker and remove it with its data")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    _worker(workers, "provision", f"{base}:provision_worker", "make or update the environment of a worker")


def _worker(commands: Any, name: str, target: str, text: str) -> argparse.ArgumentParser:
    """A command on one worker; `--uuid` and `--name` may stand behind it too."""
    parser = _add(commands, name, target, text)
    parser.add_argument("--uuid", default=argparse.SUPPRESS, help="id of the worker")
    parser.add_argument("--name", default=argparse.SUPPRESS, help="name of the worker")
    return parser


def _add_share(commands: Any) -> None:
    text = "make a link that lets somebody else see or use a graph, for some hours"
    parser = _add(commands, "share", "funcnodes.cli.share:share", text)
    scopes = ["view", "knobs", "run", "edit", "install", "admin"]
    parser.add_argument(
        "--scope",
        choices=scopes,
        default="view",
        help="what it allows, with all before it; from edit on its bearer runs Python as you (default: view)",
    )
    parser.add_argument("--hours", type=float, default=8.0, help="how long it is good for (default: 8)")
    parser.add_argument("--worker", metavar="WORKER", help="name or id of the worker it opens, or all")
    parser.add_argument(
        "--input", action="append", default=[], metavar="NODE.INPUT",
        help="input that a knobs or run link may set (repeatable)",
    )  # fmt: skip
    parser.add_argument(
        "--show", action="append", default=[], choices=["files", "logs", "tracebacks", "values"],
        help="what a link below edit shows too (repeatable)",
    )  # fmt: skip
    parser.add_argument("--label", default="", help="what you call it, for the list")
    parser.add_argument("--url", help="address of the editor as others reach it")
    parser.add_argument("--list", action="store_true", help="list the links that are good")
    parser.add_argument("--revoke", metavar="ID", help="end a link now")
    _json(parser)


def _add_run(commands: Any) -> None:
    parser = _add(commands, "run", "funcnodes.cli.run:run", "run a saved graph once, without a server")
    parser.add_argument("file", metavar="FILE", help="a .fnw file, a nodespace.json or another saved graph")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NODE.IO=JSON", help="set an input first (repeatable)"
    )
    parser.add_argument(
        "--get",
        action="append",
        default=[],
        metavar="NODE.IO",
        help="print this output or input (repeatable)",
    )
    parser.add_argument("--out", choices=["text", "json"], default="text", help="how values are printed")
    parser.add_argument("--files", metavar="DIR", help="folder in which its nodes read and write files")
    parser.add_argument(
        "--save", metavar="OUT", help="also write the graph to another file, in the present form"
    )
    parser.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="give up after this time")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:  # neither is nan
        raise argparse.ArgumentTypeError(f"{text!r} is no time in seconds above 0")
    return seconds


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return port
