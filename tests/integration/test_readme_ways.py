"""The four ways of use in README.md, as they stand there. (The script is run by tests/examples.)"""

from __future__ import annotations

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

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


def block(root: Path, language: str, containing: str) -> str:
    """The one code block of the README in a language that contains a text."""
    text = (root / "README.md").read_text(encoding="utf-8")
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
    command = shlex.split(block(root, "bash", "runserver"))

    served = program.runserver()
    async with served.browser() as browser, browser.get("/") as page:
        text = await page.text()

    assert command == ["funcnodes", "runserver"]
    assert page.status == 200
    assert '<div id="root">' in text


async def test_a_saved_graph_runs_from_the_command_line(root: Path, program: Any, tmp_path: Path) -> None:
    ages = [4, 31, 30, 58, 29.5, 44]
    (tmp_path / "flow.json").write_text(json.dumps(graph("age\n" + "\n".join(map(str, ages)))))
    made = program.run("run", str(tmp_path / "flow.json"), "--save", str(tmp_path / "flow.fnw"))
    command = shlex.split(block(root, "bash", "funcnodes run "))
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
    script.write_text(block(root, "python", "WORKER_URL"))
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
