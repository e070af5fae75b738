"""Wheels of the three packages, installed into an empty environment, serve the editor from there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from funcnodes.provision.venv import environment_python, find_uv

pytestmark = [pytest.mark.anyio, pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(180)]

PACKAGES = ("funcnodes_core", "funcnodes_worker", "funcnodes")


def uv(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    return subprocess.run(
        [find_uv() or "uv", *args], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def sources(root: Path, folder: Path, *, editor: bool) -> Path:
    """A copy of the three packages; with the built editor, or else a page that stands for it, or without."""
    for package in PACKAGES:
        ignored = (
            shutil.ignore_patterns("__pycache__", "static")
            if not editor
            else shutil.ignore_patterns("__pycache__")
        )
        shutil.copytree(root / "packages" / package, folder / package, ignore=ignored)
    static = folder / "funcnodes" / "src" / "funcnodes" / "static"
    if editor and not (static / "index.html").is_file():
        static.mkdir()
        (static / "index.html").write_text("<!doctype html><title>stands for the editor</title>")
    return folder


@pytest.fixture
def wheels(root: Path, tmp_path: Path) -> list[Path]:
    folder = sources(root, tmp_path / "sources", editor=True)
    for package in PACKAGES:
        built = uv("build", "--wheel", "--out-dir", str(tmp_path / "dist"), cwd=folder / package)
        assert built.returncode == 0, built.stderr
    return sorted((tmp_path / "dist").glob("*.whl"))


async def test_wheels_serve_the_editor_without_the_repository(
    wheels: list[Path], program: Any, helpers: Any, tmp_path: Path
) -> None:
    uv("venv", "--no-project", "--python", sys.executable, str(tmp_path / "env"), cwd=tmp_path)
    python = environment_python(tmp_path / "env")
    installed = uv("pip", "install", "--python", str(python), *map(str, wheels), cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    program.python = str(python)

    served = program.runserver(PATH="/usr/bin:/bin")
    async with served.browser() as browser:
        async with browser.get("/") as page:
            status, kind = page.status, page.content_type
        async with browser.ws_connect("/manager", headers=served.origin) as manager:
            await manager.send_str("worker_status")
            workers = (await helpers.receive(manager, "worker_status"))["active"]
        async with browser.ws_connect(f"/worker/{workers[0]['uuid']}/", headers=served.origin) as worker:
            await worker.send_json({"type": "cmd", "cmd": "get_library"})
            library = (await helpers.receive(worker, "result"))["result"]
    printed = served.stop(signal.SIGINT)

    assert (status, kind) == (200, "text/html")
    assert library["shelves"]
    assert "Traceback" not in printed


async def test_a_worker_made_from_wheels_gets_the_same_wheels(
    wheels: list[Path], program: Any, tmp_path: Path
) -> None:
    uv("venv", "--no-project", "--python", sys.executable, str(tmp_path / "env"), cwd=tmp_path)
    python = environment_python(tmp_path / "env")
    uv("pip", "install", "--python", str(python), *map(str, wheels), cwd=tmp_path)
    program.python = str(python)

    made = program.run("worker", "--uuid", "own", "new", "--create-only")
    inside = environment_python(program.dir / "workers" / "worker_own" / ".venv")
    shown = subprocess.run(
        [str(inside), "-I", "-c", "import funcnodes, json; print(json.dumps([funcnodes.__file__, funcnodes.__version__]))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert made.returncode == 0, made.stderr
    file, version = json.loads(shown.stdout)
    assert Path(file).is_relative_to(program.dir / "workers" / "worker_own" / ".venv")
    assert version == "3.0.0"


def test_a_wheel_without_the_editor_is_refused(root: Path, tmp_path: Path) -> None:
    folder = sources(root, tmp_path / "sources", editor=False)

    built = uv("build", "--wheel", "--out-dir", str(tmp_path / "dist"), cwd=folder / "funcnodes")

    assert built.returncode != 0
    assert "make frontend" in built.stderr
