"""Imports point down: the table of ranks, and no cycles."""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE_RANK = {"funcnodes_core": 0, "funcnodes_worker": 1, "funcnodes": 2}

# The longest entry that a module's name starts with gives its rank; "" is the package's __init__ itself.
RANKS: dict[str, list[str]] = {
    "funcnodes_core": [
        "exceptions sentinels ids types data files _merge _deprecations _jobs",
        "config _logging eventmanager renderoptions typenames _typestrings _typefit schema codec triggerstack",
        "io scheduler _runnable _cycles _plans _waves _holds _mailbox grouping_logic",
        "node",
        "nodemaker decorator",
        "lib plugins _setup _modulesetup",
        "nodespace testing",
        "utils nodeio",
        "",
    ],
    "funcnodes_worker": [
        "errors paths",
        "protocol scopes",
        "shares edits journal projection rpc broadcast persistence own_changes groupview loop packages feed answers graphthread channel marks instance libraryview external_config secretstore libraryfill pluginfiles filestore jsonpieces logbook logteller output processlog tables",
        "config permit external_worker external_records externals context plan document",
        "commands",
        "worker session graph",
        "server",
        "websocket socket message_queue_worker remote_worker client client_copy",
        "",
        "program",
        "__main__",
    ],
    "funcnodes": [
        "errors paths lazy_import signals",
        "_setup",
        "provision nodes net",
        "manager web headless",
        "runner launch worker cli",
        "",
        "__main__",
    ],
}


class Import(NamedTuple):
    """One import of one of our modules by another."""

    importer: str
    imported: str
    place: str


def modules(root: Path) -> dict[str, Path]:
    """Every module of the three packages by its dotted name."""
    found = {}
    for package in PACKAGE_RANK:
        source = root / "packages" / package / "src"
        for path in sorted((source / package).rglob("*.py")):
            parts = path.relative_to(source).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(root: Path) -> list[Import]:
    """Every import of ours by ours: also inside functions and under TYPE_CHECKING."""
    known = modules(root)
    found = []
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}"
            for target in _targets(node, known):
                if target != name:
                    found.append(Import(name, target, place))
    return found


def _targets(node: ast.AST, known: dict[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name in known:
                yield alias.name
    elif isinstance(node, ast.ImportFrom) and node.module in known:
        for alias in node.names:
            member = f"{node.module}.{alias.name}"
            yield member if member in known else node.module


def rank(module: str) -> int:
    """The rank of a module inside its package; -1 where the table has none."""
    package, _, inside = module.partition(".")
    best, best_length = -1, -1
    for number, names in enumerate(RANKS[package]):
        for name in names.split() if names else [""]:
            fits = inside == name or (name and inside.startswith(f"{name}."))
            if fits and len(name) > best_length:
                best, best_length = number, len(name)
    return best


def test_every_module_has_a_rank(root: Path) -> None:
    without = [module for module in modules(root) if rank(module) < 0]
    assert not without, f"add to RANKS: {without}"


def test_packages_import_downwards_only(root: Path) -> None:
    wrong = [
        f"{place}: {importer} imports {imported}"
        for importer, imported, place in imports(root)
        if PACKAGE_RANK[imported.split(".")[0]] > PACKAGE_RANK[importer.split(".")[0]]
    ]
    assert not wrong, "\n".join(wrong)


def test_modules_import_their_own_or_a_lower_rank(root: Path) -> None:
    wrong = [
        f"{place}: {importer} (rank {rank(importer)}) imports {imported} (rank {rank(imported)})"
        for importer, imported, place in imports(root)
        if importer.split(".")[0] == imported.split(".")[0] and rank(imported) > rank(importer)
    ]
    assert not wrong, "\n".join(wrong)


def test_there_is_no_import_cycle(root: Path) -> None:
    graph: dict[str, set[str]] = {name: set() for name in modules(root)}
    for importer, imported, _ in imports(root):
        graph[importer].add(imported)

    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail("import cycle: " + " <- ".join(error.args[1]))


def test_imports_are_absolute(root: Path) -> None:
    relative = [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in modules(root).values()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative, relative
