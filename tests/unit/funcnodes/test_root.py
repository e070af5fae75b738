"""`import funcnodes as fn` offers everything of the packages below, when it is asked for."""

from __future__ import annotations

import funcnodes
import funcnodes_core
import funcnodes_worker
from funcnodes.worker.worker_manager import WorkerManager


def test_it_offers_what_is_public_below() -> None:
    names = set(funcnodes.__all__)

    assert names >= set(funcnodes_core.__all__)
    assert names >= {"LazyImport", "WorkerManager", "assert_worker_manager_running", "__version__"}
    assert funcnodes.NodeDecorator is funcnodes_core.NodeDecorator
    assert set(dir(funcnodes)) == names | set(funcnodes_worker.__all__)


def test_its_own_names_are_where_scripts_find_them() -> None:
    assert funcnodes.WorkerManager is WorkerManager
    assert funcnodes.config is funcnodes_core.config


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    assert not hasattr(funcnodes, "no_such_name")
    assert not hasattr(funcnodes, "__wrapped__")
