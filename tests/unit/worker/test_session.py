"""One client: frames in, frames out, without a socket."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from funcnodes_worker.answers import AnswerMemory, ParkedMessages
from funcnodes_worker.broadcast import hub as hub_module
from funcnodes_worker.broadcast.hub import Hub
from funcnodes_worker.context import GraphContext, ReadContext
from funcnodes_worker.errors import ConflictError
from funcnodes_worker.projection import Projection
from funcnodes_worker.protocol import events as ev
from funcnodes_worker.protocol.messages import CommandId, Hello
from funcnodes_worker.protocol.shapes import NodeState
from funcnodes_worker.rpc.registry import Registry, Success
from funcnodes_worker.scopes import Grant
from funcnodes_worker.session import GraphCall, Session

pytestmark = pytest.mark.anyio


NESTED: dict[str, Any] = json.loads('{"a":' * 200 + "1" + "}" * 200)
DEEP = '{"type": "cmd", "cmd": "echo", "kwargs": ' + "[" * 100_000


class FakeHost:
    """A worker without a graph: its commands wait until the test answers them."""

    def __init__(self) -> None:
        self.hub = Hub(Projection())
        self.registry = Registry()
        self.answers = AnswerMemory()
        self.parked = ParkedMessages()
        self.debug = False
        self.large_message_bytes = 2000
        self.calls: list[GraphCall] = []
        self.dropped: list[str] = []
        self.gate = asyncio.Event()
        command = self.registry.command

        @command(scope="view")
        def echo(ctx: ReadContext, text: str) -> str:
            """Say it again."""
            return text

        @command(scope="view")
        def keep(ctx: ReadContext, data: dict[str, Any]) -> None:
            """Take anything."""

        @command(scope="view")
        async def later(ctx: ReadContext) -> int:
            """Say it after a while."""
            await asyncio.sleep(0)
            return 42

        @command(scope="view")
        def crash(ctx: ReadContext) -> int:
            """Fail in an unforeseen way."""
            raise ZeroDivisionError("division by zero")

        @command(scope="edit", mutates=True)
        def change(ctx: GraphContext, uuid: str) -> Success:
            """Change something."""
            return Success()

        @command(scope="edit")
        def drop(ctx: ReadContext, path: str) -> int:
            """Do something on the serving side that is not done twice."""
            self.dropped.append(path)
            return len(self.dropped)

        @command(scope="edit")
        async def fetch(ctx: ReadContext) -> int:
            """Do something that takes until the test says so."""
            self.dropped.append("fetched")
            await self.gate.wait()
            return 7

        @command(scope="admin")
        def shut(ctx: ReadContext) -> None:
            """Shut something."""

    def call_graph(self, call: GraphCall) -> None:
        self.calls.append(call)

    def blocker(self) -> str:
        return "slow one"

    def make_read_context(self, session: Session, cmd_id: CommandId | None) -> ReadContext:
        return ReadContext(projection=self.hub.projection, worker=self, session=session)  # type: ignore[arg-type]

    def make_hello(self, client: str) -> Hello:
        return Hello(
            client=client, epoch="e", seq=self.hub.seq, rev=self.hub.rev, worker={"uuid": "w", "name": "w"}
        )


def add_node(hub: Hub, uuid: str) -> None:
    state = NodeState(uuid=uuid, node_id="x", name=uuid)
    hub.publish(ev.Change(what=ev.NodeAdded(uuid=uuid, node_id="x", serialized=state), rev=hub.rev + 1))


async def take(session: Session) -> list[dict[str, Any]]:
    return [json.loads(frame.data) for frame in await session.frames()]


def cmd(name: str, number: int | None = 1, **kwargs: Any) -> str:
    return json.dumps({"type": "cmd", "id": number, "cmd": name, "kwargs": kwargs})


async def test_a_v1_client_is_greeted_and_a_plain_one_hears_nothing_before_it_speaks() -> None:
    host = FakeHost()
    modern, plain = Session(host, v1=True), Session(host, v1=False)
    add_node(host.hub, "a")

    assert [frame["type"] for frame in await take(modern)] == ["hello", "nodespaceevent"]
    assert not plain.outbox

    plain.receive('{"type": "ping"}')
    add_node(host.hub, "b")
    assert [frame["type"] for frame in await take(plain)] == ["pong", "nodespaceevent"]


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        ("?", "BadMessageError: message: JSON is malformed: invalid character (byte 0)"),
        ("{}", "BadMessageError: message.type: missing"),
        ('{"type": "dance"}', "BadMessageError: message.type: invalid value 'dance'"),
        ('{"type": "cmd"}', "BadMessageError: message.cmd: missing"),
        ('{"type": "cmd", "cmd": 3}', "BadMessageError: message.cmd: expected str, got int"),
        (b"\xff\xfe", "BadMessageError: message: JSON is malformed: invalid character (byte 0)"),
        (
            DEEP,
            "BadMessageError: message: maximum recursion depth exceeded while deserializing an object",
        ),
        (cmd("fly"), "UnknownCommandError: unknown command 'fly'"),
        (cmd("echo", text=3), "BadArgumentsError: kwargs.text: expected str, got int"),
        (cmd("echo"), "BadArgumentsError: kwargs.text: missing"),
        (cmd("keep", data=NESTED), "BadArgumentsError: kwargs.data: nested too deeply"),
        (cmd("crash"), "ZeroDivisionError: division by zero"),
    ],
)
async def test_what_is_wrong_is_named_and_the_session_goes_on(frame: str | bytes, error: str) -> None:
    session = Session(FakeHost(), v1=False)

    session.receive(frame)
    session.receive(cmd("echo", 2, text="still here"))
    first, second = await take(session)

    assert first["type"] == "error"
    assert first["error"] == error
    assert "traceback" not in first
    assert second["result"] == "still here"


async def test_debug_gives_the_caller_a_traceback() -> None:
    host = FakeHost()
    host.debug = True
    session = Session(host, v1=False)

    session.receive(cmd("crash"))

    (failure,) = await take(session)
    assert "ZeroDivisionError" in failure["traceback"]


async def test_a_read_may_take_its_time() -> None:
    session = Session(FakeHost(), v1=False)

    session.receive(cmd("later"))

    assert (await take(session))[0]["result"] == 42


async def test_the_answer_of_a_graph_command_carries_its_revision() -> None:
    host = FakeHost()
    session = Session(host, v1=False)
    session.receive(cmd("change", "c7", uuid="a"))
    (call,) = host.calls

    call.result, call.rev = Success(), 57
    session.graph_answered(call)

    (answer,) = await take(session)
    assert answer == {"type": "result", "cmd": "change", "id": "c7", "result": {"success": True}, "rev": 57}


async def test_a_refusal_of_the_graph_comes_back_with_its_data() -> None:
    host = FakeHost()
    session = Session(host, v1=False)
    session.receive(cmd("change", uuid="a"))
    (call,) = host.calls

    call.error = ConflictError("it is taken", field="pos")
    session.graph_answered(call)

    (answer,) = await take(session)
    assert (answer["code"], answer["data"]) == ("conflict", {"field": "pos"})


async def test_a_repeated_command_is_answered_from_memory_also_after_a_reconnect() -> None:
    host = FakeHost()
    first = Session(host, v1=True)
    first.receive(cmd("change", uuid="a"))
    first.close()
    second = Session(host, v1=True)
    second.catch_up(host.hub.epoch, first.client, 0)
    second.receive(cmd("change", uuid="a"))
    (call,) = host.calls
    call.result, call.rev = Success(), 1
    first.graph_answered(call)
    second.receive(cmd("change", uuid="a"))

    answers = [frame for frame in await take(second) if frame["type"] == "result"]

    assert len(host.calls) == 1
    assert len(answers) == 2
    assert answers[0] == answers[1]


async def test_an_id_that_means_something_else_now_is_executed() -> None:
    host = FakeHost()
    session = Session(host, v1=False)
    session.receive(cmd("change", uuid="a"))
    session.receive(cmd("change", uuid="b"))

    assert [call.kwargs["uuid"] for call in host.calls] == ["a", "b"]


async def test_what_the_serving_side_did_is_not_done_twice_either() -> None:
    host = FakeHost()
    session = Session(host, v1=False)
    for _ in range(3):
        session.receive(cmd("drop", "d1", path="x"))
    session.receive(cmd("drop", "d2", path="x"))

    answers = [frame["result"] for frame in await take(session)]

    assert answers == [1, 1, 1, 2]
    assert host.dropped == ["x", "x"]


async def test_a_repeated_command_waits_for_the_one_that_is_under_way() -> None:
    host = FakeHost()
    session = Session(host, v1=False)
    session.receive(cmd("fetch"))
    await asyncio.sleep(0)
    session.receive(cmd("fetch"))

    host.gate.set()
    while len(answers := list(session.outbox.drain())) < 2:
        await asyncio.sleep(0)

    assert [json.loads(frame.data)["result"] for frame in answers] == [7, 7]
    assert host.dropped == ["fetched"]


async def test_who_repeats_a_command_of_a_lost_connection_hears_that_it_was_broken_off() -> None:
    host = FakeHost()
    first = Session(host, v1=True)
    first.receive(cmd("fetch"))
    await asyncio.sleep(0)
    second = Session(host, v1=True)
    second.catch_up(host.hub.epoch, first.client, 0)
    second.receive(cmd("fetch"))

    first.close()
    async with asyncio.timeout(5):
        while not (answers := [frame for frame in await take(second) if frame["type"] == "error"]):
            continue

    assert answers[0]["id"] == 1
    assert "Cancelled" in answers[0]["error"]


async def test_an_answer_reaches_a_client_that_took_its_name_meanwhile() -> None:
    host = FakeHost()
    first = Session(host, v1=True)
    other = Session(host, v1=True)
    other.receive(cmd("change", "c", uuid="a"))
    other.catch_up(host.hub.epoch, first.client, 0)  # with a command of its own on the way
    (call,) = host.calls
    call.result = Success()
    other.graph_answered(call)
    other.receive(cmd("change", "c", uuid="a"))

    assert len(host.calls) == 2, "the first was done under another name"
    assert [frame["type"] for frame in await take(other) if frame["type"] != "hello"] == ["result"]


@pytest.mark.parametrize(
    ("epoch", "seq", "success"),
    [
        (None, 0, True),
        (None, 3, True),
        (None, 4, False),
        (None, -1, False),
        (None, 2**70, False),
        ("", 0, False),
        ("another", 3, False),
    ],
)
async def test_catching_up_is_possible_from_what_the_log_holds(
    epoch: str | None, seq: int, success: bool
) -> None:
    host = FakeHost()
    Session(host, v1=True)  # the log is kept from the first client on
    for name in "abc":
        add_node(host.hub, name)
    session = Session(host, v1=True)
    await take(session)

    caught_up = session.catch_up(host.hub.epoch if epoch is None else epoch, "c", seq)
    frames = await take(session) if session.outbox else []

    assert caught_up is success
    if success:
        assert [frame["seq"] for frame in frames] == list(range(seq + 1, 4))
    else:
        assert frames == [{"type": "resync"}]


async def test_events_go_on_after_a_replay_without_a_gap() -> None:
    host = FakeHost()
    first = Session(host, v1=True)
    add_node(host.hub, "a")
    add_node(host.hub, "b")
    session = Session(host, v1=True)
    await take(session)

    session.catch_up(host.hub.epoch, first.client, 1)
    add_node(host.hub, "c")
    frames = await take(session)

    assert [(frame["prev"], frame["seq"]) for frame in frames] == [(1, 2), (2, 3)]


async def test_a_log_that_has_been_cut_asks_for_the_full_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "_LOG_EVENTS", 2)
    host = FakeHost()
    Session(host, v1=True)  # the log is kept from the first client on
    for name in "abcd":
        add_node(host.hub, name)
    session = Session(host, v1=True)
    await take(session)

    assert not session.catch_up(host.hub.epoch, "c", 1)
    assert session.catch_up(host.hub.epoch, "c", 2)


async def test_a_scope_is_a_limit() -> None:
    session = Session(FakeHost(), v1=False, grant=Grant(scope="view", share="0123456789abcdef"))

    session.receive(cmd("shut"))

    (answer,) = await take(session)
    assert answer["code"] == "forbidden"


async def test_who_waits_is_told_for_what() -> None:
    host = FakeHost()
    session = Session(host, v1=False)
    session.receive(cmd("change", 5, uuid="a"))

    async with asyncio.timeout(5):
        frames = await take(session)
        while not any(frame["type"] == "progress" for frame in frames):
            frames = await take(session)

    note = next(frame for frame in frames if frame["type"] == "progress")
    assert note["task"] == 5
    assert "'slow one' is running" in note["text"]


async def test_a_large_answer_is_parked_for_one_fetch() -> None:
    host = FakeHost()
    session = Session(host, v1=False)
    session.receive(cmd("echo", text="x" * 5000))

    (note,) = await take(session)

    assert note["type"] == "large_message"
    parked = host.parked.take(note["msg_id"])
    assert parked is not None
    assert len(parked) == note["size"]
    assert json.loads(parked)["result"] == "x" * 5000
    assert host.parked.take(note["msg_id"]) is None


async def test_catching_up_sends_what_was_missed() -> None:
    host = FakeHost()
    first = Session(host, v1=True)
    add_node(host.hub, "a")
    seen = (await take(first))[-1]["seq"]
    first.close()
    add_node(host.hub, "b")
    host.hub.publish(ev.Change(what=ev.NodeTriggered(uuid="a"), rev=2))

    second = Session(host, v1=True)
    await take(second)
    assert second.catch_up(host.hub.epoch, first.client, seen)
    frames = await take(second)

    assert [(frame["event"], frame["prev"]) for frame in frames] == [("node_added", 1), ("status", 2)]


async def test_another_life_of_the_worker_means_resync() -> None:
    host = FakeHost()
    session = Session(host, v1=True)

    assert not session.catch_up("another epoch", "c", 0)

    assert (await take(session))[-1] == {"type": "resync"}
