"""The four ways of use in README.md, as they stand there.

Its Python blocks, the script and the program with a worker inside, are run by tests/examples; what `pip install`
brings is tried by test_wheels.py.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import re
import shlex
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from funcnodes_worker import WSWorker

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


def block(page: Path, language: str, containing: str) -> str:
    """The one code block of a page in a language that contains a text."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    (found,) = [code for code in blocks if containing in code]
    return str(found)


def graph(rows: str) -> dict[str, Any]:
    """A graph that reads a table, filters it by age and describes it."""

    def node(name: str, node_id: str, **values: Any) -> dict[str, Any]:
        io = {key: {"is_input": True, "value": value} for key, value in values.items()}
        return {"uuid": name.lower(), "node_id": f"funcnodes.{node_id}", "name": name, "io": io}

    return {
        "format": 3,
        "kind": "funcnodes graph",
        "nodes": [
            node("Read", "parse_csv", text=rows),
            node("Filter", "filter_rows", column="age", operator=">=", value=0),
            node("Describe", "describe"),
        ],
        "edges": [["read", "out", "filter", "rows"], ["filter", "out", "describe", "rows"]],
    }


async def test_the_editor_is_served(root: Path, program: Any) -> None:
    install, command = block(root / "README.md", "bash", "pip install").splitlines()

    served = program.runserver()
    async with served.browser() as browser, browser.get("/") as page:
        text = await page.text()

    assert (install, command) == ("pip install funcnodes", "funcnodes runserver")
    scripts = importlib.metadata.distribution("funcnodes").entry_points
    assert [script.value for script in scripts.select(group="console_scripts", name="funcnodes")]
    assert page.status == 200
    assert '<div id="root">' in text


async def test_a_saved_graph_runs_from_the_command_line(root: Path, program: Any, tmp_path: Path) -> None:
    ages = [4, 31, 30, 58, 29.5, 44]
    (tmp_path / "flow.json").write_text(json.dumps(graph("age\n" + "\n".join(map(str, ages)))))
    made = program.run("run", str(tmp_path / "flow.json"), "--save", str(tmp_path / "flow.fnw"))
    command = shlex.split(block(root / "README.md", "bash", "funcnodes run "))
    assert command[:3] == ["funcnodes", "run", "flow.fnw"]

    ran = program.run("run", str(tmp_path / "flow.fnw"), *command[3:])

    assert made.returncode == 0, made.stderr
    assert ran.returncode == 0, ran.stderr
    (row,) = json.loads(ran.stdout)["Describe.out"]
    kept = [age for age in ages if age >= 30]
    assert row["count"] == len(kept)
    assert row["mean"] == pytest.approx(statistics.mean(kept))
    assert row["std"] == pytest.approx(statistics.stdev(kept))


async def test_another_program_talks_to_a_worker(
    root: Path, program: Any, tmp_path: Path, helpers: Any
) -> None:
    program.runserver()
    (config,) = [json.loads(file.read_text()) for file in (program.dir / "workers").glob("worker_*.json")]
    script = tmp_path / "client.py"
    script.write_text(block(root / "docs/how-to/write-a-client.md", "python", "WORKER_URL"))
    url = f"ws://localhost:{config['port']}/"
    token = (program.dir / "token").read_text().strip()
    async with aiohttp.ClientSession(headers=program.bearer) as session, session.ws_connect(url) as worker:
        add = {"type": "cmd", "id": 0, "cmd": "add_node", "kwargs": {"node_id": "funcnodes.add"}}
        await worker.send_json(add)
        await helpers.receive(worker, "result")

    ran = subprocess.run(
        [sys.executable, str(script)], env={**program.environment, "WORKER_URL": url, "WORKER_TOKEN": token},
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "1 nodes\n"


async def test_a_worker_elsewhere_is_added_and_opened(root: Path, program: Any, tmp_path: Path) -> None:
    async with WSWorker(temporary=True, name="theirs") as theirs:
        (tmp_path / "lab.token").write_text(theirs.token)
        add, serve = block(root / "README.md", "bash", "worker add").splitlines()
        command = shlex.split(add.replace("wss://lab.example.org/worker/4f1c/", theirs.url))
        file = command.index("lab.token")
        command[file] = str(tmp_path / "lab.token")

        added = await asyncio.to_thread(program.run, *command[1:])
        served = await asyncio.to_thread(program.runserver)
        async with (
            served.browser() as browser,
            browser.ws_connect(f"/worker/{added.stdout.strip()}/", headers=served.origin) as editor,
        ):
            await editor.send_json({"type": "cmd", "id": 1, "cmd": "name", "kwargs": {}})
            answer = await editor.receive_json()

    assert serve == "funcnodes runserver"
    assert added.returncode == 0, added.stderr
    assert answer["result"] == "theirs"
