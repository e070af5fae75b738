"""The channel from the graph's thread to the serving loop: order, the newest of marks, and a bounded backlog."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from funcnodes_worker import channel as module
from funcnodes_worker.channel import Channel
from funcnodes_worker.feed import Feed
from funcnodes_worker.marks import Cause, Run, RunMark, Told
from funcnodes_worker.protocol import events as ev

pytestmark = pytest.mark.anyio


class Heard:
    """What comes out of a channel."""

    def __init__(self) -> None:
        self.all: list[Any] = []
        self.channel: Channel[Any, Any] = Channel(self.all.append, self.newest)

    def newest(self, mark: Any, newest: Any) -> None:
        self.all.append((mark, newest))


async def test_records_arrive_in_order_from_any_thread() -> None:
    got: list[int] = []
    done = asyncio.Event()

    def receive(number: int) -> None:
        got.append(number)
        if number == 999:
            done.set()

    channel: Channel[int, Any] = Channel(receive)
    channel.post(-1)  # before it is open: kept
    channel.open()
    thread = threading.Thread(target=lambda: [channel.post(number) for number in range(1000)])
    thread.start()

    async with asyncio.timeout(10):
        await done.wait()
    thread.join()

    assert got == list(range(-1, 1000))


async def test_a_record_that_cannot_be_told_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    got: list[float] = []
    channel: Channel[int, Any] = Channel(lambda number: got.append(1 / number))
    channel.open()
    for number in (1, 0, 2):
        channel.post(number)

    await channel.flushed()

    assert got == [1.0, 0.5]
    assert "could not be told" in caplog.text


async def test_of_a_mark_only_the_newest_arrives() -> None:
    heard = Heard()
    for number in range(1000):
        heard.channel.put("a", number)
        heard.channel.put("b", -number)

    assert heard.channel.backlog == 2
    heard.channel.open()
    await heard.channel.flushed()

    assert heard.all == [("a", 999), ("b", -999)]


async def test_what_is_put_last_goes_behind_what_waits() -> None:
    heard = Heard()
    heard.channel.put("run", "started")
    heard.channel.put("value", 1)
    heard.channel.put_last("run", "ended")
    heard.channel.open()

    await heard.channel.flushed()

    assert heard.all == [("value", 1), ("run", "ended")]


async def test_what_is_taken_back_never_arrives() -> None:
    heard = Heard()
    heard.channel.put("a", 1)

    assert heard.channel.take("a") == 1
    assert heard.channel.take("a") is None
    heard.channel.open()
    await heard.channel.flushed()

    assert heard.all == []


async def test_records_go_before_values_also_when_they_come_during_a_delivery() -> None:
    """A value that is put behind a record, while others are being delivered, arrives behind it."""
    got: list[Any] = []

    def newest(mark: str, value: int) -> None:
        got.append((mark, value))
        if mark == "a":
            channel.post("node b")
            channel.put("b", 2)

    channel: Channel[str, str] = Channel(got.append, newest)
    channel.put("a", 1)
    channel.put("b", 1)
    channel.open()

    await channel.flushed()

    assert got == [("a", 1), "node b", ("b", 2)]


class Meddling(dict[Any, Any]):
    """Marks that something happens to in the very moment in which one of them is taken out."""

    def __init__(self, meddle: Any) -> None:
        super().__init__()
        self.meddle = meddle

    def pop(self, *args: Any) -> Any:
        found = super().pop(*args)
        meddle, self.meddle = self.meddle, lambda: None
        meddle()
        return found


async def test_a_value_that_is_on_its_way_never_arrives_after_a_newer_one() -> None:
    """The graph's thread takes a mark's newer value into the records while the older one is being delivered."""

    def meddle() -> None:
        heard.channel.put("a", "newer")
        heard.channel.post(heard.channel.take("a"))

    heard = Heard()
    heard.channel.put("a", "older")
    marks = Meddling(meddle)
    marks.update(heard.channel._newest)
    heard.channel._newest = marks
    heard.channel.open()

    await heard.channel.flushed()

    assert heard.all == [("a", "older"), "newer"]


async def test_the_loop_has_its_turn_during_a_long_delivery(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLICE_S", 0.0)
    heard = Heard()
    heard.channel.open()
    for number in range(100):
        heard.channel.post(number)
        heard.channel.put(f"mark {number}", number)
    turns = 0

    async with asyncio.timeout(10):
        while len(heard.all) < 200:
            await asyncio.sleep(0)
            turns += 1

    assert heard.all[:100] == list(range(100))
    assert turns >= 100


async def test_a_long_delivery_of_values_is_followed_by_a_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the loop rests from values, records still arrive and newer values replace those that wait."""
    loop = asyncio.get_running_loop()
    clock = iter(range(10_000))  # every look at the clock finds it a second later
    rests: list[Any] = []
    heard = Heard()
    with monkeypatch.context() as patch:
        patch.setattr(loop, "time", lambda: float(next(clock)))
        patch.setattr(loop, "call_later", lambda delay, then: rests.append(then))
        heard.channel.open()
        heard.channel.put("a", 1)
        while not rests:
            await asyncio.sleep(0)
        for number in range(10):
            heard.channel.put("a", number)
            heard.channel.post(str(number))
        while len(heard.all) < 11:
            await asyncio.sleep(0)

        assert heard.all == [("a", 1), *map(str, range(10))]
        rests.pop()()

    assert heard.all[-1] == ("a", 9)


async def test_what_is_corked_arrives_at_once() -> None:
    heard = Heard()
    heard.channel.open()
    await heard.channel.flushed()
    await asyncio.sleep(0)

    heard.channel.cork()
    heard.channel.post("an event")
    heard.channel.put("a", 1)
    await asyncio.sleep(0)
    assert heard.all == []
    heard.channel.post("the answer")
    heard.channel.uncork()
    await asyncio.sleep(0)

    assert heard.all == ["an event", "the answer", ("a", 1)]


async def test_threads_that_put_lose_nothing() -> None:
    """However the threads are interleaved, the last of every mark arrives last."""
    latest: dict[int, int] = {}
    channel: Channel[int, int] = Channel(lambda record: None, latest.__setitem__)
    channel.open()

    def put_all(first: int) -> None:
        for number in range(5000):
            channel.put(first + number % 10, number)

    threads = [threading.Thread(target=put_all, args=(first,)) for first in (0, 100)]
    for thread in threads:
        thread.start()
    async with asyncio.timeout(20):
        while any(thread.is_alive() for thread in threads) or channel.backlog:
            await asyncio.sleep(0)

    assert latest == {first + rest: 4990 + rest for first in (0, 100) for rest in range(10)}


# -- with a feed


async def test_a_circle_that_never_settles_waits_with_its_newest_values_alone(bench: Any) -> None:
    one = bench()
    for uuid in "xy":
        one.do("add_node", node_id="doc.add", uuid=uuid)
    one.do("add_edge", src_uuid="x", src_io="out", dst_uuid="y", dst_io="a")
    one.do("add_edge", src_uuid="y", src_io="out", dst_uuid="x", dst_io="a")
    told: list[ev.Change] = []
    channel: Channel[Any, Any] = Channel(told.append, lambda mark, newest: told.extend(mark.changes(newest)))
    one.space.observe(Feed(channel))

    one.do("update_node_input", uuid="x", input_id="a", value=0)
    while one.space.get_node_by_id("x").run_count < 500:
        await asyncio.sleep(0)
    await one.do("stop_all")

    assert channel.backlog < 20
    channel.open()
    await channel.flushed()
    newest = {
        (what.node_uuid, what.io_id): what.value
        for change in told
        if isinstance(what := change.what, ev.ValueChanged)
    }
    assert newest["x", "out"] == one.value("x", "out") > 500
    assert newest["y", "out"] == one.value("y", "out")
    runs = [change.what for change in told if isinstance(change.what, ev.NodeRan)]
    assert {run.uuid: run.runs for run in runs}["x"] >= 499


async def test_the_values_of_a_command_are_told_in_order_unless_they_are_many() -> None:
    heard = Heard()
    feed = Feed(heard.channel)
    few, many = (RunMark(uuid, Cause()) for uuid in ("few", "many"))

    with feed.acting(1, "me", None):
        feed._own = {few: None}
        heard.channel.put(few, few.run)
    with feed.acting(2, "me", None):
        feed._own = {RunMark(str(number), Cause()): None for number in range(1000)} | {many: None}
        heard.channel.put(many, many.run)
    feed.post(ev.NodeRemoved(uuid="x"))
    heard.channel.open()
    await heard.channel.flushed()

    assert heard.all[0] == Told(few, few.run)
    assert heard.all[1].what == ev.NodeRemoved(uuid="x")
    assert heard.all[2:] == [(many, many.run)]


def test_runs_are_told_as_what_came_of_them() -> None:
    mark = RunMark("n", Cause(3, "me"))
    failed = ev.NodeErrored(uuid="n", error="E: x")

    def tell(*run: Any) -> list[Any]:
        changes = mark.changes(Run(*run, Cause(3, "me")))
        assert all((change.rev, change.by) == (3, "me") for change in changes)
        return [change.what for change in changes]

    assert tell(0, 0.0, None, "running") == [ev.NodeTriggered(uuid="n")]
    assert tell(1, 0.5, None, None) == [ev.NodeRan(uuid="n", runs=1, duration_s=0.5)]
    assert tell(4, 0.2, None, "running") == [
        ev.NodeRan(uuid="n", runs=3, duration_s=0.2), ev.NodeTriggered(uuid="n")
    ]  # fmt: skip
    assert tell(5, 0.1, failed, None) == [ev.NodeRan(uuid="n", runs=1, duration_s=0.1), failed]
    assert tell(5, 0.1, failed, "stale") == [ev.Status(uuid="n", status="stale")]
    assert tell(6, 0.1, None, None) == [ev.NodeRan(uuid="n", runs=1, duration_s=0.1)]
