"""What clients learn about modules: which files a class reads, and what is missing and how to get it."""

from __future__ import annotations

import base64
import json
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

import funcnodes_core as fn
from funcnodes_core.lib.library import Library
from funcnodes_worker.libraryview import library_state

pytestmark = pytest.mark.anyio


def archive(nodes: list[str], packages: dict[str, Any]) -> str:
    """A `.fnw` file as it is sent."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        made = [{"id": str(at), "node_id": node_id, "name": node_id} for at, node_id in enumerate(nodes)]
        file.writestr("state", json.dumps({"backend": {"nodes": made, "edges": []}, "view": {}}))
        file.writestr("config", json.dumps({"name": "g", "package_dependencies": packages}))
    return base64.b64encode(out.getvalue()).decode()


async def test_missing_classes_are_counted_and_their_packages_named(bench: Callable[..., Any]) -> None:
    packages = {
        "no-such-nodes": {"package": "no-such-nodes", "version": ">=1.2"},
        "other-nodes": {"version": "3.0"},
        "pytest": {"package": "pytest", "version": ">=1"},
    }
    one = bench()
    one.do("import_worker", data=archive(["doc.add", "gone.a", "gone.a", "gone.b"], packages))

    found = one.do("get_missing_modules")

    assert found.node_ids == {"gone.a": 2, "gone.b": 1}
    assert [(one.package, one.version) for one in found.packages] == [
        ("no-such-nodes", ">=1.2"),
        ("other-nodes", "3.0"),
    ]
    assert sys.executable in found.install
    assert (
        found.install.endswith("install 'no-such-nodes>=1.2' 'other-nodes>=3.0'") or "uv pip" in found.install
    )


async def test_a_graph_whose_classes_are_there_misses_nothing(bench: Callable[..., Any]) -> None:
    one = bench()
    one.do("add_node", node_id="doc.add", uuid="x")

    found = one.do("get_missing_modules")

    assert (found.node_ids, found.packages, found.install) == ({}, [], "")


@pytest.mark.parametrize(
    ("given", "drop"),
    [
        ({"suffixes": [".abc", ".d"], "input": "path"}, ([".abc", ".d"], "path")),
        ({"suffixes": ".abc", "input": "path"}, None),
        ({"suffixes": [".abc"]}, None),
        ("path", None),
        (None, None),
    ],
)
def test_the_library_says_which_files_a_class_reads(given: Any, drop: Any) -> None:
    @fn.NodeDecorator("modules.reader", default_render_options={"drop": given})
    def reader(path: str) -> str:
        return path

    library = Library()
    library.add_shelf(fn.Shelf(name="S", description="", nodes=[reader], subshelves=[]))

    seen = library_state(library).shelves[0].nodes[0].drop

    assert (seen and (seen.suffixes, seen.input)) == drop


async def test_the_packages_of_an_imported_file_are_noted_and_not_installed(
    bench: Any, tmp_path: Any
) -> None:
    one = bench()

    one.do(
        "import_worker",
        data=archive(["gone.a"], {"no-such-package": {"package": "no-such-package", "version": "1.0"}}),
    )

    assert one.config.raw["package_dependencies"] == {
        "no-such-package": {"package": "no-such-package", "version": "1.0"}
    }
