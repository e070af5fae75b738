"""What is published works where it is installed: wheels in an empty environment, without node and without the clone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.anyio, pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(240)]

UV = [sys.executable, "-m", "uv"]


def run(*command: str | Path, **more: Any) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **more
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheels(root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The three wheels, built from source."""
    assert (root / "packages/funcnodes/src/funcnodes/static/index.html").is_file(), (
        "build the editor: make frontend"
    )
    folder = tmp_path_factory.mktemp("dist")
    run(*UV, "build", "--quiet", "--all-packages", "--wheel", "--out-dir", folder, cwd=root)
    return sorted(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of scripts of an environment that holds the wheels and nothing else of ours."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    run(*UV, "venv", "--quiet", "--python", sys.executable, environment)
    run(*UV, "pip", "install", "--quiet", "--python", environment / "bin" / "python", *wheels)
    return environment / "bin"


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, Any]:
    """How to start a program with an empty home, in an empty folder, with neither node nor uv on PATH."""
    kept = {key: value for key, value in os.environ.items() if "SSL" in key or "CERT" in key}
    return {"env": {**kept, "PATH": "/nowhere", "HOME": str(tmp_path)}, "cwd": tmp_path}


def test_the_wheels_hold_editor_examples_types_and_licence(wheels: list[Path]) -> None:
    names = {wheel.name.partition("-")[0]: set(zipfile.ZipFile(wheel).namelist()) for wheel in wheels}

    assert set(names) == {"funcnodes", "funcnodes_core", "funcnodes_worker"}
    assert {"funcnodes/static/index.html", "funcnodes/examples/table.json"} <= names["funcnodes"]
    for package, files in names.items():
        assert f"{package}/py.typed" in files
        assert any(name.endswith("licenses/LICENSE") for name in files)


def test_the_command_line_works_from_the_wheels(installed: Path, bare: dict[str, Any]) -> None:
    version = run(installed / "funcnodes", "--version", **bare)
    package = run(
        installed / "python", "-c", "import funcnodes; print(funcnodes.__path__[0])", **bare
    ).strip()
    result = run(installed / "funcnodes", "run", f"{package}/examples/loop.json", "--out", "json", **bare)

    assert "3.0.0" in version
    assert json.loads(result)["Greetings.out"].startswith("Hello Ada!")


async def test_the_editor_is_served_from_the_wheels(
    installed: Path, bare: dict[str, Any], program: Any, helpers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        program, "command", lambda *args: [str(installed / "funcnodes"), "--dir", str(program.dir), *args]
    )

    served = program.runserver(PATH=bare["env"]["PATH"])
    async with served.browser() as browser:
        async with browser.get("/") as page:
            text = await page.text()
        script = text.partition('src="')[2].partition('"')[0]
        async with browser.get(f"/{script.lstrip('./')}") as asset:
            size = len(await asset.read())

    assert page.status == 200
    assert asset.status == 200
    assert size > 100_000
