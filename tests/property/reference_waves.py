"""A plain interpreter of graphs at rest: what one burst of changes must come to, rule by rule.

It knows nothing of holds, queues or time: the nodes are gone through once in the order of the
wires. The engine, whatever its nodes' durations, has to give the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from random_graphs import PORTS, Part, Plan, results

from funcnodes_core import NoValue

__all__ = ["Reference", "State"]


@dataclass
class State:
    """One node, as the rules see it."""

    part: Part
    values: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=lambda: {"out": NoValue, "other": NoValue})
    mode: str = "active"
    runs: int = 0
    failed: bool = False
    stale: bool = False
    requested: bool = False
    asked: bool = False
    marked: bool = False
    poisoned: bool = False

    @property
    def ready(self) -> bool:
        """Whether every required input has a value."""
        ports = zip(PORTS, self.part.optional, strict=False)
        return all(free or self.values.get(port, NoValue) is not NoValue for port, free in ports)

    def ask(self) -> None:
        """Want to run."""
        if self.ready and self.mode != "muted":
            self.asked = True
        else:
            self.requested = True


class Reference:
    """The state of every node after each burst."""

    def __init__(self, plan: Plan) -> None:
        self.nodes = [State(part) for part in plan.parts]
        # whether a node that lacks an input is stale, which nobody can see: not said by the rules
        self.vague = False

    # -- what is done from outside ---------------------------------------------------

    def set(self, place: int, port: str, value: Any, flag: bool | None) -> None:
        """Rules 1, 2, 15, 16: a value is stored, asks, and goes along the mirrors."""
        self._store(place, port, value)
        self._announce(place, port, value, flag)

    def _store(self, place: int, port: str, value: Any) -> None:
        node = self.nodes[place]
        lost = value is NoValue and node.values.get(port, NoValue) is not NoValue
        node.values[port] = value
        if lost and not node.part.optional[PORTS.index(port)]:
            node.stale |= bool(node.runs)
            self.vague |= node.marked and not node.runs  # nothing of it can be old
            node.requested |= node.asked and not node.marked
            node.asked = node.asked and node.marked

    def _announce(self, place: int, port: str, value: Any, flag: bool | None) -> None:
        node = self.nodes[place]
        quiet = node.part.quiet[PORTS.index(port)]
        if value is not NoValue and (not quiet if flag is None else flag):
            if node.marked:
                node.asked = True
            else:
                node.ask()
        mirrors = [
            (other, target)
            for other, state in enumerate(self.nodes)
            for target, wire in zip(PORTS, state.part.wires, strict=False)
            if (wire.source, wire.place, wire.port) == ("mirror", place, port)
        ]
        for mirror in mirrors:
            self._store(*mirror, value)
        for mirror in mirrors:
            self._announce(*mirror, value, False if flag is False else None)

    def mode(self, place: int, mode: str) -> None:
        """Rule 27: a muted node keeps its request."""
        node = self.nodes[place]
        if node.mode == mode:
            return
        node.mode = mode
        if mode == "muted":
            node.requested |= node.asked
            node.asked = False
        elif node.requested:
            node.ask()

    # -- one wave --------------------------------------------------------------------

    def wave(self) -> list[int]:
        """Rules 6, 7, 11: everything that follows, each node once; who ran, in order."""
        self._mark()
        ran = []
        for place, node in enumerate(self.nodes):
            if node.poisoned:
                self.vague |= not node.ready
                node.stale = True
                self._poison(place)
            elif node.asked and node.ready and node.mode != "muted":
                ran.append(place)
                self._run(place)
            elif node.asked:
                node.requested = True
            node.asked = node.marked = node.poisoned = False
        return ran

    def _mark(self) -> None:
        for place, node in enumerate(self.nodes):
            above = [self.nodes[source] for source in self._sources(place)]
            node.marked = node.mode != "muted" and (node.asked or any(each.marked for each in above))

    def _sources(self, place: int) -> list[int]:
        """The nodes whose outputs feed a node, through mirrors too."""
        out = []
        todo = list(self.nodes[place].part.wires)
        while todo:
            wire = todo.pop()
            if wire.source == "out":
                out.append(wire.place)
            elif wire.source == "mirror":
                todo.append(self.nodes[wire.place].part.wires[PORTS.index(wire.port)])
        return out

    def _poison(self, place: int) -> None:
        for other, node in enumerate(self.nodes):
            if node.marked and place in self._sources(other):
                node.poisoned = True

    def _run(self, place: int) -> None:
        node = self.nodes[place]
        node.requested = False
        if node.mode == "bypassed":
            sent = self._bypassed(node)
        else:
            try:
                sent = results(node.part.kind, self._arguments(node))
            except ValueError:
                node.failed = node.stale = True
                self._poison(place)
                return
        node.runs += 1
        node.failed = False
        for port, value in sent:
            node.outputs[port] = value
            for other, state in enumerate(self.nodes):
                for target, wire in zip(PORTS, state.part.wires, strict=False):
                    if (wire.source, wire.place, wire.port) == ("out", place, port):
                        self.set(other, target, value, None)
        if node.stale:
            node.stale = any(self.nodes[source].stale for source in self._sources(place))

    def _arguments(self, node: State) -> list[Any]:
        values = [node.values.get(port, NoValue) for port in PORTS]
        return [None if value is NoValue else value for value in values]

    def _bypassed(self, node: State) -> list[tuple[str, Any]]:
        for port, wire in zip(PORTS, node.part.wires, strict=False):
            if wire.source != "set":
                value = node.values.get(port, NoValue)
                if value is NoValue and node.part.optional[PORTS.index(port)]:
                    value = None
                return [("out", value), ("other", value)]
        return []
