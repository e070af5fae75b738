"""What making, wiring, saving and loading graphs costs, beside what plain Python needs for the same."""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

import funcnodes_core as fn
from funcnodes_core.codec.preview import preview

pytestmark = [pytest.mark.timeout(300)]

MANY = 10_000


@fn.NodeDecorator("bench.build.add", name="Add", description="adds two numbers")
def add(a: int, b: int = 1) -> int:
    """Adds."""
    return a + b


class BarePort:
    """What a port needs at least."""

    __slots__ = ("default", "links", "name", "node", "value")

    def __init__(self, name: str, node: Any) -> None:
        self.name, self.node, self.value, self.default = name, node, None, None
        self.links: list[Any] = []


class BareNode:
    """What a node needs at least."""

    __slots__ = ("__weakref__", "id", "ports", "state")

    def __init__(self, number: int) -> None:
        self.id = f"{number:032x}"
        self.state = 0
        self.ports = tuple([BarePort(name, self) for name in ("a", "b", "out", "trigger")])


def least_s(step: Callable[[], object], rounds: int = 5) -> float:
    """The shortest time that a step took."""
    times = []
    for _ in range(rounds):
        gc.collect()
        begin = time.perf_counter()
        kept = step()
        times.append(time.perf_counter() - begin)
        del kept
    return min(times)


def chain(length: int) -> fn.NodeSpace:
    space = fn.NodeSpace()
    nodes = [space.add_node_instance(add()) for _ in range(length)]
    for before, after in pairwise(nodes):
        before.outputs["out"].connect(after.inputs["a"])
    return space


def test_making_a_node(figures: Any, kit: Any) -> None:
    bare = least_s(lambda: [BareNode(number) for number in range(2000)])
    made = least_s(lambda: [add() for _ in range(2000)])

    figures.add(kit.Row("create a node (3 ports)", made / 2000 * 1e6, 15, "us", bare / 2000 * 1e6))


def test_the_memory_of_a_node(figures: Any, kit: Any) -> None:
    def size(make: Callable[[int], object]) -> float:
        gc.collect()
        tracemalloc.start()
        begin = tracemalloc.get_traced_memory()[0]
        kept = [make(number) for number in range(400)]
        gc.collect()
        taken = (tracemalloc.get_traced_memory()[0] - begin) / len(kept)
        tracemalloc.stop()
        return taken

    warm = [add() for _ in range(20)]
    del warm

    figures.add(kit.Row("memory of a node (3 ports)", size(lambda _: add()), 2048, "B", size(BareNode)))


def test_connecting(figures: Any, kit: Any) -> None:
    def once() -> float:
        nodes = [add() for _ in range(2000)]
        gc.collect()
        begin = time.perf_counter()
        for before, after in pairwise(nodes):
            before.outputs["out"].connect(after.inputs["a"])
        return time.perf_counter() - begin

    figures.add(kit.Row("connect an edge", min(once() for _ in range(7)) / 2000 * 1e6, 2, "us"))


def test_the_whole_state_as_json(figures: Any, kit: Any) -> None:
    space = chain(MANY)
    text = json.dumps(space, cls=fn.JSONEncoder)
    plain = json.loads(text)

    bare = least_s(lambda: json.dumps(plain), 3)
    made = least_s(lambda: json.dumps(space, cls=fn.JSONEncoder), 3)

    unit = 1e6 / MANY
    figures.add(
        kit.Row("full state of 10 000 nodes as JSON, a node", made * unit, 3 * bare * unit, "us", bare * unit)
    )


def test_loading(figures: Any, kit: Any) -> None:
    saved = json.loads(json.dumps(chain(MANY).serialize(), cls=fn.JSONEncoder), cls=fn.JSONDecoder)

    def load() -> fn.NodeSpace:
        space = fn.NodeSpace()
        space.deserialize(saved)
        return space

    bare = least_s(lambda: [BareNode(number) for number in range(MANY)], 3)
    made = least_s(load, 3)

    figures.add(kit.Row("deserialise, a node", made / MANY * 1e6, 30, "us", bare / MANY * 1e6))


def test_finding_what_is_below(figures: Any, kit: Any) -> None:
    nodes = [add() for _ in range(100_000)]
    for before, after in pairwise(nodes):
        before.inputs["b"].forward(after.inputs["b"])

    seconds = least_s(lambda: fn.get_deep_connected_nodeset(nodes[0]), 1)

    figures.add(kit.Row("nodes below along 100 000 mirrors, a node", seconds * 10, 10, "us"))


@pytest.mark.parametrize(
    ("what", "make"),
    [
        ("10 MB of bytes", lambda: b"x" * 10_000_000),
        ("a list of a million", lambda: list(range(1_000_000))),
        ("a dict of a million", lambda: dict.fromkeys(range(1_000_000))),
    ],
)
def test_a_preview(what: str, make: Callable[[], Any], figures: Any, kit: Any) -> None:
    value = make()

    figures.add(kit.Row(f"preview of {what}", least_s(lambda: preview(value)) * 1e3, 1, "ms"))


DECORATE = """
import gc, time
import funcnodes_core as fn
from exposedfunctionality.function_parser import function_method_parser

one = '''
def f{i}(a: int, b: float = 1.0, names: Optional[List[str]] = None) -> float:
    \"\"\"Function {i}.

    Args:
        a (int): first
        b (float): second
    Returns:
        float: sum
    \"\"\"
    return a + b
'''
namespace = {"__name__": "benchmod"}
exec("from typing import List, Optional\\n" + "".join(one.format(i=i) for i in range(500)), namespace)
functions = [namespace[f"f{i}"] for i in range(500)]
gc.collect()
begin = time.process_time()
kept = [WORK for i, f in enumerate(functions)]
print((time.process_time() - begin) / 500 * 1e6)
"""


def fresh(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout


def test_decorating(figures: Any, kit: Any) -> None:
    parser, ours = [], []
    for _ in range(5):
        parser.append(float(fresh(DECORATE.replace("WORK", "function_method_parser(f)"))))
        ours.append(
            float(fresh(DECORATE.replace("WORK", 'fn.NodeDecorator(f"bench.f{i}", name=f"F{i}")(f)')))
        )

    figures.add(
        kit.Row("NodeDecorator, a function, over its parser", min(ours) - min(parser), 60, "us", min(parser))
    )


def test_importing(figures: Any, kit: Any) -> None:
    def seconds(code: str) -> float:
        """Of a processor: what other programs take does not count."""
        begin = resource.getrusage(resource.RUSAGE_CHILDREN)
        fresh(code)
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        return end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime

    fresh("import funcnodes_core")  # compiles it, where that has not been done
    bare, made = [], []
    for _ in range(9):
        bare.append(seconds("import asyncio, json"))
        made.append(seconds("import asyncio, json, funcnodes_core"))

    least = min(bare) * 1e3
    figures.add(
        kit.Row("import funcnodes_core, over asyncio and json", min(made) * 1e3 - least, 30, "ms", least)
    )
