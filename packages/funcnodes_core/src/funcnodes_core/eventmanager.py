"""Events: callbacks by name, and named asyncio events."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from funcnodes_core.exceptions import MissingSourceError

__all__ = [
    "AsyncEventManager",
    "EventCallback",
    "EventEmitterMixin",
    "MessageInArgs",
    "emit_after",
    "emit_before",
]

F = TypeVar("F", bound=Callable[..., Any])
EventCallback = Callable[..., Any]
ANY_EVENT = "*"


class MessageInArgs(dict[str, Any]):
    """The keywords that a callback gets; `src`, the sender, is required.

    Raises:
        MissingSourceError: There is no `src`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "src" not in self:
            raise MissingSourceError("a message needs a 'src'")


class _Once:
    """A callback that takes itself off before it is called."""

    __slots__ = ("callback", "emitter", "event")

    def __init__(self, emitter: EventEmitterMixin, event: str, callback: EventCallback) -> None:
        self.emitter = emitter
        self.event = event
        self.callback = callback

    def __call__(self, **kwargs: Any) -> Any:
        self.emitter.off(self.event, self.callback)
        return self.callback(**kwargs)


def _is(entry: EventCallback, callback: EventCallback) -> bool:
    # == and not `is`: every access to a method makes a new bound method
    return entry == callback or (isinstance(entry, _Once) and entry.callback == callback)


class EventEmitterMixin:
    """Callbacks by event name, and by failure.

    A callback gets keywords: `src` (the emitter) and the event's payload; one that listens to
    `"*"` gets `event` too. Lists of callbacks are replaced, never changed in place, so that
    callbacks may add and remove callbacks while they run.

    `_listeners` and `_error_listeners` are None while nobody listens: that attribute is all
    that an event without listeners costs. Subclasses with `__slots__` declare both names and
    call `_init_events`.
    """

    if not TYPE_CHECKING:  # the type checker would refuse the two attributes below
        __slots__ = ()

    default_listeners: ClassVar[dict[str, Any]] = {}
    default_error_listeners: ClassVar[list[EventCallback]] = []

    _listeners: dict[str, list[EventCallback]] | None
    _error_listeners: list[EventCallback] | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._init_events()

    def _init_events(self) -> None:
        """Starts with the class's default listeners, or with none at all."""
        self._listeners = None
        self._error_listeners = None
        for event, callbacks in self.default_listeners.items():
            for callback in [callbacks] if callable(callbacks) else list(callbacks):
                self.on(event, callback)
        for callback in self.default_error_listeners:
            self.on_error(callback)

    def _listeners_changed(self) -> None:
        """Called after a callback was added or removed; a hook for subclasses."""

    def on(self, event: str, callback: EventCallback) -> None:
        """Calls `callback` at every `event`; the same callback is kept once."""
        listeners = getattr(self, "_listeners", None)
        if listeners is None:
            listeners = self._listeners = {}
        present = listeners.get(event, [])
        if any(_is(entry, callback) for entry in present):
            return
        listeners[event] = [*present, callback]
        self._listeners_changed()

    def once(self, event: str, callback: EventCallback) -> None:
        """Calls `callback` at the next `event` only."""
        listeners = getattr(self, "_listeners", None) or {}
        if not any(_is(entry, callback) for entry in listeners.get(event, ())):
            self.on(event, _Once(self, event, callback))

    def off(self, event: str, callback: EventCallback | None = None) -> None:
        """Takes `callback` off `event`; without one, all callbacks of that event."""
        listeners = getattr(self, "_listeners", None)
        if listeners is None or event not in listeners:
            return
        kept = [] if callback is None else [e for e in listeners[event] if not _is(e, callback)]
        if kept:
            listeners[event] = kept
        else:
            del listeners[event]
        if not listeners:
            self._listeners = None
        self._listeners_changed()

    def emit(self, event: str, msg: dict[str, Any] | None = None) -> bool:
        """Calls the callbacks of `event`, then those of `"*"`.

        Args:
            event: Its name.
            msg: Payload keywords; `src` is added.

        Returns:
            Whether anybody listened. Errors of callbacks propagate.
        """
        listeners = getattr(self, "_listeners", None)
        if listeners is None:
            return False
        own = listeners.get(event)
        every = listeners.get(ANY_EVENT)
        if own is None and every is None:
            return False
        message: dict[str, Any] = {**msg, "src": self} if msg else {"src": self}
        for callback in own or ():
            callback(**message)
        if every:
            message["event"] = event
            for callback in every:
                callback(**message)
        return True

    def on_error(self, callback: EventCallback) -> None:
        """Calls `callback(error=..., src=...)` at every error; the same callback is kept once."""
        present = getattr(self, "_error_listeners", None) or []
        if callback not in present:
            self._error_listeners = [*present, callback]
            self._listeners_changed()

    def off_error(self, callback: EventCallback | None = None) -> None:
        """Takes `callback` off the errors; without one, all of them."""
        present = getattr(self, "_error_listeners", None) or []
        kept = [] if callback is None else [entry for entry in present if entry != callback]
        self._error_listeners = kept or None
        self._listeners_changed()

    def error(self, exc: BaseException) -> None:
        """Hands `exc` to the error callbacks.

        Raises:
            BaseException: `exc` itself, when nobody listens.
        """
        callbacks = getattr(self, "_error_listeners", None)
        if not callbacks:
            raise exc
        for callback in callbacks:
            callback(error=exc, src=self)

    def cleanup(self) -> None:
        """Forgets every callback."""
        self._listeners = None
        self._error_listeners = None
        self._listeners_changed()


def _chosen(kwargs: dict[str, Any], include: str | Iterable[str]) -> dict[str, Any]:
    if include == "none":
        return {}
    if include == "all":
        return dict(kwargs)
    names = {include} if isinstance(include, str) else set(include)
    return {name: value for name, value in kwargs.items() if name in names}


def emit_before(include_kwargs: str | Iterable[str] = "none") -> Callable[[F], F]:
    """A decorator for methods: emits `before_<method>` before the call.

    Args:
        include_kwargs: Which keyword arguments go into the payload: "none", "all" or names.
    """

    def decorate(method: F) -> F:
        event = f"before_{method.__name__}"

        def before(self: EventEmitterMixin, kwargs: dict[str, Any]) -> None:
            if getattr(self, "_listeners", None) is not None:
                self.emit(event, _chosen(kwargs, include_kwargs))

        return _around(method, before, None)

    return decorate


def emit_after(include_kwargs: str | Iterable[str] = "none", include_result: bool = True) -> Callable[[F], F]:
    """A decorator for methods: emits `after_<method>` after the call, not after a failure.

    Args:
        include_kwargs: Which keyword arguments go into the payload: "none", "all" or names.
        include_result: Whether the payload has the returned value as `result`.
    """

    def decorate(method: F) -> F:
        event = f"after_{method.__name__}"

        def after(self: EventEmitterMixin, kwargs: dict[str, Any], result: Any) -> None:
            if getattr(self, "_listeners", None) is None:
                return
            msg = _chosen(kwargs, include_kwargs)
            if include_result:
                msg["result"] = result
            self.emit(event, msg)

        return _around(method, None, after)

    return decorate


def _around(
    method: F,
    before: Callable[[EventEmitterMixin, dict[str, Any]], None] | None,
    after: Callable[[EventEmitterMixin, dict[str, Any], Any], None] | None,
) -> F:
    """`method` with a call in front of it or behind it; a coroutine method stays one."""
    wrapper: Callable[..., Any]
    if inspect.iscoroutinefunction(method):

        async def awaiting(self: EventEmitterMixin, *args: Any, **kwargs: Any) -> Any:
            if before is not None:
                before(self, kwargs)
            result = await method(self, *args, **kwargs)
            if after is not None:
                after(self, kwargs, result)
            return result

        wrapper = awaiting
    else:

        def calling(self: EventEmitterMixin, *args: Any, **kwargs: Any) -> Any:
            if before is not None:
                before(self, kwargs)
            result = method(self, *args, **kwargs)
            if after is not None:
                after(self, kwargs, result)
            return result

        wrapper = calling
    return functools.wraps(method)(wrapper)  # type: ignore[return-value]


class AsyncEventManager:
    """Named `asyncio` events of one object, made on first use."""

    __slots__ = ("_events", "obj")

    def __init__(self, obj: Any) -> None:
        self.obj = obj
        self._events: dict[str, asyncio.Event] = {}

    def _event(self, name: str) -> asyncio.Event:
        return self._events.setdefault(name, asyncio.Event())

    async def wait(self, name: str) -> None:
        """Returns when the event is set, or at once when it is."""
        await self._event(name).wait()

    async def set(self, name: str) -> None:
        """Sets the event: those who wait go on."""
        self._event(name).set()

    async def clear(self, name: str) -> None:
        """Unsets the event."""
        self._event(name).clear()

    async def set_and_clear(self, name: str, delta: float = 0) -> None:
        """Sets the event, lets those who wait go on for `delta` seconds, and unsets it."""
        event = self._event(name)
        event.set()
        await asyncio.sleep(delta)
        event.clear()

    async def remove_event(self, name: str) -> None:
        """Sets the event a last time and forgets it."""
        event = self._events.pop(name, None)
        if event is not None:
            event.set()
