"""External workers as files name them, and what of their configurations is secret."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field, SecretStr, field_validator

import funcnodes_core as fn
from funcnodes_core.nodemaker.instance import instance_nodefunction
from funcnodes_core.plugins import InstalledModule
from funcnodes_worker import ExternalWorkerConfig, FuncNodesExternalWorker
from funcnodes_worker.errors import BadArgumentsError, ConflictError, JournalError
from funcnodes_worker.external_config import secret_fields
from funcnodes_worker.external_records import saved_externals

pytestmark = pytest.mark.anyio

Open = Callable[..., Any]


class Login(BaseModel):
    """Something with a secret inside."""

    user: str = ""
    key: SecretStr = SecretStr("")


class DeviceConfig(ExternalWorkerConfig):
    """Secrets of every kind."""

    port: str = "usb0"
    pin: SecretStr | None = None
    logins: list[Login] = []
    legacy: str = Field(default="", json_schema_extra={"export": False})
    marked: str = Field(default="", json_schema_extra={"secret": True})

    @field_validator("pin")
    @classmethod
    def check_pin(cls, pin: SecretStr | None) -> SecretStr | None:
        """Tells too much."""
        if pin is not None and len(pin.get_secret_value()) < 4:
            raise ValueError(f"{pin.get_secret_value()} is too short")
        return pin


class Device(FuncNodesExternalWorker):
    """A device."""

    NODECLASSID = "unit.device"
    config_cls = DeviceConfig

    @instance_nodefunction()
    def read(self, n: int = 1) -> str:
        """What is plugged in."""
        return self.config.port * n  # type: ignore[attr-defined, no-any-return]


@fn.NodeDecorator("unit.extra")
def extra(a: int = 1) -> int:
    """Another node."""
    return a


@pytest.fixture(autouse=True)
def module() -> Iterator[None]:
    record = InstalledModule(
        "devices", sys.modules[__name__], entry_points={"external_worker": {"one": Device}}
    )
    fn.AVAILABLE_MODULES["devices"] = record
    yield
    del fn.AVAILABLE_MODULES["devices"]


def test_secret_fields_are_found_at_any_depth() -> None:
    assert secret_fields(DeviceConfig) == {"pin", "logins", "legacy", "marked"}


def test_files_of_every_kind_are_read() -> None:
    entries = [
        {"uuid": "a", "name": "A", "config": {"port": "x"}},
        "b",
        {"uuid": "../c"},
        7,
        {"uuid": "d", "config": 3},
    ]

    found = saved_externals({"earlier": {"external_workers": {"unit.device": entries, "odd": None}}})

    assert [(one.uuid, one.classid, one.name, one.config) for one in found] == [
        ("a", "unit.device", "A", {"port": "x"}), ("b", "unit.device", None, {}), ("d", "unit.device", None, {})
    ]  # fmt: skip
    assert saved_externals({}) == []
    assert saved_externals({"external_workers": [], "earlier": []}) == []


async def test_those_of_an_earlier_release_come_stopped_and_their_secrets_apart(
    bench: Open, tmp_path: Path
) -> None:
    folder = tmp_path / "graph"
    folder.mkdir()
    config = {"port": "usb1", "legacy": "hidden-before", "logins": [{"user": "me", "key": "hidden-too"}]}
    (folder / "nodespace.json").write_text(
        json.dumps(
            {
                "backend": {"nodes": [{"id": "n", "node_id": "unit.device.a.read", "io": {}}], "edges": []},
                "external_workers": {
                    "unit.device": [
                        {"uuid": "a", "nodeclassid": "unit.device", "running": True, "config": config}
                    ]
                },
            }
        )
    )
    one = bench()

    one.externals.open()

    state = one.externals.states()[0]
    assert (state.uuid, state.running, state.missing) == ("a", False, False)
    assert "hidden" not in (folder / "nodespace.json").read_text()
    assert one.space.get_node_by_id("n").status_word == "missing"
    assert one.do("why", uuid="n").text == "its external worker 'unit.device a' is stopped"
    assert one.do("get_missing_modules").node_ids == {}
    await one.externals.update("a", None, None, True)
    assert one.space.get_node_by_id("n").status_word != "missing"
    found = one.do("get_external_worker_config", uuid="a")
    assert found.config == {"port": "usb1"}
    assert found.secrets == {"legacy": True, "logins": True, "marked": False, "pin": False}
    live = one.externals._running["a"].worker.config
    assert live.logins[0].key.get_secret_value() == "hidden-too"

    await one.externals.remove("a")
    one.document.close()

    again = bench()
    again.externals.open()
    assert again.externals.states() == []
    assert "hidden" not in (folder / "secrets").read_text()


async def test_other_nodes_are_offered_and_the_same_ones_stay_as_they_are(
    bench: Open, tmp_path: Path
) -> None:
    one = bench()
    await one.externals.add("unit.device", "Left", {}, "a", start=True)
    worker = one.externals._running["a"].worker
    one.do("add_node", node_id="unit.device.a.read", uuid="n")
    node = one.space.get_node_by_id("n")
    shelf = fn.Shelf(name="Own", nodes=[extra], subshelves=[], description="")

    await one.externals.update("a", "Right", {"port": "usb7"}, None)
    assert one.space.get_node_by_id("n") is node
    assert one.space.lib.get_shelf(["_external_worker"]).subshelves[0].description == "Right"

    await asyncio.to_thread(worker.set_nodeshelf, shelf)

    async with asyncio.timeout(10):
        while one.space.get_node_by_id("n").status_word != "missing":
            await asyncio.sleep(0)
    assert one.space.lib.has_node_id("unit.extra")
    worker.set_nodeshelf(None)
    async with asyncio.timeout(10):
        while one.space.get_node_by_id("n").status_word == "missing":
            await asyncio.sleep(0)
    await one.externals.close()


async def test_what_does_not_fit_is_told_without_secrets(bench: Open, tmp_path: Path) -> None:
    one = bench()

    with pytest.raises(BadArgumentsError) as refused:
        await one.externals.add("unit.device", None, {"pin": "123", "port": 4}, None, start=True)

    assert str(refused.value) == (
        "kwargs.config.port: Input should be a valid string; config.pin: not accepted"
    )
    assert one.externals.states() == []


async def test_what_the_disk_refuses_changes_nothing(bench: Open, tmp_path: Path) -> None:
    one = bench()
    await one.externals.add("unit.device", "kept", {"pin": "12345"}, "a", start=False)
    (tmp_path / "graph").rename(tmp_path / "away")

    with pytest.raises(JournalError):
        await one.externals.update("a", "renamed", {"pin": "54321"}, None)

    (tmp_path / "away").rename(tmp_path / "graph")
    assert one.externals.states()[0].name == "kept"
    with pytest.raises(ConflictError, match="already"):
        await one.externals.add("unit.device", None, {}, "a", start=False)
    await one.externals.update("a", "renamed", None, None)
    assert one.externals.states()[0].name == "renamed"


async def test_one_that_ends_by_itself_is_stopped_and_says_so(bench: Open, tmp_path: Path) -> None:
    one = bench()
    uuid = await one.externals.add("unit.device", None, {}, None, start=True)

    one.externals._running[uuid].task.cancel()

    async with asyncio.timeout(10):
        while one.externals.states()[0].running:
            await asyncio.sleep(0)
    assert one.externals.states()[0].error == "it ended by itself"
