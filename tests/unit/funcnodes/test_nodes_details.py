"""Edges of the smaller nodes: limits, errors, choices."""

from __future__ import annotations

from typing import Any

import pytest

from funcnodes_core import NodeSpace

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("node_id", "inputs", "error", "message"),
    [
        ("divide", {"a": 1, "b": 0}, ZeroDivisionError, "division"),
        ("power", {"base": -8, "exponent": 0.5}, ValueError, "not a real number"),
        ("power", {"base": 10, "exponent": 10**9}, OverflowError, "bits"),
        ("clamp", {"value": 1, "low": 2, "high": 1}, ValueError, "above high"),
        ("scale", {"value": 1, "from_low": 2, "from_high": 2}, ValueError, "empty"),
        ("math_function", {"value": -1, "function": "square root"}, ValueError, None),
        ("to_number", {"text": "seven"}, ValueError, "seven"),
        ("number_range", {"step": 0}, ValueError, "step"),
        ("number_range", {"stop": 1e12}, ValueError, "at most"),
        ("aggregate", {"numbers": [], "how": "mean"}, ValueError, "at least 1"),
        ("aggregate", {"numbers": [1], "how": "std"}, ValueError, "at least 2"),
        ("moving_average", {"numbers": [1], "window": 0}, ValueError, "at least 1"),
        ("get_item", {"items": [1], "index": 3}, IndexError, "no item 3 in a list of 1"),
        ("get_value", {"mapping": {"a": 1}, "key": "b"}, KeyError, "there are 'a'"),
        ("make_dict", {"keys": ["a"], "values": []}, ValueError, None),
        ("format_text", {"template": "{missing}"}, KeyError, "missing"),
        ("format_text", {"template": "{value.__class__}"}, KeyError, "__class__"),
        ("format_text", {"template": "{value[0]}", "value": "x"}, KeyError, "value.0"),
        ("parse_time", {"text": "soon"}, ValueError, "soon"),
        ("table_from_lists", {"columns": {"a": [1], "b": []}}, ValueError, "different lengths"),
        ("group_rows", {"rows": [{"a": 1}], "by": " "}, ValueError, "at least one column"),
        ("first_rows", {"rows": [], "count": -1}, ValueError, "negative"),
        ("histogram", {"rows": [{"a": 1}], "column": "a", "bins": 0}, ValueError, "at least one bin"),
        ("json", {"text": "{"}, ValueError, "column 2"),
        ("random_choice", {"items": []}, IndexError, None),
    ],
)
async def test_what_cannot_be_done_is_said(
    node_id: str, inputs: dict[str, Any], error: type[Exception], message: str | None, run_node: Any
) -> None:
    with pytest.raises(error, match=message):
        await run_node(node_id, **inputs)


@pytest.mark.parametrize("node_id", ["random_number", "random_integer", "random_list"])
async def test_a_seed_gives_the_same_again(node_id: str, run_node: Any) -> None:
    assert await run_node(node_id, seed=1) == await run_node(node_id, seed=1)
    assert await run_node(node_id, seed=1) != await run_node(node_id, seed=2)


async def test_missing_values_are_left_out_of_sums(run_node: Any) -> None:
    outputs = await run_node("aggregate", numbers=[1, None, float("nan"), "x", True, 3], how="sum")

    assert outputs["out"] == 4


async def test_a_dict_offers_its_keys_and_forgets_old_ones(space: NodeSpace) -> None:
    node = space.add_node_by_id("funcnodes.get_value")

    node.inputs["mapping"].set_value({"a": 1})
    node.inputs["mapping"].set_value({"b": 1})

    assert node.inputs["key"].value_options["options"] == ["b"]


async def test_a_default_stands_in_for_a_missing_key(run_node: Any) -> None:
    assert (await run_node("get_value", mapping={}, key="a", default=0))["out"] == 0


@pytest.mark.parametrize(
    ("a", "operator", "b", "expected"),
    [
        (1, "==", 1.0, True),
        ("10", "<", "9", True),
        (10, "<", "9", False),
        ("a", "!=", "b", True),
        (True, "==", "true", True),
        (None, "==", 0, False),
        (None, "!=", 0, True),
        ("x", ">", 1, True),
    ],
)
async def test_comparisons(a: Any, operator: str, b: Any, expected: bool, run_node: Any) -> None:
    assert (await run_node("compare", a=a, operator=operator, b=b))["out"] is expected


async def test_slices_backwards(run_node: Any) -> None:
    assert (await run_node("slice_list", items=[1, 2, 3], step=-1))["out"] == [3, 2, 1]


async def test_calculated_columns_are_empty_where_there_is_no_number(run_node: Any) -> None:
    rows = [{"a": 6, "b": 3}, {"a": 1, "b": 0}, {"a": None, "b": 1}, {"a": "x", "b": 1}]

    outputs = await run_node("calculate_column", rows=rows, left="a", operator="/", right="b", name="c")

    assert [row["c"] for row in outputs["out"]] == [2, None, None, None]


async def test_lists_given_to_nodes_stay_as_they_are(run_node: Any) -> None:
    items = [3, 1, 2]

    for node_id in ("sort_list", "reverse_list", "unique_items", "shuffle"):
        await run_node(node_id, items=items)
    await run_node("append_item", items=items, item=4)

    assert items == [3, 1, 2]
