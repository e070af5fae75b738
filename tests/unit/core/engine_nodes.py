"""Node classes and a few steps that the engine's tests share; nothing here waits on a clock."""

import asyncio
import itertools
from collections.abc import Iterable
from typing import Any

from funcnodes_core import Node, NodeDecorator, NodeInput, NodeOutput, NoValue

__all__ = [
    "Join",
    "Loop",
    "Mirror",
    "Slow",
    "Stream",
    "Ticker",
    "Unless",
    "at_rest",
    "bad",
    "inc",
    "join",
    "open_gate",
    "runs",
    "turns",
    "wire",
]


def note(node: Node, *values: Any) -> None:
    node.__dict__.setdefault("seen", []).append(values if len(values) > 1 else values[0])


def runs(node: Node) -> list[Any]:
    """What each run of a node was called with."""
    return node.__dict__.get("seen", [])


@NodeDecorator("test.engine.inc")
def inc(x: int, node: Node) -> int:
    note(node, x)
    return x + 1


@NodeDecorator("test.engine.join")
def join(a: Any, b: Any, node: Node) -> Any:
    note(node, a, b)
    return (a, b)


Join = join


@NodeDecorator("test.engine.bad")
def bad(x: Any, node: Node) -> Any:
    """Fails for text."""
    note(node, x)
    if isinstance(x, str):
        raise ValueError(f"cannot take {x}")
    return x


class Slow(Node):
    """Runs until the test opens the gate, then gives its input + 1."""

    node_id = "test.engine.slow"
    x = NodeInput(type=int)
    out = NodeOutput(type=int)

    async def func(self, x: int) -> None:
        note(self, x)
        gate = asyncio.get_running_loop().create_future()
        self.__dict__.setdefault("gates", []).append(gate)
        await gate
        self.outputs["out"].value = x + 1


class Mirror(Node):
    """Gives its first input to its output, however fast; the second only makes it run."""

    node_id = "test.engine.mirror"
    x = NodeInput(type="Any")
    y = NodeInput(type="Any", required=False)
    out = NodeOutput(type="Any")

    async def func(self, x: Any, y: Any = None) -> None:
        note(self, x)
        self.outputs["out"].value = x


class Unless(Node):
    """If: sends on one of two outputs and nothing at all on the other."""

    node_id = "test.engine.if"
    test = NodeInput(type=bool)
    x = NodeInput(type="Any")
    yes = NodeOutput(type="Any")
    no = NodeOutput(type="Any")

    async def func(self, test: bool, x: Any) -> None:
        note(self, x)
        self.outputs["yes" if test else "no"].value = x


class Loop(Node):
    """For as published modules write it: sends, polls the data path, collects, repeats."""

    node_id = "test.engine.loop"
    items = NodeInput(type=list)
    do = NodeOutput()
    collector = NodeInput(does_trigger=False, required=False)
    done = NodeOutput(type=list)

    async def func(self, items: list[Any], collector: Any = None) -> None:
        note(self, items)
        results = []
        for item in items:
            self.outputs["do"].set_value(item, does_trigger=True)
            paths = [port.datapath for port in self.outputs["do"].connections]
            while not all(path.done(breaking_nodes=[self]) for path in paths):
                await asyncio.sleep(0)
            results.append(self.inputs["collector"].value)
            self.inputs["collector"].value = NoValue
        self.outputs["done"].value = results


@NodeDecorator("test.engine.stream")
async def Stream(n: int, node: Node) -> Any:
    note(node, n)
    for i in range(n):
        yield i


class Ticker(Node):
    """Sends for ever, whenever the test opens the gate, and waits for nothing."""

    node_id = "test.engine.ticker"
    x = NodeInput(type="Any")
    out = NodeOutput(type="Any")

    async def func(self, x: Any) -> None:
        note(self, x)
        tick = 0
        while True:
            gate = asyncio.get_running_loop().create_future()
            self.__dict__.setdefault("gates", []).append(gate)
            await gate
            tick += 1
            self.outputs["out"].value = tick


def wire(*path: Any) -> None:
    """Connect nodes in a row: each `out` with the next node's first free input, or ports as given."""
    for left, right in itertools.pairwise(path):
        source = left if not isinstance(left, Node) else left.outputs["out"]
        target = right if not isinstance(right, Node) else _first_free(right)
        source.connect(target)


def _first_free(node: Node) -> NodeInput:
    return next(
        port
        for io_id, port in node.inputs.items()
        if not io_id.startswith("_") and not port.links_in and port._value is NoValue
    )


async def turns(n: int = 6) -> None:
    """Let the loop turn a few times: everything that can go on without a gate does."""
    for _ in range(n):
        await asyncio.sleep(0)


async def open_gate(node: Node) -> None:
    """Let the oldest run of a node that waits at its gate go on, and all that follows."""
    gates: list[asyncio.Future[None]] = node.__dict__["gates"]
    while gates and gates[0].done():
        gates.pop(0)
    gates.pop(0).set_result(None)
    await turns()


def at_rest(nodes: Iterable[Node]) -> None:
    """Check that nothing is left over."""
    for node in nodes:
        assert not node._live, node
        assert node._run is None, node
        assert node._holds == 0, node
        assert not node._self_hold, node
        for port in (*node.inputs.values(), *node.outputs.values()):
            assert all(link.holds == 0 for link in (*port.forwards, *getattr(port, "links", ()))), node
        if node._scheduler is not None:
            assert node._scheduler.live == 0
            assert node._scheduler._waiting == 0
            assert not node._scheduler.running
