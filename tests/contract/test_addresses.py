"""No tracked file says where packages are downloaded from."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

LOCK_PATTERNS = ("*.lock", "*package-lock.json", "*requirements*.txt")
INDEX_HOSTS = ("pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "registry." + "yarnpkg")


def git(root: Path, *arguments: str) -> str:
    shown = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    assert shown.returncode in (0, 1), shown.stderr
    return shown.stdout


@pytest.fixture(scope="module")
def tool(load_script: Callable[[str], ModuleType]) -> ModuleType:
    """tools/portable_lock.py as a module."""
    return load_script("tools/portable_lock.py")


def test_lock_files_carry_no_address(root: Path) -> None:
    names = git(root, "ls-files", "--", *LOCK_PATTERNS).split()

    wrong = [
        f"{name}: {address}"
        for name in names
        for address in re.findall(r"\b\w+://[^\s\"']+", git(root, "show", f":{name}"))
        if not address.startswith("https://index.invalid/")
    ]

    assert "uv.lock" in names
    assert not wrong, "\n".join(wrong[:10])


def test_no_tracked_file_names_a_package_index(root: Path) -> None:
    found = git(
        root, "grep", "--cached", "-nI", *[part for host in INDEX_HOSTS for part in ("-e", host)], "--", "."
    )
    assert not found, found


def test_the_committed_lock_is_already_portable(root: Path, tool: ModuleType) -> None:
    committed = git(root, "show", ":uv.lock")
    assert tool.portable(committed) == committed


def test_the_portable_form_keeps_names_versions_and_dependencies(tool: ModuleType) -> None:
    lock = (
        'version = 1\nrevision = 3\n\n[[package]]\nname = "a"\nversion = "1.0"\n'
        'source = { registry = "https://some.host/simple" }\n'
        'dependencies = [\n    { name = "b" },\n]\n'
        'sdist = { url = "https://some.host/a.tar.gz", hash = "sha256:0" }\n'
        'wheels = [\n    { url = "https://some.host/a.whl" },\n]\n\n'
        '[package.metadata]\nrequires-dist = [{ name = "b" }]\n\n'
        '[[package]]\nname = "b"\nversion = "2.0"\nsource = { registry = "https://some.host/simple" }\n'
    )

    portable = tool.portable(lock)

    assert "some.host" not in portable
    assert "metadata" not in portable
    assert tool.versions(portable) == {("a", "1.0"), ("b", "2.0")}
    assert '{ name = "b" }' in portable


def test_the_npm_form_keeps_versions_and_checksums(tool: ModuleType) -> None:
    package = {
        "version": "1.0",
        "integrity": "sha512-x",
        "resolved": "https://h/a.tgz",
        "funding": {"url": "https://f"},
    }

    portable = json.loads(
        tool.portable(json.dumps({"lockfileVersion": 3, "packages": {"node_modules/a": package}}))
    )

    assert portable["packages"]["node_modules/a"] == {"version": "1.0", "integrity": "sha512-x"}
