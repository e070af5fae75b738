"""`python -m funcnodes` and the program `funcnodes`."""

import importlib
import signal
import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and gives the exit code.

    Ctrl+c while a command is being imported ends the program as any other: without a traceback.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where it is to be ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    return int(importlib.import_module("funcnodes.cli.main").main(argv))


if __name__ == "__main__":
    sys.exit(main())
