"""Lock files without the address of any package index.

A lock file names the index it was made with, so it would work only where that index can be reached. As a git
clean filter (stdin to stdout) this script writes the part of `uv.lock` and `package-lock.json` that holds
everywhere: names, versions, dependencies. The work tree keeps the tools' own form.

    python3 tools/portable_lock.py < uv.lock    the portable form
    python3 tools/portable_lock.py --check      does the work tree still hold the committed versions?

`uv sync` takes the committed versions as preferences: one that the index no longer has is replaced without a
word. `--check` is that word.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

__all__ = ["main", "portable", "portable_npm", "portable_uv", "versions"]

ROOT = Path(__file__).resolve().parent.parent
UV_LOCK = "uv.lock"
REGISTRY = 'registry = "https://index.invalid/simple"'
NPM_ADDRESS_KEYS = ("resolved", "funding", "deprecated")


def portable_uv(text: str) -> str:
    """The text of a `uv.lock` without index addresses, files, hashes and the members' own metadata.

    Leaving out `[package.metadata]` of the workspace members is what makes uv resolve again, against the index
    of the machine, with the versions here as preferences.
    """
    text = re.sub(r"(?ms)^\[package\.metadata(\.[\w-]+)?\]\n.*?(?=^\[|\Z)", "", text)
    text = re.sub(r"(?m)^revision = \d+\n", "", text)
    text = re.sub(r"(?m)^sdist = \{.*\}\n", "", text)
    text = re.sub(r"(?ms)^wheels = \[\n.*?^\]\n", "", text)
    text = re.sub(r"(?m)^wheels = \[.*\]\n", "", text)
    text = re.sub(r'registry = "[^"]*"', REGISTRY, text)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip("\n") + "\n"


def portable_npm(text: str) -> str:
    """The text of a `package-lock.json` without addresses; checksums stay, they are the same everywhere."""
    lock = json.loads(text)
    for package in lock.get("packages", {}).values():
        for key in NPM_ADDRESS_KEYS:
            package.pop(key, None)
    return json.dumps(lock, indent=2, ensure_ascii=False) + "\n"


def portable(text: str) -> str:
    """The portable form of either kind of lock file, told apart by its first character."""
    return portable_npm(text) if text.lstrip().startswith("{") else portable_uv(text)


def versions(text: str) -> set[tuple[str, str]]:
    """Every (package, version) that a `uv.lock` names."""
    packages = tomllib.loads(text).get("package", [])
    return {(package["name"], package["version"]) for package in packages if "version" in package}


def _committed(path: str) -> str | None:
    shown = subprocess.run(["git", "show", f"HEAD:{path}"], cwd=ROOT, capture_output=True, text=True)
    return shown.stdout if shown.returncode == 0 else None


def _differences(committed: str, present: str) -> Iterator[str]:
    old, new = versions(committed), versions(present)
    for name, version in sorted(old - new):
        now = ", ".join(sorted(v for n, v in new - old if n == name)) or "nothing"
        yield f"{name}: committed {version}, here {now}"
    known = {name for name, _ in old}
    for name, version in sorted(new - old):
        if name not in known:
            yield f"{name}: committed nothing, here {version}"


def check() -> int:
    """Compares the work tree's `uv.lock` with the committed one; the exit code."""
    committed = _committed(UV_LOCK)
    if committed is None:
        print("uv.lock: nothing committed to compare with (not a git work tree)", file=sys.stderr)
        return 0
    differences = list(_differences(committed, (ROOT / UV_LOCK).read_text(encoding="utf-8")))
    for line in differences:
        print(line, file=sys.stderr)
    if differences:
        print(
            "uv.lock differs from what is committed: commit it, or find out where a version went",
            file=sys.stderr,
        )
    return 1 if differences else 0


def main(argv: list[str]) -> int:
    """The command line; returns the exit code."""
    if argv == ["--check"]:
        return check()
    if argv:
        print(__doc__, file=sys.stderr)
        return 2
    sys.stdout.write(portable(sys.stdin.read()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
