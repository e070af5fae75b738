"""Two clients make 10 000 random commands; what each makes of the events equals what the worker holds.

The clients are written from docs/reference/protocol.md alone: plain aiohttp, plain JSON, nothing of ours.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

pytestmark = [pytest.mark.anyio, pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(500)]

COMMANDS = 10_000
IN_FLIGHT = 8
CHECK_EVERY = 1000
SEED = 20240607
LEFT_OUT = ("status", "progress", "duration_s")
KINDS = ("t.add", "t.join", "t.divide", "t.items", "t.picture", "t.strange")


class Copy:
    """A graph made of events alone."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: dict[str, dict[str, Any]] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.prop: dict[str, Any] = {}

    def apply(self, event: str, data: dict[str, Any]) -> None:
        getattr(self, f"_{event}", self._ignore)(data)

    def state(self) -> dict[str, Any]:
        return {
            "nodes": list(self.nodes.values()),
            "edges": list(self.edges.values()),
            "groups": list(self.groups.values()),
            "prop": self.prop,
        }

    def port(self, data: dict[str, Any]) -> dict[str, Any] | None:
        node = self.nodes.get(data["node_uuid"], {})
        found: dict[str, Any] | None = node.get(f"{data['io_type']}s", {}).get(data["io_id"])
        return found

    def _ignore(self, data: dict[str, Any]) -> None:
        """Starts of runs, progress and notes about the worker are not part of the graph."""

    def _node_added(self, data: dict[str, Any]) -> None:
        self.nodes[data["uuid"]] = data["serialized"]

    def _node_removed(self, data: dict[str, Any]) -> None:
        del self.nodes[data["uuid"]]

    def _node_updated(self, data: dict[str, Any]) -> None:
        self.nodes[data["uuid"]].update({key: value for key, value in data.items() if key != "uuid"})

    def _node_ports_changed(self, data: dict[str, Any]) -> None:
        self._node_updated(data)

    def _edge_added(self, data: dict[str, Any]) -> None:
        self.edges[json.dumps([data["src"], data["dst"]])] = data

    def _edge_removed(self, data: dict[str, Any]) -> None:
        del self.edges[json.dumps([data["src"], data["dst"]])]

    def _node_error(self, data: dict[str, Any]) -> None:
        error = {"error": data["error"], "traceback": data.get("traceback", "")}
        self.nodes[data["uuid"]]["error"] = error

    def _node_done(self, data: dict[str, Any]) -> None:
        self.nodes[data["uuid"]]["error"] = None

    _node_ran = _node_done

    def _status(self, data: dict[str, Any]) -> None:
        if "error" in data:
            self.nodes[data["uuid"]]["error"] = data["error"]

    def _io_value_changed(self, data: dict[str, Any]) -> None:
        port = self.port(data)
        if port is None:
            return
        port.update(value=data.get("preview"), mime=data["mime"], complete=data["complete"])
        port.pop("href", None)
        if "href" in data:
            port["href"] = data["href"]

    def _io_updated(self, data: dict[str, Any]) -> None:
        port = self.port(data)
        if port is not None:
            fields = {k: v for k, v in data.items() if k not in ("node_uuid", "io_id", "io_type")}
            port.update(fields)

    def _group_added(self, data: dict[str, Any]) -> None:
        self.groups[data["group"]["id"]] = data["group"]

    _group_updated = _group_added

    def _group_removed(self, data: dict[str, Any]) -> None:
        del self.groups[data["id"]]

    def _nodespace_cleared(self, data: dict[str, Any]) -> None:
        for records in (self.nodes, self.edges, self.groups):
            records.clear()

    def _nodespace_updated(self, data: dict[str, Any]) -> None:
        self.prop = data["prop"]


def canonical(state: dict[str, Any]) -> str:
    """Keys sorted; status, progress and durations left out."""
    kept = {
        **state,
        "nodes": [{k: v for k, v in node.items() if k not in LEFT_OUT} for node in state["nodes"]],
    }
    return json.dumps(kept, sort_keys=True, indent=1)


class Client:
    """One WebSocket client."""

    def __init__(self, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.http, self.socket = http, socket
        self.copy = Copy()
        self.seq = -1
        self.events = 0
        self.ids = itertools.count()
        self.waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.reader = asyncio.create_task(self.read())

    async def call(self, cmd: str, **kwargs: Any) -> dict[str, Any]:
        number = next(self.ids)
        self.waiting[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"type": "cmd", "id": number, "cmd": cmd, "kwargs": kwargs})
        return await self.waiting[number]

    async def read(self) -> None:
        try:
            async for frame in self.socket:
                if frame.type is aiohttp.WSMsgType.BINARY:
                    length = int.from_bytes(frame.data[:4], "big")
                    self.take(json.loads(frame.data[4 : 4 + length]))
                else:
                    self.take(await self.whole(json.loads(frame.data)))
        except Exception as error:
            for answer in self.waiting.values():
                if not answer.done():
                    answer.set_exception(error)
            raise

    async def whole(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["type"] != "large_message":
            return message
        async with self.http.get(f"/message/{message['msg_id']}") as answer:
            found: dict[str, Any] = await answer.json()
            return found

    def take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        assert kind != "resync", "a client that keeps up is never told to start over"
        if kind == "hello":
            self.seq = message["seq"]
        elif kind in ("result", "error"):
            if message["cmd"] == "full_state":
                self.seq = message["result"]["seq"]
                message["copied"] = canonical(self.copy.state())
            self.waiting.pop(message["id"]).set_result(message)
        elif kind == "io_value_changed":
            self.follow(message, kind, message)
        elif kind in ("nodespaceevent", "workerevent"):
            self.follow(message, message["event"], message["data"])

    def follow(self, frame: dict[str, Any], event: str, data: dict[str, Any]) -> None:
        assert frame["prev"] == self.seq, f"lost something before {frame}"
        self.seq = frame["seq"]
        self.events += 1
        self.copy.apply(event, data)

    async def compare(self) -> str:
        """The worker's state, which at that very point of the stream is the copy's too."""
        answer = await self.call("full_state")
        state = canonical(answer["result"]["nodespace"])
        assert answer["copied"] == state
        return state


class RandomUser:
    """Chooses commands that mostly make sense for what its client sees."""

    def __init__(self, client: Client, seed: int, *, resets: bool = True) -> None:
        self.client = client
        self.resets = resets
        self.dice = random.Random(seed)
        self.made = itertools.count()
        self.name = f"u{seed}"
        self.fragment: Any = None
        self.saved: Any = None
        self.exported: Any = None
        self.undone = False
        self.tally: Counter[str] = Counter()
        self.good: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()

    async def act(self) -> None:
        cmd = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if self.undone and self.dice.random() < 0.9:
            cmd, self.undone = "redo", False
        kwargs = getattr(self, f"_{cmd}")()
        if kwargs is None:  # nothing there that it could be done to
            cmd, kwargs = "add_node", self._add_node()
        answer = await self.client.call(cmd, **kwargs)
        self.tally[cmd] += 1
        if answer["type"] == "result":
            self.good[cmd] += 1
            self.remember(cmd, answer["result"])
        else:
            self.errors[f"{cmd}: {answer['error'][:90]}"] += 1

    def remember(self, cmd: str, result: Any) -> None:
        if cmd == "copy_nodes":
            self.fragment = result
        elif cmd == "save":
            self.saved = result
        elif cmd == "export_worker":
            self.exported = result
        elif cmd == "undo":
            self.undone = True

    # -- what there is

    @property
    def copy(self) -> Copy:
        return self.client.copy

    def node(self) -> str | None:
        return self.dice.choice(list(self.copy.nodes)) if self.copy.nodes else None

    def some(self, most: int) -> list[str]:
        nodes = list(self.copy.nodes)
        return self.dice.sample(nodes, min(len(nodes), self.dice.randint(1, most)))

    def group(self) -> str | None:
        return self.dice.choice(list(self.copy.groups)) if self.copy.groups else None

    def number(self) -> Any:
        return self.dice.choice([0, 1, 2.5, -3, 7, 10])

    # -- one kwargs maker a command

    def _add_node(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = {"node_id": self.dice.choice(KINDS)}
        if self.dice.random() < 0.5:
            kwargs["uuid"] = f"{self.name}-{next(self.made)}"
        if self.dice.random() < 0.5:
            kwargs["frontend"] = {"pos": [self.dice.randint(0, 900), self.dice.randint(0, 900)]}
        if self.dice.random() < 0.3:
            kwargs["name"] = f"node {next(self.made)}"
        return kwargs

    def _remove_node(self) -> dict[str, Any] | None:
        return {"uuid": uuid} if (uuid := self.node()) and len(self.copy.nodes) > 8 else None

    def _update_node(self) -> dict[str, Any] | None:
        if (uuid := self.node()) is None:
            return None
        change = self.dice.choice(
            [
                {"name": f"name {next(self.made)}"},
                {"description": f"about {next(self.made)}"},
                {"frontend": {"pos": [self.dice.random() * 100, 5]}},
                {"frontend": {"collapsed": True}},
                {"properties": {"note": next(self.made)}},
                {"reset_inputs_on_trigger": self.resets and self.dice.random() < 0.2},
            ]
        )
        return {"uuid": uuid, **change}

    def _update_node_input(self) -> dict[str, Any] | None:
        if (uuid := self.node()) is None:
            return None
        inputs = list(self.copy.nodes[uuid]["inputs"])
        text = self.copy.nodes[uuid]["node_id"] == "t.join"
        value = self.dice.choice(["x", "yy", "long " * 50]) if text else self.number()
        return {"uuid": uuid, "input_id": self.dice.choice(inputs), "value": value}

    def _update_io(self) -> dict[str, Any] | None:
        if (uuid := self.node()) is None:
            return None
        node = self.copy.nodes[uuid]
        change = self.dice.choice(
            [
                {"hidden": self.dice.random() < 0.5},
                {"name": f"port {next(self.made)}"},
                {"value_options": {"min": 0}},
            ]
        )
        return {"uuid": uuid, "io_id": self.dice.choice([*node["inputs"], *node["outputs"]]), **change}

    def _trigger_node(self) -> dict[str, Any] | None:
        return {"uuid": uuid} if (uuid := self.node()) else None

    def _set_node_mode(self) -> dict[str, Any] | None:
        mode = self.dice.choice(["active", "active", "muted", "bypassed"])
        return {"uuid": uuid, "mode": mode} if (uuid := self.node()) else None

    def _add_edge(self) -> dict[str, Any] | None:
        if len(self.copy.nodes) < 2:
            return None
        src, dst = self.dice.sample(list(self.copy.nodes), 2)
        inputs = [io for io in self.copy.nodes[dst]["inputs"].values() if not io["connected"]]
        outputs = self.copy.nodes[src]["outputs"].values()
        ends = [(o["id"], i["id"]) for o in outputs for i in inputs if o["type"] == i["type"]]
        if not ends:
            return None
        out, into = self.dice.choice(ends)
        return {
            "src_uuid": src,
            "src_io": out,
            "dst_uuid": dst,
            "dst_io": into,
            "replace": self.dice.random() < 0.3,
        }

    def _remove_edge(self) -> dict[str, Any] | None:
        if not self.copy.edges:
            return None
        edge = self.dice.choice(list(self.copy.edges.values()))
        (src, out), (dst, into) = edge["src"], edge["dst"]
        return {"src_uuid": src, "src_io": out, "dst_uuid": dst, "dst_io": into}

    def _group_nodes(self) -> dict[str, Any] | None:
        return {"nodes": nodes, "name": f"group {next(self.made)}"} if (nodes := self.some(4)) else None

    def _update_group(self) -> dict[str, Any] | None:
        if (group := self.group()) is None:
            return None
        change = self.dice.choice(
            [{"name": f"g {next(self.made)}"}, {"colour": "#ff8800"}, {"collapsed": True}]
        )
        return {"id": group, **change}

    def _remove_group(self) -> dict[str, Any] | None:
        return {"id": group} if (group := self.group()) else None

    def _copy_nodes(self) -> dict[str, Any] | None:
        return {"uuids": nodes} if (nodes := self.some(3)) else None

    def _paste_nodes(self) -> dict[str, Any] | None:
        return {"fragment": self.fragment, "pos": [10, 20]} if self.fragment else None

    def _undo(self) -> dict[str, Any]:
        return {"scope": self.dice.choice(["all", "all", "mine"])}

    def _redo(self) -> dict[str, Any]:
        return {"scope": "all"}

    def _clear(self) -> dict[str, Any]:
        return {}

    def _save(self) -> dict[str, Any] | None:
        return {} if len(self.copy.nodes) < 40 else None

    def _load_data(self) -> dict[str, Any] | None:
        return {"data": self.saved} if self.saved else None

    def _export_worker(self) -> dict[str, Any] | None:
        return {} if len(self.copy.nodes) < 40 else None

    def _import_worker(self) -> dict[str, Any] | None:
        return {"data": self.exported["data"]} if self.exported else None


WEIGHTS = {
    "add_node": 16, "remove_node": 6, "update_node": 14, "update_node_input": 22, "update_io": 6, "trigger_node": 4,
    "set_node_mode": 3, "add_edge": 12, "remove_edge": 3, "group_nodes": 3, "update_group": 3, "remove_group": 3,
    "copy_nodes": 1.5, "paste_nodes": 1.5, "undo": 6, "redo": 4, "clear": 1.1, "save": 0.8, "load_data": 1.2, "export_worker": 0.6, "import_worker": 1.2,
}  # fmt: skip


async def connect(worker: Any, http: aiohttp.ClientSession) -> Client:
    socket = await http.ws_connect("/", protocols=("funcnodes.v1",), max_msg_size=2**26)
    return Client(http, socket)


async def use(user: RandomUser, count: int) -> None:
    """Makes so many commands, a few of them on their way at any time."""
    left = iter(range(count))

    async def hand() -> None:
        for number in left:
            await user.act()
            if number % CHECK_EVERY == CHECK_EVERY - 1:
                await user.client.compare()

    async with asyncio.TaskGroup() as hands:
        for _ in range(IN_FLIGHT):
            hands.create_task(hand())


async def test_copies_made_of_events_alone_equal_the_worker(
    make_worker: Callable[..., Any], mutating: set[str]
) -> None:
    worker = make_worker().start()
    async with aiohttp.ClientSession(worker.url, headers=worker.bearer) as http:
        clients = [await connect(worker, http) for _ in range(2)]
        users = [RandomUser(client, SEED + number) for number, client in enumerate(clients)]

        await asyncio.gather(*(use(user, COMMANDS // 2) for user in users))
        await clients[0].call("stop_all")  # random wires make circles, and these never come to rest
        states = [await client.compare() for client in clients]
        while states[0] != states[1]:  # what is shown follows a moment behind the stop
            states = [await client.compare() for client in clients]
        for client in clients:
            await client.socket.close()
            await client.reader

    tally, good = (sum((getattr(user, name) for user in users), Counter()) for name in ("tally", "good"))
    errors = sum((user.errors for user in users), Counter())
    print(f"{good.total()} of {tally.total()} succeeded; {[c.events for c in clients]} events; {dict(good)}")
    print(*(f"{count:6} {text}" for text, count in errors.most_common(20)), sep="\n")
    assert tally.total() == COMMANDS
    assert good.total() >= 0.7 * COMMANDS, errors.most_common(10)
    assert states[0] == states[1]
    assert mutating <= set(tally), "a mutating command that this test does not know"
    assert {cmd: good[cmd] for cmd in mutating if good[cmd] < 50} == {}


async def test_the_graph_of_random_commands_is_there_again_after_kill_9(
    make_worker: Callable[..., Any],
) -> None:
    worker = make_worker().start()
    async with aiohttp.ClientSession(worker.url, headers=worker.bearer) as http:
        client = await connect(worker, http)
        # what runs take back is no edit, and written only when the graph is at rest
        await use(RandomUser(client, SEED, resets=False), 600)
        before = json.loads(await client.compare())
        worker.kill()
        await client.reader

    worker.start()

    async with aiohttp.ClientSession(worker.url, headers=worker.bearer) as http:
        client = await connect(worker, http)
        answer = await client.call("full_state")
        after = json.loads(canonical(answer["result"]["nodespace"]))
        await client.socket.close()
    assert saved(after) == saved(before)


def saved(state: dict[str, Any]) -> dict[str, Any]:
    """What a restart brings back exactly: the document, without what nodes computed."""
    kept = (
        "uuid",
        "node_id",
        "name",
        "description",
        "frontend",
        "mode",
        "properties",
        "reset_inputs_on_trigger",
    )
    return {
        "nodes": {node["uuid"]: {key: node[key] for key in kept} for node in state["nodes"]},
        "edges": sorted(json.dumps(edge) for edge in state["edges"]),
        "groups": {group["id"]: group for group in state["groups"]},
        "prop": state["prop"],
        "set": {
            (node["uuid"], port["id"]): port["value"]
            for node in state["nodes"]
            for port in node["inputs"].values()
            if not port["connected"]
        },
    }


@pytest.fixture
def mutating() -> set[str]:
    """The commands that the worker's own registry says change the graph."""
    from funcnodes_worker.commands import REGISTRY

    return {command.name for command in REGISTRY if command.mutates}
