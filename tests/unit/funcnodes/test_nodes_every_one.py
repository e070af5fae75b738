"""Every built-in node runs, gives what it says, and is described."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest

from funcnodes.nodes import NODE_SHELF
from funcnodes_core import Node, flatten_shelf
from funcnodes_core.types import SVG

ROWS = [
    {"name": "a", "size": 1, "kind": "x"},
    {"name": "b", "size": 3, "kind": "y"},
    {"name": "c", "size": None, "kind": "x"},
]
PNG = b"\x89PNG\r\n\x1a\n"
IS_PICTURE = object()
IS_NUMBER = object()
IS_TEXT = object()

# id without the prefix, inputs, expected outputs: a value for the one output `out`, or a dict of all of them
CASES: list[tuple[str, dict[str, Any], Any]] = [
    ("number", {"value": 1.5}, 1.5),
    ("integer", {"value": 3}, 3),
    ("boolean", {"value": True}, True),
    ("text", {"value": "x"}, "x"),
    ("json", {"text": '{"a": [1, null]}'}, {"out": {"a": [1, None]}}),
    ("to_json", {"value": {"ä": 1}, "indent": 0}, '{"ä": 1}'),
    ("show", {"value": 7}, 7),
    ("add", {"a": 1, "b": 2.5}, 3.5),
    ("subtract", {"a": 1, "b": 2}, -1),
    ("multiply", {"a": 3, "b": 2}, 6),
    ("divide", {"a": 1, "b": 4}, 0.25),
    ("modulo", {"a": -7, "b": 3}, 2),
    ("power", {"base": 2, "exponent": 10}, 1024),
    ("absolute", {"value": -2}, 2),
    ("round", {"value": 2.345, "digits": 1}, 2.3),
    ("clamp", {"value": 3, "low": 0, "high": 1}, 1),
    ("scale", {"value": 5, "from_low": 0, "from_high": 10, "to_low": 0, "to_high": 1}, 0.5),
    ("math_function", {"value": math.e, "function": "log"}, 1.0),
    ("to_number", {"text": "1.234,5", "decimal_comma": True}, 1234.5),
    ("number_range", {"start": 0, "stop": 1, "step": 0.25}, [0, 0.25, 0.5, 0.75]),
    ("aggregate", {"numbers": [1, 2, 6], "how": "mean"}, 3),
    ("running_total", {"numbers": [1, 2, 3]}, [1, 3, 6]),
    ("moving_average", {"numbers": [0, 3, 6], "window": 3}, [1.5, 3, 4.5]),
    ("scale_list", {"numbers": [1, 2], "operator": "power", "value": 2}, [1, 4]),
    ("random_number", {"low": 2, "high": 2}, 2),
    ("random_integer", {"low": 4, "high": 4}, 4),
    ("random_list", {"count": 3, "mean": 5, "std": 0}, [5, 5, 5]),
    ("random_choice", {"items": ["only"]}, "only"),
    ("shuffle", {"items": [1, 1]}, [1, 1]),
    ("join_text", {"a": "x", "b": "y", "separator": "-"}, "x-y"),
    ("join_list", {"texts": [1, "b"]}, "1, b"),
    ("split_text", {"text": "a, b"}, ["a", "b"]),
    ("split_lines", {"text": "a\n\nb", "skip_empty": True}, ["a", "b"]),
    ("replace_text", {"text": "2026", "old": "(2)", "new": r"<\1>", "pattern": True}, "<2>0<2>6"),
    ("find_pattern", {"text": "a1b22", "pattern": r"\d+"}, ["1", "22"]),
    ("format_text", {"template": "{value:.1f} {unit}", "value": 2, "values": {"unit": "m"}}, "2.0 m"),
    ("change_case", {"text": "one TWO", "case": "title"}, "One Two"),
    ("strip_text", {"text": " x "}, "x"),
    ("text_length", {"text": "four"}, 4),
    ("text_contains", {"text": "Abc", "part": "B", "ignore_case": True}, True),
    ("to_text", {"value": 1.5}, "1.5"),
    ("make_list", {"a": 1, "b": None}, [1, None]),
    ("list_length", {"items": [1, 2]}, 2),
    ("get_item", {"items": [1, 2], "index": -1}, 2),
    ("slice_list", {"items": [1, 2, 3, 4], "start": 1, "stop": 3}, [2, 3]),
    ("append_item", {"items": [1], "item": 2}, [1, 2]),
    ("join_lists", {"a": [1], "b": [2]}, [1, 2]),
    ("sort_list", {"items": ["b", 2, None, "a", 1]}, [1, 2, "a", "b", None]),
    ("reverse_list", {"items": [1, 2]}, [2, 1]),
    ("unique_items", {"items": [1, 2, 1]}, [1, 2]),
    ("list_contains", {"items": [1, 2], "item": 2}, True),
    ("make_dict", {"keys": ["a", "b"], "values": [1, 2]}, {"out": {"a": 1, "b": 2}}),
    ("get_value", {"mapping": {"a": 1}, "key": "a"}, 1),
    ("set_value", {"mapping": {"a": 1}, "key": "b", "value": 2}, {"out": {"a": 1, "b": 2}}),
    ("dict_keys", {"mapping": {"a": 1}}, ["a"]),
    ("dict_values", {"mapping": {"a": 1}}, [1]),
    ("merge_dicts", {"a": {"x": 1}, "b": {"x": 2}}, {"out": {"x": 2}}),
    ("compare", {"a": 3, "operator": ">", "b": "2"}, True),
    ("and", {"a": True, "b": False}, False),
    ("or", {"a": True, "b": False}, True),
    ("not", {"value": True}, False),
    ("choose", {"condition": False, "if_true": 1, "if_false": 2}, 2),
    ("is_empty", {"value": []}, True),
    ("if", {"value": 5, "condition": True}, {"on_true": 5}),
    ("switch", {"value": 5, "case": 2}, {"case_2": 5}),
    ("gate", {"value": 5, "is_open": True}, 5),
    ("for", {"items": [1, 2]}, {"item": 2, "index": 1, "done": []}),
    ("while", {"start": 1}, {"value": 1, "done": 1}),
    ("write_text", {"text": "hello", "path": "a/b.txt"}, "a/b.txt"),
    ("read_text", {"path": "given.txt"}, "text\n"),
    ("write_csv", {"rows": ROWS, "path": "rows.csv"}, "rows.csv"),
    ("read_csv", {"path": "given.csv"}, [{"a": 1, "b": "x"}]),
    ("parse_csv", {"text": "a;b\n1;x\n"}, [{"a": 1, "b": "x"}]),
    ("write_json", {"value": [1], "path": "v.json"}, "v.json"),
    ("read_json", {"path": "given.json"}, [1, 2]),
    ("read_bytes", {"path": "given.png"}, PNG),
    ("read_image", {"path": "given.png"}, PNG),
    ("list_files", {"pattern": "*.json"}, ["given.json"]),
    ("table_from_lists", {"columns": {"a": [1, 2], "b": [3, 4]}}, [{"a": 1, "b": 3}, {"a": 2, "b": 4}]),
    ("column", {"rows": ROWS, "column": "name"}, ["a", "b", "c"]),
    ("row_count", {"rows": ROWS}, 3),
    ("select_columns", {"rows": ROWS[:1], "columns": "kind, name"}, [{"kind": "x", "name": "a"}]),
    ("filter_rows", {"rows": ROWS, "column": "size", "operator": ">", "value": 2}, [ROWS[1]]),
    ("sort_rows", {"rows": ROWS, "column": "size", "descending": True}, [ROWS[1], ROWS[0], ROWS[2]]),
    ("first_rows", {"rows": ROWS, "count": 1, "skip": 1}, [ROWS[1]]),
    ("calculate_column", {"rows": [{"a": 1}], "left": "a", "right": 2.0, "name": "b"}, [{"a": 1, "b": 3}]),
    ("join_tables", {"left": [{"k": 1}], "right": [{"k": 1, "v": 2}], "column": "k"}, [{"k": 1, "v": 2}]),
    ("columns", {"rows": [{"a": 1}, {"a": None}]},
     [{"column": "a", "type": "number", "filled": 1, "missing": 1, "different": 1, "most common": 1}]),
    ("describe", {"rows": [{"a": 4}]},
     [{"column": "a", "count": 1, "missing": 0, "mean": 4, "std": None, "min": 4,
       "25 %": 4, "50 %": 4, "75 %": 4, "max": 4}]),
    ("group_rows", {"rows": ROWS, "by": "kind", "column": "size"},
     [{"kind": "x", "rows": 2, "mean of size": 1}, {"kind": "y", "rows": 1, "mean of size": 3}]),
    ("count_values", {"rows": ROWS, "column": "kind"},
     [{"kind": "x", "count": 2, "share": 2 / 3}, {"kind": "y", "count": 1, "share": 1 / 3}]),
    ("aggregate_column", {"rows": ROWS, "column": "size", "how": "sum"}, 4),
    ("line_plot", {"rows": ROWS, "y": "size"}, IS_PICTURE),
    ("scatter_plot", {"rows": ROWS, "x": "size", "y": "size"}, IS_PICTURE),
    ("bar_plot", {"rows": ROWS, "label": "name", "value": "size"}, IS_PICTURE),
    ("histogram", {"rows": ROWS, "column": "size"}, IS_PICTURE),
    ("plot_list", {"numbers": [1, 2, 3], "kind": "bars"}, IS_PICTURE),
    ("now", {}, IS_TEXT),
    ("parse_time", {"text": "01.03.2026 12:30", "format": "%d.%m.%Y %H:%M"}, "2026-03-01T12:30:00"),
    ("format_time", {"time": "2026-03-01", "format": "%d.%m.%Y"}, "01.03.2026"),
    ("add_time", {"time": "2026-02-28T00:00:00", "amount": 1, "unit": "days"}, "2026-03-01T00:00:00"),
    ("time_between", {"start": "2026-03-01", "end": "2026-03-02", "unit": "hours"}, 24),
    ("wait", {"value": 1, "seconds": 0}, 1),
]  # fmt: skip


def all_nodes() -> list[type[Node]]:
    return flatten_shelf(NODE_SHELF)[0]


def test_every_node_has_a_case() -> None:
    assert {f"funcnodes.{name}" for name, _, _ in CASES} == {node.node_id for node in all_nodes()}


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "inputs", "expected"), [pytest.param(*case, id=case[0]) for case in CASES])
async def test_the_node_gives_what_it_should(
    name: str, inputs: dict[str, Any], expected: Any, run_node: Any, files_dir: Path
) -> None:
    (files_dir / "given.txt").write_text("text\n", encoding="utf-8")
    (files_dir / "given.csv").write_text("a,b\n1,x\n", encoding="utf-8")
    (files_dir / "given.png").write_bytes(PNG)
    (files_dir / "given.json").write_text("[1, 2]", encoding="utf-8")

    outputs = await run_node(name, **inputs)

    if expected is IS_PICTURE:
        assert isinstance(outputs["out"], SVG)
        assert outputs["out"].startswith("<svg ")
    elif expected is IS_TEXT:
        assert isinstance(outputs["out"], str)
    else:
        wanted = expected if isinstance(expected, dict) else {"out": expected}
        assert outputs == pytest.approx(wanted) if name == "math_function" else outputs == wanted


def test_ids_are_prefixed_and_unique() -> None:
    ids = [node.node_id for node in all_nodes()]

    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"funcnodes\.[a-z_]+", node_id) for node_id in ids)


@pytest.mark.parametrize("node", all_nodes(), ids=lambda node: node.node_id)
def test_the_node_is_described(node: type[Node]) -> None:
    instance = node(trigger_on_create=False)

    assert len(node.description) > 10
    for port in instance.inputs.values():
        assert port.id == "_triggerinput" or port.description, f"{port.id} has no description"


def test_shelves_are_described() -> None:
    _, shelves = flatten_shelf(NODE_SHELF)
    assert all(shelf.description for shelf in shelves)
