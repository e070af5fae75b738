"""What the manager reads from files that other processes wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from funcnodes.manager.process import live_pid
from funcnodes.manager.runstate import read_runstate
from funcnodes.manager.state import ManagerState, manager_address, manager_file
from funcnodes.net.address import Address
from funcnodes_worker.instance import process_start
from funcnodes_worker.paths import ConfigDir


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("running\nws://localhost:9382/\n", ("running", "ws://localhost:9382/")),
        ("stopped\n", ("stopped", "")),
        ("crashed PortTakenError: 9382", ("crashed", "PortTakenError: 9382")),
        ('{"state": "starting", "detail": null}', ("starting", "")),
        ('{"state": ', ("", "")),
        ("", ("", "")),
    ],
)
def test_a_run_state_is_read(tmp_path: Path, text: str, state: tuple[str, str]) -> None:
    file = tmp_path / "worker_x.runstate"
    file.write_text(text)

    assert read_runstate(file) == state


def test_a_missing_run_state_is_none(tmp_path: Path) -> None:
    assert read_runstate(tmp_path / "no.runstate") == ("", "")


def test_this_process_lives(tmp_path: Path) -> None:
    file = tmp_path / "worker_x.p"
    file.write_text(json.dumps({"pid": os.getpid(), "started": process_start(os.getpid())}))

    assert live_pid(file) == os.getpid()


@pytest.mark.parametrize(
    "text", ["", "12", "[]", "{}", '{"pid": "12"}', '{"pid": -1}', '{"pid": 0}', '{"pid": 4194305}']
)
def test_anything_else_is_no_process(tmp_path: Path, text: str) -> None:
    file = tmp_path / "worker_x.p"
    file.write_text(text)

    assert live_pid(file) is None
    assert live_pid(tmp_path / "missing.p") is None


def test_a_number_that_was_given_to_another_program_since_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "worker_x.p"
    file.write_text(json.dumps({"pid": os.getpid(), "started": "1"}))

    assert live_pid(file) is None


def test_a_process_that_nobody_waited_for_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "worker_x.p"
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        file.write_text(json.dumps({"pid": process.pid}))
        assert process.stdout is not None
        process.stdout.read()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        gone = live_pid(file)

    assert gone is None


def test_wanted_workers_outlive_the_manager(tmp_path: Path) -> None:
    directory = ConfigDir(tmp_path)
    state = ManagerState.read(directory)
    state.opened(Address("localhost", 9380))
    address = manager_address(directory)
    for uuid in ("a", "b", "c"):
        state.want(uuid, True)
    state.want("b", False)
    state.closed()

    assert address == Address("localhost", 9380)
    assert manager_address(directory) is None
    assert ManagerState.read(directory).wanted == {"a", "c"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"wanted": [1, null]}'])
def test_a_damaged_manager_file_wants_nothing(tmp_path: Path, text: str) -> None:
    directory = ConfigDir(tmp_path)
    manager_file(directory).write_text(text)

    assert ManagerState.read(directory).wanted == set()
    assert manager_address(directory) is None
