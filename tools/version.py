"""One version for the three packages.

python3 tools/version.py          the version
python3 tools/version.py X.Y.Z    writes it, and the exact pins of the siblings on each other
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

__all__ = ["PACKAGES", "current", "main", "pins", "write"]

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("funcnodes_core", "funcnodes_worker", "funcnodes")
_PIN = re.compile(r'"(funcnodes(?:-core|-worker)?)==([^"]+)"')


def _pyproject(package: str) -> Path:
    return ROOT / "packages" / package / "pyproject.toml"


def current() -> dict[str, str]:
    """The version of each package, as its pyproject.toml says it."""
    return {
        package: str(tomllib.loads(_pyproject(package).read_text(encoding="utf-8"))["project"]["version"])
        for package in PACKAGES
    }


def pins() -> list[tuple[str, str, str]]:
    """Every pin on a sibling: (package, sibling's distribution name, version)."""
    return [
        (package, name, version)
        for package in PACKAGES
        for name, version in _PIN.findall(_pyproject(package).read_text(encoding="utf-8"))
    ]


def write(version: str) -> None:
    """Sets the version and the pins of all three packages.

    Raises:
        ValueError: If it is not of the form X.Y.Z. A pre-release is refused on purpose: an installer would
            replace it by an older final release that node modules accept.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ValueError(f"not a version of the form X.Y.Z: {version!r}")
    for package in PACKAGES:
        path = _pyproject(package)
        text = path.read_text(encoding="utf-8")
        text = re.sub(r'(?m)^version = "[^"]*"', f'version = "{version}"', text, count=1)
        path.write_text(_PIN.sub(rf'"\1=={version}"', text), encoding="utf-8")


def main(argv: list[str]) -> int:
    """The command line; returns the exit code."""
    if len(argv) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    if argv:
        write(argv[0])
    for package, version in current().items():
        print(f"{package} {version}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
