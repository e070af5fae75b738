"""Three packages, one version."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

EXPECTED_PINS = {
    ("funcnodes_worker", "funcnodes-core"),
    ("funcnodes", "funcnodes-core"),
    ("funcnodes", "funcnodes-worker"),
}


@pytest.fixture(scope="module")
def tool(load_script: Callable[[str], ModuleType]) -> ModuleType:
    """tools/version.py as a module."""
    return load_script("tools/version.py")


def test_the_packages_have_one_final_version(tool: ModuleType) -> None:
    versions = set(tool.current().values())

    assert len(versions) == 1
    assert re.fullmatch(r"\d+\.\d+\.\d+", versions.pop())


def test_siblings_pin_each_other_exactly(tool: ModuleType) -> None:
    current = tool.current()

    pins = tool.pins()

    assert {(package, name) for package, name, _ in pins} == EXPECTED_PINS
    assert all(version == current[package] for package, _, version in pins)


def test_the_installed_packages_have_that_version(tool: ModuleType) -> None:
    for package, version in tool.current().items():
        assert importlib.metadata.version(package) == version


def test_a_new_version_reaches_every_file(
    tool: ModuleType, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in tool.PACKAGES:
        copy = tmp_path / "packages" / package / "pyproject.toml"
        copy.parent.mkdir(parents=True)
        copy.write_text(
            (root / "packages" / package / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8"
        )
    monkeypatch.setattr(tool, "ROOT", tmp_path)

    tool.write("3.9.1")

    assert set(tool.current().values()) == {"3.9.1"}
    assert {version for _, _, version in tool.pins()} == {"3.9.1"}


@pytest.mark.parametrize("version", ["3.1", "3.1.0rc1", "3.1.0.dev1", "x"])
def test_a_pre_release_is_refused(tool: ModuleType, version: str) -> None:
    with pytest.raises(ValueError, match=re.escape(version)):
        tool.write(version)
