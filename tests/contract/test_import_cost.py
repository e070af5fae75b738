"""What an import loads, and that it does nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import json, os, sys, threading
before = set(sys.modules)
streams = (sys.stdin, sys.stdout, sys.stderr)
{statement}
loaded = {{name.split(".")[0] for name in set(sys.modules) - before}}
print(json.dumps({{
    "foreign": sorted(loaded - set(sys.stdlib_module_names)),
    "all": sorted(set(sys.modules) - before),
    "threads": threading.active_count(),
    "same_streams": streams == (sys.stdin, sys.stdout, sys.stderr),
}}))
"""

CORE = {"funcnodes_core", "exposedfunctionality", "typing_extensions"}
# what the loaded packages themselves may bring along; nothing of it is ours to import
TOLERATED = {"_virtualenv", "_distutils_hack", "__editable___finder", "yaml", "_yaml"}

DEFERRED = {
    "tqdm": "the first node.progress",
    "importlib_metadata": "setup()",
    "pydantic": "the first external worker",
    "aiohttp": "a server or a client",
    "rich": "output of the command line",
    "requests": "node modules",
    "pytest": "tests",
    "anyio": "the worker's server",
}


def probe(statement: str, home: Path) -> dict[str, object]:
    """Runs a statement in a fresh interpreter with an empty home; says what it loaded."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("FUNCNODES", "COVERAGE"))
    }
    shown = subprocess.run(
        [sys.executable, "-c", PROBE.format(statement=statement)],
        env={**environment, "HOME": str(home)}, cwd=home, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, object] = json.loads(shown.stdout.splitlines()[-1])
    return found


def foreign(found: dict[str, object]) -> set[str]:
    names = found["foreign"]
    assert isinstance(names, list)
    return {name for name in names if not name.startswith("__editable")} - TOLERATED


def test_core_loads_nothing_but_its_one_dependency(tmp_path: Path) -> None:
    assert foreign(probe("import funcnodes_core", tmp_path)) <= CORE


# what core needs of the standard library that asyncio and json have not loaded
BESIDE_ASYNCIO = {
    *("__future__", "copy", "dataclasses", "gc", "importlib", "reprlib"),
    *("pathlib", "fnmatch", "ntpath", "urllib", "ipaddress"),
    *("pickle", "_pickle", "_compat_pickle", "queue", "_queue"),
}


def test_core_loads_this_beside_asyncio_and_nothing_else(tmp_path: Path) -> None:
    alone = probe("import asyncio, json", tmp_path)["all"]
    loaded = probe("import asyncio, json, funcnodes_core", tmp_path)["all"]
    assert isinstance(alone, list)
    assert isinstance(loaded, list)

    added = {name.split(".")[0] for name in set(loaded) - set(alone)}

    assert {name for name in added if not name.startswith("__editable")} <= CORE | TOLERATED | BESIDE_ASYNCIO


def test_core_loads_no_compression_and_no_temporary_files(tmp_path: Path) -> None:
    loaded = probe("import asyncio, funcnodes_core", tmp_path)["all"]
    assert isinstance(loaded, list)
    # a third of the time an import took: only writing a file needs them
    assert not {"shutil", "tempfile", "lzma", "bz2", "zlib"} & set(loaded)


def test_the_worker_loads_no_server(tmp_path: Path) -> None:
    loaded = foreign(probe("import funcnodes_worker", tmp_path))
    assert loaded <= CORE | {"funcnodes_worker", "msgspec"}


def test_a_worker_without_configured_external_workers_loads_no_pydantic(tmp_path: Path) -> None:
    statement = (
        "import funcnodes_worker.program, funcnodes_worker.server.serve\n"
        "from funcnodes_worker import FuncNodesExternalWorker\n"
        "Bare = type('Bare', (FuncNodesExternalWorker,), {'NODECLASSID': 'x.bare'})\n"
        "Bare('b').serialize()"
    )

    loaded = foreign(probe(statement, tmp_path))

    assert "funcnodes_worker" in loaded
    assert "pydantic" not in loaded


def test_the_top_package_loads_no_server(tmp_path: Path) -> None:
    loaded = foreign(probe("import funcnodes", tmp_path))
    assert loaded <= CORE | {"funcnodes", "funcnodes_worker", "msgspec"}


@pytest.mark.parametrize("package", ["funcnodes_core", "funcnodes_worker", "funcnodes"])
def test_what_is_deferred_stays_deferred(package: str, tmp_path: Path) -> None:
    loaded = foreign(probe(f"import {package}", tmp_path))
    assert not loaded & set(DEFERRED)


@pytest.mark.parametrize("package", ["funcnodes_core", "funcnodes_worker", "funcnodes"])
def test_an_import_does_no_work(package: str, tmp_path: Path) -> None:
    found = probe(f"import {package}", tmp_path)

    assert found["threads"] == 1
    assert found["same_streams"]
    assert list(tmp_path.iterdir()) == []


def test_help_loads_no_server(tmp_path: Path) -> None:
    statement = (
        "import contextlib, io\n"
        "from funcnodes.__main__ import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    main(['--help'])"
    )

    loaded = foreign(probe(statement, tmp_path))

    assert not loaded & {"aiohttp", "pydantic", "pytest", "anyio"}
