"""What waits for one client: order, coalescing, bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from funcnodes_worker.broadcast.outbox import LogEntry, Outbox
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.frames import Frame, decode_binary


def value(seq: int, number: Any, node: str = "n", payload: bytes = b"") -> LogEntry:
    event = ev.IoValueChanged(
        node_uuid=node, io_id="out", io_type="output", mime="application/json", preview=number, complete=True
    )
    return LogEntry(event, seq=seq, rev=1, payload=payload)


def entry(seq: int, event: ev.Event, **fields: Any) -> LogEntry:
    return LogEntry(event, seq=seq, rev=1, **fields)


def read(frames: list[Frame]) -> list[dict[str, Any]]:
    return [json.loads(frame.data) for frame in frames if not frame.binary]


def told(frames: list[Frame]) -> list[tuple[str, int, int]]:
    return [(frame["event"], frame["prev"], frame["seq"]) for frame in read(frames)]


def test_structure_keeps_its_order() -> None:
    box = Outbox(v1=True)
    box.put_event(entry(1, ev.NodeRemoved(uuid="a")))
    box.put_event(entry(2, ev.EdgeRemoved(src=("a", "x"), dst=("b", "y"))))
    box.put_event(entry(3, ev.NodeRemoved(uuid="b")))

    assert told(box.drain()) == [("node_removed", 0, 1), ("edge_removed", 1, 2), ("node_removed", 2, 3)]
    assert not box


def test_the_latest_value_of_a_port_wins() -> None:
    box = Outbox(v1=True)
    box.put_event(value(1, 1))
    box.put_event(entry(2, ev.NodeRemoved(uuid="other")))
    box.put_event(value(3, 2))
    box.put_event(value(4, 3))

    frames = read(box.drain())

    assert [(f["event"], f["prev"], f["seq"]) for f in frames] == [
        ("node_removed", 0, 2),
        ("io_value_changed", 2, 4),
    ]
    assert frames[1]["data"]["preview"] == 3


def test_fast_runs_become_one_event() -> None:
    box = Outbox(v1=True)
    for number in range(3):
        box.put_event(entry(2 * number + 1, ev.NodeTriggered(uuid="n")))
        box.put_event(entry(2 * number + 2, ev.NodeDone(uuid="n", duration_s=number)))
    box.put_event(entry(7, ev.NodeTriggered(uuid="n")))

    frames = read(box.drain())

    assert [frame["event"] for frame in frames] == ["node_ran", "node_triggered"]
    assert frames[0]["data"] == {"uuid": "n", "runs": 3, "duration_s": 2}
    assert [(frame["prev"], frame["seq"]) for frame in frames] == [(0, 7), (7, 7)]


def test_a_plain_client_gets_the_documented_pair() -> None:
    box = Outbox(v1=False)
    box.put_event(entry(1, ev.NodeTriggered(uuid="n")))
    box.put_event(entry(2, ev.NodeDone(uuid="n", duration_s=1)))

    assert [event for event, _, _ in told(box.drain())] == ["node_triggered", "node_done"]


def test_a_good_run_ends_an_error_and_an_error_outlives_a_start() -> None:
    box = Outbox(v1=True)
    box.put_event(entry(1, ev.NodeErrored(uuid="n", error="E: x")))
    box.put_event(entry(2, ev.NodeTriggered(uuid="n")))
    assert [event for event, _, _ in told(box.drain())] == ["node_error", "node_triggered"]

    box.put_event(entry(3, ev.NodeErrored(uuid="n", error="E: x")))
    box.put_event(entry(4, ev.NodeDone(uuid="n", duration_s=1)))
    assert [event for event, _, _ in told(box.drain())] == ["node_ran"]


def test_events_say_who_caused_them() -> None:
    box = Outbox(v1=True)
    box.put_event(entry(1, ev.NodeRemoved(uuid="a"), by="c1", cmd_id=7))
    box.put_event(entry(2, ev.NodeRemoved(uuid="b")))

    first, second = read(box.drain())

    assert (first["by"], first["cmd_id"]) == ("c1", 7)
    assert "by" not in second
    assert "cmd_id" not in second


def test_replies_stay_behind_the_events_before_them() -> None:
    box = Outbox(v1=True)
    box.put_event(entry(1, ev.NodeRemoved(uuid="a")))
    box.put_reply(b'{"type": "result"}')
    box.put_event(entry(2, ev.NodeRemoved(uuid="b")))

    assert [frame.get("event", frame["type"]) for frame in read(box.drain())] == [
        "node_removed",
        "result",
        "node_removed",
    ]


def test_too_much_becomes_a_resync_and_answers_are_kept() -> None:
    box = Outbox(v1=True, max_bytes=1000)
    box.put_reply(b'{"type": "result"}')
    for seq in range(1, 20):
        box.put_event(entry(seq, ev.NodeRemoved(uuid=f"node-{seq}")))

    assert [frame["type"] for frame in read(box.drain())] == ["result", "resync"]
    assert box.lost

    box.put_event(entry(20, ev.NodeRemoved(uuid="unseen")))
    box.put_reply(b'{"type": "result"}', position=20)
    box.put_event(entry(21, ev.NodeRemoved(uuid="seen")))
    frames = read(box.drain())

    assert [frame["type"] for frame in frames] == ["result", "nodespaceevent"]
    assert (frames[1]["prev"], frames[1]["seq"]) == (20, 21)


def test_replaced_values_do_not_count() -> None:
    box = Outbox(v1=True, max_bytes=1000)
    for seq in range(1, 1000):
        box.put_event(value(seq, seq))

    assert not box.lost
    assert len(box.drain()) == 1


def test_bytes_go_behind_a_header_to_clients_that_understand() -> None:
    box = Outbox(v1=True)
    box.put_event(value(5, None, payload=b"\x89PNG"))

    (frame,) = box.drain()
    header, payload = decode_binary(frame.data)

    assert frame.binary
    assert payload == b"\x89PNG"
    assert (header.node_uuid, header.io_id, header.prev, header.seq) == ("n", "out", 0, 5)


def test_plain_clients_get_text_for_bytes() -> None:
    box = Outbox(v1=False)
    box.put_event(value(5, None, payload=b"\x89PNG"))

    (frame,) = box.drain()

    assert not frame.binary


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x00\xff{}", b"\x00\x00\x00\x02{}"])
def test_a_broken_binary_frame_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_binary(data)
