"""What packages a worker's environment holds and where ours come from."""

from funcnodes_worker.packages.source import (
    DISTRIBUTIONS,
    KEPT_OUT,
    OwnPackage,
    override_lines,
    own_packages,
    project_file,
    requirement_lines,
)

__all__ = [
    "DISTRIBUTIONS",
    "KEPT_OUT",
    "OwnPackage",
    "override_lines",
    "own_packages",
    "project_file",
    "requirement_lines",
]
