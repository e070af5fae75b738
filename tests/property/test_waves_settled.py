"""Rules 1, 2, 6, 7, 11, 15, 16, 27 (P): graphs that come to rest between changes, beside a plain interpreter."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings
from random_graphs import KINDS, Action, Graph, Plan, plans
from reference_waves import Reference
from virtual_time import run_virtual

from funcnodes_core import NoValue

quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def act(graph: Graph, reference: Reference, action: Action) -> None:
    """Do one thing to both."""
    plan = graph.plan
    if action.name in ("set", "clear"):
        entries = plan.settable()
        entry = action.place % len(entries)
        place, port = entries[entry]
        value = graph.next_value(entry) if action.name == "set" else NoValue
        reference.set(place, port, value, action.flag)
        graph.nodes[place].inputs[port].set_value(value, does_trigger=action.flag)
    else:
        place = action.place % len(plan.parts)
        reference.mode(place, action.name)
        graph.nodes[place].mode = action.name


async def compare(plan: Plan) -> None:
    graph, reference = Graph(plan), Reference(plan)
    for burst in plan.bursts:
        graph.runs.clear()
        for action in burst:
            act(graph, reference, action)
        ran = reference.wave()
        await graph.space.await_done()
        if reference.vague:
            break

        assert graph.space.idle()
        active = [place for place in ran if reference.nodes[place].mode == "active"]
        assert Counter(place for place, _ in graph.runs) == Counter(active)
        for place, (node, state) in enumerate(zip(graph.nodes, reference.nodes, strict=True)):
            assert {port.id: port.value for port in node._data_outputs()} == state.outputs, place
            assert node.run_count == state.runs, place
            assert bool(node.last_error) == state.failed, place
            if state.runs:  # else there is nothing that could be old
                assert node.stale == state.stale, place
            assert node._requested == state.requested, place
    rests(graph)


def rests(graph: Graph) -> None:
    """Nothing is left over."""
    for node in graph.nodes:
        assert not node._live
        assert node._run is None
        assert node._holds == 0
        assert not node._self_hold
        for port in (*node.inputs.values(), *node.outputs.values()):
            assert all(link.holds == 0 for link in (*port.forwards, *getattr(port, "links", ())))
        scheduler = node._scheduler
        if scheduler is not None:
            assert scheduler.live == 0
            assert scheduler._waiting == 0
            assert not scheduler.running
            assert not scheduler._watchers


@quick
@given(plans())
def test_waves_of_joins_are_what_plain_evaluation_gives(plan: Plan) -> None:
    run_virtual(compare(plan))


@quick
@given(plans(kinds=KINDS, actions=("set", "set", "clear"), fussy=True))
def test_branches_failures_and_empty_values_follow_the_rules(plan: Plan) -> None:
    run_virtual(compare(plan))


@quick
@given(plans(kinds=KINDS, actions=("set", "set", "set", "clear", "muted", "bypassed", "active"), fussy=True))
def test_modes_follow_the_rules(plan: Plan) -> None:
    run_virtual(compare(plan))
