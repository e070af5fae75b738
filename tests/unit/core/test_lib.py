"""Shelves, the library, and finding shelves."""

from __future__ import annotations

import gc
import json
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from funcnodes_core.codec.json import JSONEncoder
from funcnodes_core.exceptions import (
    NodeClassNotFoundError,
    ShelfError,
    ShelfNotFoundError,
    ShelfPathError,
    ShelfTypeError,
)
from funcnodes_core.lib import (
    Library,
    Shelf,
    check_shelf,
    find_shelf,
    find_shelf_from_module,
    find_shelf_from_path,
    flatten_shelf,
    flatten_shelves,
    module_to_shelf,
    serialize_shelf,
)
from funcnodes_core.node.base import Node
from funcnodes_core.node.registry import REGISTERED_NODES, get_nodeclass


def make(name: str) -> type[Node]:
    async def func(self: Any) -> None: ...

    return type(Node)(name, (Node,), {"node_id": f"test.lib.{name}", "func": func, "__module__": __name__})


@pytest.fixture
def a() -> type[Node]:
    return make("A")


@pytest.fixture
def b() -> type[Node]:
    return make("B")


@pytest.fixture
def c() -> type[Node]:
    return make("C")


# -- shelves -------------------------------------------------------------------------------


def test_repetitions_are_dropped_in_order(a: type[Node], b: type[Node]) -> None:
    sub = Shelf(name="sub")

    shelf = Shelf(name="s", nodes=[b, a, b], subshelves=[sub, sub])

    assert shelf.nodes == [b, a]
    assert shelf.subshelves == [sub]
    assert shelf.description == ""


def test_shelves_compare_by_what_they_hold(a: type[Node]) -> None:
    one = Shelf("s", "d", [a], [Shelf("x")], shelf_id="1")
    other = Shelf("s", "d", [a], [Shelf("x")], shelf_id="2", parent_shelf=one)

    assert one == other
    other.description = "else"
    assert one != other
    with pytest.raises(TypeError):
        one["nodes"]  # type: ignore[index]


def test_shelves_from_dicts_know_their_parents(a: type[Node]) -> None:
    shelf = Shelf.from_dict({"name": "s", "nodes": [a], "subshelves": [{"name": "t", "description": "d"}]})

    assert Shelf.from_dict(shelf) is shelf
    assert shelf.nodes == [a]
    assert shelf.subshelves[0].description == "d"
    assert shelf.subshelves[0].parent_shelf is shelf
    with pytest.raises(ShelfError, match="name"):
        Shelf.from_dict({"nodes": []})
    with pytest.raises(ValueError, match="name"):
        Shelf.from_dict({})


def test_check_shelf_gives_ids_and_refuses_other_values() -> None:
    assert check_shelf({"name": "s"}, parent_id="p").shelf_id == "p/s"
    assert check_shelf({"name": "s"}).shelf_id is None
    with pytest.raises(ShelfTypeError, match="int"):
        check_shelf(3)  # type: ignore[arg-type]


def test_flattening_is_depth_first_and_keeps_repetitions(a: type[Node], b: type[Node]) -> None:
    deep = Shelf("deep", nodes=[b])
    left = Shelf("left", nodes=[a], subshelves=[deep])
    right = Shelf("right", nodes=[a])
    root = Shelf("root", subshelves=[left, right])

    nodes, shelves = flatten_shelf(root)

    assert nodes == [a, b, a]
    assert [shelf.name for shelf in shelves] == ["root", "left", "deep", "right"]
    assert flatten_shelves([deep, right])[0] == [b, a]


def test_serialized_shelves_have_their_classes(a: type[Node]) -> None:
    found = serialize_shelf(Shelf("s", "d", [a], [Shelf("t")]))

    assert found["name"] == "s"
    assert found["nodes"] == [a.serialize_cls()]
    assert found["nodes"][0]["node_id"] == "test.lib.A"
    assert found["subshelves"] == [{"nodes": [], "subshelves": [], "name": "t", "description": ""}]


# -- the library ---------------------------------------------------------------------------


def test_shelves_of_one_name_are_merged(a: type[Node], b: type[Node], c: type[Node]) -> None:
    lib = Library()
    lib.add_shelf(Shelf("s", "first", [a], [Shelf("t", nodes=[b])]))

    merged = lib.add_shelf(Shelf("s", "second", [a, c], [Shelf("t", nodes=[c]), Shelf("u", nodes=[a])]))

    expected = Shelf("s", "second", [a, c], [Shelf("t", nodes=[b, c]), Shelf("u", nodes=[a])])
    assert merged == expected
    assert lib.shelves == [expected]


def test_snapshots_do_not_change_the_library(a: type[Node]) -> None:
    lib = Library()
    lib.add_shelf(Shelf("s", nodes=[a]))

    lib.shelves[0].nodes.clear()
    lib.shelves.clear()

    assert lib.shelves == [Shelf("s", nodes=[a])]


def test_ids_are_found_with_their_paths(a: type[Node], b: type[Node]) -> None:
    lib = Library()
    lib.add_shelf(Shelf("s", nodes=[a], subshelves=[Shelf("t", nodes=[a])]))

    assert lib.has_node_id(a.node_id)
    assert not lib.has_node_id(b.node_id)
    assert lib.find_nodeid(a.node_id) == [["s"], ["s", "t"]]
    assert lib.find_nodeclass(a, all=False) == [["s"]]
    assert lib.get_node_by_id(a.node_id) is a
    with pytest.raises(NodeClassNotFoundError, match=r"test\.lib\.B"):
        lib.get_node_by_id(b.node_id)


def test_nodes_are_added_by_name_or_path(a: type[Node], b: type[Node]) -> None:
    lib = Library()
    lib.add_nodes([a], "s")
    lib.add_node(b, ["s", "deep", "deeper"])

    assert lib.find_nodeclass(a) == [["s"]]
    assert lib.find_nodeclass(b) == [["s", "deep", "deeper"]]
    with pytest.raises(ShelfPathError):
        lib.add_node(a, [])
    with pytest.raises(ShelfPathError):
        lib.add_node(a, ["s", ""])


def test_classes_are_not_kept_alive() -> None:
    lib = Library()
    node_class = make("Gone")
    lib.add_node(node_class, "s")
    ref = weakref.ref(node_class)

    del node_class
    gc.collect()

    assert ref() is None
    assert lib.shelves == [Shelf("s")]
    with pytest.raises(NodeClassNotFoundError):
        lib.get_node_by_id("test.lib.Gone")


def test_adding_registers_classes_that_are_not(a: type[Node]) -> None:
    del REGISTERED_NODES[a.node_id]

    Library().add_shelf(Shelf("s", nodes=[a]))

    assert get_nodeclass(a.node_id) is a


def test_removing_a_shelf_leaves_what_others_merged(a: type[Node], b: type[Node]) -> None:
    lib = Library()
    first = Shelf("s", nodes=[a], subshelves=[Shelf("t", nodes=[a])])
    second = Shelf("s", nodes=[b])
    lib.add_shelf(first)
    lib.add_shelf(second)

    lib.remove_shelf(first)
    rest = lib.shelves
    lib.remove_shelf(second)

    assert rest == [Shelf("s", nodes=[b])]
    assert lib.shelves == []
    with pytest.raises(ShelfNotFoundError):
        lib.remove_shelf(second)


def test_places_and_classes_can_be_removed(a: type[Node], b: type[Node]) -> None:
    lib = Library()
    lib.add_shelf(Shelf("s", nodes=[a, b], subshelves=[Shelf("t", nodes=[a]), Shelf("u", nodes=[b])]))

    lib.remove_shelf_path(["s", "u"])
    found = lib.remove_nodeclass(a)
    again = lib.remove_nodeclass(a)

    assert (found, again) == (True, False)
    assert lib.shelves == [Shelf("s", nodes=[b])]
    lib.remove_nodeclasses([a, b])
    assert lib.shelves == []
    with pytest.raises(ShelfNotFoundError):
        lib.remove_shelf_path(["s"])


def test_external_shelves_live_as_long_as_their_owner_keeps_them(a: type[Node], b: type[Node]) -> None:
    lib = Library()
    shelf = Shelf("own name", nodes=[a])

    lib.add_external_shelf(weakref.ref(shelf), mount=["_external_worker", "w1"])
    shelf.nodes.append(b)

    assert lib.shelves == [Shelf("_external_worker", subshelves=[Shelf("w1", nodes=[a, b])])]
    assert lib.find_nodeclass(b) == [["_external_worker", "w1"]]
    assert lib.get_node_by_id(b.node_id) is b
    del shelf
    gc.collect()
    assert lib.find_nodeclass(b) == []


def test_external_shelves_are_replaced_and_removed(a: type[Node], b: type[Node]) -> None:
    lib = Library()
    first, second, third = Shelf("x", nodes=[a]), Shelf("x", nodes=[b]), Shelf("y", nodes=[b])

    lib.add_external_shelf(first)
    lib.add_external_shelf(second)
    lib.add_subshelf_weak(third, "top", alias="shown")

    assert lib.shelves == [Shelf("top", subshelves=[Shelf("shown", nodes=[b])]), Shelf("x", nodes=[b])]
    lib.remove_shelf_path("x")
    lib.remove_shelf_path(["top", "shown"])
    assert lib.shelves == [Shelf("top")]


def test_changes_are_events(a: type[Node]) -> None:
    lib = Library()
    heard: list[tuple[str, Any]] = []
    lib.on("*", lambda event, src, result: heard.append((event, result)))

    lib.add_shelf(Shelf("s", nodes=[a]))
    lib.add_nodes([a], "t")
    lib.remove_shelf(Shelf("s", nodes=[a]))

    assert [event for event, _ in heard] == ["after_add_shelf", "after_add_nodes", "after_remove_shelf"]
    assert heard[0][1] == Shelf("s", nodes=[a])


def test_the_library_is_json(a: type[Node]) -> None:
    lib = Library()
    lib.add_shelf(Shelf("s", nodes=[a]))

    full = lib.full_serialize()

    assert full["shelves"][0]["nodes"][0]["node_id"] == "test.lib.A"
    assert json.loads(json.dumps(lib, cls=JSONEncoder)) == json.loads(json.dumps(full, cls=JSONEncoder))


# -- finding -------------------------------------------------------------------------------

MODULE = '''
"""Some nodes."""
from funcnodes_core.node.base import Node

class Found(Node):
    node_id = f"test.lib.{__name__}"
    async def func(self):
        pass
'''


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_a_module_without_shelf_offers_its_node_classes(on_path: Path) -> None:
    (on_path / "fn_test_plain.py").write_text(MODULE)

    found = find_shelf_from_module("fn_test_plain")

    assert found is not None
    shelf, description = found
    assert description == {"module": "fn_test_plain"}
    assert shelf.name == "fn_test_plain"
    assert shelf.description == "Some nodes."
    assert [node.node_id for node in shelf.nodes] == ["test.lib.fn_test_plain"]


def test_a_module_with_shelf_offers_that_and_is_reloaded(on_path: Path) -> None:
    text = MODULE + "\nNODE_SHELF = {'name': 'Mine', 'nodes': [Found]}\n"
    (on_path / "fn_test_shelf.py").write_text(text)

    first = find_shelf({"module": "fn_test_shelf"})
    second = find_shelf("pip://fn-test-shelf>=1.0")

    assert first is not None
    assert second is not None
    assert first[0].name == "Mine"
    assert second[0].nodes != first[0].nodes
    assert get_nodeclass("test.lib.fn_test_shelf") is second[0].nodes[0]


def test_a_module_that_is_missing_gives_none_one_that_is_broken_raises(on_path: Path) -> None:
    (on_path / "fn_test_broken.py").write_text("import fn_test_not_installed\n")

    assert find_shelf_from_module("fn_test_missing.deeper") is None
    with pytest.raises(ModuleNotFoundError, match="fn_test_not_installed"):
        find_shelf_from_module("fn_test_broken")


def test_modules_are_found_by_path(on_path: Path) -> None:
    package = on_path / "elsewhere" / "fn_test_pkg"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from fn_test_pkg.inner import Found\n")
    (package / "inner.py").write_text(MODULE)

    by_folder = find_shelf_from_path(str(package))
    by_dict = find_shelf({"path": str(package.parent), "module": "fn_test_pkg"})
    by_file = find_shelf(f"file://{package / 'inner.py'}")

    assert by_folder is not None
    assert by_dict is not None
    assert by_file is not None
    assert [node.node_id for node in by_folder[0].nodes] == ["test.lib.fn_test_pkg.inner"]
    assert [node.node_id for node in by_dict[0].nodes] == ["test.lib.fn_test_pkg.inner"]
    assert [node.node_id for node in by_file[0].nodes] == ["test.lib.inner"]
    assert find_shelf_from_path(str(on_path / "none.py")) is None


def test_a_broken_file_leaves_no_module_behind(on_path: Path) -> None:
    (on_path / "fn_test_bad.py").write_text("1 / 0\n")

    with pytest.raises(ZeroDivisionError):
        find_shelf_from_path(str(on_path / "fn_test_bad.py"))

    assert "fn_test_bad" not in sys.modules


def test_module_to_shelf_reads_either_spelling(a: type[Node]) -> None:
    module = ModuleType("fn_test_made")
    module.NODE_SHELFE = Shelf("old", nodes=[a])  # type: ignore[attr-defined]

    assert module_to_shelf(module) is module.NODE_SHELFE
    assert module_to_shelf(ModuleType("fn_test_empty"), name="given") == Shelf("given")
