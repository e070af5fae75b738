"""Values at rest: written in the right order, again after a full disk, and never old over new."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from funcnodes_worker.errors import JournalError
from funcnodes_worker.persistence import settle
from funcnodes_worker.protocol import events as ev

pytestmark = pytest.mark.anyio

Open = Callable[..., Any]


@pytest.fixture
def one(bench: Open, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A node, and no waiting for rest."""
    monkeypatch.setattr(settle, "REST_S", 0.01)
    made = bench()
    made.do("add_node", node_id="doc.add", uuid="x")
    return made


def watch(bench: Any) -> asyncio.Event:
    """Set after each attempt to write."""
    tried = asyncio.Event()
    after = bench.document._settler.after_write

    def both() -> None:
        after()
        tried.set()

    bench.document._settler.after_write = both
    return tried


async def test_a_close_while_values_are_encoded_writes_the_newest(
    one: Any, bench: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, inside = threading.Event(), threading.Event()
    real = settle.encode_all

    def slow(held: Any, blobs: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            inside.set()
            gate.wait(10)
        return real(held, blobs)

    monkeypatch.setattr(settle, "encode_all", slow)
    one.do("update_node_input", uuid="x", input_id="a", value=1)
    await asyncio.to_thread(inside.wait, 10)
    one.do("update_node_input", uuid="x", input_id="a", value=2)
    await one.space.await_done()

    one.document.close()
    gate.set()
    again = bench()

    assert again.value("x", "out") == 3
    assert again.space.get_node_by_id("x").status_word == "idle"


async def test_values_are_written_once_the_disk_has_room_again(small_disk: Any, bench: Open) -> None:
    one = bench(small_disk.path, "full")
    one.do("add_node", node_id="doc.add", uuid="x")
    one.do("update_node_input", uuid="x", input_id="a", value="n" * 30_000)
    one.do("update_node_input", uuid="x", input_id="b", value="m" * 30_000)
    tried = watch(one)
    await one.space.await_done()
    small_disk.fill()

    async with asyncio.timeout(10):
        await tried.wait()
    while_full = one.document.read_only_reason
    small_disk.free()
    async with asyncio.timeout(20):
        while one.document.store.settled_rev < one.document.rev:
            tried.clear()
            await tried.wait()
    one.document.store.close()
    again = bench(small_disk.path)

    assert "cannot be written" in str(while_full)
    assert one.document.read_only_reason is None
    assert [event.read_only is None for event in one.events(ev.WorkerUpdated)] == [False, True]
    assert again.value("x", "out") == "n" * 30_000 + "m" * 30_000


async def test_an_input_that_a_node_has_set_itself_is_kept(one: Any, bench: Open) -> None:
    tried = watch(one)
    one.space.get_node_by_id("x").inputs["b"].set_value(
        7
    )  # as a callback of a module does, without a command
    async with asyncio.timeout(5):
        await tried.wait()

    again = bench()
    kept = again.value("x", "b")
    again.do("update_node_input", uuid="x", input_id="b", value=8)
    third = bench()

    assert kept == 7
    assert again.document.model.field(("nodes", "x", "io", "b", "value")) == 8
    assert third.value("x", "b") == 8


async def test_closing_on_a_full_disk_says_so_and_ends(small_disk: Any, bench: Open, caplog: Any) -> None:
    one = bench(small_disk.path)
    one.do("add_node", node_id="doc.add", uuid="x", name="n" * 30_000)
    small_disk.fill()

    one.document.close()
    small_disk.free()

    assert "not everything could be saved" in caplog.text
    assert len(bench(small_disk.path).space.nodes) == 1


async def test_opening_where_nothing_can_be_written_says_so(small_disk: Any, bench: Open) -> None:
    blocked = small_disk.path / "graph"
    blocked.write_text("a file where the folder must be")

    with pytest.raises(JournalError, match="cannot make the folder"):
        bench(small_disk.path)
