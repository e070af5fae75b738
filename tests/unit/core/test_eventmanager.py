"""Callbacks by name, typed signals and named asyncio events."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from funcnodes_core.eventmanager import (
    AsyncEventManager,
    EventEmitterMixin,
    MessageInArgs,
    emit_after,
    emit_before,
)


class Emitter(EventEmitterMixin):
    @emit_before(include_kwargs="all")
    @emit_after(include_kwargs=["x"])
    def store(self, x: int = 0, y: int = 0) -> int:
        return x + y

    @emit_after(include_result=False)
    async def fetch(self) -> str:
        return "done"


class Slotted(EventEmitterMixin):
    __slots__ = ("_error_listeners", "_listeners")

    def __init__(self) -> None:
        self._listeners = None
        self._error_listeners = None


class Recorder:
    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def __call__(self, **kwargs: Any) -> None:
        self.calls.append(kwargs)


@pytest.fixture
def rec() -> Recorder:
    return Recorder()


def test_callbacks_get_sender_and_payload(rec: Recorder) -> None:
    emitter = Emitter()
    emitter.on("change", rec)

    heard = emitter.emit("change", {"value": 1})

    assert heard is True
    assert rec.calls == [{"src": emitter, "value": 1}]


def test_emit_says_whether_anybody_listened(rec: Recorder) -> None:
    emitter = Emitter()
    before = emitter.emit("change")
    emitter.on("other", rec)

    assert before is False
    assert emitter.emit("change") is False
    assert rec.calls == []


def test_star_listeners_come_last_and_learn_the_event() -> None:
    order: list[Any] = []
    emitter = Emitter()
    emitter.on("*", lambda event, src, **kw: order.append((event, kw)))
    emitter.on("change", lambda src, **kw: order.append(kw))

    emitter.emit("change", {"a": 1})

    assert order == [{"a": 1}, ("change", {"a": 1})]


def test_the_same_callback_is_kept_once(rec: Recorder) -> None:
    emitter = Emitter()
    emitter.on("change", rec)
    emitter.on("change", rec)

    emitter.emit("change")

    assert len(rec.calls) == 1


def test_the_same_method_is_kept_once_and_can_be_taken_off() -> None:
    class Target:
        hits = 0

        def hit(self, src: Any) -> None:
            self.hits += 1

    target, emitter = Target(), Emitter()
    emitter.on("change", target.hit)
    emitter.on("change", target.hit)
    emitter.emit("change")
    emitter.off("change", target.hit)
    emitter.emit("change")

    assert target.hits == 1


def test_once_calls_once_and_off_finds_it(rec: Recorder) -> None:
    emitter = Emitter()
    emitter.once("change", rec)
    emitter.emit("change")
    emitter.emit("change")
    emitter.once("other", rec)
    emitter.off("other", rec)
    emitter.emit("other")

    assert len(rec.calls) == 1
    assert emitter._listeners is None


def test_off_without_callback_takes_all_of_that_event(rec: Recorder) -> None:
    emitter = Emitter()
    emitter.on("a", rec)
    emitter.on("a", lambda **kw: rec(**kw))
    emitter.on("b", rec)

    emitter.off("a")

    assert emitter.emit("a") is False
    assert emitter.emit("b") is True


def test_callbacks_may_change_the_callbacks() -> None:
    emitter = Emitter()
    seen: list[str] = []

    def first(src: EventEmitterMixin) -> None:
        seen.append("first")
        src.off("go", first)
        src.on("go", second)

    def second(src: EventEmitterMixin) -> None:
        seen.append("second")

    emitter.on("go", first)
    emitter.emit("go")
    emitter.emit("go")

    assert seen == ["first", "second"]


def test_errors_of_callbacks_propagate_and_stop_the_rest(rec: Recorder) -> None:
    emitter = Emitter()
    emitter.on("go", lambda **kw: 1 / 0)
    emitter.on("go", rec)

    with pytest.raises(ZeroDivisionError):
        emitter.emit("go")

    assert rec.calls == []


def test_an_error_without_listener_is_raised(rec: Recorder) -> None:
    emitter = Emitter()
    problem = ValueError("x")

    with pytest.raises(ValueError, match="x"):
        emitter.error(problem)

    emitter.on_error(rec)
    emitter.on_error(rec)
    emitter.error(problem)
    assert rec.calls == [{"error": problem, "src": emitter}]


def test_off_error_and_cleanup_forget(rec: Recorder) -> None:
    emitter = Emitter()
    emitter.on_error(rec)
    emitter.off_error(rec)
    with pytest.raises(KeyError):
        emitter.error(KeyError("k"))

    emitter.on("a", rec)
    emitter.on_error(rec)
    emitter.cleanup()
    assert emitter.emit("a") is False
    with pytest.raises(KeyError):
        emitter.error(KeyError("k"))


def test_class_defaults_listen_from_the_start() -> None:
    heard: list[str] = []

    class Loud(EventEmitterMixin):
        default_listeners = {"a": [lambda **kw: heard.append("a")], "b": lambda **kw: heard.append("b")}
        default_error_listeners = [lambda error, src: heard.append(str(error))]

    loud = Loud()
    loud.emit("a")
    loud.emit("b")
    loud.error(RuntimeError("bad"))

    assert heard == ["a", "b", "bad"]


def test_listening_costs_nothing_until_somebody_listens(rec: Recorder) -> None:
    slotted = Slotted()

    assert not hasattr(slotted, "__dict__")
    assert slotted.emit("a") is False
    slotted.on("a", rec)
    assert slotted.emit("a") is True
    slotted.off("a", rec)
    assert slotted._listeners is None


def test_subclasses_learn_that_the_listeners_changed(rec: Recorder) -> None:
    class Counting(EventEmitterMixin):
        changes = 0

        def _listeners_changed(self) -> None:
            self.changes += 1

    emitter = Counting()
    emitter.on("a", rec)
    emitter.on("a", rec)
    emitter.off("a")

    assert emitter.changes == 2


def test_decorated_methods_emit_before_and_after(rec: Recorder) -> None:
    emitter = Emitter()
    emitter.on("*", rec)

    result = emitter.store(x=1, y=2)

    assert result == 3
    assert rec.calls == [
        {"src": emitter, "event": "before_store", "x": 1, "y": 2},
        {"src": emitter, "event": "after_store", "x": 1, "result": 3},
    ]


@pytest.mark.anyio
async def test_decorated_coroutines_emit_after_their_end(rec: Recorder) -> None:
    emitter = Emitter()
    emitter.on("after_fetch", rec)

    coroutine = emitter.fetch()
    early = list(rec.calls)
    result = await coroutine

    assert early == []
    assert result == "done"
    assert rec.calls == [{"src": emitter}]


def test_messages_need_a_sender() -> None:
    message = MessageInArgs(src=1, a=2)

    assert message == {"src": 1, "a": 2}
    with pytest.raises(KeyError, match="src"):
        MessageInArgs(a=2)
    with pytest.raises(ValueError, match="src"):
        MessageInArgs()


@pytest.mark.anyio
async def test_named_events_wake_those_who_wait() -> None:
    async with asyncio.timeout(5):
        manager = AsyncEventManager("me")
        waiter = asyncio.ensure_future(manager.wait("ready"))
        await asyncio.sleep(0)
        early = waiter.done()
        await manager.set("ready")
        await waiter
        await manager.wait("ready")
        await manager.clear("ready")
        second = asyncio.ensure_future(manager.wait("ready"))
        await asyncio.sleep(0)
        await manager.set_and_clear("ready")
        await second
        third = asyncio.ensure_future(manager.wait("ready"))
        await asyncio.sleep(0)
        await manager.remove_event("ready")
        await third

    assert manager.obj == "me"
    assert early is False
