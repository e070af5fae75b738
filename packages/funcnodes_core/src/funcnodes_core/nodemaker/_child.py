"""The program that runs in the process of a `separate_process` node.

It is started by path with nothing but the standard library loaded, so that it is there in a few
milliseconds. Frames on stdin and stdout: eight bytes of length, then a pickle. The first frame is the
parent's `sys.path`; every further one is `(function, args, kwargs)` and gets one answer:

    ("done", result) | ("failed", exception, traceback) | ("unloadable", text) | ("unsendable", text)

`function` is the function itself or `(module, qualified name)`. What the function prints goes to
stderr. When the parent goes away the process ends at once, whatever it is doing.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import queue
import signal
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from typing import IO, Any

__all__ = ["call", "main", "read_frame", "resolve", "write_frame"]

_LENGTH = struct.Struct("!Q")


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None at the end of the stream."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    body = stream.read(size)
    return body if len(body) == size else None


def write_frame(stream: IO[bytes], body: bytes) -> None:
    """Send one frame."""
    stream.write(_LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


def resolve(function: Any) -> Callable[..., Any]:
    """The function of a call; a name may be that of the node class made from it."""
    if isinstance(function, tuple):
        module, qualname = function
        function = importlib.import_module(module)
        for part in qualname.split("."):
            function = getattr(function, part)
        if isinstance(function, type):
            function = function.o_func  # type: ignore[attr-defined]
    return function  # type: ignore[no-any-return]


def call(frame: bytes) -> bytes:
    """Do what a frame asks and give the answer as a pickle."""
    try:
        function, args, kwargs = pickle.loads(frame)
        target = resolve(function)
    except Exception as error:  # noqa: BLE001 - imports foreign modules
        return pickle.dumps(("unloadable", _line(error)))
    try:
        result = target(*args, **kwargs)
        if hasattr(result, "__await__"):
            result = _awaited(result)
    except BaseException as error:  # noqa: BLE001 - foreign code; the parent raises it
        return _failure(error)
    return _pickled(("done", result)) or pickle.dumps(
        ("unsendable", f"the result, a {type(result).__qualname__}, cannot be pickled")
    )


def _awaited(awaitable: Any) -> Any:
    asyncio = importlib.import_module("asyncio")  # most children never need it

    async def waits() -> Any:
        return await awaitable

    return asyncio.run(waits())


def _failure(error: BaseException) -> bytes:
    text = "".join(traceback.format_exception(error))
    return _pickled(("failed", error, text)) or pickle.dumps(("failed", RuntimeError(_line(error)), text))


def _line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _pickled(answer: Any) -> bytes | None:
    for module in ("pickle", "cloudpickle"):  # the second for classes that were sent by value
        try:
            body = bytes(importlib.import_module(module).dumps(answer))
            if answer[0] == "failed":
                pickle.loads(body)  # exceptions with arguments of their own often cannot be built again
        except Exception:  # noqa: BLE001 - not installed, or a foreign object that refuses
            continue
        return body
    return None


def main() -> None:
    """Answer frames until the parent goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # prints of the function must not get between the frames
    frames: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        while (frame := read_frame(requests)) is not None:
            frames.put(frame)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    sys.path[:] = pickle.loads(frames.get())
    while True:
        answer = call(frames.get())
        for stream in (sys.stdout, sys.stderr):  # what is printed is seen when the run ends, at the latest
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        write_frame(answers, answer)


if __name__ == "__main__":
    main()
