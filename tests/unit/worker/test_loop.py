"""Loops that repeat, and external workers over them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from funcnodes_core import JSONEncoder
from funcnodes_core.nodemaker.instance import instance_nodefunction
from funcnodes_worker import CustomLoop, ExternalWorkerConfig, FuncNodesExternalWorker
from funcnodes_worker.loop import LoopManager

pytestmark = pytest.mark.anyio


class Counting(CustomLoop):
    """Counts its rounds, fails in the first, and says when the wanted one was."""

    def __init__(self, wanted: int) -> None:
        super().__init__(delay=0.01)
        self.rounds = 0
        self.wanted = wanted
        self.reached = asyncio.Event()

    async def loop(self) -> None:
        self.rounds += 1
        if self.rounds == self.wanted:
            self.reached.set()
        if self.rounds == 1:
            raise ZeroDivisionError


class PumpConfig(ExternalWorkerConfig):
    """What a pump must know."""

    speed: float = 1.0


class Pump(FuncNodesExternalWorker):
    """A device with one node."""

    NODECLASSID = "test.pump"
    config_cls = PumpConfig

    def post_config_update(self) -> None:
        self.seen = self.config.speed  # type: ignore[attr-defined]

    @instance_nodefunction()
    def double(self, a: int) -> int:
        """Twice."""
        return 2 * a


async def test_a_failing_round_is_followed_by_the_next(caplog: pytest.LogCaptureFixture) -> None:
    loop = Counting(2)
    manager = LoopManager()
    manager.add_loop(loop)
    running = asyncio.create_task(manager.run_forever_async())

    async with asyncio.timeout(10):
        await loop.reached.wait()
        assert manager.running
        assert loop.running
        manager.stop()
        await running

    assert loop.stopped
    assert not loop.running
    assert "a round of Counting failed" in caplog.text


async def test_a_paused_loop_waits_until_it_is_resumed() -> None:
    loop = Counting(1)
    loop.pause()
    task = asyncio.create_task(loop.continuous_run())
    await asyncio.sleep(0)
    assert loop.rounds == 0

    loop.resume_in(0.01)

    async with asyncio.timeout(10):
        await loop.reached.wait()
        await loop.stop()
        await task


async def test_a_loop_may_be_added_and_removed_while_others_run() -> None:
    manager = LoopManager()
    running = asyncio.create_task(manager.run_forever_async())
    await asyncio.sleep(0)
    loop = Counting(1)

    manager.add_loop(loop)

    async with asyncio.timeout(10):
        await loop.reached.wait()
        manager.remove_loop(loop)
        while not loop.stopped:
            await asyncio.sleep(0)
        manager.stop()
        await running


def test_an_external_worker_has_nodes_a_configuration_and_a_folder(tmp_path: Path) -> None:
    pump = Pump("p1", config={"speed": 2}, data_path=tmp_path / "pump", name="my pump")

    pump.update_config({"speed": "3.5"})

    assert (pump.uuid, pump.name, pump.seen) == ("p1", "my pump", 3.5)
    assert [cls.node_id for cls in pump.get_all_nodeclasses()] == ["test.pump.p1.double"]
    assert pump.data_path is not None
    assert pump.data_path.is_dir()
    assert pump.serialize() == {
        "uuid": "p1", "nodeclassid": "test.pump", "running": False, "name": "my pump", "config": {"speed": 3.5}
    }  # fmt: skip


def test_an_external_worker_is_json() -> None:
    pump = Pump("p3")

    assert json.loads(json.dumps([pump], cls=JSONEncoder)) == [pump.serialize(export=True)]


def test_the_delay_may_be_assigned_and_has_a_least() -> None:
    pump = Pump("p4")
    assert pump.delay == 1.0

    pump._delay = 0.2
    assert pump.delay == 0.2
    pump._delay = 0.0

    assert pump.delay == 0.1


def test_a_wrong_configuration_changes_nothing() -> None:
    pump = Pump("p2")

    with pytest.raises(ValueError, match="speed"):
        pump.update_config({"speed": "fast"})

    assert pump.config.speed == 1.0  # type: ignore[attr-defined]


def test_a_concrete_external_worker_needs_an_id() -> None:
    with pytest.raises(ValueError, match="NODECLASSID"):

        class Nameless(FuncNodesExternalWorker):
            """Has no id."""


async def test_an_external_worker_says_when_it_stops() -> None:
    pump = Pump("p3")
    told: list[str] = []
    pump.on("stopping", lambda **message: told.append("stopping"))
    task = asyncio.create_task(pump.continuous_run())
    await asyncio.sleep(0)
    assert pump in Pump.running_instances()

    await pump.stop()

    async with asyncio.timeout(10):
        await task
    assert told == ["stopping"]
    assert pump.stopped
