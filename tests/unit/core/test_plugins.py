"""Installed modules: discovery, loading, set-up."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from funcnodes_core import _setup
from funcnodes_core._modulesetup import assert_module_metadata, set_up_module
from funcnodes_core._setup import load_module, setup
from funcnodes_core.plugins import PLUGIN_FUNCTIONS, InstalledModule, LazyEntryPoint, register_setup_plugin
from funcnodes_core.renderoptions import FUNCNODES_RENDER_OPTIONS

ENTRY_POINTS = """
[funcnodes.module]
module = fn_test_dist
shelf = fn_test_dist:NODE_SHELF
broken = fn_test_dist.broken:X

[something.else]
other = fn_test_other
"""


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing discovered before, nothing left behind."""
    monkeypatch.setattr(_setup, "AVAILABLE_MODULES", {})
    for name in list(PLUGIN_FUNCTIONS):
        monkeypatch.delitem(PLUGIN_FUNCTIONS, name)
    for table in ("typemap", "inputconverter"):
        monkeypatch.setitem(FUNCNODES_RENDER_OPTIONS, table, {})
    before = set(sys.modules)
    yield
    PLUGIN_FUNCTIONS.clear()
    for name in set(sys.modules) - before:
        if name.startswith("fn_test"):
            del sys.modules[name]


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed distribution `fn-test-dist` with one node module."""
    info = tmp_path / "fn_test_dist-1.2.dist-info"
    info.mkdir()
    metadata = "Metadata-Version: 2.1\nName: fn-test-dist\nVersion: 1.2\nSummary: For tests.\n"
    (info / "METADATA").write_text(metadata)
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "fn_test_dist").mkdir()
    (tmp_path / "fn_test_dist" / "__init__.py").write_text(
        "NODE_SHELF = {'name': 'dist'}\nREACT_PLUGIN = {'js': []}\n"
    )
    (tmp_path / "fn_test_dist" / "broken.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def module(**attributes: Any) -> InstalledModule:
    made = ModuleType("fn_test_module")
    vars(made).update(attributes)
    return InstalledModule("fn_test_module", made)


# -- discovery -----------------------------------------------------------------------------


def test_modules_are_found_without_importing_them(dist: Path) -> None:
    found = setup()["fn_test_dist"]

    assert (found.name, found.version, found.description) == ("fn_test_dist", "1.2", "For tests.")
    assert found.distribution == "fn-test-dist"
    assert sorted(found.entry_points) == ["module", "shelf"]
    assert sorted(setup()["fn_test_dist.broken"].entry_points) == ["broken"]
    assert "fn_test_dist" not in sys.modules
    assert "fn_test_other" not in setup()


def test_a_distribution_without_a_summary_is_a_module_without_a_description(dist: Path) -> None:
    metadata = dist / "fn_test_dist-1.2.dist-info" / "METADATA"
    metadata.write_text("Metadata-Version: 2.1\nName: fn-test-dist\nVersion: 1.2\n")

    found = setup()["fn_test_dist"]

    assert (found.version, found.description) == ("1.2", None)


def test_reading_an_entry_point_loads_the_module_and_sets_it_up(dist: Path) -> None:
    found = setup()["fn_test_dist"]

    shelf = found.entry_points["shelf"]

    assert shelf == {"name": "dist"}
    assert found.module is sys.modules["fn_test_dist"]
    assert found.entry_points["react_plugin"] == {"js": []}
    assert found.entry_points.get("nothing", 5) == 5
    assert found.error is None


def test_the_set_up_runs_once(dist: Path) -> None:
    calls: list[InstalledModule] = []
    register_setup_plugin(calls.append)
    found = setup()["fn_test_dist"]

    found.entry_points.get("shelf")
    found.entry_points.get("module")
    setup()
    load_module(found)

    assert calls.count(found) == 1


def test_modules_that_are_imported_already_are_set_up_at_once(dist: Path) -> None:
    import fn_test_dist  # type: ignore[import-not-found]

    found = setup()["fn_test_dist"]

    assert found.module is fn_test_dist
    assert "react_plugin" in found.entry_points


def test_a_module_that_fails_says_why_and_can_be_tried_again(
    dist: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = dist / "fn_test_dist" / "__init__.py"
    good = path.read_text()
    path.write_text("raise RuntimeError('not today')")
    found = setup()["fn_test_dist"]

    with caplog.at_level(logging.ERROR, "funcnodes"):
        loaded = load_module(found)
    with pytest.raises(RuntimeError, match="not today"):
        found.entry_points["shelf"]
    path.write_text(good + "# a different length, so that no stale bytecode is used\n")

    assert loaded is False
    assert "fn_test_dist" in caplog.text
    assert found.error == "RuntimeError: not today"
    assert load_module(found) is True
    assert found.error is None


def test_uninstalled_modules_are_forgotten_and_records_are_kept(
    dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = setup()["fn_test_dist"]
    second = setup()["fn_test_dist"]
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(dist)])

    assert first is second
    assert "fn_test_dist" not in setup()


def test_the_editor_of_earlier_releases_is_left_alone(dist: Path) -> None:
    text = "[funcnodes.module]\nplugin_setup = funcnodes_react_flow.plugin_setup:setup\n"
    (dist / "fn_test_dist-1.2.dist-info" / "entry_points.txt").write_text(text)

    assert not any("react" in name for name in setup())


# -- set-up --------------------------------------------------------------------------------


def test_attributes_say_what_entry_points_do_not() -> None:
    record = module(
        FUNCNODES_WORKER_CLASSES=["w"],
        NODE_SHELFE={"name": "old"},
        REACT_PLUGIN={"js": []},
        FUNCNODES_RENDER_OPTIONS={"typemap": {"fn_test.T": "image"}},
    )

    set_up_module(record)

    assert record.entry_points["external_worker"] == ["w"]
    assert record.entry_points["shelf"] == {"name": "old"}
    assert record.entry_points["react_plugin"] == {"js": []}
    assert record.render_options == {"typemap": {"fn_test.T": "image"}}
    assert FUNCNODES_RENDER_OPTIONS["typemap"] == {"fn_test.T": "image"}


def test_entry_points_win_over_attributes() -> None:
    record = module(NODE_SHELF={"name": "attribute"})
    record.entry_points["shelf"] = LazyEntryPoint("shelf", lambda: {"name": "entry point"})

    assert set_up_module(record).entry_points["shelf"] == {"name": "entry point"}


def test_set_up_runs_in_order() -> None:
    order: list[str] = []
    register_setup_plugin(lambda m: order.append("registered"))
    record = module(FUNCNODES_PLUGIN_SETUP=lambda: order.append("own"))

    set_up_module(record)

    assert order == ["own", "registered"]


def test_a_set_up_function_may_take_the_record() -> None:
    seen: list[InstalledModule] = []
    record = module(FUNCNODES_PLUGIN_SETUP=lambda installed: seen.append(installed))

    set_up_module(record)

    assert seen == [record]


def test_failing_set_up_functions_are_logged_and_the_rest_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError("plugin broke")

    register_setup_plugin(fail)
    record = module(FUNCNODES_PLUGIN_SETUP=fail, NODE_SHELF={"name": "s"})

    with caplog.at_level(logging.ERROR, "funcnodes"):
        set_up_module(record)

    assert caplog.text.count("RuntimeError: plugin broke") == 2
    assert record.entry_points["shelf"] == {"name": "s"}


def test_one_set_up_function_is_kept_for_each_module() -> None:
    def one(m: InstalledModule) -> None: ...

    def other(m: InstalledModule) -> None: ...

    register_setup_plugin(one)
    assert register_setup_plugin(other) is other

    assert PLUGIN_FUNCTIONS == {__name__: other}  # noqa: SIM300 - reads as a sentence


def test_records_can_be_told(dist: Path) -> None:
    record = InstalledModule("fn_test_dist", plugins=[{"module": "x"}])

    assert_module_metadata(record)
    unknown = InstalledModule("fn_test_unknown_dist")
    assert_module_metadata(unknown)

    assert record.rep_dict == {
        "name": "fn_test_dist",
        "description": "For tests.",
        "version": "1.2",
        "entry_points": [],
        "plugins": [{"module": "x"}],
    }
    assert unknown.version is None
