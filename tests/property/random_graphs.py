"""Random graphs of all kinds of nodes, made live: what a value was computed from can be read off it."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from funcnodes_core import Node, NodeDecorator, NodeInput, NodeOutput, NodeSpace, NoValue

__all__ = ["KINDS", "PORTS", "Action", "Graph", "Part", "Plan", "Value", "Wire", "joined", "plans", "results"]

# the newest version of each entry that a value was computed from
Value = tuple[tuple[int, int], ...]

PORTS = ("a", "b", "c")
QUICK = ("join", "switch", "hole", "bad")  # what a synchronous function can be
KINDS = (*QUICK, "if")


@dataclass(frozen=True)
class Wire:
    """What feeds an input: the test (`set`), an output, or another input (`mirror`)."""

    source: str
    place: int = 0
    port: str = "out"


@dataclass(frozen=True)
class Part:
    """One node: what it does, how long it takes (None: a plain function), what feeds it."""

    kind: str
    takes: int | None
    wires: tuple[Wire, ...]
    quiet: tuple[bool, ...]  # inputs that do not trigger
    optional: tuple[bool, ...]


@dataclass(frozen=True)
class Action:
    """One thing that is done to a live graph."""

    name: str
    place: int = 0
    port: int = 0
    flag: bool | None = None
    other: int = 0


@dataclass(frozen=True)
class Plan:
    """A graph, and bursts of actions: each is done at once, `pauses` lie between them."""

    parts: tuple[Part, ...]
    bursts: tuple[tuple[Action, ...], ...]
    pauses: tuple[int, ...] = ()

    def settable(self) -> list[tuple[int, str]]:
        """The inputs that the test sets."""
        return [
            (place, PORTS[i])
            for place, part in enumerate(self.parts)
            for i, wire in enumerate(part.wires)
            if wire.source == "set"
        ]


def joined(values: list[Any], mixtures: list[Any] | None = None) -> Value:
    """The newest of each entry; values of different versions are noted as a mixture."""
    newest: dict[int, int] = {}
    for value in values:
        for entry, version in value or ():
            if newest.get(entry, version) != version and mixtures is not None:
                mixtures.append(values)
            newest[entry] = max(version, newest.get(entry, version))
    return tuple(sorted(newest.items()))


def results(kind: str, values: list[Any]) -> list[tuple[str, Any]]:
    """What a node of a kind sends, port by port.

    Raises:
        ValueError: It fails.
    """
    value = joined(values)
    odd = sum(version for _, version in value) % 2
    if kind == "bad" and odd:
        raise ValueError("odd")
    if kind == "hole" and odd:
        return [("out", NoValue)]
    if kind == "if":
        return [("other" if odd else "out", value)]
    if kind == "switch":
        return [("out", NoValue if odd else value), ("other", value if odd else NoValue)]
    return [("out", value)]


def _work(node: Node, values: dict[str, Any]) -> list[tuple[str, Any]]:
    graph: Graph = node.__dict__["graph"]
    arguments = [values.get(port) for port in PORTS]
    joined(arguments, graph.mixtures)
    graph.runs.append((node.__dict__["place"], arguments))
    return results(node.__dict__["part"].kind, arguments)


async def _sleep(node: Node) -> None:
    for _ in range(2):
        # also in the middle: what is sent at once and what is sent later go different ways
        await asyncio.sleep(node.__dict__["part"].takes / 2)


def _signature(optional: tuple[bool, ...]) -> inspect.Signature:
    kind = inspect.Parameter.KEYWORD_ONLY
    ports = [
        inspect.Parameter(port, kind, default=None if free else inspect.Parameter.empty)
        for port, free in zip(PORTS, optional, strict=False)
    ]
    return inspect.Signature([inspect.Parameter("node", kind), *ports])


@functools.cache
def _function_class(style: str, optional: tuple[bool, ...]) -> type[Node]:
    def plain(node: Node, **values: Any) -> tuple[Any, ...]:
        return tuple(value for _, value in _work(node, values))

    def stream(node: Node, **values: Any) -> Iterator[tuple[Any, ...]]:
        sent = tuple(value for _, value in _work(node, values))
        yield sent
        yield sent

    async def later(node: Node, **values: Any) -> tuple[Any, ...]:
        sent = _work(node, values)
        await _sleep(node)
        return tuple(value for _, value in sent)

    async def slow_stream(node: Node, **values: Any) -> AsyncIterator[tuple[Any, ...]]:
        sent = tuple(value for _, value in _work(node, values))
        for _ in range(2):
            await _sleep(node)
            yield sent

    functions: dict[str, Any] = {"plain": plain, "stream": stream, "later": later, "slow_stream": slow_stream}
    func = functions[style]
    func.__signature__ = _signature(optional)
    func.__annotations__ = dict.fromkeys((*PORTS, "node"), Any)
    name = f"test.random.{style}.{''.join('ro'[free] for free in optional)}"
    return NodeDecorator(name, outputs=[{"name": "out"}, {"name": "other"}])(func)


@functools.cache
def _sending_class(optional: tuple[bool, ...]) -> type[Node]:
    """Sends by itself, and only where it has something to send."""

    async def func(self: Node, **values: Any) -> None:
        sent = _work(self, values)
        await _sleep(self)
        for port, value in sent:
            self.outputs[port].value = value

    ports: dict[str, Any] = {
        port: NodeInput(required=not free, **({"default": None} if free else {}))
        for port, free in zip(PORTS, optional, strict=False)
    }
    name = f"test.random.sending.{''.join('ro'[free] for free in optional)}"
    body = {"node_id": name, "func": func, "out": NodeOutput(), "other": NodeOutput(), **ports}
    return type(Node)("Sending", (Node,), body)


def make_node(part: Part) -> Node:
    """A node of a part, without wires."""
    if part.kind == "stream":
        style = "stream" if part.takes is None else "slow_stream"
        cls = _function_class(style, part.optional)
    elif part.takes is None:
        cls = _function_class("plain", part.optional)
    elif part.kind == "join":
        cls = _function_class("later", part.optional)
    else:
        cls = _sending_class(part.optional)
    node = cls(trigger_on_create=False)
    for port, quiet in zip(PORTS, part.quiet, strict=False):
        if quiet:
            node.inputs[port].does_trigger = False
    return node


@dataclass
class Graph:
    """A plan made live; `runs` and `mixtures` say what happened."""

    plan: Plan
    space: NodeSpace = field(default_factory=NodeSpace)
    nodes: list[Node] = field(default_factory=list)
    runs: list[tuple[int, list[Any]]] = field(default_factory=list)
    mixtures: list[Any] = field(default_factory=list)
    versions: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for part in self.plan.parts:
            self.add(part)
        for place, part in enumerate(self.plan.parts):
            for port, wire in zip(PORTS, part.wires, strict=False):
                self.wire(wire, place, port)

    def add(self, part: Part) -> Node:
        """A further node, without wires."""
        node = make_node(part)
        node.__dict__.update(graph=self, place=len(self.nodes), part=part)
        self.nodes.append(node)
        self.space.add_node_instance(node)
        return node

    def wire(self, wire: Wire, place: int, port: str) -> None:
        """Feed an input."""
        source, target = self.nodes[wire.place], self.nodes[place].inputs[port]
        if wire.source == "out":
            source.outputs[wire.port].connect(target)
        elif wire.source == "mirror":
            source.inputs[wire.port].forward(target)

    def next_value(self, entry: int) -> Value:
        """The next version of an entry."""
        version = self.versions[entry] = self.versions.get(entry, 0) + 1
        return ((entry, version),)


@st.composite
def _wire(draw: st.DrawFn, parts: list[Part], top: int, mirrors: bool, entry: bool) -> Wire:
    names = ["out"] * 4 + ["set"] * (1 if entry else 0) + ["mirror"] * (1 if mirrors else 0)
    source = draw(st.sampled_from(names)) if top >= 0 else "set"
    if source == "set":
        return Wire("set")
    place = draw(st.integers(0, top))
    if source == "mirror" and place < len(parts):
        # a default is mirrored as a value, once, as it is wired: not what is looked at here
        ports = [port for port, free in zip(PORTS, parts[place].optional, strict=False) if not free]
        if ports:
            return Wire("mirror", place, draw(st.sampled_from(ports)))
    two = place < len(parts) and parts[place].kind in ("if", "switch")
    return Wire("out", place, draw(st.sampled_from(("out", "other"))) if two else "out")


@st.composite
def _part(
    draw: st.DrawFn, parts: list[Part], kinds: tuple[str, ...], fussy: bool, mirrors: bool, top: int
) -> Part:
    place = len(parts)
    kind = draw(st.sampled_from(kinds))
    takes = draw(st.none() | st.integers(0, 5))
    if kind == "if" and takes is None:
        takes = 0
    count = draw(st.integers(1, 3)) if place else 1
    wires = tuple(draw(_wire(parts, top, mirrors, entry=True)) for _ in range(count))
    if fussy:
        flags = st.tuples(*[st.integers(0, 4).map(lambda n: n == 0)] * count)
        return Part(kind, takes, wires, draw(flags), draw(flags))
    return Part(kind, takes, wires, (False,) * count, (False,) * count)


@st.composite
def plans(
    draw: st.DrawFn,
    *,
    kinds: tuple[str, ...] = ("join",),
    actions: tuple[str, ...] = ("set",),
    fussy: bool = False,
    mirrors: bool = True,
    cyclic: bool = False,
    max_bursts: int = 6,
) -> Plan:
    """A graph and what is done to it; the first burst sets every entry.

    Args:
        kinds: Of nodes.
        actions: What happens besides; `set` means an input that nothing feeds.
        fussy: Inputs that do not trigger, and optional ones.
        mirrors: Inputs that are mirrored to others.
        cyclic: Wires may lead back.
        max_bursts: After the first.
    """
    size = draw(st.integers(2, 9))
    parts: list[Part] = []
    for place in range(size):
        top = size - 1 if cyclic and place else place - 1
        parts.append(draw(_part(parts, kinds, fussy, mirrors, top)))
    plan = Plan(tuple(parts), ())
    entries = len(plan.settable())
    action = st.builds(
        Action,
        st.sampled_from(actions),
        st.integers(0, 31),
        st.integers(0, 2),
        st.sampled_from((None, None, None, False, True)) if fussy else st.none(),
        st.integers(0, 31),
    )
    bursts = draw(st.lists(st.lists(action, min_size=1, max_size=3).map(tuple), max_size=max_bursts))
    pauses = draw(st.tuples(*[st.integers(0, 7)] * (len(bursts) + 1)))
    first = tuple(Action("set", i) for i in range(entries))
    return Plan(plan.parts, (first, *bursts), pauses)
