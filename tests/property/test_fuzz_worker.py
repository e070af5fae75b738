"""Whatever a client sends, the worker answers with a result or a reason, stays up, and what it took can be read again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fuzz
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import funcnodes_core as fn
from funcnodes_core.exceptions import FuncNodesError
from funcnodes_worker import errors
from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.config import WorkerConfig
from funcnodes_worker.errors import CommandError, DocumentError, error_code
from funcnodes_worker.paths import ConfigDir
from funcnodes_worker.persistence.store import DocumentStore
from funcnodes_worker.rpc.registry import Command
from funcnodes_worker.session import Session
from funcnodes_worker.worker import Worker

ANSWERS = {"result", "error", "pong", "large_message"}
COMMANDS = sorted(REGISTRY, key=lambda one: one.name)
FEW = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@fn.NodeDecorator("fuzz.add")
def add(a: float, b: float = 1) -> float:
    """The sum; fails on what is none."""
    return a + b


@fn.NodeDecorator("fuzz.text")
def text(a: Any = "a", b: Any = None) -> str:
    """A text of anything."""
    return f"{a}{b}"[:100]


def refuse(src: Any, result: Any) -> None:
    """A callback that likes nothing."""
    raise RuntimeError("no")


@fn.NodeDecorator("fuzz.picky", default_io_options={"a": {"on": {"after_set_value": refuse}}})
def picky(a: Any = None) -> Any:
    """Has a callback that fails."""
    return a


def subclasses(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    yield kind
    for one in kind.__subclasses__():
        yield from subclasses(one)


FORESEEN = {
    error_code(type(kind.__name__, (Exception,), {})())
    for root in (FuncNodesError, DocumentError, CommandError)
    for kind in subclasses(root)
}
"""What a client may be told: an error of the trees that draw them, never one that nobody thought of."""


class Fuzzed:
    """A whole worker without its sockets, and one client."""

    def __init__(self, folder: Path) -> None:
        self.runner = asyncio.Runner()
        self.config = WorkerConfig(ConfigDir(folder).create(), {"uuid": "fuzzed"})
        self.runner.run(self._start())

    async def _start(self) -> None:
        shelf = fn.Shelf(name="Fuzz", nodes=[add, text, picky])
        self.worker = Worker(self.config, shelves=[shelf])
        await self.worker.start()
        self.session = Session(self.worker, v1=True)
        for uuid in fuzz.UUIDS:
            await self._ask(
                {"type": "cmd", "cmd": "add_node", "kwargs": {"node_id": "fuzz.add", "uuid": uuid}}
            )

    def ask(self, frame: bytes | str | dict[str, Any]) -> dict[str, Any]:
        """The one answer to a frame."""
        return self.runner.run(self._ask(frame))

    async def _ask(self, frame: bytes | str | dict[str, Any]) -> dict[str, Any]:
        self.session.receive(json.dumps(frame) if isinstance(frame, dict) else frame)
        async with asyncio.timeout(20):
            while True:
                for sent in await self.session.frames():
                    message = {"type": "binary"} if sent.binary else json.loads(sent.data)
                    if message["type"] in ANSWERS:
                        return dict(message)

    def close(self) -> None:
        self.runner.run(self.worker.stop())
        self.runner.close()


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    """One worker for all frames: it must bear all of them in a row."""
    folder = tmp_path_factory.mktemp("fuzzed")
    made = Fuzzed(folder)
    yield made
    state = made.ask({"type": "cmd", "cmd": "full_state"})["result"]["nodespace"]
    made.close()
    store = DocumentStore(made.config.data_path)
    report = store.open()
    store.close()
    assert report.warnings == []
    assert list(store.model.nodes) == [node["uuid"] for node in state["nodes"]]
    assert len(store.model.edges) == len(state["edges"])


def check(fuzzed: Fuzzed, frame: bytes | str) -> None:
    answer = fuzzed.ask(frame)

    if answer["type"] == "error":
        assert answer["code"] in FORESEEN, answer
        assert answer["error"].strip(), answer
        assert "traceback" not in answer
        if answer["code"] in ("bad_arguments", "bad_message"):
            what = answer["error"].partition(": ")[2]
            assert what.startswith(("kwargs", "message")), answer
    assert fuzzed.ask('{"type": "ping"}') == {"type": "pong"}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)
@FEW
@given(data=st.data())
def test_every_command_answers_whatever_it_is_given(
    command: Command, data: st.DataObject, fuzzed: Fuzzed
) -> None:
    check(fuzzed, data.draw(fuzz.frames(command)))


@settings(FEW, max_examples=300)
@given(frame=fuzz.rubbish)
def test_rubbish_is_answered_with_a_reason(frame: bytes | str, fuzzed: Fuzzed) -> None:
    check(fuzzed, frame)


def test_the_errors_that_clients_may_get_are_all_of_ours() -> None:
    assert {"bad_arguments", "conflict", "not_found", "node_class_not_found"} <= FORESEEN
    assert "type" not in FORESEEN
    assert all(hasattr(errors, name) for name in errors.__all__)
