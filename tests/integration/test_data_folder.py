"""A data folder that two workers want, that was on another disk, or whose process left its marks behind."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from funcnodes_worker.errors import CallFailedError

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

MakeWorker = Callable[..., Any]


def test_the_second_process_on_a_data_folder_is_refused_and_names_the_first(
    make_worker: MakeWorker, tmp_path: Path
) -> None:
    first = make_worker(data_path=str(tmp_path / "shared")).start()
    second = make_worker(uuid="w2", data_path=str(tmp_path / "shared"))

    process = second.spawn()
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 1
    assert f"worker 'w1', which runs as process {first.process.pid}, keeps its graph there" in output
    assert "Traceback" not in output
    first.kill()
    second.start()


def test_a_lock_that_nobody_has_signed_still_refuses(make_worker: MakeWorker, tmp_path: Path) -> None:
    first = make_worker(data_path=str(tmp_path / "shared")).start()
    (tmp_path / "shared" / ".lock").write_text("?")

    process = make_worker(uuid="w2", data_path=str(tmp_path / "shared")).spawn()
    output, _ = process.communicate(timeout=20)

    assert "another worker that runs keeps its graph there" in output
    assert first.process.poll() is None


async def test_the_pid_of_another_program_never_blocks_a_start(make_worker: MakeWorker) -> None:
    worker = make_worker()
    other = subprocess.Popen(["sleep", "600"])
    try:
        # as after a crash and a reboot: the system has given the pid to somebody else
        (worker.dir / "workers" / "worker_w1.p").write_text(json.dumps({"pid": other.pid, "started": "1"}))
        (worker.dir / "workers" / "worker_w1.runstate").write_text("running\nws://localhost:1/\n")
        worker.data.mkdir()
        (worker.data / ".lock").write_text(json.dumps({"pid": other.pid, "uuid": "w1"}))

        worker.start()

        pid_file = json.loads((worker.dir / "workers" / "worker_w1.p").read_text())
        assert pid_file["pid"] == worker.process.pid
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_read_only_disk_is_said_clearly(make_worker: MakeWorker, tmp_path: Path) -> None:
    worker = make_worker()
    worker.data.mkdir()
    script = 'mount -t tmpfs -o ro none "$0" && exec "$@"'
    own_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    worker.prefix = ["unshare", *own_user, "--mount", "sh", "-c", script, str(worker.data)]

    process = worker.spawn()
    output, _ = process.communicate(timeout=20)

    assert process.returncode == 1
    assert f"cannot use the folder {str(worker.data)!r}: Read-only file system" in output
    assert "Traceback" not in output


async def test_a_disk_that_becomes_read_only_is_said_and_forgotten(
    make_worker: MakeWorker,
) -> None:
    worker = make_worker()
    own_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    worker.prefix = ["unshare", *own_user, "--mount", "--propagation", "private"]
    worker.start()
    large = "x" * 100_000
    async with worker.client() as one:
        await one.call("add_node", node_id="t.join", uuid="a")
        inside = ["nsenter", f"--target={worker.process.pid}", "--mount"]
        inside += ["--user", "--preserve-credentials"] if own_user else []
        # what is open stays writable, so this is the disk of everything but the journal
        subprocess.run([*inside, "mount", "--bind", worker.data, worker.data], check=True)
        subprocess.run([*inside, "mount", "-o", "remount,bind,ro", worker.data], check=True)

        with pytest.raises(CallFailedError, match="Read-only file system") as saving:
            await one.call("save")
        with pytest.raises(CallFailedError, match="nothing was changed"):
            await one.call("update_node_input", uuid="a", input_id="a", value=large)
        await one.call("update_node", uuid="a", name="renamed")

        subprocess.run([*inside, "umount", worker.data], check=True)
        await one.call("update_node_input", uuid="a", input_id="a", value=large)
        await one.call("save")
    worker.kill()
    worker.start()
    async with worker.client() as one:
        node = (await one.call("get_nodes"))[0]
        value = await one.call("get_io_value", uuid="a", io_id="a", full=True)

    assert "Traceback" not in str(saving.value)
    assert node["name"] == "renamed"
    assert value == large
