"""The program as a user types it: what it prints, and with what exit code it ends."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration


def test_help_and_version(program: Any) -> None:
    helped = program.run("--help")
    nothing = program.run()

    assert helped.returncode == 0
    for command in ("runserver", "startworkermanager", "worker", "modules", "run", "doctor"):
        assert command in helped.stdout
    assert nothing.returncode == 2
    assert "usage: funcnodes" in nothing.stderr


def test_version_is_that_of_the_package(program: Any) -> None:
    shown = program.run("--version")

    assert shown.stdout.strip() == "funcnodes 3.0.0"


def test_makes_lists_and_deletes_a_worker(program: Any) -> None:
    made = program.run("worker", "--uuid", "demoworker", "new", "--not-in-venv", "--create-only")
    listed = program.run("worker", "list", "--json")
    plain = program.run("worker", "list")
    unsure = program.run("worker", "--uuid", "demoworker", "delete")
    deleted = program.run("worker", "--uuid", "demoworker", "delete", "--yes")
    after = program.run("worker", "list", "--json")

    assert made.returncode == 0, made.stderr
    assert made.stdout.strip() == "demoworker"
    assert [(worker["uuid"], worker["status"]) for worker in json.loads(listed.stdout)] == [
        ("demoworker", "stopped")
    ]
    assert "demoworker" in plain.stdout
    assert unsure.returncode == 2
    assert deleted.returncode == 0
    assert json.loads(after.stdout) == []
    assert not (program.dir / "workers" / "worker_demoworker").exists()


def test_a_new_worker_starts_with_the_next_server_and_leaves_no_process_behind(
    program: Any, helpers: Any
) -> None:
    made = program.run("worker", "--uuid", "later", "new", "--not-in-venv")
    listed = json.loads(program.run("worker", "list", "--json").stdout)
    program.runserver()
    then = json.loads(program.run("worker", "list", "--json").stdout)

    assert made.returncode == 0
    assert "worker --uuid later start" in made.stderr
    assert listed[0]["status"] == "stopped"
    assert then[0]["status"] == "running"


def test_a_port_in_the_settings_that_is_none_is_named(program: Any) -> None:
    program.dir.mkdir()
    (program.dir / "config.json").write_text('{"frontend": {"port": "eighty"}}')

    result = program.run("runserver", "--no-browser")

    assert result.returncode == 2
    assert "frontend.port in config.json is no port: 'eighty'" in result.stderr


def test_a_demo_worker_lies_where_tools_expect_it(program: Any) -> None:
    program.run("worker", "--uuid", "demoworker", "new", "--not-in-venv", "--create-only")

    assert (program.dir / "workers" / "worker_demoworker").is_dir()
    assert (program.dir / "workers" / "worker_demoworker.json").is_file()
    assert program.dir.stat().st_mode & 0o777 == 0o700


def test_a_worker_is_served_in_the_foreground_until_ctrl_c(program: Any, helpers: Any) -> None:
    program.run("worker", "--uuid", "mine", "new", "--not-in-venv", "--create-only")
    process = program.start("worker", "--uuid", "mine", "start")
    helpers.wait_for_line(process, r"listens on ws://\S+")
    listed = json.loads(program.run("worker", "list", "--json").stdout)
    second = program.run("worker", "--uuid", "mine", "start")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=15)

    assert listed[0]["status"] == "running"
    assert second.returncode == 1
    assert "'mine' is running" in second.stderr
    assert process.returncode in {0, 130}
    assert not helpers.lives(process.pid)


def test_starts_in_the_background_and_stops(program: Any, helpers: Any) -> None:
    program.new_fake()
    manager = program.start("startworkermanager", "--port", "0")
    helpers.wait_for_line(manager, r"ws://\S+/")
    started = program.run("worker", "--uuid", "fake", "start", "--background")
    pid = json.loads((program.dir / "workers" / "worker_fake.p").read_text())["pid"]
    stopped = program.run("worker", "stop")
    again = program.run("worker", "stop")

    assert started.returncode == 0, started.stderr
    assert "serves on port" in started.stderr
    assert stopped.returncode == 0
    assert not helpers.lives(pid)
    assert "does not run" in again.stderr


def test_a_worker_that_was_started_elsewhere_is_stopped_too(program: Any, helpers: Any) -> None:
    program.new_fake()
    process = program.start("worker", "start")
    deadline = program.dir / "workers" / "worker_fake.runstate"
    while not (deadline.exists() and deadline.read_text().startswith("running")):
        assert process.poll() is None
    stopped = program.run("worker", "--name", "fake", "stop")
    process.communicate(timeout=10)

    assert stopped.returncode == 0, stopped.stderr
    assert process.returncode == 0


def test_modules_are_listed_with_their_versions(program: Any) -> None:
    listed = program.run("modules", "list", "--json")

    modules = {module["module"]: module for module in json.loads(listed.stdout)}

    assert (modules["funcnodes.nodes"]["package"], modules["funcnodes.nodes"]["version"]) == (
        "funcnodes",
        "3.0.0",
    )


def test_the_doctor_finds_a_public_token(program: Any) -> None:
    program.dir.mkdir()
    (program.dir / "token").write_text("x")
    (program.dir / "token").chmod(0o644)

    checked = program.run("doctor", "--json")

    findings = {finding["what"]: finding for finding in json.loads(checked.stdout)}
    assert checked.returncode == 1
    assert not findings["token"]["fine"]
    assert findings["packages"]["fine"]


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["--dir", "/dev/null/x", "worker", "list"], 1, "/dev/null/x"),
        (["--dir", "/dev/null", "worker", "list"], 1, "it is not a folder"),
        (["--dir", "", "worker", "list"], 1, "the path is empty"),
        (["worker", "--uuid", "nobody", "start"], 1, "unknown worker 'nobody'"),
        (["worker", "--uuid", "../../etc", "stop"], 1, "unknown worker '../../etc'"),
        (["worker", "--uuid", "../x", "new", "--not-in-venv"], 2, "'../x' is not a worker id"),
        (["worker", "--name", "nobody", "delete", "--yes"], 1, "unknown worker 'nobody'"),
        (["worker", "stop"], 2, "say which worker"),
        (["worker", "new", "--copy", "nobody"], 1, "unknown worker 'nobody'"),
        (["runserver", "--port", "99999"], 2, "'99999' is not a port"),
        (["runserver", "--host", "0.0.0.0", "--no-browser"], 1, "--insecure"),
        (["runserver", "--certfile", "/nowhere.pem", "--keyfile", "/nowhere.key"], 2, "/nowhere.pem"),
        (["runserver", "--certfile", "/nowhere.pem"], 2, "belong together"),
        (["runserver", "--host", "no.such.host.invalid", "--insecure"], 2, "no.such.host.invalid"),
        (["startworkermanager", "--host", "0.0.0.0"], 1, "--insecure"),
        (["dance"], 2, "dance"),
    ],
)  # fmt: skip
def test_wrong_use_is_named(program: Any, args: list[str], code: int, says: str) -> None:
    result = program.run(*args)

    assert result.returncode == code, result.stderr
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_in_place_of_the_token_is_named(program: Any) -> None:
    (program.dir / "token").mkdir(parents=True)

    result = program.run("runserver", "--no-browser", "--port", "0", "--manager-port", "0")

    assert result.returncode == 1
    assert str(program.dir / "token") in result.stderr
    assert "Traceback" not in result.stderr


def test_damaged_settings_are_kept_and_named(program: Any) -> None:
    program.dir.mkdir()
    (program.dir / "config.json").write_text("{")

    result = program.run("worker", "list")

    assert result.returncode == 0
    assert result.stderr.startswith("warning: ")
    assert "config.json.damaged" in result.stderr
    assert "RuntimeWarning" not in result.stderr


@pytest.mark.parametrize("command", ["runserver", "startworkermanager"])
def test_a_taken_port_is_named(program: Any, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        result = program.run(command, "--port", port)

    assert result.returncode == 1
    assert port in result.stderr
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_taken_port_of_the_manager_is_named(program: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        result = program.run("runserver", "--no-browser", "--port", "0", "--manager-port", port)

    assert result.returncode == 1
    assert port in result.stderr
    assert "--manager-port" in result.stderr


def test_an_interpreter_that_cannot_be_run_is_named(program: Any, helpers: Any, tmp_path: Path) -> None:
    program.new_fake()
    program.edit("fake", python_path=str(tmp_path))
    manager = program.start("startworkermanager", "--port", "0")
    helpers.wait_for_line(manager, r"ws://\S+/")

    result = program.run("worker", "start", "--background")

    assert result.returncode == 1
    assert str(tmp_path) in result.stderr
    assert "cannot be run" in result.stderr


def test_a_damaged_worker_file_is_named_and_hides_no_other(program: Any) -> None:
    program.run("worker", "--uuid", "good", "new", "--not-in-venv", "--create-only")
    (program.dir / "workers" / "worker_bad.json").write_text('{"uuid": "bad", ')

    listed = program.run("worker", "list")
    started = program.run("worker", "--uuid", "bad", "start")

    assert "good" in listed.stdout
    assert "worker_bad.json" in listed.stderr
    assert started.returncode == 1
    assert "worker_bad.json" in started.stderr


def test_a_place_where_nothing_can_be_made_is_named(program: Any) -> None:
    program.dir = Path("/proc/funcnodes")  # nobody can make a folder there, root neither

    result = program.run("worker", "list")

    assert result.returncode == 1
    assert "cannot be made" in result.stderr
