"""`python -m funcnodes` and the program `funcnodes`."""

import sys

from funcnodes.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
