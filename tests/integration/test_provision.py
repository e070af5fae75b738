"""A worker's environment: a real one, made by uv, with our packages from where we run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from funcnodes.errors import ProvisionError
from funcnodes.provision.venv import provision

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


def seen_from(python: Path, code: str) -> Any:
    """Runs code in an environment, far from the working copy; gives the JSON that it prints."""
    shown = subprocess.run(
        [str(python), "-I", "-c", code], capture_output=True, text=True, check=True, cwd=python.parent
    )
    return json.loads(shown.stdout)


async def test_an_environment_holds_our_packages_from_where_we_run(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []

    python = await provision(tmp_path / "worker", progress=lambda text, done: told.append((text, done)))

    where = seen_from(
        python,
        "import json, sys, funcnodes, funcnodes_core, funcnodes_worker\n"
        "print(json.dumps([sys.prefix, funcnodes_core.__file__, funcnodes_worker.__file__, funcnodes.__file__]))",
    )
    import funcnodes
    import funcnodes_core
    import funcnodes_worker

    assert where[0] == str(tmp_path / "worker" / ".venv")
    assert where[1:] == [funcnodes_core.__file__, funcnodes_worker.__file__, funcnodes.__file__]
    assert (tmp_path / "worker" / "pyproject.toml").is_file()
    assert (tmp_path / "worker" / "uv.lock").is_file()
    assert told[-1][1] == 1.0
    assert [done for _, done in told] == sorted(done for _, done in told)


async def test_the_earlier_editor_and_other_versions_of_ours_stay_out(tmp_path: Path) -> None:
    module = tmp_path / "greedy"
    (module / "greedy").mkdir(parents=True)
    (module / "greedy" / "__init__.py").write_text("")
    (module / "pyproject.toml").write_text(
        "[build-system]\nrequires=['hatchling']\nbuild-backend='hatchling.build'\n"
        "[project]\nname='greedy'\nversion='1'\n"
        "dependencies=['funcnodes-react-flow>=1', 'funcnodes-core<2', 'funcnodes>=0.2,<1']\n"
    )

    python = await provision(tmp_path / "worker", [f"greedy @ {module.as_uri()}"])

    found = seen_from(
        python,
        "import json, importlib.metadata as m\n"
        "print(json.dumps({d.name: d.version for d in m.distributions()}))",
    )
    assert found["greedy"] == "1"
    assert (found["funcnodes"], found["funcnodes-core"]) == ("3.0.0", "3.0.0")
    assert "funcnodes-react-flow" not in found


async def test_a_configuration_folder_inside_another_project_makes_no_difference(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[project]\nname='outer'\nversion='0'\nrequires-python='>=3.11'\n[tool.uv.workspace]\nmembers=['workers/*']\n"
    )

    python = await provision(tmp_path / "workers" / "worker_x")

    assert python.is_relative_to(tmp_path / "workers" / "worker_x")
    assert not (tmp_path / ".venv").exists()


async def test_what_cannot_be_resolved_is_named_and_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "worker"
    await provision(folder)
    before = (folder / "pyproject.toml").read_text()

    with pytest.raises(ProvisionError, match="no-such-package-of-funcnodes"):
        await provision(folder, ["no-such-package-of-funcnodes"])

    assert (folder / "pyproject.toml").read_text() == before


async def test_without_uv_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("funcnodes.provision.venv.find_uv", lambda: None)

    with pytest.raises(ProvisionError, match="--not-in-venv"):
        await provision(tmp_path / "worker")


async def test_a_new_worker_runs_in_its_own_environment(program: Any, helpers: Any) -> None:
    made = program.run("worker", "--name", "own", "new", "--create-only")
    uuid = made.stdout.strip()
    served = program.runserver()
    async with served.manager() as manager:
        await manager.send_json({"type": "set_active", "workerid": uuid})
        answer = await helpers.receive(manager, "set_worker")
    pid = json.loads((program.dir / "workers" / f"worker_{uuid}.p").read_text())["pid"]
    command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()

    assert made.returncode == 0, made.stderr
    assert "Resolved" in made.stderr
    assert answer["worker"]["status"] == "running"
    assert command.startswith(str(program.dir / "workers" / f"worker_{uuid}" / ".venv"))
