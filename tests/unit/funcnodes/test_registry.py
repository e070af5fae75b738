"""Workers' files: made, changed, copied and removed; ids never become paths unchecked."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from funcnodes.errors import UnknownWorkerError, UsageError, WorkerConfigError, WorkerExistsError
from funcnodes.manager.registry import WorkerRegistry
from funcnodes_worker.paths import ConfigDir


@pytest.fixture
def registry(tmp_path: Path) -> WorkerRegistry:
    return WorkerRegistry(ConfigDir(tmp_path))


def edit(registry: WorkerRegistry, uuid: str, **changes: object) -> None:
    file = registry.dir.worker_json(uuid)
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_a_new_worker_has_a_file_and_a_folder(registry: WorkerRegistry) -> None:
    made = registry.create(uuid="one", name="First", in_venv=False)

    assert registry.get("one") == made
    assert (made.name, made.host, made.port, made.data["env_path"]) == ("First", "localhost", 0, None)
    assert registry.data_path(made) == registry.dir.workers / "worker_one"
    assert registry.data_path(made).stat().st_mode & 0o777 == 0o700
    assert registry.dir.worker_json("one").stat().st_mode & 0o777 == 0o600


def test_ids_are_new_and_names_default_to_them(registry: WorkerRegistry) -> None:
    one, two = registry.create(), registry.create()

    assert one.uuid != two.uuid
    assert one.name == one.uuid


@pytest.mark.parametrize("uuid", ["../x", "a/b", "", ".", "a b", "x" * 200, "ü", "-x"])
def test_ids_that_are_no_file_names_are_refused(registry: WorkerRegistry, uuid: str) -> None:
    with pytest.raises(UsageError, match="not a worker id"):
        registry.create(uuid=uuid)

    with pytest.raises(UnknownWorkerError):
        registry.get(uuid)


def test_a_taken_id_is_refused(registry: WorkerRegistry) -> None:
    registry.create(uuid="one")

    with pytest.raises(WorkerExistsError, match="'one'"):
        registry.create(uuid="one")


@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_name_is_refused(registry: WorkerRegistry, name: str) -> None:
    registry.create(uuid="one")

    with pytest.raises(UsageError, match="empty"):
        registry.create(name=name)
    with pytest.raises(UsageError, match="empty"):
        registry.rename("one", name)


def test_unknown_keys_survive_a_change(registry: WorkerRegistry) -> None:
    registry.create(uuid="one")
    edit(registry, "one", from_the_future={"a": 1})

    registry.rename("one", "New name")
    registry.update("one", {"autostart": True})
    registry.move("one", 9999)

    found = registry.get("one")
    assert (found.name, found.autostart, found.port) == ("New name", True, 9999)
    assert found.data["from_the_future"] == {"a": 1}


@pytest.mark.parametrize("key", ["python_path", "env_path", "data_path", "uuid", "host", "anything"])
def test_settings_that_name_paths_or_programs_cannot_be_changed(registry: WorkerRegistry, key: str) -> None:
    registry.create(uuid="one")

    with pytest.raises(UsageError, match=key):
        registry.update("one", {key: "/tmp"})


def test_finds_by_id_before_name(registry: WorkerRegistry) -> None:
    registry.create(uuid="one", name="two")
    registry.create(uuid="two", name="second")

    assert registry.find("two").uuid == "two"
    assert registry.find("second").uuid == "two"
    with pytest.raises(UnknownWorkerError, match="'third'"):
        registry.find("third")


def test_a_name_of_two_workers_is_no_answer(registry: WorkerRegistry) -> None:
    registry.create(uuid="one", name="same")
    registry.create(uuid="two", name="same")

    with pytest.raises(UsageError, match="one, two"):
        registry.find("same")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"uuid": "other"}', "\x00"])
def test_a_damaged_file_is_named_and_hides_no_other(registry: WorkerRegistry, text: str) -> None:
    registry.create(uuid="good")
    registry.dir.worker_json("bad").write_text(text)

    assert [worker.uuid for worker in registry] == ["good"]
    assert [error.worker for error in registry.damaged()] == ["bad"]
    with pytest.raises(WorkerConfigError, match=r"worker_bad\.json"):
        registry.get("bad")


def test_files_of_earlier_releases_are_read(registry: WorkerRegistry) -> None:
    old = {
        "uuid": "old",
        "name": None,
        "data_path": None,
        "env_path": None,
        "python_path": sys.executable,
        "worker_dependencies": [],
        "shelves_dependencies": {},
        "package_dependencies": {"funcnodes-numpy": {"package": "funcnodes-numpy", "version": "0.2.12"}},
        "autostart": False,
        "port": 9382,
    }
    registry.dir.create()
    registry.dir.worker_json("old").write_text(json.dumps(old))

    worker = registry.get("old")

    assert (worker.name, worker.port) == ("old", 9382)
    assert registry.data_path(worker) == registry.dir.workers / "worker_old"
    assert registry.python(worker) == Path(sys.executable)
    assert registry.requirements(worker) == ["funcnodes-numpy==0.2.12"]


def test_an_environment_that_is_gone_is_named_with_what_to_do(registry: WorkerRegistry) -> None:
    worker = registry.create(uuid="one", in_venv=True)

    with pytest.raises(WorkerConfigError, match="worker --uuid one provision"):
        registry.python(worker)


def test_without_an_environment_the_running_interpreter_serves(registry: WorkerRegistry) -> None:
    assert registry.python(registry.create(in_venv=False)) == Path(sys.executable)


def test_deleting_removes_everything_of_the_worker(registry: WorkerRegistry) -> None:
    worker = registry.create(uuid="one")
    (registry.data_path(worker) / "nodespace.json").write_text("{}")
    for file in (
        registry.dir.pid_file("one"),
        registry.dir.runstate_file("one"),
        registry.dir.lock_file("one"),
        registry.dir.secrets_file("one"),
    ):
        file.touch()

    registry.delete("one")

    assert list(registry.dir.workers.iterdir()) == []


def test_deleting_leaves_folders_that_are_not_ours(registry: WorkerRegistry, tmp_path: Path) -> None:
    mine = tmp_path / "my thesis"
    mine.mkdir()
    (registry.dir.path / "elsewhere").mkdir()
    for uuid, data_path in (("a", str(mine)), ("b", "../elsewhere"), ("c", ".."), ("d", ".")):
        registry.create(uuid=uuid)
        edit(registry, uuid, data_path=data_path)
    link = registry.dir.workers / "worker_link"
    link.symlink_to(mine)
    registry.create(uuid="e")
    edit(registry, "e", data_path="worker_link")

    for uuid in "abcde":
        registry.delete(uuid)

    assert mine.is_dir()
    assert (registry.dir.path / "elsewhere").is_dir()
    assert list(registry) == []


def test_deleting_leaves_a_folder_that_another_worker_uses(registry: WorkerRegistry) -> None:
    registry.create(uuid="one")
    registry.create(uuid="two")
    edit(registry, "two", data_path="worker_one")

    registry.delete("one")

    assert (registry.dir.workers / "worker_one").is_dir()


def test_copies_a_graph_with_its_values_and_files(registry: WorkerRegistry) -> None:
    source, target = registry.create(uuid="one"), registry.create(uuid="two")
    data = registry.data_path(source)
    (data / "nodespace.json").write_text("graph")
    (data / "files").mkdir()
    (data / "files" / "x.csv").write_text("a,b")
    (data / "worker.log").write_text("not copied")

    registry.copy_graph(source, target)

    copied = registry.data_path(target)
    assert (copied / "nodespace.json").read_text() == "graph"
    assert (copied / "files" / "x.csv").read_text() == "a,b"
    assert not (copied / "worker.log").exists()
