"""A file is one noun, a function fits a screen, a class has one job."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

FILE_LINES, TEST_FILE_LINES, MEDIAN_FILE_LINES = 400, 800, 150
FUNCTION_LINES, P90_FUNCTION_LINES = 60, 25
CLASS_LINES, CLASS_METHODS = 300, 25

# One noun with a wide public API; their methods are short and delegate.
WIDE_CLASSES = {"Node", "NodeIO", "NodeInput", "NodeOutput", "NodeSpace", "Library"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def tracked(root: Path, *patterns: str) -> list[Path]:
    """The files of the repository (also new ones, never ignored ones) that fit a git pattern."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [root / line for line in sorted(set(listed.stdout.splitlines())) if (root / line).is_file()]


def python_sources(root: Path) -> list[Path]:
    return tracked(root, "packages/*.py", "tools/*.py")


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def definitions(root: Path) -> Iterator[tuple[str, ast.AST]]:
    for path in python_sources(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}", node


def length(node: ast.stmt) -> int:
    """Lines of a definition from `def` to its end, its docstring not counted."""
    assert node.end_lineno is not None
    total = node.end_lineno - node.lineno + 1
    body = getattr(node, "body", [])
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        doc = body[0]
        if isinstance(doc.value.value, str):
            total -= (doc.end_lineno or doc.lineno) - doc.lineno + 1
    return total


def test_no_file_is_too_long(root: Path) -> None:
    sources = python_sources(root) + [
        path
        for path in tracked(root, "frontend/src/*.ts", "frontend/src/*.tsx")
        if not path.name.endswith(".gen.ts")
    ]
    tests = tracked(root, "tests/*.py", "tests/*.ts", "tests/*.tsx")

    too_long = [f"{path.relative_to(root)}: {lines(path)}" for path in sources if lines(path) > FILE_LINES]
    too_long += [
        f"{path.relative_to(root)}: {lines(path)}" for path in tests if lines(path) > TEST_FILE_LINES
    ]

    assert not too_long, "\n".join(too_long)


def test_the_median_file_is_short(root: Path) -> None:
    assert statistics.median(lines(path) for path in python_sources(root)) <= MEDIAN_FILE_LINES


def test_functions_fit_a_screen(root: Path) -> None:
    sizes = {place: length(node) for place, node in definitions(root) if isinstance(node, Function)}

    too_long = [f"{place}: {size}" for place, size in sizes.items() if size > FUNCTION_LINES]

    assert not too_long, "\n".join(too_long)
    assert statistics.quantiles(sizes.values(), n=10)[-1] <= P90_FUNCTION_LINES


def test_classes_have_one_job(root: Path) -> None:
    wrong = []
    for place, node in definitions(root):
        if not isinstance(node, ast.ClassDef) or node.name in WIDE_CLASSES:
            continue
        methods = sum(isinstance(child, Function) for child in node.body)
        if methods > CLASS_METHODS or length(node) > CLASS_LINES:
            wrong.append(f"{place}: {node.name} has {methods} methods on {length(node)} lines")
    assert not wrong, "\n".join(wrong)


def test_catching_everything_is_always_excused_with_a_reason(root: Path) -> None:
    """That broad handlers are excused at all is the linter's job (BLE001); that the excuse says why is this test's."""
    wrong = [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in python_sources(root)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "noqa: BLE001" in line and not re.search(r"# noqa: BLE001 - \w+", line)
    ]
    assert not wrong, "\n".join(wrong)
