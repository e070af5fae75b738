"""What node modules bring along for the editor: listed, served by name, and nothing beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

MODULE = """
from pathlib import Path
here = Path(__file__).parent / "drawn_nodes_files"
REACT_PLUGIN = {
    "module": here / "main.js", "js": [str(here / "lib" / "main.js"), here / "gone.js"], "css": "drawn_nodes_files/a.css"
}
"""


@pytest.fixture
def worker(make_worker: Callable[..., Any], tmp_path: Path) -> Any:
    made = make_worker()
    modules = tmp_path / "modules"
    facts = modules / "drawn_nodes-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: drawn-nodes\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[funcnodes.module]\nmodule = drawn_nodes\n")
    (modules / "drawn_nodes.py").write_text(MODULE)
    files = modules / "drawn_nodes_files"
    (files / "lib").mkdir(parents=True)
    (files / "main.js").write_text("main")
    (files / "lib" / "main.js").write_text("library")
    (files / "a.css").write_text("style")
    (files / "secret.js").write_text("secret")
    return made.start()


async def test_files_are_listed_and_served_by_name(worker: Any) -> None:
    async with worker.client() as client, aiohttp.ClientSession(worker.url, headers=worker.bearer) as http:
        (plugin,) = await client.get_plugins()
        found = {}
        for address in (plugin["module"], *plugin["js"], *plugin["css"]):
            async with http.get(address) as answer:
                assert answer.status == 200
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                found[address.partition("?")[0]] = (
                    await answer.text(),
                    answer.content_type.rpartition("/")[2],
                )
        refused = [
            "/plugin/drawn_nodes/secret.js", "/plugin/drawn_nodes/..%2Fdrawn_nodes.py", "/plugin/os/path.py",
            "/plugin/drawn_nodes/lib/main.js", "/plugin/drawn_nodes/", "/plugin/drawn_nodes/gone.js",
        ]  # fmt: skip
        for address in refused:
            async with http.get(address) as answer:
                assert answer.status == 404, address
    async with aiohttp.ClientSession(worker.url) as stranger, stranger.get(plugin["module"]) as answer:
        assert answer.status == 401

    assert (plugin["key"], plugin["version"]) == ("drawn_nodes", "1.0")
    assert found == {
        "/plugin/drawn_nodes/main.js": ("main", "javascript"),
        "/plugin/drawn_nodes/1-main.js": ("library", "javascript"),
        "/plugin/drawn_nodes/a.css": ("style", "css"),
    }
