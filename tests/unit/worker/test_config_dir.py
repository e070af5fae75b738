"""Where files lie, what a worker's file says, and names that lead nowhere else."""

from __future__ import annotations

import itertools
import json
import os
import pwd
from pathlib import Path
from typing import Any

import pytest

from funcnodes_worker.config import WorkerConfig, plain_packages
from funcnodes_worker.errors import (
    BindError,
    ConfigError,
    FileNameError,
    NotFoundError,
    StartError,
    UndoConflictError,
    error_code,
    error_text,
)
from funcnodes_worker.instance import Instance, process_start
from funcnodes_worker.paths import ConfigDir, check_name, default_config_dir, numbered_names, resolve_inside
from funcnodes_worker.server.auth import check_bind, is_loopback, load_or_make_token


@pytest.fixture
def directory(tmp_path: Path) -> ConfigDir:
    return ConfigDir(tmp_path / "config").create()


def write(directory: ConfigDir, uuid: str, **keys: Any) -> None:
    directory.worker_json(uuid).write_text(json.dumps({"uuid": uuid, **keys}))


def test_names_of_a_workers_files(directory: ConfigDir) -> None:
    assert directory.worker_json("a").name == "worker_a.json"
    assert directory.pid_file("a").name == "worker_a.p"
    assert directory.data_path({"uuid": "a", "data_path": None}) == directory.workers / "worker_a"
    assert directory.data_path({"uuid": "a", "data_path": "here"}) == directory.workers / "here"
    assert directory.data_path({"uuid": "a", "data_path": "/x"}) == Path("/x")


@pytest.mark.parametrize("uuid", ["", "..", "a/b", "../a", "a b", ".a", "a" * 200, "ä"])
def test_an_id_is_never_a_path(directory: ConfigDir, uuid: str) -> None:
    with pytest.raises(ConfigError, match="is not a worker id"):
        directory.worker_json(uuid)


@pytest.mark.parametrize("name", ["", "/etc/passwd", "..", "../x", "a/../../x", "a\\b", "a\0b", ".", "a/.."])
def test_a_name_stays_inside(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNameError):
        resolve_inside(tmp_path, name)


@pytest.mark.parametrize("name", ["n" * 300, "ä" * 120, "a/" * 800 + "b"])
def test_a_name_has_a_length_that_file_systems_take(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNameError, match="too long"):
        resolve_inside(tmp_path, name)


def test_a_link_leads_nowhere_else(tmp_path: Path) -> None:
    root = tmp_path / "files"
    root.mkdir()
    (root / "out").symlink_to(tmp_path)

    with pytest.raises(FileNameError, match="leaves the folder"):
        resolve_inside(root, "out/secret")


def test_the_names_beside_a_taken_one_count_on(tmp_path: Path) -> None:
    names = [path.name for path in itertools.islice(numbered_names(tmp_path / "a.csv"), 3)]

    assert names == ["a.csv", "a-1.csv", "a-2.csv"]


def test_unknown_keys_survive_a_rewrite(directory: ConfigDir) -> None:
    write(directory, "a", autostart=True, worker_dependencies=[], future={"x": 1})
    config = WorkerConfig.load(directory, "a")

    config.update(port=9400)

    kept = json.loads(directory.worker_json("a").read_text())
    assert kept == {
        "uuid": "a",
        "autostart": True,
        "worker_dependencies": [],
        "future": {"x": 1},
        "port": 9400,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is damaged"),
        ("[]", "does not hold a JSON object"),
        ('{"uuid": "b"}', "is about the worker 'b'"),
        ('{"port": "x"}', "worker_a.json.port: expected int | null, got str"),
    ],
)
def test_a_wrong_file_is_named(directory: ConfigDir, text: str, message: str) -> None:
    directory.worker_json("a").write_text(text)

    with pytest.raises(ConfigError) as caught:
        WorkerConfig.load(directory, "a")

    assert message in str(caught.value)


def test_a_refused_change_writes_nothing(directory: ConfigDir) -> None:
    write(directory, "a", port=1)
    config = WorkerConfig.load(directory, "a")

    with pytest.raises(ConfigError):
        config.update(port="x")

    assert config.settings.port == 1
    assert json.loads(directory.worker_json("a").read_text())["port"] == 1


def test_ports_of_other_workers_are_known(directory: ConfigDir) -> None:
    write(directory, "a", port=9382)
    write(directory, "b", port=9390)
    directory.worker_json("broken").write_text("{")

    assert WorkerConfig.load(directory, "a").ports_of_others() == {9390}


def test_the_token_is_made_once_and_is_private(directory: ConfigDir) -> None:
    token = load_or_make_token(directory)

    assert load_or_make_token(directory) == token
    assert len(token) >= 43
    assert directory.token_file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in directory.path.iterdir() if "token" in path.name] == ["token"]


def test_an_empty_token_file_is_no_token(directory: ConfigDir) -> None:
    directory.token_file.write_text("")

    assert len(load_or_make_token(directory)) >= 43


@pytest.mark.parametrize(
    ("host", "fine"), [("localhost", True), ("127.0.0.1", True), ("::1", True), ("0.0.0.0", False)]
)
def test_only_loopback_may_be_opened_without_a_word(host: str, fine: bool) -> None:
    assert is_loopback(host) is fine
    if fine:
        check_bind(host, tls=False, insecure=False)
        return
    with pytest.raises(BindError, match="refusing to listen"):
        check_bind(host, tls=False, insecure=False)
    check_bind(host, tls=True, insecure=False)
    check_bind(host, tls=False, insecure=True)


def test_an_instance_tells_others_of_itself(directory: ConfigDir) -> None:
    instance = Instance(directory, "a")
    instance.acquire()
    instance.set_state("running", "ws://localhost:9382/")

    told = json.loads(directory.pid_file("a").read_text())
    assert told == {"pid": os.getpid(), "started": process_start(os.getpid())}
    assert directory.runstate_file("a").read_text() == "running\nws://localhost:9382/\n"

    instance.release()
    assert not directory.pid_file("a").exists()


def test_errors_have_codes_and_texts_for_clients() -> None:
    assert error_code(UndoConflictError("x")) == "undo_conflict"
    assert error_code(OSError()) == "os"
    assert error_text(KeyError("no node 'x'")) == "KeyError: no node 'x'"
    assert UndoConflictError("x", field="pos").data == {"field": "pos"}


def test_a_text_for_clients_is_bounded() -> None:
    text = error_text(NotFoundError(f"no node {'x' * 100_000!r}"))

    assert len(text) < 3000
    assert text.startswith("NotFoundError: no node 'xxx")
    assert text.endswith("xxx'")


def test_no_two_workers_share_the_folder_of_a_graph(directory: ConfigDir, tmp_path: Path) -> None:
    data = tmp_path / "graph"
    first, second = (Instance(directory, uuid, data_path=data) for uuid in ("a", "b"))
    first.acquire()

    with pytest.raises(StartError, match=r"'b' cannot use the folder .*graph': another worker"):
        second.acquire()
    first.release()
    second.acquire()

    second.release()


def test_a_file_in_place_of_the_folder_of_a_graph_is_named(directory: ConfigDir, tmp_path: Path) -> None:
    (tmp_path / "graph").touch()

    with pytest.raises(StartError, match="File exists"):
        Instance(directory, "a", data_path=tmp_path / "graph").acquire()

    instance = Instance(directory, "a")
    instance.acquire()
    instance.release()


def test_a_name_is_trimmed_and_has_an_end() -> None:
    assert check_name("  Lab 3 ") == "Lab 3"
    for name in ("", "  ", "x" * 201):
        with pytest.raises(ConfigError, match="name"):
            check_name(name)


def test_an_empty_home_is_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FUNCNODES_CONFIG_DIR", raising=False)
    monkeypatch.setenv("HOME", "")

    assert default_config_dir() == Path(pwd.getpwuid(os.getuid()).pw_dir) / ".funcnodes"


def test_packages_of_a_foreign_file_are_plain_names_and_versions() -> None:
    asked = {
        "funcnodes-numpy": {"package": "funcnodes-numpy", "version": "1.2"},
        "loose": "anything",
        "evil": {"package": "--index-url=http://evil"},
        "worse": {"package": "x @ http://evil/x.whl"},
        "odd": {"package": "odd", "version": "1 ; rm"},
    }

    assert plain_packages(asked) == {
        "funcnodes-numpy": {"package": "funcnodes-numpy", "version": "1.2"},
        "loose": {"package": "loose", "version": None},
    }
    assert plain_packages(["x"]) == {}


def test_packages_are_put_beside_those_that_are_asked_for(tmp_path: Path) -> None:
    config = WorkerConfig(ConfigDir(tmp_path).create(), {"uuid": "w"})
    config.update(package_dependencies={"kept": {"package": "kept", "version": "1"}})

    config.ask_for({"kept": {"package": "kept", "version": "2"}, "new": {"package": "new", "version": None}})

    assert WorkerConfig.load(ConfigDir(tmp_path), "w").raw["package_dependencies"] == {
        "kept": {"package": "kept", "version": "1"}, "new": {"package": "new", "version": None}
    }  # fmt: skip
