"""Writes the example graphs: for `funcnodes run` (JSON graphs) and for the editor's empty canvas (pieces to paste).

.venv/bin/python tools/gen_examples.py            write
.venv/bin/python tools/gen_examples.py --check    fail when a file is not what it would write
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from funcnodes_worker.persistence.model import GraphModel
from funcnodes_worker.persistence.snapshot import Snapshot, dump_snapshot

__all__ = ["EXAMPLES", "Example", "files", "main"]

ROOT = Path(__file__).resolve().parent.parent
GRAPHS = ROOT / "packages" / "funcnodes" / "src" / "funcnodes" / "examples"
PIECES = ROOT / "frontend" / "src" / "examples" / "graphs.gen.json"

COLUMN, ROW = 330, 290
BOX_WIDTH, BOX_HEIGHT = 30, 14

WEATHER = """\
month,city,temperature,rain
1,Oslo,-4.3,49
2,Oslo,-4.0,36
3,Oslo,-0.2,47
4,Oslo,4.5,41
5,Oslo,10.8,53
6,Oslo,15.2,65
7,Oslo,16.4,81
8,Oslo,15.2,89
9,Oslo,10.8,90
10,Oslo,6.3,84
11,Oslo,0.7,73
12,Oslo,-3.1,55
1,Lisbon,11.6,100
2,Lisbon,12.7,85
3,Lisbon,14.9,53
4,Lisbon,15.9,69
5,Lisbon,18.0,54
6,Lisbon,21.2,16
7,Lisbon,23.1,4
8,Lisbon,23.5,6
9,Lisbon,22.1,33
10,Lisbon,18.8,101
11,Lisbon,15.0,128
12,Lisbon,12.4,127
"""


class Part(NamedTuple):
    """One node of an example: its place is in columns and rows."""

    node_id: str
    name: str
    column: float
    row: float
    values: dict[str, Any]


class Example(NamedTuple):
    """A small graph that shows one thing; wires are `name.output -> name.input`."""

    key: str
    title: str
    text: str
    parts: list[Part]
    wires: list[str]


EXAMPLES = [
    Example(
        "table",
        "Explore a table",
        "Read, filter, describe and plot. Change the city, and everything follows.",
        [
            Part("parse_csv", "Weather", 0, 0.5, {"text": WEATHER}),
            Part("filter_rows", "One city", 1, 0.5, {"column": "city", "operator": "==", "value": "Oslo"}),
            Part("describe", "Summary", 2, 0, {}),
            Part("line_plot", "Temperatures", 2, 1, {"x": "month", "y": "temperature", "title": "A year in one city"}),
        ],
        ["Weather.out -> One city.rows", "One city.out -> Summary.rows", "One city.out -> Temperatures.rows"],
    ),
    Example(
        "walk",
        "A random walk",
        "Numbers made by chance, added up, smoothed and drawn. Change the seed or the window.",
        [
            Part("random_list", "Steps", 0, 0.5, {"count": 400, "mean": 0.0, "std": 1.0, "seed": 7}),
            Part("running_total", "Walk", 1, 0.5, {}),
            Part("plot_list", "Rough", 2, 0, {"title": "The walk"}),
            Part("moving_average", "Smooth", 2, 1.2, {"window": 25}),
            Part("plot_list", "Calm", 3, 1.2, {"title": "Smoothed"}),
        ],
        ["Steps.out -> Walk.numbers", "Walk.out -> Smooth.numbers", "Walk.out -> Rough.numbers",
         "Smooth.out -> Calm.numbers"],
    ),
    Example(
        "loop",
        "Once for each",
        "A loop: what lies between For and its way back runs once for each name.",
        [
            Part("split_text", "Names", 0, 0.5, {"text": "Ada, Grace, Katherine, Dorothy"}),
            Part("for", "For each", 1, 0.5, {}),
            Part("format_text", "Greet", 2, 0, {"template": "Hello {value}!"}),
            Part("join_list", "Together", 2, 1, {"separator": "\n"}),
            Part("show", "Greetings", 3, 1, {}),
        ],
        ["Names.out -> For each.items", "For each.item -> Greet.value", "Greet.out -> For each.collect",
         "For each.done -> Together.texts", "Together.out -> Greetings.value"],
    ),
]  # fmt: skip


def _edges(example: Example) -> list[tuple[str, str, str, str]]:
    edges = []
    for wire in example.wires:
        source, _, target = wire.partition(" -> ")
        src, _, output = source.rpartition(".")
        dst, _, name = target.rpartition(".")
        edges.append((_uuid(example, src), output, _uuid(example, dst), name))
    return edges


def _uuid(example: Example, name: str) -> str:
    return f"{example.key}-{name.lower().replace(' ', '-')}"


def _node(example: Example, part: Part) -> dict[str, Any]:
    return {
        "uuid": _uuid(example, part.name),
        "node_id": f"funcnodes.{part.node_id}",
        "name": part.name,
        "properties": {"frontend:pos": [round(part.column * COLUMN), round(part.row * ROW)]},
        "io": {name: {"is_input": True, "value": value} for name, value in part.values.items()},
    }


def graph(example: Example) -> bytes:
    """The example as a JSON graph."""
    nodes = [_node(example, part) for part in example.parts]
    return dump_snapshot(Snapshot(model=GraphModel(nodes, _edges(example)), id=f"example-{example.key}"))


def piece(example: Example) -> dict[str, Any]:
    """The example for the editor's empty canvas: a piece to paste, and a small drawing of it."""
    columns = max(part.column for part in example.parts)
    step = (160 - BOX_WIDTH - 8) / columns
    boxes = {part.name: (round(4 + part.column * step), round(10 + part.row * 24)) for part in example.parts}
    return {
        "title": example.title,
        "text": example.text,
        "fragment": {
            "kind": "funcnodes fragment",
            "format": 3,
            "nodes": [_node(example, part) for part in example.parts],
            "edges": _edges(example),
            "groups": {},
        },
        "sketch": {"boxes": list(boxes.values()), "wires": [_curve(boxes, wire) for wire in example.wires]},
    }


def _curve(boxes: dict[str, tuple[int, int]], wire: str) -> str:
    source, target = (end.rpartition(".")[0] for end in wire.split(" -> "))
    x1, y1 = boxes[source][0] + BOX_WIDTH, boxes[source][1] + BOX_HEIGHT // 2
    x2, y2 = boxes[target][0], boxes[target][1] + BOX_HEIGHT // 2
    if x2 < x1:  # a way back goes over the boxes
        x1, y1, x2, y2 = x1 - BOX_WIDTH // 2, y1 - BOX_HEIGHT // 2, x2 + BOX_WIDTH // 2, y2 - BOX_HEIGHT // 2
        return f"M{x1} {y1}C{x1} {y1 - 12} {x2} {y1 - 12} {x2} {y2}"
    bend = max(6, (x2 - x1) // 2)
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"


def files() -> dict[Path, bytes]:
    """What to write where."""
    pieces = json.dumps([piece(example) for example in EXAMPLES], indent=1, ensure_ascii=False) + "\n"
    return {GRAPHS / f"{example.key}.json": graph(example) for example in EXAMPLES} | {
        PIECES: pieces.encode()
    }


def main(argv: list[str]) -> int:
    """The command line; returns the exit code."""
    stale = [path for path, data in files().items() if not path.is_file() or path.read_bytes() != data]
    for path in stale:
        name = path.relative_to(ROOT)
        if argv == ["--check"]:
            print(f"{name} is out of date: run `make docs`", file=sys.stderr)
        else:
            path.write_bytes(files()[path])
            print(name)
    return 1 if stale and argv == ["--check"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
