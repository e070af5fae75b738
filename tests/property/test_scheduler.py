"""Properties of waves over random graphs and random histories."""

from __future__ import annotations

import asyncio
from collections import Counter

from hypothesis import HealthCheck, example, given, settings
from strategies import Driven, Plan, Spec, cyclic_plans, merged, plans

from funcnodes_core import NoValue
from funcnodes_core._runnable import ancestors
from funcnodes_core.scheduler import scheduler_of

quick = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def play(plan: Plan) -> Driven:
    async def main() -> Driven:
        driven = Driven(plan)
        await driven.play()
        nothing_left_over(driven)
        return driven

    return asyncio.run(main())


def nothing_left_over(driven: Driven) -> None:
    scheduler = scheduler_of(asyncio.get_running_loop())
    assert scheduler.live == 0
    assert scheduler._waiting == 0
    assert not scheduler.running
    assert not scheduler._watchers
    for node in driven.nodes:
        assert not node._live
        assert node._holds == 0
        assert not node._self_hold
        for port in (*node.inputs.values(), *node.outputs.values()):
            assert all(link.holds == 0 for link in (*port.forwards, *getattr(port, "links", ())))


def evaluated(driven: Driven) -> list[object]:
    """What a plain topological evaluation of the newest entries gives."""
    out: list[object] = []
    for place, spec in enumerate(driven.plan.specs):
        values = []
        for kind, i in spec.sources:
            if kind == "node":
                values.append(out[i])
            else:
                entry = place if kind == "entry" else i
                values.append(((entry, driven.versions[entry]),))
        out.append(merged(values))  # type: ignore[arg-type]
    return out


@quick
@given(plans(steps=()))
def test_one_burst_runs_each_node_once_and_equals_plain_evaluation(plan: Plan) -> None:
    driven = play(plan)

    assert [node.outputs["out"].value for node in driven.nodes] == evaluated(driven)
    assert not driven.mixtures
    assert set(Counter(place for place, _ in driven.runs).values()) == {1}


# a mirrored value is there at once, so that only changes between waves can be followed through mirrors
@quick
@given(plans(mirrors=False))
def test_changes_that_arrive_during_a_wave_are_never_mixed_and_never_lost(plan: Plan) -> None:
    driven = play(plan)

    assert [node.outputs["out"].value for node in driven.nodes] == evaluated(driven)
    assert not driven.mixtures
    assert max(Counter(place for place, _ in driven.runs).values()) <= driven.bursts


@quick
@given(plans(kinds=("sync", "slow", "bad"), steps=("set", "open", "turn", "mute", "clear")))
def test_whatever_happens_each_node_is_stale_or_agrees_with_its_inputs(plan: Plan) -> None:
    driven = play(plan)

    for node in driven.nodes:
        if node.disabled or node._requested or node.stale or node._unready or not node.run_count:
            continue
        assert node.outputs["out"].value == merged([port.value for _, port in node._arguments])
    for node in driven.nodes:
        if node.stale:
            above = {node, *ancestors(node)}
            assert any(each.last_error or each._unready or each._requested for each in above)


@quick
@given(cyclic_plans())
@example(
    Plan(  # asked while it runs, together with what it feeds and is fed by
        (
            Spec("echo", (("entry", 0), ("node", 1))),
            Spec("slowecho", (("node", 0), ("node", 1), ("mirror", 0))),
            Spec("echo", (("node", 0),)),
        ),
        (("set", (0,)), ("turn", 4), ("open", 0), ("turn", 4), ("set", (0,))),
    )
)
def test_graphs_with_cycles_come_to_rest_with_what_reaches_each_node(plan: Plan) -> None:
    driven = play(plan)

    for node in driven.nodes:
        values = [port.value for _, port in node._arguments if port.value is not NoValue]
        assert not values or node.outputs["out"].value == merged(values)  # type: ignore[arg-type]
