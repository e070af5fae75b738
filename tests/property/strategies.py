"""Random graphs and random histories for the scheduler, driven by hand: no clock, no sleeping."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from funcnodes_core import Node, NodeDecorator, NodeInput, NodeOutput, NoValue
from funcnodes_core.scheduler import scheduler_of

__all__ = ["Driven", "Plan", "Spec", "cyclic_plans", "merged", "plans"]

# A value says which version of which entry it was computed from.
Value = tuple[tuple[int, int], ...]

PORTS = ("a", "b", "c")


@dataclass(frozen=True)
class Spec:
    """One node of a plan: its kind and what feeds its inputs."""

    kind: str  # sync, slow, bad (fails at odd versions), echo (sends only what is new)
    sources: tuple[tuple[str, int], ...]  # ("entry",): set by the test; ("node", i); ("mirror", i)


@dataclass(frozen=True)
class Plan:
    """A graph and what happens to it, step by step."""

    specs: tuple[Spec, ...]
    steps: tuple[tuple[str, Any], ...]  # set / open / turn / mute / clear

    @property
    def entries(self) -> list[int]:
        """The nodes that are set from outside."""
        return [i for i, spec in enumerate(self.specs) if ("entry", 0) in spec.sources]


def merged(values: list[Value], mixtures: list[Any] | None = None) -> Value:
    """Every version that the values were computed from, the newest of each entry."""
    newest: dict[int, int] = {}
    for value in values:
        for entry, version in value:
            if newest.get(entry, version) != version and mixtures is not None:
                mixtures.append(values)
            newest[entry] = max(version, newest.get(entry, version))
    return tuple(sorted(newest.items()))


def _work(node: Node, values: list[Value]) -> Value:
    driven: Driven = node.__dict__["driven"]
    result = merged(values, driven.mixtures)
    driven.runs.append((node.__dict__["place"], values))
    if node.__dict__["spec"].kind == "bad" and sum(version for _, version in result) % 2:
        raise ValueError("odd")
    return result


@NodeDecorator("test.property.one")
def one(a: Any, node: Node) -> Any:
    return _work(node, [a])


@NodeDecorator("test.property.two")
def two(a: Any, b: Any, node: Node) -> Any:
    return _work(node, [a, b])


@NodeDecorator("test.property.three")
def three(a: Any, b: Any, c: Any, node: Node) -> Any:
    return _work(node, [a, b, c])


class _Slow(Node):
    """Works when the test says so."""

    node_id = "test.property.slow1"
    a = NodeInput()
    out = NodeOutput()

    async def func(self, **values: Any) -> None:
        result = _work(self, list(values.values()))
        driven: Driven = self.__dict__["driven"]
        gate = asyncio.get_running_loop().create_future()
        driven.gates.append(gate)
        await gate
        if self.__dict__["spec"].kind != "echo" or result != self.outputs["out"].value:
            self.outputs["out"].value = result


class _Slow2(_Slow):
    node_id = "test.property.slow2"
    b = NodeInput()


class _Slow3(_Slow2):
    node_id = "test.property.slow3"
    c = NodeInput()


class _Echo(Node):
    """Sends the newest versions it has seen, and only when that is new."""

    node_id = "test.property.echo"
    a = NodeInput(required=False)
    b = NodeInput(required=False)
    c = NodeInput(required=False)
    out = NodeOutput()

    async def func(self, **values: Any) -> None:
        _work(self, [])
        result = merged(list(values.values()))
        if result != self.outputs["out"].value:
            self.outputs["out"].value = result


class _SlowEcho(_Echo):
    node_id = "test.property.slowecho"

    async def func(self, **values: Any) -> None:
        gate = asyncio.get_running_loop().create_future()
        self.__dict__["driven"].gates.append(gate)
        await gate
        await _Echo.func(self, **values)


def _make(spec: Spec) -> Node:
    if spec.kind in ("echo", "slowecho"):
        return (_Echo if spec.kind == "echo" else _SlowEcho)(trigger_on_create=False)
    classes = (_Slow, _Slow2, _Slow3) if spec.kind == "slow" else (one, two, three)
    return classes[len(spec.sources) - 1](trigger_on_create=False)


@dataclass
class Driven:
    """A graph under a test's control."""

    plan: Plan
    nodes: list[Node] = field(default_factory=list)
    gates: list[asyncio.Future[None]] = field(default_factory=list)
    runs: list[tuple[int, list[Value]]] = field(default_factory=list)
    mixtures: list[Any] = field(default_factory=list)
    versions: dict[int, int] = field(default_factory=dict)
    bursts: int = 0

    def __post_init__(self) -> None:
        for place, spec in enumerate(self.plan.specs):
            node = _make(spec)
            node.__dict__.update(driven=self, place=place, spec=spec)
            node.on_error(lambda **_: None)
            self.nodes.append(node)
        for node, spec in zip(self.nodes, self.plan.specs, strict=True):
            for port, (kind, i) in zip(PORTS, spec.sources, strict=False):
                if kind == "node":
                    self.nodes[i].outputs["out"].connect(node.inputs[port])
                elif kind == "mirror":
                    self.nodes[i].inputs[self.entry_port(i)].forward(node.inputs[port])

    def entry_port(self, place: int) -> str:
        """The input of an entry that the test sets."""
        return PORTS[self.plan.specs[place].sources.index(("entry", 0))]

    def set(self, entries: tuple[int, ...]) -> None:
        """One burst of changes."""
        self.bursts += 1
        known = self.plan.entries
        for entry in dict.fromkeys(known[i % len(known)] for i in entries):
            version = self.versions[entry] = self.versions.get(entry, 0) + 1
            self.nodes[entry].inputs[self.entry_port(entry)].value = ((entry, version),)

    async def do(self, step: tuple[str, Any]) -> None:
        """One step of the plan."""
        action, what = step
        if action == "set":
            self.set(what)
        elif action == "open":
            waiting = [gate for gate in self.gates if not gate.done()]
            if waiting:
                waiting[what % len(waiting)].set_result(None)
        elif action == "turn":
            for _ in range(what):
                await asyncio.sleep(0)
        elif action == "mute":
            node = self.nodes[what % len(self.nodes)]
            node.disabled = not node.disabled
        elif action == "clear":
            known = self.plan.entries
            entry = known[what % len(known)]
            self.nodes[entry].inputs[self.entry_port(entry)].value = NoValue

    async def play(self) -> None:
        """Every step, then all gates until nothing moves any more."""
        for step in self.plan.steps:
            await self.do(step)
        await self.rest()

    async def rest(self) -> None:
        """Open gates until nothing moves any more."""
        scheduler = scheduler_of(asyncio.get_running_loop())
        for _ in range(5000):
            await asyncio.sleep(0)
            waiting = [gate for gate in self.gates if not gate.done()]
            self.gates = waiting
            if waiting:
                waiting[0].set_result(None)
            elif not scheduler.live:
                return
        raise AssertionError("the graph does not come to rest")


def _sources(
    draw: st.DrawFn, place: int, entries: int, top: int, mirrors: bool = True
) -> tuple[tuple[str, int], ...]:
    if place < entries:
        return (("entry", 0),)
    count = draw(st.integers(1, 3))
    source = st.tuples(st.just("node"), st.integers(0, top))
    if mirrors:
        source |= st.tuples(st.just("mirror"), st.integers(0, entries - 1))
    return tuple(draw(source) for _ in range(count))


def _steps(actions: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[list[tuple[str, Any]]]:
    one_step = st.one_of([st.tuples(st.just(name), what) for name, what in actions.items()])
    return st.lists(one_step, max_size=14)


SET = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple)
OPEN = st.integers(0, 5)
TURN = st.integers(1, 3)


@st.composite
def plans(
    draw: st.DrawFn,
    *,
    kinds: tuple[str, ...] = ("sync", "slow"),
    steps: tuple[str, ...] = ("set", "open", "turn"),
    mirrors: bool = True,
) -> Plan:
    """Graphs without cycles: all entries are set at first, then the steps follow."""
    entries = draw(st.integers(1, 3))
    size = draw(st.integers(entries, 9))
    specs = [
        Spec(draw(st.sampled_from(kinds)), _sources(draw, place, entries, place - 1, mirrors))
        for place in range(size)
    ]
    every = {"set": SET, "open": OPEN, "turn": TURN, "mute": st.integers(0, 8), "clear": st.integers(0, 3)}
    follow = draw(_steps({name: every[name] for name in steps})) if steps else []
    return Plan(tuple(specs), (("set", tuple(range(entries))), *follow))


@st.composite
def cyclic_plans(draw: st.DrawFn) -> Plan:
    """Graphs of echoes, wired in any direction."""
    entries = draw(st.integers(1, 3))
    size = draw(st.integers(entries, 8))
    specs = []
    for place in range(size):
        sources = _sources(draw, place, entries, size - 1)
        if place < entries and draw(st.booleans()):
            sources = (*sources, ("node", draw(st.integers(0, size - 1))))
        specs.append(Spec(draw(st.sampled_from(("echo", "slowecho"))), sources))
    follow = draw(_steps({"set": SET, "open": OPEN, "turn": TURN}))
    return Plan(tuple(specs), (("set", tuple(range(entries))), *follow))
