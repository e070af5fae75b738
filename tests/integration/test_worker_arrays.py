"""Values of numpy, Arrow and pandas in a real worker: sent as what they are, and there again after kill -9."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

numpy = pytest.importorskip("numpy", reason="`make sync` installs it")
pyarrow_ipc = pytest.importorskip("pyarrow.ipc", reason="`make sync` installs it")

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

MakeWorker = Callable[..., Any]


async def made_by(one: Any, n: int) -> None:
    await one.call("pause")
    await one.call("add_node", node_id="t.arrays", uuid="a")
    await one.call("add_node", node_id="t.sum", uuid="s")
    await one.call("add_edge", src_uuid="a", src_io="array", dst_uuid="s", dst_io="array")
    await one.call("update_node_input", uuid="a", input_id="n", value=n)
    await one.call("resume")
    async with asyncio.timeout(30):
        while (await one.call("get_io_value", uuid="s", io_id="out")) in (None, "<NoValue>"):
            await asyncio.sleep(0.01)


async def fetch(web: aiohttp.ClientSession, io_id: str) -> tuple[int, str, bytes]:
    async with web.get(f"/value/a/{io_id}") as answer:
        return answer.status, answer.content_type, await answer.read()


def check(
    array: tuple[int, str, bytes], table: tuple[int, str, bytes], frame: tuple[int, str, bytes], n: int
) -> None:
    assert array[:2] == (200, "application/x-npy")
    assert table[:2] == (200, "application/vnd.apache.arrow.stream")
    assert frame[:2] == (200, "text/csv")
    numbers = numpy.load(io.BytesIO(array[2]))
    assert (numbers.dtype.str, numbers.shape, int(numbers.sum())) == (">i4", (1, n), n * (n - 1) // 2)
    assert pyarrow_ipc.open_stream(table[2]).read_all().column("a").to_pylist() == list(range(n))
    assert frame[2].decode().splitlines()[:2] == ["a,b", "0,x"]


@pytest.mark.parametrize("n", [3, 50_000])
async def test_arrays_and_tables_are_there_again(make_worker: MakeWorker, n: int) -> None:
    worker = make_worker().start()
    async with worker.client() as one, aiohttp.ClientSession(worker.url, headers=worker.bearer) as web:
        await made_by(one, n)
        check(*[await fetch(web, name) for name in ("array", "table", "frame")], n)
        shown = await one.call("get_io_value", uuid="s", io_id="out")
        journal = worker.data / "nodespace.journal"
        async with asyncio.timeout(20):
            while b'"pandas-frame"' not in journal.read_bytes():
                await asyncio.sleep(0.02)
    worker.kill()
    worker.start()
    async with worker.client() as one, aiohttp.ClientSession(worker.url, headers=worker.bearer) as web:
        check(*[await fetch(web, name) for name in ("array", "table", "frame")], n)
        states = {node["uuid"]: node["status"] for node in await one.call("get_nodes")}
        await one.call("trigger_node", uuid="s")  # what it is given is an array again
        window = await one.call("get_table", uuid="a", io_id="frame", offset=n - 1)
        async with asyncio.timeout(10):
            while (await one.call("get_nodes"))[1]["status"] != "done":
                await asyncio.sleep(0.01)
        again = await one.call("get_io_value", uuid="s", io_id="out")

    assert again == shown == f"ndarray >i4 (1, {n}) {n * (n - 1) // 2}"
    assert "stale" not in states.values()
    assert window["rows"] == [[n - 1, "x"]]
    assert bool(list((worker.data / "values").glob("*"))) == (n > 3)
