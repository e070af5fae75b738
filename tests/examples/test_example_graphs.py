"""The graphs that the empty canvas offers run, and every node of them has something to show."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import funcnodes
import funcnodes_core as fn
from funcnodes.headless import open_graph, run_once

FOLDER = Path(funcnodes.__file__).parent / "examples"
EXAMPLES = sorted(FOLDER.glob("*.json"))


def test_there_are_three() -> None:
    assert [example.stem for example in EXAMPLES] == ["loop", "table", "walk"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_runs(example: Path) -> None:
    with open_graph(example) as graph:
        graph.check_complete()

        asyncio.run(run_once(graph.space))

        assert not graph.warnings
        for node in graph.space.nodes:
            assert node.run_count, node.name
            assert all(out.value is not fn.NoValue for name, out in node.outputs.items() if name[0] != "_")
