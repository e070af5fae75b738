"""`python -m funcnodes_worker --dir DIR --uuid UUID` serves one worker of a configuration directory."""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code.

    Ctrl+c while the worker is being imported ends the process as any program's: without a traceback.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where it is to be ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):  # `funcnodes worker start` holds it back while Python starts anew
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    program = importlib.import_module("funcnodes_worker.program")
    return int(program.main(argv))


if __name__ == "__main__":
    sys.exit(main())
