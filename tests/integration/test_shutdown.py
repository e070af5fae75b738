"""The end of a worker's process: in order, in time, and with nothing left, whatever its nodes do."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

PROMISED_S = 2.0
LATE_S = 5 * PROMISED_S  # a busy machine
STUBBORN = [
    "t.block", "t.spin", "t.block_thread", "t.block_process", "t.block_executor", "t.leave_thread", "t.leave_hook",
    "t.cancelled_never",
]  # fmt: skip

MakeWorker = Callable[..., Any]


def descendants(pid: int) -> set[int]:
    """The processes that a process has started, and theirs."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = set(), [pid]
    while waiting:
        new = children.get(waiting.pop(), [])
        found.update(new)
        waiting += new
    return found


async def occupy(worker: Any, client: Any, node_id: str, path: Path, until: Any) -> None:
    """Lets a node of a class run and waits until it does."""
    await client.call("add_node", node_id="t.join", uuid="kept", name="acknowledged")
    await client.call("add_node", node_id=node_id, uuid="stubborn")
    await client.call("update_node_input", uuid="stubborn", input_id="path", value=str(path))
    if node_id in ("t.block", "t.spin"):
        async for frame in client.events():
            if frame.get("event") in ("node_triggered", "node_ran") and frame["data"]["uuid"] == "stubborn":
                return
    await until(path.exists)


@pytest.mark.parametrize("node_id", STUBBORN)
async def test_sigterm_ends_it_in_time_with_nothing_left(
    make_worker: MakeWorker, tmp_path: Path, helpers: Any, node_id: str
) -> None:
    worker = make_worker().install("stubborn_nodes").start()
    async with worker.client() as client:
        await occupy(worker, client, node_id, tmp_path / "tells", helpers.until)
        left = descendants(worker.process.pid)
        begin = time.monotonic()

        worker.process.send_signal(signal.SIGTERM)

        heard = [frame["data"] async for frame in client.events() if frame.get("event") == "worker_updated"]
        assert client.close_code == 1001
    assert heard == [{"runstate": "stopping"}]
    assert await asyncio.to_thread(worker.process.wait, 20) == 0
    took = time.monotonic() - begin
    print(f"{node_id}: {took:.2f} s")
    assert took < LATE_S
    await helpers.until(lambda: not any(map(helpers.lives, left)))
    assert bool(left) == (node_id == "t.block_process")
    assert (worker.dir / "workers" / "worker_w1.runstate").read_text().startswith("stopped\n")
    assert not (worker.dir / "workers" / "worker_w1.p").exists()

    worker.start()
    async with worker.client() as client:
        assert {node["name"] for node in await client.call("get_nodes")} >= {"acknowledged"}


@pytest.mark.parametrize("node_id", ["t.spin", "t.leave_hook"])
async def test_a_client_ends_it_as_quickly(
    make_worker: MakeWorker, tmp_path: Path, helpers: Any, node_id: str
) -> None:
    worker = make_worker().install("stubborn_nodes").start()
    async with worker.client() as client:
        await occupy(worker, client, node_id, tmp_path / "tells", helpers.until)
        begin = time.monotonic()

        assert (await client.call("stop_worker"))["success"]

        assert await asyncio.to_thread(worker.process.wait, 20) == 0
    assert time.monotonic() - begin < LATE_S


@pytest.mark.parametrize("port", ["stuck", "frozen"])
async def test_an_external_worker_that_does_not_stop_holds_nothing_up(
    make_worker: MakeWorker, port: str
) -> None:
    worker = make_worker().install("external_nodes").start()
    async with worker.client() as client:
        await client.add_external_worker("test.pump", config={"port": port})
        await client.add_external_worker("test.bell", uuid="bell")
        begin = time.monotonic()

        worker.process.send_signal(signal.SIGTERM)

        assert await asyncio.to_thread(worker.process.wait, 20) == 0
    assert time.monotonic() - begin < LATE_S


async def test_a_second_signal_ends_it_at_once(make_worker: MakeWorker, tmp_path: Path, helpers: Any) -> None:
    worker = make_worker().install("stubborn_nodes").start()
    async with worker.client() as client:
        await occupy(worker, client, "t.block", tmp_path / "tells", helpers.until)
        worker.process.send_signal(signal.SIGTERM)
        async for frame in client.events():
            if frame.get("data") == {"runstate": "stopping"}:
                break

        worker.process.send_signal(signal.SIGTERM)

        assert await asyncio.to_thread(worker.process.wait, 20) == 128 + signal.SIGTERM
    assert "second signal" in (worker.dir / "workers" / "worker_w1.runstate").read_text()


async def test_killing_it_leaves_no_process_of_a_node(
    make_worker: MakeWorker, tmp_path: Path, helpers: Any
) -> None:
    worker = make_worker().install("stubborn_nodes").start()
    async with worker.client() as client:
        await occupy(worker, client, "t.block_process", tmp_path / "tells", helpers.until)
    child = int((tmp_path / "tells").read_text())
    assert helpers.lives(child)

    worker.kill(signal.SIGKILL)

    await helpers.until(lambda: not helpers.lives(child))


@pytest.mark.parametrize(
    ("number", "delay_ms"),
    [(signal.SIGINT, ms) for ms in (0, 30, 70, 120, 180, 250, 350, 500)] + [(signal.SIGTERM, 300)],
)
def test_a_signal_at_any_moment_of_the_start_ends_it_quietly(
    program: Any, helpers: Any, number: signal.Signals, delay_ms: int
) -> None:
    assert program.run("worker", "--uuid", "w", "new", "--not-in-venv", "--create-only").returncode == 0
    process = program.start("worker", "--uuid", "w", "start")
    wait_for_our_code(process.pid)
    time.sleep(delay_ms / 1000)  # what is tried here is a moment

    process.send_signal(number)

    said, _ = process.communicate(timeout=20)
    assert process.returncode in (0, 130, -number), said
    assert "Traceback" not in said
    file = program.dir / "workers" / "worker_w.runstate"
    state = file.read_text().split("\n")[0] if file.exists() else ""
    assert process.returncode == -number or state in ("", "stopped")


def wait_for_our_code(pid: int) -> None:
    """Waits until Python has started and our first line has taken its handler of ctrl+c away."""
    seen = False
    while True:
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        caught = bool(int(lines["SigCgt"], 16) & 1 << (signal.SIGINT - 1))
        if seen and not caught:
            return
        seen = seen or caught


def test_a_large_or_blocked_start_can_be_interrupted(make_worker: MakeWorker, tmp_path: Path) -> None:
    worker = make_worker()
    slow = tmp_path / "modules" / "worker_nodes.py"
    slow.write_text(f"import time\nopen({str(tmp_path / 'here')!r}, 'w').close()\ntime.sleep(3600)\n")
    process = worker.spawn()
    deadline = time.monotonic() + 20
    while not (tmp_path / "here").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)

    process.send_signal(signal.SIGINT)

    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in said
    assert (worker.dir / "workers" / "worker_w1.runstate").read_text().startswith("stopped\n")


def test_a_script_goes_on_after_its_worker(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio, signal\n"
        "from funcnodes_worker import WSWorker\n"
        "worker = WSWorker(config_dir=r'%s', uuid='w')\n"
        "async def main():\n"
        "    asyncio.get_running_loop().call_later(0.5, signal.raise_signal, signal.SIGTERM)\n"
        "    await worker.run_forever_async()\n"
        "asyncio.run(main())\n"
        "assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL\n"
        "print('goes on')\n" % (tmp_path / "config")
    )
    environment = {**os.environ, "HOME": str(tmp_path)}

    run = subprocess.run(
        [sys.executable, str(script)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )

    assert (run.returncode, run.stdout) == (0, "goes on\n"), run.stderr
    assert json.loads((tmp_path / "config" / "workers" / "worker_w.json").read_text())["uuid"] == "w"
