"""`funcnodes run`: saved graphs without worker and editor."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import pty
import random
import signal
import statistics
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from funcnodes_worker.client import connect

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

Node = dict[str, Any]


def node(uuid: str, node_id: str, name: str = "", **values: Any) -> Node:
    return {"uuid": uuid, "node_id": f"funcnodes.{node_id}", "name": name, "values": values}


def graph(nodes: list[Node], edges: list[list[str]]) -> dict[str, Any]:
    """A graph in the form that a worker saves."""
    return {
        "format": 3,
        "kind": "funcnodes graph",
        "nodes": [{key: value for key, value in made.items() if key != "values"} for made in nodes],
        "edges": edges,
        "values": {made["uuid"]: made["values"] for made in nodes},
    }


def save(path: Path, nodes: list[Node], edges: list[list[str]]) -> str:
    path.write_text(json.dumps(graph(nodes, edges)))
    return str(path)


@pytest.fixture
def numbers(tmp_path: Path) -> str:
    """Two numbers, divided, and their quotient plus one."""
    nodes = [
        node("n1", "number", "Top", value=12.0),
        node("n2", "number", "Bottom", value=4.0),
        node("n3", "divide", "Quotient"),
        node("n4", "add", "Plus one", b=1.0),
    ]
    edges = [["n1", "out", "n3", "a"], ["n2", "out", "n3", "b"], ["n3", "out", "n4", "a"]]
    return save(tmp_path / "flow.json", nodes, edges)


def test_runs_a_graph_and_prints_what_is_asked_for(program: Any, numbers: str) -> None:
    one = program.run("run", numbers, "--get", "Plus one.out")
    several = program.run("run", numbers, "--get", "n3.out", "--get", "Top.value")
    as_json = program.run("run", numbers, "--get", "Plus one.out", "--out", "json")
    everything = program.run("run", numbers, "--out", "json")

    assert (one.returncode, one.stdout) == (0, "4.0\n")
    assert several.stdout == "n3.out = 3.0\nTop.value = 12.0\n"
    assert json.loads(as_json.stdout) == {"Plus one.out": 4.0}
    assert json.loads(everything.stdout) == {"Plus one.out": 4.0}
    assert "Ran 4 nodes" in one.stderr


async def test_the_file_of_a_worker_runs_with_what_its_journal_holds(
    program: Any, make_worker: Any, tmp_path: Path
) -> None:
    worker = make_worker().start()
    token = worker.bearer["Authorization"].removeprefix("Bearer ")
    async with await connect(worker.url.replace("http", "ws", 1), token) as client:
        added = await client.call("add_node", node_id="funcnodes.add", name="Sum")
        for io_id, value in (("a", 1), ("b", 2)):
            await client.call("update_node_input", uuid=added["uuid"], input_id=io_id, value=value)
        await client.call("save")
        await client.call("update_node_input", uuid=added["uuid"], input_id="b", value=40)
    worker.kill()
    before = (worker.data / "nodespace.journal").read_bytes()

    done = program.run("run", str(worker.data / "nodespace.json"), "--get", "Sum.out", "--out", "json")

    assert json.loads(done.stdout) == {"Sum.out": 41}
    assert (worker.data / "nodespace.journal").read_bytes() == before


def test_inputs_are_set_before_it_runs(program: Any, numbers: str) -> None:
    result = program.run(
        "run", numbers, "--set", "Top.value=100", "--set", "n4.b=-5.5", "--get", "Plus one.out"
    )

    assert (result.returncode, result.stdout) == (0, "19.5\n")


def test_a_failing_node_is_named(program: Any, numbers: str) -> None:
    result = program.run("run", numbers, "--set", "Bottom.value=0", "--get", "Plus one.out")

    assert result.returncode == 1
    assert "'Quotient'" in result.stderr
    assert "ZeroDivisionError" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--set", "Top.value=twelve"], "'twelve' is not JSON"),
        (["--set", "Top.value=twelve"], 'Top.value="twelve"'),
        (["--set", "Top.value={"], "is not JSON"),
        (["--set", "Top"], "expected NODE.IO=JSON"),
        (["--set", "Nobody.value=1"], "there is no node 'Nobody'"),
        (["--set", "Top.nothing=1"], "has no input 'nothing' (it has 'value'"),
        (["--set", "Quotient.a=1"], "a wire feeds it"),
        (["--get", "Quotient"], "expected NODE.IO"),
        (["--get", "Quotient.nothing"], "has no port 'nothing'"),
        (["--save", "/no/such/folder/x.json"], "there is no such folder"),
        (["--save", "/"], "is a folder"),
        (["--files", "/dev/null"], "'/dev/null' cannot be used for files"),
        (["--timeout", "-1"], "'-1' is no time"),
        (["--timeout", "nan"], "'nan' is no time"),
        (["--out", "yaml"], "yaml"),
    ],
)
def test_wrong_use_is_named(program: Any, numbers: str, args: list[str], says: str) -> None:
    result = program.run("run", numbers, *args)

    assert result.returncode == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_a_place_that_cannot_be_written_is_named(program: Any, numbers: str) -> None:
    result = program.run("run", numbers, "--save", "/proc/graph.json")

    assert result.returncode == 1
    assert "'/proc/graph.json' cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_nodes_of_one_name_are_told_apart_by_their_ids(program: Any, tmp_path: Path) -> None:
    file = save(tmp_path / "flow.json", [node("a", "number", "Same"), node("b", "number", "Same")], [])

    result = program.run("run", file, "--get", "Same.out")

    assert result.returncode == 2
    assert "use an id: a, b" in result.stderr


def test_files_that_hold_no_graph_are_named(program: Any, numbers: str, tmp_path: Path) -> None:
    whole = Path(numbers).read_text()
    archive = tmp_path / "half.fnw"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("state", whole)
    archive.write_bytes(archive.read_bytes()[:-40])
    cut = tmp_path / "cut.json"
    cut.write_text(whole[: len(whole) // 2])
    other = tmp_path / "other.json"
    other.write_text('{"hello": "world"}')
    empty = tmp_path / "empty.json"
    empty.touch()

    for file in (tmp_path / "missing.json", archive, cut, other, empty, tmp_path):
        result = program.run("run", str(file))

        assert result.returncode == 1, file
        assert file.name in result.stderr
        assert "Traceback" not in result.stderr


def test_what_is_not_installed_is_named_and_nothing_runs(program: Any, tmp_path: Path) -> None:
    nodes = [
        node("n1", "write_text", text="x", path="made.txt"),
        {"uuid": "n2", "node_id": "gone.magic", "values": {}},
    ]
    edges = [["n1", "out", "n2", "in"]]
    resaved = tmp_path / "resaved.json"

    result = program.run("run", save(tmp_path / "flow.json", nodes, edges), "--save", str(resaved))

    assert result.returncode == 3
    assert "gone.magic" in result.stderr
    assert not (tmp_path / "made.txt").exists()
    assert json.loads(resaved.read_text())["edges"] == edges


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """About 900 passengers, our own, with some ages missing."""
    choose = random.Random(7)
    folder = tmp_path / "files"
    folder.mkdir()
    with (folder / "people.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "class", "age", "fare"])
        for number in range(900):
            age = "" if choose.random() < 0.2 else f"{choose.uniform(0.5, 80):.1f}"
            writer.writerow(
                [f"Person {number}, x", choose.choice([1, 2, 3]), age, f"{choose.expovariate(0.03):.4f}"]
            )
    return folder / "people.csv"


def table_graph(tmp_path: Path) -> tuple[list[Node], list[list[str]]]:
    nodes = [
        node("csv", "read_csv", "Read", path="people.csv"),
        node("filter", "filter_rows", "Third class", column="class", operator="==", value=3),
        node("count", "row_count", "Count"),
        node("mean", "aggregate_column", "Mean age", column="age", how="mean"),
        node("std", "aggregate_column", "Fare spread", column="fare", how="std"),
    ]
    edges = [["csv", "out", "filter", "rows"]]
    edges += [["filter", "out", uuid, "rows"] for uuid in ("count", "mean", "std")]
    return nodes, edges


def expected(file: Path, chosen: str) -> dict[str, float]:
    """The same numbers by Python's own modules."""
    with file.open(newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["class"] == chosen]
    return {
        "Count.out": len(rows),
        "Mean age.out": statistics.fmean(float(row["age"]) for row in rows if row["age"]),
        "Fare spread.out": statistics.stdev(float(row["fare"]) for row in rows),
    }


def test_a_table_gives_the_numbers_of_csv_and_statistics(program: Any, tmp_path: Path, people: Path) -> None:
    file = save(tmp_path / "nodespace.json", *table_graph(tmp_path))

    third = program.run("run", file, "--out", "json")
    first = program.run("run", file, "--set", "Third class.value=1", "--out", "json")

    assert third.returncode == 0, third.stderr
    assert json.loads(third.stdout) == pytest.approx(expected(people, "3"), rel=1e-12)
    assert json.loads(first.stdout) == pytest.approx(expected(people, "1"), rel=1e-12)


def test_an_archive_brings_its_files_and_leaves_none(program: Any, tmp_path: Path, people: Path) -> None:
    nodes, edges = table_graph(tmp_path)
    nodes.append(node("out", "write_text", "Note", path="note.txt", text="seen"))
    archive, kept = tmp_path / "flow.fnw", tmp_path / "kept"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("state", json.dumps(graph(nodes, edges)))
        made.writestr("config", "{}")
        made.write(people, "files/people.csv")

    result = program.run("run", str(archive), "--get", "Count.out")
    with_folder = program.run("run", str(archive), "--get", "Count.out", "--files", str(kept))

    assert json.loads(result.stdout) == json.loads(with_folder.stdout) == expected(people, "3")["Count.out"]
    assert "note.txt" in result.stderr
    assert "--files" in result.stderr
    assert (kept / "note.txt").read_text() == "seen"
    assert (kept / "people.csv").read_bytes() == people.read_bytes()


def test_a_run_that_takes_too_long_is_given_up(program: Any, tmp_path: Path) -> None:
    file = save(tmp_path / "flow.json", [node("w", "wait", "Long wait", value=1, seconds=600.0)], [])

    result = program.run("run", file, "--timeout", "0.3")

    assert result.returncode == 1
    assert "'Long wait'" in result.stderr
    assert "0.3 s" in result.stderr


@pytest.mark.parametrize("blocking", [False, True])
def test_ctrl_c_ends_a_run(program: Any, tmp_path: Path, blocking: bool) -> None:
    # a fifo that nobody writes to: opening it is what a blocking node waits in
    files = tmp_path / "files"
    files.mkdir()
    os.mkfifo(files / "never.txt")
    slow = (
        node("r", "read_text", "Slow", path="never.txt")
        if blocking
        else node("w", "wait", "Slow", value=1, seconds=600.0)
    )
    file = save(tmp_path / "flow.json", [node("t", "write_text", path="begun.txt", text="x"), slow], [])
    process = program.start("run", file)
    while not (files / "begun.txt").exists():
        assert process.poll() is None

    process.send_signal(signal.SIGINT)
    printed = process.communicate(timeout=10)[0]

    assert process.returncode == 130
    assert "interrupted" in printed.lower()
    assert "Traceback" not in printed


def test_a_terminal_sees_a_progress_bar(program: Any, numbers: str) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        program.command("run", numbers), env={**program.environment, "TERM": "xterm"},
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = b""
        with os.fdopen(ours, "rb", buffering=0) as terminal, contextlib.suppress(OSError):  # its end
            while part := terminal.read(4096):
                shown += part

    assert process.returncode == 0
    assert b"\x1b[" in shown
    assert b"Ran 4 nodes" in shown


REAL = Path(__file__).parents[3] / "shared" / "data" / "csv.fnw"


@pytest.mark.skipif(
    not REAL.is_file(), reason="the real workflow file lies beside the repository only on some machines"
)
def test_a_real_graph_of_an_earlier_release_opens_with_placeholders(program: Any, tmp_path: Path) -> None:
    resaved = tmp_path / "resaved.fnw"

    result = program.run("run", str(REAL), "--save", str(resaved))
    again = program.run("run", str(resaved))

    with zipfile.ZipFile(resaved) as archive:
        state = json.loads(archive.read("state"))
    assert result.returncode == again.returncode == 3
    for missing in ("files.open_file", "pd.describe", "pd.gr.groupby_column"):
        assert missing in result.stderr
        assert missing in again.stderr
    assert (len(state["nodes"]), len(state["edges"])) == (16, 21)
