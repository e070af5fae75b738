"""A disk that is full, a snapshot cut in half, a journal torn in mid-line: a clear word, and nothing acknowledged lost."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from funcnodes_worker.client import WorkerClient
from funcnodes_worker.errors import CallFailedError

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

MakeWorker = Callable[..., Any]


async def uuids(worker: Any) -> list[str]:
    async with worker.client() as one:
        return [node["uuid"] for node in await one.call("get_nodes")]


async def notices(worker: Any) -> str:
    async with worker.client() as one:
        return "\n".join((await one.call("full_state"))["worker"]["notices"])


class SmallDisk:
    """A tmpfs of half a megabyte, mounted in a namespace of its own, and programs that see it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir(parents=True)
        own_user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        script = 'mount -t tmpfs -o size=512k none "$0" && echo ready && exec sleep 600'
        self.holder = subprocess.Popen(
            ["unshare", *own_user, "--mount", "sh", "-c", script, str(place)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.holder.stdout is not None
        assert self.holder.stdout.readline() == "ready\n", "this machine lets no test mount a small disk"
        self.seen = Path(f"/proc/{self.holder.pid}/root{place}")
        into_user = ["--user", "--preserve-credentials"] if own_user else []
        self.enter = ["nsenter", f"--target={self.holder.pid}", *into_user, "--mount"]

    def fill(self) -> None:
        with (self.seen / "ballast").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)) == 4096:
                    continue
            except OSError:
                return

    def free(self) -> None:
        (self.seen / "ballast").unlink()

    def close(self) -> None:
        self.holder.kill()
        self.holder.wait()
        assert self.holder.stdout is not None
        self.holder.stdout.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    disk = SmallDisk(tmp_path / "config" / "workers" / "worker_w1")
    yield disk
    disk.close()


async def test_a_full_disk_refuses_edits_until_there_is_room(
    make_worker: MakeWorker, small_disk: SmallDisk
) -> None:
    worker = make_worker()
    worker.prefix = small_disk.enter
    worker.start()
    async with worker.client() as one:
        await one.call("add_node", node_id="t.add", uuid="before")
        small_disk.fill()

        with pytest.raises(CallFailedError) as caught:
            await _write_until_it_fails(one)
        name = (await one.call("get_nodes"))[0]["name"]
        told = await _read_only(one)

        assert "No space left" in str(caught.value)
        assert "No space left" in told
        small_disk.free()
        await one.call("add_node", node_id="t.add", uuid="after")
        assert [node["uuid"] for node in await one.call("get_nodes")] == ["before", "after"]
    worker.kill()

    worker.start()

    async with worker.client() as one:
        nodes = await one.call("get_nodes")
    assert [node["uuid"] for node in nodes] == ["before", "after"]
    assert nodes[0]["name"] == name


async def _write_until_it_fails(one: WorkerClient) -> None:
    for number in range(2000):  # the block that the journal has begun may still take some
        await one.call("update_node", uuid="before", name=f"{number} ".ljust(500, "x"))


async def _read_only(one: WorkerClient) -> str:
    async with asyncio.timeout(10):
        async for frame in one.events():
            if frame.get("event") == "worker_updated" and frame["data"].get("read_only"):
                return str(frame["data"]["read_only"])
    raise AssertionError("nobody was told")


async def _three_nodes(worker: Any, end: signal.Signals) -> None:
    async with worker.client() as one:
        for name in "abc":
            await one.call("add_node", node_id="t.add", uuid=name)
            if name == "b":
                await one.call("save")
    worker.kill(end)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("text", ["cut", "", "nonsense", "[]", '{"format": 99}'])
async def test_a_damaged_snapshot_is_set_aside_and_nothing_is_lost(
    make_worker: MakeWorker, end: signal.Signals, text: str
) -> None:
    worker = make_worker().start()
    await _three_nodes(worker, end)
    snapshot = worker.data / "nodespace.json"
    whole = snapshot.read_text()
    snapshot.write_text(whole[: len(whole) // 2] if text == "cut" else text)

    worker.start()

    assert await uuids(worker) == ["a", "b", "c"]
    assert "nodespace.json" in await notices(worker)
    assert len(list(worker.data.glob("nodespace.json.damaged-*"))) == 1


async def test_a_journal_torn_in_mid_line_loses_that_line_only(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    await _three_nodes(worker, signal.SIGKILL)
    journal = worker.data / "nodespace.journal"
    lines = [line for line in journal.read_bytes().splitlines(keepends=True) if b"put_node" in line]
    whole = journal.read_bytes()
    journal.write_bytes(whole[: whole.rindex(lines[-1]) + 20])

    worker.start()

    assert await uuids(worker) == ["a", "b"]
    async with worker.client() as one:
        await one.call("add_node", node_id="t.add", uuid="d")
    worker.kill()
    worker.start()
    assert await uuids(worker) == ["a", "b", "d"]
