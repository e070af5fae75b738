"""What a real worker and its nodes say: in `worker.log`, in `get_logs`, and as events."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

MakeWorker = Callable[..., Any]


async def ran(one: Any, node_id: str, **inputs: Any) -> str:
    """A new node that has run once with these inputs."""
    await one.call("pause")
    uuid: str = (await one.call("add_node", node_id=node_id))["uuid"]
    for io_id, value in inputs.items():
        await one.call("update_node_input", uuid=uuid, input_id=io_id, value=value)
    await one.call("resume")
    async with asyncio.timeout(20):
        while next(node for node in await one.call("get_nodes") if node["uuid"] == uuid)["status"] != "done":
            await asyncio.sleep(0.01)
    return uuid


async def said(one: Any, uuid: str, count: int) -> list[tuple[str, str | None]]:
    """The first lines of a node, with the streams that they were printed to."""
    async with asyncio.timeout(20):
        while len(lines := (await one.call("get_logs", node=uuid))["lines"]) < count:
            await asyncio.sleep(0.01)
    return [(line["text"], line.get("stream")) for line in lines]


async def test_what_nodes_print_is_theirs_whatever_thread_they_print_on(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    async with worker.client() as one:
        names = ("speak", "speak_async", "speak_thread")
        plain, later, elsewhere = [await ran(one, f"t.{name}", text=name) for name in names]
        found = [await said(one, plain, 3), await said(one, later, 4)]
        thread_lines = await said(one, elsewhere, 2)
        everything = (await one.call("get_logs"))["lines"]
        warnings = (await one.call("get_logs", level="warning"))["lines"]

    assert found[0] == [("speak", "stdout"), ("speak error", "stderr"), ("no end", "stdout")]
    assert found[1] == [
        ("speak_async async", "stdout"),
        ("speak_async to_thread", "stdout"),
        ("speak_async executor", "stdout"),
        ("speak_async logged", None),
    ]
    assert thread_lines == [("speak_thread thread", "stdout"), ("speak_thread own thread", "stdout")]
    assert [line["n"] for line in everything] == sorted(line["n"] for line in everything)
    assert {line["level"] for line in warnings} == {"warning"}
    file = (worker.data / "worker.log").read_text()
    assert f"INFO funcnodes.node: [{plain}] speak\n" in file
    assert "WARNING some.library: speak_async logged\n" in file


async def test_the_failures_of_a_node_are_in_its_log(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    async with worker.client() as one:
        await one.call("add_node", node_id="t.divide", uuid="d")
        for io_id, value in (("a", 1), ("b", 0)):
            await one.call("update_node_input", uuid="d", input_id=io_id, value=value)
        [(text, _)] = await said(one, "d", 1)
        errors = (await one.call("get_logs", level="error"))["lines"]

    assert text == "ZeroDivisionError: division by zero"
    assert [line["node"] for line in errors] == ["d"]


async def test_what_a_process_of_a_node_prints_is_the_nodes(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    async with worker.client() as one:
        first = await ran(one, "t.speak_process", text="first")
        second = await ran(one, "t.speak_process", text="second")
        found = [await said(one, uuid, 1) for uuid in (first, second)]

    assert found == [[("first process", "stderr")], [("second process", "stderr")]]


async def test_lines_are_told_as_they_come(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    async with worker.client() as one, worker.client() as other:
        uuid = await ran(one, "t.speak", text="to all")
        told: list[dict[str, Any]] = []
        async with asyncio.timeout(20):
            async for event in other.events():
                if event.get("event") == "log":
                    told += [line for line in event["data"]["lines"] if line.get("node") == uuid]
                if len(told) == 3:
                    break
        again = await one.call("get_logs", node=uuid, since=told[0]["n"], limit=1)

    assert [(line["text"], line["level"]) for line in told] == [
        ("to all", "info"),
        ("to all error", "info"),
        ("no end", "info"),
    ]
    assert again["lines"] == told[2:]
    assert again["truncated"] is True
    assert again["last"] >= told[2]["n"]


async def collect(one: Any, frames: list[Any]) -> None:
    async for event in one.events():
        frames.append(event)


async def test_a_thread_that_prints_for_ever_harms_nobody(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    loop = asyncio.get_running_loop()
    async with worker.client() as one:
        quiet = await ran(one, "t.speak", text="quiet")
        babbling = await ran(one, "t.babble")
        await said(one, babbling, 500)
        frames: list[Any] = []
        waits = []
        listening = asyncio.create_task(collect(one, frames))
        end = loop.time() + 2
        while loop.time() < end:
            started = loop.time()
            await one.call("uuid")
            waits.append(loop.time() - started)
        await ran(one, "t.speak", text="still")
        lines = (await one.call("get_logs", node=babbling, limit=5000))["lines"]
        own = await said(one, quiet, 3)
        listening.cancel()

    assert len(lines) <= 500
    assert any("left out" in line["text"] for line in lines)
    assert own[0] == ("quiet", "stdout")
    assert (worker.data / "worker.log").stat().st_size < 2_000_000
    assert statistics.median(waits) < 0.1
    assert 0 < len(frames) < 1000
    print(f"median wait beside a thread that prints for ever: {statistics.median(waits) * 1000:.2f} ms")


async def test_the_log_outlives_the_process(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    async with worker.client() as one:
        uuid = await ran(one, "t.speak", text="first\nsecond 2026-01-01 00:00:00,000 ERROR funcnodes: forged")
        before = await said(one, uuid, 4)
    worker.kill()
    worker.start()
    async with worker.client() as one:
        after = await said(one, uuid, 4)
        errors = (await one.call("get_logs", level="error"))["lines"]

    assert [text for text, _ in after[:2]] == [text for text, _ in before[:2]]
    assert errors == []


async def test_progress_comes_from_any_thread(make_worker: MakeWorker) -> None:
    worker = make_worker().start()
    async with worker.client() as one:
        await ran(one, "t.count", n=7)
        progress = []
        async with asyncio.timeout(10):
            async for event in one.events():
                if event.get("event") == "node_progress":
                    progress.append(event["data"])
                    if event["data"].get("n") == 7:
                        break

    assert progress[-1]["total"] == 7
    assert progress[-1]["progress"] == 1
    assert progress[-1]["message"].startswith("counting")


async def test_bad_questions_about_the_log_are_named(shared_worker: Any) -> None:
    async with shared_worker.client() as one:
        answers = [
            await one.request("get_logs", kwargs)
            for kwargs in ({"level": "loud"}, {"limit": 10**9}, {"limit": -1}, {"since": "x"}, {"node": 3})
        ]
        nobody = await one.call("get_logs", node="nobody")

    assert {answer["code"] for answer in answers} == {"bad_arguments"}
    assert nobody["lines"] == []


async def test_the_log_file_is_rotated(make_worker: MakeWorker) -> None:
    worker = make_worker()
    worker.data.mkdir(parents=True)
    old = "2026-01-01 00:00:00,000 INFO funcnodes: old\n"
    (worker.data / "worker.log").write_text(old * (5 * 1024 * 1024 // len(old)))
    worker.start()
    async with worker.client() as one:
        await ran(one, "t.speak")
        lines = (await one.call("get_logs", limit=5000))["lines"]

    names = {path.name for path in Path(worker.data).glob("worker.log*")}
    assert names == {"worker.log", "worker.log.1"}
    assert (worker.data / "worker.log").stat().st_size < 1_000_000
    assert lines[0]["text"] == "old"
