"""One client: bytes in, bytes out. Knows no socket library and never blocks.

A frame is decoded and checked here, once; a read is answered from the projection; a command of the graph goes to
its thread and its answer comes back through the channel of the events, behind those that it caused.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec
from msgspec import UNSET

from funcnodes_core.node import Node
from funcnodes_core.node.interrupt import Turn
from funcnodes_worker.answers import AnswerMemory, ParkedMessages, Remembered
from funcnodes_worker.broadcast.hub import Hub
from funcnodes_worker.broadcast.outbox import Outbox
from funcnodes_worker.context import ReadContext
from funcnodes_worker.errors import (
    BadMessageError,
    BusyError,
    CommandError,
    WorkerError,
    error_code,
    error_text,
)
from funcnodes_worker.permit import Permit
from funcnodes_worker.protocol.frames import Frame
from funcnodes_worker.protocol.messages import (
    Access,
    Cmd,
    CommandId,
    Failure,
    Hello,
    Ping,
    Pong,
    ProgressMessage,
    Result,
    Resync,
    decode_client_message,
    encode,
)
from funcnodes_worker.rpc.registry import Command, Registry, explain
from funcnodes_worker.scopes import FULL, Grant

__all__ = ["LATE_S", "Caller", "GraphCall", "Session", "SessionHost"]

_LOG = logging.getLogger("funcnodes.worker.session")

SLOW_COMMAND_S = 0.2
LATE_S = 0.04
MAX_WAITING = 5000


class Caller(Protocol):
    """Who asked for a command, and hears of its end."""

    @property
    def client(self) -> str: ...

    def report(self, text: str, progress: float | None, task: CommandId | None) -> None: ...

    def graph_answered(self, call: GraphCall) -> None: ...


class GraphCall:
    """A command on its way to the graph's thread and back.

    Attributes:
        client: who asked, as events name it.
        result: the outcome, set on the graph's thread, or else `error` with its `trace`.
        rev: the revision that the command made.
        turn: begun when the graph's thread comes to this command.
        struck: nodes that were interrupted to get it there.
    """

    __slots__ = (
        "answered", "client", "command", "deadline", "error", "kwargs", "message", "remembered", "result",
        "rev", "session", "struck", "trace", "turn", "waiting_note",
    )  # fmt: skip

    def __init__(self, session: Caller, command: Command, message: Cmd, kwargs: dict[str, Any]) -> None:
        self.session = session
        self.client = session.client
        self.command = command
        self.message = message
        self.kwargs = kwargs
        self.remembered: Remembered | None = None
        self.result: Any = None
        self.rev: int | None = None
        self.error: BaseException | None = None
        self.trace = ""
        self.waiting_note: asyncio.TimerHandle | None = None
        self.deadline: asyncio.TimerHandle | None = None
        self.answered = False
        self.turn = Turn()
        self.struck: list[Node] = []


class SessionHost(Protocol):
    """What a session needs of the worker."""

    hub: Hub
    registry: Registry
    answers: AnswerMemory
    parked: ParkedMessages
    debug: bool
    large_message_bytes: int

    def call_graph(self, call: GraphCall) -> None:
        """Run a command on the graph's thread; `Session.graph_answered` follows."""
        ...

    def blocker(self) -> str:
        """The name of the node that keeps the graph from the next command, "" when none does."""
        ...

    def make_read_context(self, session: Session, cmd_id: CommandId | None) -> ReadContext: ...

    def make_hello(self, client: str) -> Hello: ...


class Session:
    """One client of the worker, from its connection to its end.

    Args:
        host: the worker.
        v1: the client offered the subprotocol `funcnodes.v1`.
        grant: what it may do and see.

    Attributes:
        on_ready: called when there is something to send, also at the end of the session.
        revoked: the end came because what let the client in holds no more.
    """

    def __init__(self, host: SessionHost, *, v1: bool, grant: Grant = FULL) -> None:
        self._permit = Permit(grant, self._is_over)
        # who comes in by a link is never taken for another client, whose answers are remembered by this id
        self.client = self._permit.family + secrets.token_hex(8)
        self.grant = grant
        self.outbox = Outbox(v1=v1, position=host.hub.seq, grant=grant)
        self._host = host
        self.on_ready: Callable[[], None] | None = None
        self._ready = asyncio.Event()
        self.revoked = False
        self._closed = False
        self._attached = False
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        if v1:
            hello = host.make_hello(self.client)
            hello.access = Access.of(grant)
            self._send(encode(hello))
            self._attach()

    # -- the transport's side

    def receive(self, frame: bytes | str) -> None:
        """Take in one text frame."""
        if self._is_over():
            return
        if not self._attached:  # a plain client hears nothing before it speaks
            self._attach()
        try:
            message = decode_client_message(frame)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            self._refuse(BadMessageError(explain(error, "message")))
            return
        if isinstance(message, Ping):
            self._send(encode(Pong()))
        else:
            self._command(message)

    async def frames(self) -> list[Frame]:
        """Wait until there is something to send; an empty list says that the session is over."""
        await self._ready.wait()
        self._ready.clear()
        return self.take()

    def take(self, max_bytes: int | None = None) -> list[Frame]:
        """What there is to send now, at least one frame and the others as far as they fit into so many bytes."""
        if self._is_over():
            return []
        return [self._fit(frame) for frame in self.outbox.drain(max_bytes)]

    def close(self) -> None:
        """The client is gone."""
        self._closed = True
        self._permit.close()
        self._host.hub.detach(self.outbox)
        for task in self._tasks:
            task.cancel()
        self._wake()

    @property
    def closed(self) -> bool:
        """Whether the client is gone."""
        return self._closed

    # -- the commands' side

    def catch_up(self, epoch: str, client: str, seq: int) -> bool:
        """Take up where this client lost its connection; False sends a resync instead."""
        if not self._permit.is_of_family(client):
            self._send(encode(Resync()))
            return False
        self.client = client
        if self._host.hub.catch_up(self.outbox, epoch, seq):
            self._wake()
            return True
        self._send(encode(Resync()))
        return False

    def report(self, text: str, progress: float | None, task: CommandId | None) -> None:
        """Tell the client how far a long command is."""
        self._send(encode(ProgressMessage(text=text, progress=progress, task=task)))

    def graph_answered(self, call: GraphCall) -> None:
        """The graph's thread is done with a command; its events are in the outbox already."""
        if call.answered:
            return
        call.answered = True
        self._waiting -= 1
        for timer in (call.waiting_note, call.deadline):
            if timer is not None:
                timer.cancel()
        if call.error is not None:
            frame = self._failure(call.message, call.error, call.trace)
        else:
            frame = self._result(call.message, call.result, call.rev)
        self._answer(call.command, call.remembered, frame)

    # -- inside

    def _is_over(self) -> bool:
        """Whether what let the client in holds no more; then it is let go, and hears nothing more."""
        if self.grant.alive():
            return False
        self.revoked = True
        if not self._closed:
            self.close()
        return True

    def _attach(self) -> None:
        self._attached = True
        self.outbox.restart_at(self._host.hub.seq)
        if not self._closed:
            self._host.hub.attach(self.outbox, self._wake)

    def _send(self, frame: bytes, position: int | None = None) -> None:
        self.outbox.put_reply(frame, position=position)
        self._wake()

    def _wake(self) -> None:
        self._ready.set()
        if self.on_ready is not None:
            self.on_ready()

    def _fit(self, frame: Frame) -> Frame:
        if frame.binary or len(frame.data) <= self._host.large_message_bytes:
            return frame
        return Frame(encode(self._host.parked.park(frame.data, self.grant.share)))

    def _refuse(self, error: CommandError) -> None:
        self._send(encode(Failure(error=error_text(error), code=error_code(error), data=error.data)))

    def _command(self, message: Cmd) -> None:
        if (known := self._host.answers.find(self.client, message)) is not None:
            if known.frame is not None:
                self._send(known.frame)
            else:
                known.waiting.append(self._send)
            return
        try:
            command = self._host.registry.get(message.cmd)
            self._permit.check(command)
            kwargs = command.decode(message.kwargs)
            self._permit.check_kwargs(command, kwargs)
            if self._waiting >= MAX_WAITING:
                raise BusyError(f"{MAX_WAITING} commands of this client wait already")
        except CommandError as error:
            self._send(self._failure(message, error))
            return
        if command.on == "graph":
            self._call_graph(command, message, kwargs)
        else:
            self._read(command, message, kwargs)

    def _call_graph(self, command: Command, message: Cmd, kwargs: dict[str, Any]) -> None:
        self._waiting += 1
        call = GraphCall(self, command, message, kwargs)
        call.remembered = self._host.answers.open(self.client, message)
        loop = asyncio.get_running_loop()
        call.waiting_note = loop.call_later(SLOW_COMMAND_S, self._note_waiting, call)
        if command.late is not None:
            call.deadline = loop.call_later(kwargs["deadline_s"] + LATE_S, self._answer_late, call)
        elif command.meanwhile is not None:
            call.deadline = loop.call_later(LATE_S, self._answer_late, call)
        self._host.call_graph(call)

    def _answer_late(self, call: GraphCall) -> None:
        """A node blocks the graph's thread: say so in time, or say what is known without it."""
        try:
            if call.command.late is not None:
                call.result = call.command.late()
            elif call.command.meanwhile is not None:
                context = self._host.make_read_context(self, call.message.id)
                call.result = call.command.meanwhile(context, **call.kwargs)
        except Exception as error:  # noqa: BLE001 - whatever a command raises is its answer
            call.error = error
        self.graph_answered(call)

    def _note_waiting(self, call: GraphCall) -> None:
        node = self._host.blocker()
        reason = f"{node!r} is running" if node else "the graph is busy"
        self.report(f"{call.message.cmd} waits: {reason}", None, call.message.id)

    def _read(self, command: Command, message: Cmd, kwargs: dict[str, Any]) -> None:
        context = self._host.make_read_context(self, message.id)
        try:
            result = command.handler(context, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever a command raises is its answer
            self._send(self._failure(message, error, traceback.format_exc()))
            return
        if hasattr(result, "__await__"):
            remembered = self._host.answers.open(self.client, message)
            self._spawn(self._await_read(command, message, remembered, result))
            return
        frame = self._result(message, result, None)
        if not command.repeatable:
            self._answer(command, self._host.answers.open(self.client, message), frame)
        else:
            self._send(frame, position=getattr(result, "position", None))

    async def _await_read(
        self, command: Command, message: Cmd, remembered: Remembered | None, result: Awaitable[Any]
    ) -> None:
        try:
            frame = self._result(message, await result, None)
        except asyncio.CancelledError as error:
            if remembered is not None:  # who asked again elsewhere must not wait for ever
                self._host.answers.settle(remembered, self._failure(message, error), keep=False)
            raise
        except Exception as error:  # noqa: BLE001 - whatever a command raises is its answer
            frame = self._failure(message, error, traceback.format_exc())
        self._answer(command, remembered, frame)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _answer(self, command: Command, remembered: Remembered | None, frame: bytes) -> None:
        self._send(frame)
        if remembered is not None:
            self._host.answers.settle(remembered, frame, keep=not command.repeatable)

    def _result(self, message: Cmd, result: Any, rev: int | None) -> bytes:
        answer = Result(cmd=message.cmd, id=message.id, result=result, rev=UNSET if rev is None else rev)
        try:
            return encode(answer)
        except (TypeError, ValueError) as error:  # a method of a script that returns what JSON cannot say
            return self._failure(message, error)

    def _failure(self, message: Cmd, error: BaseException, trace: str = "") -> bytes:
        if not isinstance(error, (WorkerError, ValueError, LookupError)):
            _LOG.warning("command %s failed: %s", message.cmd, error, exc_info=error)
        return encode(
            Failure(
                cmd=message.cmd,
                id=message.id,
                error=error_text(error),
                code=error_code(error),
                data=getattr(error, "data", None) or {},
                traceback=trace if self._host.debug and trace and self.grant.meets("tracebacks") else UNSET,
            )
        )
