"""`MsQueueWorker`: a worker whose client sits at the other ends of two queues."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Protocol

from funcnodes_worker.remote_worker import RemoteWorker

__all__ = ["MessageQueue", "MsQueueWorker"]


class MessageQueue(Protocol):
    """A `queue.Queue` or a `multiprocessing.Queue`."""

    def get(self) -> Any: ...

    def put(self, item: Any) -> None: ...


class MsQueueWorker(RemoteWorker):
    """Takes JSON messages from one queue and puts its own into another.

    Args:
        receive_queue: what the client says; None in it ends the worker.
        send_queue: what the client hears: JSON texts, and (header, bytes) for bytes.
        **kwargs: as `RemoteWorker` takes them.
    """

    def __init__(self, receive_queue: MessageQueue, send_queue: MessageQueue, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._receive_queue = receive_queue
        self._send_queue = send_queue

    async def sendmessage(self, msg: str, **kwargs: Any) -> None:
        """Put a JSON message into the queue."""
        self._send_queue.put(msg)

    async def send_bytes(self, data: bytes, header: dict[str, Any], **kwargs: Any) -> None:
        """Put bytes and what they are into the queue."""
        self._send_queue.put((header, data))

    async def run_forever_async(self) -> None:
        """Serve the client until `stop` or a None."""
        loop = asyncio.get_running_loop()
        reader = threading.Thread(target=self._read, args=(loop,), name="funcnodes-queue", daemon=True)
        reader.start()
        try:
            await super().run_forever_async()
        finally:
            if reader.is_alive():
                self._receive_queue.put(None)  # or it would wait there for ever

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        while (message := self._receive_queue.get()) is not None:
            if loop.is_closed():
                return
            loop.call_soon_threadsafe(self.receive_message, message)
        self.stop()
