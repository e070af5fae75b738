"""Modules that are imported when they are used."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from funcnodes.lazy_import import LazyImport


@pytest.fixture
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that is not imported yet."""
    name = "heavy_module_of_this_test"
    (tmp_path / f"{name}.py").write_text("answer = 42\n\ndef double(x):\n    return 2 * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    for key in [key for key in sys.modules if "heavy_module_of_this_test" in key or key == "using.hm"]:
        del sys.modules[key]


def test_it_is_imported_at_the_first_use_and_takes_its_place(heavy: str) -> None:
    names: dict[str, Any] = {"__name__": "using"}
    names["hm"] = LazyImport("hm", names, heavy)
    before = heavy in sys.modules

    answer = names["hm"].answer

    assert not before
    assert answer == 42
    assert names["hm"] is sys.modules[heavy]


def test_one_that_was_kept_elsewhere_works_on(heavy: str) -> None:
    names: dict[str, Any] = {"__name__": "using"}
    lazy = LazyImport("hm", names, heavy)

    assert lazy.double(4) == 8
    assert lazy.answer == 42
    assert "double" in dir(lazy)


def test_tools_that_look_at_it_import_nothing(heavy: str) -> None:
    lazy = LazyImport("hm", {}, heavy)

    assert isinstance(lazy, ModuleType)
    assert not hasattr(lazy, "__wrapped__")
    assert heavy not in sys.modules


def test_it_can_stand_in_for_imports(heavy: str) -> None:
    names: dict[str, Any] = {"__name__": "using"}
    lazy = LazyImport("hm", names, heavy, register_in_sys_modules=True, register_alias=True)

    stands = importlib.import_module(heavy), sys.modules["using.hm"]
    answer = lazy.answer

    assert stands == (lazy, lazy)
    assert answer == 42
    assert sys.modules[heavy] is sys.modules["using.hm"]
    assert sys.modules[heavy] is not lazy


def test_a_missing_module_says_what_to_install() -> None:
    lazy = LazyImport("gone", {}, "no_such_module_here", install_hint="pip install no-such-module")

    with pytest.raises(ImportError, match="pip install no-such-module"):
        _ = lazy.anything
    with pytest.raises(ImportError, match="no_such_module_here"):
        _ = LazyImport("gone", {}, "no_such_module_here").anything
