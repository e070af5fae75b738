"""The command line of a worker's process."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from funcnodes_core.config import reload
from funcnodes_core.exceptions import FuncNodesError
from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.errors import AlreadyRunningError, WorkerError
from funcnodes_worker.paths import ConfigDir, default_config_dir
from funcnodes_worker.server.serve import ServeOptions, serve

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code: 0 stopped, 1 failed, 3 runs already."""
    options = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.DEBUG if options.debug else logging.INFO, format="%(levelname)s %(name)s: %(message)s"
    )
    config_dir = ConfigDir(options.dir)
    try:
        interruptible()
        config = WorkerConfig.load(config_dir, options.uuid)
        reload(config_dir.path)
        asyncio.run(
            serve(
                config,
                ServeOptions(
                    host=options.host,
                    port=options.port,
                    debug=options.debug,
                    durability=options.durability,
                    insecure=options.insecure,
                    certfile=options.certfile,
                    keyfile=options.keyfile,
                    owns_process=True,
                ),
            )
        )
    except AlreadyRunningError as error:
        print(f"funcnodes_worker: {error}", file=sys.stderr)
        return 3
    except (WorkerError, FuncNodesError) as error:
        print(f"funcnodes_worker: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        # what is left of this process ends quietly
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return 0


def interruptible() -> None:
    """From here on ctrl+c is a KeyboardInterrupt, if it does anything."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m funcnodes_worker", description="Serves one worker of a configuration directory."
    )
    parser.add_argument("--dir", type=Path, default=default_config_dir(), help="the configuration directory")
    parser.add_argument("--uuid", required=True, help="the worker to serve")
    parser.add_argument("--host", help="address to listen on (default: the worker's, or localhost)")
    parser.add_argument("--port", type=int, help="port to listen on; stays the worker's from then on")
    parser.add_argument("--certfile", help="certificate, to serve over TLS; stays the worker's from then on")
    parser.add_argument("--keyfile", help="key of the certificate")
    parser.add_argument("--debug", action="store_true", help="tracebacks for callers, more in the log")
    parser.add_argument(
        "--durability",
        choices=("grouped", "full"),
        default="grouped",
        help="full: every change is on the disk before it is answered",
    )
    parser.add_argument(
        "--insecure", action="store_true", help="allow an address that others reach, without TLS"
    )
    return parser
