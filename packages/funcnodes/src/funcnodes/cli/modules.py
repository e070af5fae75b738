"""`funcnodes modules list`."""

import argparse

from funcnodes._setup import AVAILABLE_MODULES, setup
from funcnodes.cli import output

__all__ = ["list_modules"]


def list_modules(args: argparse.Namespace) -> int:
    """Lists the node modules of this Python environment."""
    setup()
    modules = sorted(AVAILABLE_MODULES.values(), key=lambda module: module.name)
    columns = ("module", "package", "version", "description")
    rows = [
        (module.name, module.distribution or "", module.version or "", module.description or "")
        for module in modules
    ]
    if args.json:
        output.json_answer([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        output.table(columns, rows)
    return 0
