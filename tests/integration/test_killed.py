"""A worker that dies at any moment: what it has acknowledged is there again, and nothing that it never had.

Ten rounds; `FN_TEST_KILLS=100` makes the nightly ones.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import Callable
from typing import Any, NamedTuple

import aiohttp
import pytest

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

MakeWorker = Callable[..., Any]
ROUNDS = int(os.environ.get("FN_TEST_KILLS", "10"))
BURST = 1000
SEED = 4


class State(NamedTuple):
    """The graph at one revision, and the state that one undo leads back to."""

    nodes: dict[str, tuple[str, Any]]
    before: State | None


class Writer:
    """Makes commands that succeed, each of which is one revision, and knows what they lead to."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.states: list[State] = [State({}, None)]
        self.made = 0

    def commands(self, rev: int, count: int) -> list[dict[str, Any]]:
        """The next commands of a worker that stands at a revision."""
        del self.states[rev + 1 :]
        return [self._command(number) for number in range(count)]

    def _command(self, number: int) -> dict[str, Any]:
        self.made += 1
        now = self.states[-1]
        kind = self.chance.choices(["add", "name", "value", "remove", "undo"], [3, 4, 6, 1, 1])[0]
        if kind == "undo" and now.before is not None:
            self.states.append(now.before)
            return self._frame(number, "undo")
        nodes = dict(now.nodes)
        uuid = self.chance.choice(list(nodes)) if nodes else ""
        if kind == "add" or not nodes:
            uuid = f"n{self.made}"
            nodes[uuid] = ("Add", "<NoValue>")
            frame = self._frame(number, "add_node", node_id="t.add", uuid=uuid)
        elif kind == "remove":
            del nodes[uuid]
            frame = self._frame(number, "remove_node", uuid=uuid)
        elif kind == "name":
            nodes[uuid] = (f"name {self.made}", nodes[uuid][1])
            frame = self._frame(number, "update_node", uuid=uuid, name=nodes[uuid][0])
        else:
            nodes[uuid] = (nodes[uuid][0], self.made)
            frame = self._frame(number, "update_node_input", uuid=uuid, input_id="a", value=self.made)
        self.states.append(State(nodes, now))
        return frame

    def _frame(self, number: int, cmd: str, **kwargs: Any) -> dict[str, Any]:
        return {"type": "cmd", "id": number, "cmd": cmd, "kwargs": kwargs}


async def burst(worker: Any, frames: list[dict[str, Any]], until: int) -> int:
    """Sends all at once and kills the worker after so many answers; gives the last revision that was acknowledged."""
    acknowledged = 0
    async with aiohttp.ClientSession(worker.url, headers=worker.bearer) as http:
        socket = await http.ws_connect("/", max_msg_size=2**26)

        async def send() -> None:
            for frame in frames:
                await socket.send_json(frame)

        sender = asyncio.create_task(send())
        answers = 0
        while answers < until:
            message = json.loads((await socket.receive()).data)
            assert message["type"] != "error", message
            if message["type"] == "result":
                answers, acknowledged = answers + 1, message["rev"]
        worker.kill(signal.SIGKILL)
        async for late in socket:  # what was on its way to us was acknowledged too
            message = json.loads(late.data)
            if message["type"] == "result":
                acknowledged = message["rev"]
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)
    return acknowledged


async def shown(worker: Any) -> tuple[int, dict[str, Any]]:
    async with worker.client() as one:
        state = await one.call("full_state")
    nodes = {
        node["uuid"]: (node["name"], node["inputs"]["a"]["value"]) for node in state["nodespace"]["nodes"]
    }
    return state["rev"], nodes


@pytest.mark.timeout(60 + 6 * ROUNDS)
@pytest.mark.parametrize("durability", ["grouped", "full"])
async def test_sigkill_in_the_middle_of_a_thousand_commands(make_worker: MakeWorker, durability: str) -> None:
    rounds = ROUNDS if durability == "grouped" else max(1, ROUNDS // 5)
    chance = random.Random(SEED)
    worker = make_worker().start("--durability", durability)
    writer = Writer(chance)
    rev = 0
    for _ in range(rounds):
        frames = writer.commands(rev, BURST)

        acknowledged = await burst(worker, frames, chance.randint(1, BURST))

        worker.start("--durability", durability)
        rev, nodes = await shown(worker)
        assert rev >= acknowledged
        assert nodes == writer.states[rev].nodes
    assert not list(worker.data.glob("*.damaged-*"))
