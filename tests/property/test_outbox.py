"""A client that applies what it is sent, whenever that is, ends with the worker's records."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from funcnodes_worker.broadcast.hub import Hub
from funcnodes_worker.broadcast.outbox import Outbox
from funcnodes_worker.projection import Projection
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.frames import Frame
from funcnodes_worker.protocol.shapes import IOState, NodeState

NODES = ("a", "b", "c")


class Copy:
    """What a client makes of the frames, by the rules of the protocol alone."""

    def __init__(self) -> None:
        self.nodes: dict[str, Any] = {}
        self.seq = 0
        self.lost = False

    def take(self, frames: list[Frame]) -> None:
        for raw in frames:
            frame = json.loads(raw.data)
            if frame["type"] == "resync":
                self.lost = True
            elif frame["type"] == "full":
                self.lost, self.seq, self.nodes = False, frame["seq"], frame["nodes"]
            elif not self.lost:
                assert frame["prev"] == self.seq
                self.seq = frame["seq"]
                self.apply(frame["event"], frame["data"])

    def apply(self, event: str, data: dict[str, Any]) -> None:
        if event == "node_added":
            self.nodes[data["uuid"]] = data["serialized"]
            return
        if event == "node_removed":
            self.nodes.pop(data["uuid"])
            return
        node = self.nodes[data.get("uuid") or data["node_uuid"]]
        if event == "node_updated":
            node["name"] = data["name"]
        elif event == "io_value_changed":
            node["outputs"]["out"]["value"] = data["preview"]
        elif event == "node_error":
            node["error"] = {"error": data["error"], "traceback": data.get("traceback", "")}
        elif event in ("node_done", "node_ran"):
            node["error"] = None
        elif event == "status" and "error" in data:
            node["error"] = data["error"]


def changes(hub: Hub, action: str, uuid: str, number: int) -> list[ev.Event | ev.ValueChanged]:
    known = uuid in hub.projection.nodes
    if action == "add" and not known:
        state = NodeState(uuid=uuid, node_id="x", name=uuid, outputs={"out": IOState(id="out", name="out")})
        return [ev.NodeAdded(uuid=uuid, node_id="x", serialized=state)]
    if not known:
        return []
    return {
        "add": [],
        "remove": [ev.NodeRemoved(uuid=uuid)],
        "rename": [ev.NodeUpdated(uuid=uuid, name=str(number))],
        "value": [ev.ValueChanged(node_uuid=uuid, io_id="out", io_type="output", value=number)],
        "run": [ev.NodeTriggered(uuid=uuid), ev.NodeDone(uuid=uuid, duration_s=float(number))],
        "fail": [ev.NodeTriggered(uuid=uuid), ev.NodeErrored(uuid=uuid, error=str(number))],
    }[action]  # type: ignore[return-value]


def comparable(nodes: dict[str, Any]) -> str:
    kept = {
        uuid: {key: value for key, value in node.items() if key not in ("status", "progress", "duration_s")}
        for uuid, node in nodes.items()
    }
    return json.dumps(kept, sort_keys=True)


def full(hub: Hub) -> bytes:
    return msgspec.json.encode({"type": "full", "seq": hub.seq, "nodes": hub.projection.nodes})


ACTIONS = st.sampled_from(
    ["add", "add", "remove", "rename", "value", "value", "run", "fail", "drain", "reconnect"]
)
STEPS = st.lists(st.tuples(ACTIONS, st.sampled_from(NODES), st.integers(0, 99)), max_size=60)


@settings(max_examples=150, deadline=None)
@given(steps=STEPS, v1=st.booleans(), max_bytes=st.sampled_from([700, 1_000_000]))
def test_a_copy_made_from_frames_equals_the_records(steps: list[Any], v1: bool, max_bytes: int) -> None:
    hub, copy = Hub(Projection()), Copy()
    box = Outbox(v1=v1, max_bytes=max_bytes)
    hub.attach(box, lambda: None)

    for action, uuid, number in steps:
        if action == "drain":
            copy.take(box.drain())
        elif action == "reconnect":  # whatever waited is lost with the connection
            hub.detach(box)
            box = Outbox(v1=v1, max_bytes=max_bytes)
            hub.attach(box, lambda: None)
            if copy.lost or not hub.catch_up(box, hub.epoch, copy.seq):
                box.put_reply(full(hub), position=hub.seq)
        else:
            for what in changes(hub, action, uuid, number):
                hub.publish(ev.Change(what=what, rev=hub.rev + 1))
    copy.take(box.drain())
    if copy.lost:
        box.put_reply(full(hub), position=hub.seq)
        copy.take(box.drain())

    here = {uuid: msgspec.to_builtins(node) for uuid, node in hub.projection.nodes.items()}
    assert comparable(copy.nodes) == comparable(here)
    assert copy.seq == hub.seq
