"""The log of events: previews, inline values, what a late client is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from funcnodes_worker.broadcast import encoder, outbox
from funcnodes_worker.broadcast.hub import Hub
from funcnodes_worker.broadcast.outbox import Outbox
from funcnodes_worker.projection import PortKey, Projection
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.shapes import IOState, NodeState

pytestmark = pytest.mark.anyio


class Follower:
    """A client that reads what its outbox gives."""

    def __init__(self, hub: Hub) -> None:
        self.box = Outbox(v1=True, position=hub.seq)
        self._ready = asyncio.Event()
        hub.attach(self.box, self._ready.set)

    async def value(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                await self._ready.wait()
                self._ready.clear()
                for frame in self.box.drain():
                    message: dict[str, Any] = json.loads(frame.data)
                    if message.get("event") == "io_value_changed":
                        found: dict[str, Any] = message["data"]
                        return found


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    made = Hub(Projection())
    made.previews.start()
    state = NodeState(uuid="n", node_id="x", name="n", outputs={"out": IOState(id="out", name="out")})
    made.publish(ev.Change(what=ev.NodeAdded(uuid="n", node_id="x", serialized=state), rev=1))
    yield made
    made.previews.stop()


def set_value(hub: Hub, value: Any, render_type: str | None = None) -> None:
    what = ev.ValueChanged(node_uuid="n", io_id="out", io_type="output", value=value, render_type=render_type)
    hub.publish(ev.Change(what=what, rev=2))


@pytest.mark.parametrize(
    ("value", "preview"),
    [(3, 3), (2.5, 2.5), (True, True), (None, None), ("text", "text"), (float("nan"), {"$fn:float": "nan"})],
)
async def test_plain_values_are_told_at_once(hub: Hub, value: Any, preview: Any) -> None:
    set_value(hub, value)

    port = hub.projection.nodes["n"].outputs["out"]
    assert (port.value, port.mime, port.complete) == (preview, "application/json", True)


async def test_other_values_are_previewed_elsewhere(hub: Hub) -> None:
    follower = Follower(hub)

    set_value(hub, [1, 2, {"a": None}])

    data = await follower.value()
    assert data["preview"] == [1, 2, {"a": None}]
    assert data["value"] == [1, 2, {"a": None}]
    assert hub.projection.nodes["n"].outputs["out"].value == [1, 2, {"a": None}]


async def test_a_large_value_is_cut_and_says_so(hub: Hub) -> None:
    follower = Follower(hub)

    set_value(hub, list(range(200_000)))

    data = await follower.value()
    assert not data["complete"]
    assert "value" not in data
    assert len(json.dumps(data)) < 80_000


async def test_an_older_preview_never_replaces_a_newer_value(hub: Hub) -> None:
    gate = asyncio.Event()

    class Slow(list[int]):
        def __iter__(self) -> Any:
            loop.call_soon_threadsafe(gate.set)
            return super().__iter__()

    loop = asyncio.get_running_loop()
    follower = Follower(hub)
    set_value(hub, Slow([1]), "json")
    set_value(hub, 7)

    assert (await follower.value())["preview"] == 7
    set_value(hub, [9])
    assert (await follower.value())["preview"] == [9]


async def test_a_value_that_is_slow_to_show_shows_what_it_is_meanwhile(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import threading

    gate = threading.Event()
    monkeypatch.setattr(encoder, "SLOW_S", 0.05)
    monkeypatch.setattr(encoder, "preview", lambda *_: (gate.wait(20), encoder.describe([], "made"))[1])
    follower = Follower(hub)

    set_value(hub, [1, 2, 3])
    first = await follower.value()
    gate.set()
    second = await follower.value()

    assert first["preview"] == "list, 3 items (preview is being made)"
    assert second["preview"] == "list, 0 items (made)"
    assert "takes over" in caplog.text


async def test_a_failing_encoder_is_shown_as_such(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(encoder, "preview", fail)
    follower = Follower(hub)

    set_value(hub, [1])

    assert (await follower.value())["preview"] == "list, 1 items (no preview)"


async def test_a_value_of_a_removed_node_is_dropped(hub: Hub) -> None:
    hub.publish(ev.Change(what=ev.NodeRemoved(uuid="n"), rev=3))

    set_value(hub, 3)

    assert PortKey("n", "out", "output") not in hub.projection.values


async def test_a_late_client_is_told_the_latest_of_each_port(hub: Hub) -> None:
    box = Outbox(v1=True)
    hub.attach(Outbox(v1=True), lambda: None)
    before = hub.seq
    for number in range(5):
        set_value(hub, number)
    hub.publish(ev.Change(what=ev.NodeErrored(uuid="n", error="E: x"), rev=2))

    assert hub.catch_up(box, hub.epoch, before)

    frames = [json.loads(frame.data) for frame in box.drain()]
    assert [frame["event"] for frame in frames] == ["io_value_changed", "status"]
    assert frames[0]["data"]["preview"] == 4
    assert frames[1]["data"] == {
        "uuid": "n", "status": "failed", "error": {"error": "E: x", "traceback": ""}, "duration_s": None
    }  # fmt: skip


async def test_before_the_first_client_nothing_is_kept_to_catch_up_with(hub: Hub) -> None:
    set_value(hub, 3)

    assert not hub.catch_up(Outbox(v1=True), hub.epoch, hub.seq - 1)
    assert hub.catch_up(Outbox(v1=True), hub.epoch, hub.seq)


async def test_ten_clients_that_keep_up_cost_one_encoding_a_value(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the value nor its frame is encoded again for the second client."""
    made: list[int] = []
    encode = outbox.encode
    monkeypatch.setattr(outbox, "encode", lambda message: (made.append(message.seq), encode(message))[1])
    followers = [Outbox(v1=True, position=hub.seq) for _ in range(10)]
    for box in followers:
        hub.attach(box, lambda: None)

    sent: list[list[Any]] = []
    for number in range(100):
        set_value(hub, number)
        hub.publish(ev.Change(what=ev.NodeRan(uuid="n", runs=1, duration_s=0.1), rev=2))
        sent += [box.drain() for box in followers]

    assert len(made) == 200
    assert all(sent[i : i + 10] == [sent[i]] * 10 for i in range(0, 1000, 10))
    assert all(frame is first for frame, first in zip(sent[9], sent[0], strict=True))


async def test_a_client_that_reads_nothing_costs_its_bound_and_is_resynced(hub: Hub) -> None:
    """A minute of values, sixty a second, and of structure: nothing is drained."""
    bound = 100_000
    box = Outbox(v1=True, position=hub.seq, max_bytes=bound)
    hub.attach(box, lambda: None)
    waiting = []
    for turn in range(3600):
        set_value(hub, "x" * 1000 + str(turn))
        if turn % 4 == 0:
            state = NodeState(uuid=f"n{turn}", node_id="x", name="n")
            hub.publish(
                ev.Change(what=ev.NodeAdded(uuid=state.uuid, node_id="x", serialized=state), rev=turn)
            )
        waiting.append(box.waiting_bytes)

    assert max(waiting) <= bound
    assert box.lost
    assert [json.loads(frame.data) for frame in box.drain()] == [{"type": "resync"}]
    box.put_reply(b'{"type":"result"}', position=hub.seq)
    set_value(hub, "after")
    frames = [json.loads(frame.data) for frame in box.drain()]
    assert [frame["type"] for frame in frames] == ["result", "nodespaceevent"]
    assert frames[1]["prev"] == hub.seq - 1


@pytest.mark.parametrize(("epoch", "seq"), [("other", 0), (None, 99), (None, -1)])
async def test_what_cannot_be_caught_up_is_a_resync(hub: Hub, epoch: str | None, seq: int) -> None:
    assert not hub.catch_up(Outbox(v1=True), epoch or hub.epoch, seq)
