"""Nodes for tests of the worker, installed like a published module."""

import asyncio
import logging
import sys
import threading
import time
from pathlib import Path

import funcnodes_core as fn
from funcnodes_core.types import SVG, Secret


class Wave:
    """Something that only its own encoder can say."""

    def __init__(self, n: int) -> None:
        self.n = n


def encode_wave(value: Wave, preview: bool) -> fn.BytesEncdata:
    """Bytes of a kind of its own; takes its time when it makes all of them."""
    end = time.monotonic() + (0 if preview else 0.5)
    while time.monotonic() < end:
        continue
    return fn.BytesEncdata(b"~" * value.n, handeled=True, mime="audio/wav")


fn.ByteEncoder.add_encoder(encode_wave, Wave)


@fn.NodeDecorator("t.add", name="Add")
def add(a: float, b: float = 1) -> float:
    """The sum."""
    return a + b


@fn.NodeDecorator("t.join", name="Join")
def join(a: str = "a", b: str = "b") -> str:
    """One text behind the other, as far as that is not too long: in a circle it would double for ever."""
    return (a + b)[-20_000:]


@fn.NodeDecorator("t.divide", name="Divide")
def divide(a: float, b: float) -> float:
    """The quotient; fails on 0."""
    return a / b


@fn.NodeDecorator("t.items", name="Items")
def items(n: int = 3) -> list[int]:
    """Some numbers."""
    return list(range(n))


@fn.NodeDecorator("t.picture", name="Picture")
def picture(n: int = 4) -> bytes:
    """Bytes that look like a PNG."""
    return b"\x89PNG\r\n\x1a\n" + bytes(n)


@fn.NodeDecorator("t.drawing", name="Drawing")
def drawing(n: int = 4) -> SVG:
    """A drawing of a few bytes, or of many."""
    return SVG("<svg xmlns='http://www.w3.org/2000/svg'>" + "<g/>" * n + "</svg>")


@fn.NodeDecorator("t.text", name="Text")
def text(n: int = 3) -> str:
    """A text that is longer than what a port shows."""
    return "ä€𝄞" * n


@fn.NodeDecorator("t.rows", name="Rows")
def rows(n: int = 3) -> list[dict[str, object]]:
    """A table."""
    return [{"id": i, "name": f"row {i}", "odd": i % 2 == 1, "share": i / 7} for i in range(n)]


@fn.NodeDecorator("t.wave", name="Wave")
def wave(n: int = 4) -> Wave:
    """A value of a class whose module brings an encoder."""
    return Wave(n)


@fn.NodeDecorator("t.strange", name="Strange")
def strange(n: int = 4) -> object:
    """A value that JSON cannot say."""
    return {n, "x"}


@fn.NodeDecorator("t.block", name="Block")
def block(path: str) -> int:
    """Blocks its thread until the file at `path` is there."""
    rounds = 0
    while not Path(path).exists():
        time.sleep(0.01)
        rounds += 1
    return rounds


@fn.NodeDecorator("t.spin", name="Spin")
def spin(path: str) -> int:
    """Computes, in Python, until the file at `path` is there."""
    rounds = 0
    while rounds % 100_000 or not Path(path).exists():
        rounds += 1
    return rounds


@fn.NodeDecorator("t.forever", name="Forever")
def forever(x: int) -> int:
    """Computes, in Python, and never ends; nothing at all for 0."""
    while x:
        pass
    return x


@fn.NodeDecorator("t.wait", name="Wait")
def wait(path: str) -> str:
    """Waits in C until somebody writes to the pipe at `path`."""
    return Path(path).open(encoding="utf-8").read()


@fn.NodeDecorator("t.speak", name="Speak")
def speak(text: str = "hello") -> int:
    """Prints, from the graph's thread."""
    print(text)
    print(text, "error", file=sys.stderr)
    print("no end", end="")
    return len(text)


@fn.NodeDecorator("t.speak_async", name="Speak later")
async def speak_async(text: str = "hello") -> int:
    """Prints from a coroutine, and from a thread that the coroutine awaits."""
    await asyncio.sleep(0.01)
    print(text, "async")
    await asyncio.to_thread(print, text, "to_thread")
    await asyncio.get_running_loop().run_in_executor(None, print, text, "executor")
    logging.getLogger("some.library").warning("%s logged", text)
    return len(text)


@fn.NodeDecorator("t.speak_thread", name="Speak elsewhere", separate_thread=True)
def speak_thread(text: str = "hello") -> int:
    """Prints from the thread that it is run in, and from one that it starts."""
    print(text, "thread")
    mine = threading.Thread(target=print, args=(text, "own thread"))
    mine.start()
    mine.join()
    return len(text)


@fn.NodeDecorator("t.speak_process", name="Speak in a process", separate_process=True)
def speak_process(text: str = "hello") -> int:
    """Prints from a process of its own."""
    print(text, "process")
    return len(text)


@fn.NodeDecorator("t.babble", name="Babble")
def babble(text: str = "for ever") -> int:
    """Starts a thread that prints for ever."""

    def run() -> None:
        number = 0
        while True:
            print(text, number)
            number += 1

    threading.Thread(target=run, daemon=True).start()
    return 1


@fn.NodeDecorator("t.count", name="Count", separate_thread=True)
def count(node: fn.Node, n: int = 5) -> int:
    """Says from a thread how far it is."""
    for _ in node.progress(range(n), desc="counting", mininterval=0):
        time.sleep(0.001)
    return n


@fn.NodeDecorator(
    "t.arrays", name="Arrays", outputs=[{"name": "array"}, {"name": "table"}, {"name": "frame"}]
)
def arrays(n: int = 3) -> tuple[object, object, object]:
    """Values of libraries, each as large as asked for."""
    import numpy
    import pandas
    import pyarrow

    numbers = numpy.arange(n, dtype=">i4").reshape(1, -1)
    return numbers, pyarrow.table({"a": list(range(n))}), pandas.DataFrame({"a": range(n), "b": ["x"] * n})


@fn.NodeDecorator("t.sum", name="Sum of an array")
def total(array: object) -> str:
    """What an array is, to be seen from outside."""
    return f"{type(array).__name__} {array.dtype.str} {array.shape} {array.sum()}"


NODE_SHELF = fn.Shelf(
    name="Test",
    nodes=[
        *(add, join, divide, items, picture, strange, block, spin, forever, wait),
        *(
            drawing,
            text,
            rows,
            wave,
            speak,
            speak_async,
            speak_thread,
            speak_process,
            babble,
            count,
            arrays,
            total,
        ),
    ],
    subshelves=[],
    description="For tests",
)


@fn.NodeDecorator("t.login", name="Login")
def login(key: Secret, account: str = "ann") -> str:
    """Uses a key; fails with it in the message when the account is nobody's."""
    if account == "nobody":
        raise ValueError(f"the key {key} is not that of {account}")
    return f"{account}: {len(key)}"
