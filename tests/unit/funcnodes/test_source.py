"""Our own packages as requirements."""

from __future__ import annotations

import importlib.metadata
import json
import tomllib
from pathlib import Path

import pytest

from funcnodes_worker.packages import source
from funcnodes_worker.packages.source import (
    OwnPackage,
    override_lines,
    own_packages,
    project_file,
    requirement_lines,
)


class Installed:
    """Stands for an installed distribution."""

    version = "3.0.0"

    def __init__(self, direct_url: object = None) -> None:
        self.direct_url = direct_url

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return None if self.direct_url is None else json.dumps(self.direct_url)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch):
    """Pretends that our packages were installed in some way."""

    def pretend(**installed: Installed) -> None:
        def distribution(name: str) -> Installed:
            try:
                return installed[name.replace("-", "_")]
            except KeyError:
                raise importlib.metadata.PackageNotFoundError(name) from None

        monkeypatch.setattr(source, "distribution", distribution)

    return pretend


def test_a_working_copy_is_used_in_place(install, tmp_path: Path) -> None:
    install(funcnodes_core=Installed({"url": tmp_path.as_uri(), "dir_info": {"editable": True}}))

    assert own_packages() == [OwnPackage("funcnodes-core", "3.0.0", tmp_path, True)]
    assert requirement_lines() == [f"-e {tmp_path.as_uri()}"]


def test_a_wheel_on_disk_is_installed_again(install, tmp_path: Path) -> None:
    wheel = tmp_path / "funcnodes core-3.0.0-py3-none-any.whl"
    wheel.touch()
    install(funcnodes_core=Installed({"url": wheel.as_uri(), "archive_info": {}}))

    assert requirement_lines() == [f"funcnodes-core @ {wheel.as_uri()}"]


@pytest.mark.parametrize(
    "direct_url",
    [
        None,
        {"url": "https://example.invalid/x.whl", "archive_info": {}},
        {"url": "file:///gone/x.whl", "archive_info": {}},
        {},
    ],
)
def test_everything_else_comes_from_the_index_in_this_version(install, direct_url: object) -> None:
    install(funcnodes_core=Installed(direct_url), funcnodes=Installed(direct_url))

    assert requirement_lines() == ["funcnodes-core==3.0.0", "funcnodes==3.0.0"]


def test_overrides_keep_the_earlier_editor_out(install) -> None:
    install(funcnodes=Installed())

    assert override_lines() == ["funcnodes==3.0.0", "funcnodes-react-flow ; sys_platform == 'never'"]


def test_a_project_names_sources_overrides_and_what_was_asked_for(install, tmp_path: Path) -> None:
    install(
        funcnodes_core=Installed({"url": tmp_path.as_uri(), "dir_info": {"editable": True}}),
        funcnodes=Installed(),
    )

    project = tomllib.loads(
        project_file(['funcnodes-files>=1 ; python_version > "3"', "FuncNodes_Core<2", "funcnodes==1"])
    )

    assert project["project"]["dependencies"] == [
        "funcnodes-core",
        "funcnodes==3.0.0",
        'funcnodes-files>=1 ; python_version > "3"',
    ]
    assert project["tool"]["uv"]["override-dependencies"] == [
        "funcnodes-core",
        "funcnodes==3.0.0",
        "funcnodes-react-flow ; sys_platform == 'never'",
    ]
    assert project["tool"]["uv"]["sources"] == {"funcnodes-core": {"path": str(tmp_path), "editable": True}}


def test_what_runs_these_tests_is_found() -> None:
    assert {package.name for package in own_packages()} == {"funcnodes-core", "funcnodes-worker", "funcnodes"}
