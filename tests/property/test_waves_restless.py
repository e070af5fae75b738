"""Rules 6 to 9, 12, 14 (P): changes of values and wires that arrive while waves run, in virtual time."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

from hypothesis import HealthCheck, example, given, settings
from random_graphs import KINDS, PORTS, Action, Graph, Part, Plan, Value, Wire, joined, plans
from test_waves_settled import rests
from virtual_time import run_virtual

from funcnodes_core import NoValue
from funcnodes_core.exceptions import ForwardLoopError, NodeConnectionError

quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def act(graph: Graph, action: Action) -> None:
    """Do one thing to the graph, in the middle of whatever it does."""
    nodes = [node for node in graph.nodes if node.nodespace is not None]
    node = nodes[action.place % len(nodes)]
    if action.name in ("set", "clear"):
        entries = [(place, port) for place, port in graph.plan.settable() if graph.nodes[place] in nodes]
        if entries:
            place, port = entries[action.place % len(entries)]
            value = graph.next_value(graph.plan.settable().index((place, port)))
            target = graph.nodes[place].inputs[port]
            target.set_value(value if action.name == "set" else NoValue, does_trigger=action.flag)
    elif action.name in ("muted", "bypassed", "active"):
        node.mode = action.name
    elif action.name == "ask":
        node.request_trigger()
    elif action.name == "remove":
        if len(nodes) > 1:
            graph.space.remove_node_instance(node)
    elif action.name == "add":
        graph.add(Part("join", action.port or None, (Wire("set"),), (False,), (False,)))
        rewire(graph, Action("connect", len(nodes), 0, None, action.other))
    else:
        rewire(graph, action)


def rewire(graph: Graph, action: Action) -> None:
    """Connect or disconnect two nodes that are there, the later one to the earlier: no circles."""
    nodes = [node for node in graph.nodes if node.nodespace is not None]
    node, other = nodes[action.place % len(nodes)], nodes[action.other % len(nodes)]
    if node is other and action.name != "disconnect":
        return
    if other.__dict__["place"] > node.__dict__["place"] and action.name != "disconnect":
        node, other = other, node
    ports = [node.inputs[port] for port in PORTS if port in node.inputs]
    target = ports[action.port % len(ports)]
    if action.name == "disconnect":
        target.disconnect()
    elif action.name == "forward":
        with contextlib.suppress(ForwardLoopError, NodeConnectionError):
            other.inputs["a"].forward(target, replace=True)
    else:
        other.outputs["out"].connect(target, replace=True)


async def play(plan: Plan) -> Graph:
    """Every burst at its time; then rest: `await_done` ends, and not before all is at rest."""
    graph = Graph(plan)
    for burst, pause in zip(plan.bursts, plan.pauses, strict=True):
        for action in burst:
            act(graph, action)
        await asyncio.sleep(pause)
    async with asyncio.timeout(10_000):
        await graph.space.await_done()  # where nobody wakes it, the loop says that it is dead
    assert not any(node._live for node in graph.nodes)
    rests(graph)
    return graph


def evaluated(graph: Graph) -> list[Value]:
    """What a plain topological evaluation of the newest entries gives."""
    entries = {entry: i for i, entry in enumerate(graph.plan.settable())}
    out: list[Value] = []

    def value_of(place: int, port: str) -> Value:
        wire = graph.plan.parts[place].wires[PORTS.index(port)]
        if wire.source == "out":
            return out[wire.place]
        if wire.source == "mirror":
            return value_of(wire.place, wire.port)
        entry = entries[place, port]
        return ((entry, graph.versions[entry]),)

    for place, part in enumerate(graph.plan.parts):
        out.append(joined([value_of(place, port) for port, _ in zip(PORTS, part.wires, strict=False)]))
    return out


# what is mirrored is there at once, also where an earlier wave has not come yet
@quick
@given(plans(mirrors=False, max_bursts=8))
def test_changes_during_waves_are_never_mixed_and_never_lost(plan: Plan) -> None:
    graph = run_virtual(play(plan))

    assert [node.outputs["out"].value for node in graph.nodes] == evaluated(graph)
    assert max(Counter(place for place, _ in graph.runs).values()) <= len(plan.bursts)


@quick
@given(plans(kinds=("join", "stream"), max_bursts=8))
def test_streams_and_mirrors_end_with_the_newest(plan: Plan) -> None:
    graph = run_virtual(play(plan))

    assert [node.outputs["out"].value for node in graph.nodes] == evaluated(graph)


@quick
@given(
    plans(
        kinds=(*KINDS, "stream"),
        actions=("set", "set", "set", "clear", "muted", "bypassed", "active", "active", "ask"),
        fussy=True,
        max_bursts=8,
    )
)
def test_whatever_is_done_it_comes_to_rest_with_nothing_left_over(plan: Plan) -> None:
    run_virtual(play(plan))


@quick
@given(
    plans(
        kinds=KINDS,
        actions=("set", "set", "set", "connect", "disconnect", "forward", "add", "remove"),
        fussy=True,
        max_bursts=8,
    ).filter(lambda plan: bool(plan.settable()))
)
@example(
    Plan(  # a wire is held for a run and for the next one, and neither sends on it
        (
            Part("if", 3, (Wire("set"),), (False,), (False,)),
            Part("bad", 5, (Wire("out", 0, "other"),), (True,), (True,)),
            Part("join", 4, (Wire("out", 1), Wire("out", 1)), (False, False), (False, False)),
        ),
        (
            (Action("set"),),
            (Action("disconnect", 28, 2, True, 20), Action("set", 24, 2, None, 15)),
            (Action("forward", 15, 1, None, 30),),
            (Action("connect", 28, 2, True, 20), Action("set", 24, 2, None, 15)),
            (Action("connect", 15, 0, None, 26), Action("set", 8, 1), Action("add", 1, 2, True, 0)),
            (Action("disconnect", 28, 2, True, 20), Action("set", 24, 2, None, 15)),
            (Action("connect", 26, 1, False, 27), Action("set", 24, 2, True, 21)),
            (Action("set", 14, 1, None, 1),),
            (Action("connect", 24, 0, True, 1), Action("remove", 11), Action("disconnect", 24, 1)),
        ),
        (2, 1, 5, 1, 6, 0, 1, 5, 3),
    )
)
def test_nodes_and_wires_that_come_and_go_leave_nothing_behind(plan: Plan) -> None:
    graph = run_virtual(play(plan))

    assert graph.space.idle()


@quick
@given(plans(mirrors=False, max_bursts=0))
def test_changes_that_arrive_for_ever_starve_nobody(plan: Plan) -> None:
    whole = 1 + sum(part.takes or 0 for part in plan.parts)

    async def main() -> Graph:
        graph = Graph(plan)
        for _ in range(10 * whole):  # one change of everything in each unit of time
            for action in plan.bursts[0]:
                act(graph, action)
            await asyncio.sleep(1)
        return graph

    graph = run_virtual(main())
    ran = Counter(place for place, _ in graph.runs)

    assert not graph.mixtures
    assert all(ran[place] >= 3 for place in range(len(plan.parts)))
