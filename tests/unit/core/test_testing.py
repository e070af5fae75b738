"""Set-up and clean-up of tests; import paths that are kept."""

from __future__ import annotations

import importlib
import pickle
import warnings
from typing import Any

import pytest
from exposedfunctionality.function_parser.types import type_to_string

from funcnodes_core import config, testing
from funcnodes_core.node.base import Node
from funcnodes_core.node.registry import REGISTERED_NODES
from funcnodes_core.types import SVG, databytes
from funcnodes_core.utils.deprecations import (
    FuncNodesDeprecationWarning,
    SpellingDeprecationWarning,
    method_deprecated_decorator,
    path_module_attribute_to_getter,
)


def test_setup_and_teardown_may_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    class Kept(Node):
        node_id = "test.testing.kept"

        async def func(self, *args: Any, **kwargs: Any) -> None: ...

    others = dict(REGISTERED_NODES)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        testing.setup()
        folder = config.get_config_dir()
        testing.setup()
        again = config.get_config_dir()
        testing.teardown()
        testing.teardown()
    left = dict(REGISTERED_NODES)
    REGISTERED_NODES.update(others)

    assert folder == again
    assert not config.get_in_test()
    assert left == {}
    assert Kept().node_id == "test.testing.kept"


@pytest.mark.parametrize(
    "name",
    [
        "nodeio",
        "data",
        "types",
        "nodespace.groups",
        "utils.serialization",
        "utils.deprecations",
        "utils.special_types",
        "utils.plugins",
        "utils.plugins_types",
        "utils.data",
        "utils.nodeutils",
        "utils.saving",
        "utils.files",
    ],
)
def test_kept_import_paths_have_what_they_promise(name: str) -> None:
    module = importlib.import_module(f"funcnodes_core.{name}")

    assert module.__all__
    assert all(hasattr(module, public) for public in module.__all__)


def test_marker_types_claim_the_path_that_saved_files_name() -> None:
    class FileBytes(databytes):
        def __new__(cls, *args: Any, fileinfo: str, **kwargs: Any) -> FileBytes:
            made = super().__new__(cls, *args, **kwargs)
            made.fileinfo = fileinfo
            return made

        fileinfo: str

    made = FileBytes(b"x", fileinfo="info")

    assert type_to_string(databytes) == "funcnodes_core.utils.special_types.databytes"
    assert (made, made.fileinfo) == (b"x", "info")
    assert type(pickle.loads(pickle.dumps(databytes(b"x")))) is databytes
    assert type(pickle.loads(pickle.dumps(SVG("<svg/>")))) is SVG


def test_deprecated_functions_warn_and_work() -> None:
    @method_deprecated_decorator("better")
    def old(x: int) -> int:
        return x + 1

    with pytest.warns(FuncNodesDeprecationWarning, match="'old' is deprecated; use 'better'"):
        result = old(1)

    assert result == 2
    assert issubclass(FuncNodesDeprecationWarning, DeprecationWarning)
    assert issubclass(SpellingDeprecationWarning, FuncNodesDeprecationWarning)


def test_module_attributes_become_properties(monkeypatch: pytest.MonkeyPatch) -> None:
    import types

    module: Any = types.ModuleType("fn_test_properties")
    module.old = 0
    monkeypatch.setitem(importlib.import_module("sys").modules, "fn_test_properties", module)
    stored: list[int] = [1]
    path_module_attribute_to_getter("fn_test_properties", "old", lambda: stored[-1], alternative="new")
    path_module_attribute_to_getter(
        "fn_test_properties", "live", lambda: stored[-1], stored.append, deprecated=False
    )

    module.live = 5

    with pytest.warns(FuncNodesDeprecationWarning, match="use 'new'"):
        assert module.old == 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert module.live == 5
    with pytest.raises(AttributeError):
        module.old = 3
