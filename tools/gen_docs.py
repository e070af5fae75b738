"""Writes the reference pages that come from the code: docs/reference/nodes.md.

.venv/bin/python tools/gen_docs.py            write
.venv/bin/python tools/gen_docs.py --check    fail when a page is not what it would write
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from funcnodes.nodes import NODE_SHELF
from funcnodes_core import Node, NodeInput, NodeOutput, NoValue, Shelf

__all__ = ["main", "nodes_page", "type_words"]

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "nodes.md"
HIDDEN = ("_triggerinput", "_triggeroutput")


def type_words(spec: Any) -> str:
    """A type as a reader says it: `list of dict`, `number or text`."""
    if isinstance(spec, str):
        return {
            "float": "number",
            "int": "whole number",
            "str": "text",
            "bool": "yes or no",
            "Any": "anything",
        }.get(spec, spec.rsplit(".", 1)[-1])
    if "anyOf" in spec:
        return " or ".join("nothing" if part == "None" else type_words(part) for part in spec["anyOf"])
    if spec.get("type") == "enum":
        return "one of " + ", ".join(f"`{value}`" for value in spec["values"])
    if spec.get("type") == "array":
        return f"list of {type_words(spec['items'])}"
    return "dict" if spec.get("type") == "object" else "value"


def _port(port: NodeInput | NodeOutput) -> str:
    line = f"- `{port.id}`: {type_words(port.type_spec)}"
    default = port.default if isinstance(port, NodeInput) else NoValue
    if default is not NoValue and default is not None and default != str(NoValue):
        line += f", at first `{default!r}`"
    return f"{line}. {port.description or ''}".rstrip()


def _node(node_class: type[Node]) -> Iterator[str]:
    node = node_class(trigger_on_create=False)
    yield f"### {node_class.node_name}\n"
    yield f"`{node_class.node_id}`: {node_class.description}\n"
    for title, ports in (("Takes", node.inputs), ("Gives", node.outputs)):
        lines = [_port(port) for io_id, port in ports.items() if io_id not in HIDDEN]
        if lines:
            yield f"{title}\n\n" + "\n".join(lines) + "\n"


def _shelf(shelf: Shelf, path: str) -> Iterator[str]:
    if shelf.nodes:
        yield f"## {path}\n\n{shelf.description}\n"
    for node_class in shelf.nodes:
        yield from _node(node_class)
    for below in shelf.subshelves:
        yield from _shelf(below, f"{path} / {below.name}" if path else below.name)


def nodes_page() -> str:
    """The page of the built-in nodes."""
    head = "# Built-in nodes\n\nWritten by `make docs` from the nodes' docstrings.\n"
    return "\n".join([head, *_shelf(NODE_SHELF, "")])


def main(argv: list[str]) -> int:
    """The command line; returns the exit code."""
    page = nodes_page()
    if argv == ["--check"]:
        fresh = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page
        if not fresh:
            print(f"{PAGE.relative_to(ROOT)} is out of date: run `make docs`", file=sys.stderr)
        return 0 if fresh else 1
    PAGE.write_text(page, encoding="utf-8")
    print(PAGE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
