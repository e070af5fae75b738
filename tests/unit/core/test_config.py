"""Settings: defaults, files, environment, test mode."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from funcnodes_core import config as config_module
from funcnodes_core.exceptions import DamagedFileError
from funcnodes_core.utils.deprecations import FuncNodesDeprecationWarning

config: Any = config_module


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration folder that does not exist yet."""
    monkeypatch.setenv("FUNCNODES_CONFIG_DIR", "")
    path = tmp_path / "conf"
    monkeypatch.setattr(config, "_BASE_CONFIG_DIR", path)
    config._CONFIG_CHANGED = True
    yield path
    config.set_in_test(False)
    config._CONFIG_CHANGED = True


def test_defaults_hold_without_a_file_and_nothing_is_written(folder: Path) -> None:
    found = config.get_config()

    assert found["worker_manager"] == {"host": "localhost", "port": 9380, "ssl": False}
    assert found["frontend"]["port"] == 8000
    assert found["nodes"]["default_pretrigger_delay"] == 0
    assert found["logging"]["handler"]["file"]["options"]["maxBytes"] == 5 * 1024 * 1024
    assert not folder.exists()


def test_the_same_settings_are_equal_in_every_folder(folder: Path, tmp_path: Path) -> None:
    first = json.dumps(config.get_config())
    config.reload(tmp_path / "other")

    assert json.dumps(config.get_config()) == first


def test_what_the_file_says_of_env_dir_is_kept(folder: Path) -> None:
    config.write_config(folder / "config.json", {"env_dir": "custom-env"})
    config.reload(folder)

    config.update_config({"logging": {"level": "DEBUG"}})

    assert config.get_config()["env_dir"] == "custom-env"


def test_reload_makes_the_folder_private_and_the_file(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"

    config.reload(other)

    assert config.get_config_dir() == other
    assert config.get_base_config_dir().is_absolute()
    assert os.environ["FUNCNODES_CONFIG_DIR"] == str(other)
    assert other.stat().st_mode & 0o777 == 0o700
    assert json.loads((other / "config.json").read_text())["frontend"]["port"] == 8000


def test_reload_takes_the_folder_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNCNODES_CONFIG_DIR", str(tmp_path / "env"))

    config.reload()

    assert config.get_config_dir() == tmp_path / "env"


def test_update_merges_deeply_and_keeps_unknown_keys(folder: Path) -> None:
    folder.mkdir()
    (folder / "config.json").write_text('{"mine": {"a": 1}, "frontend": {"port": 1}}')

    config.update_config({"frontend": {"host": "h"}, "mine": {"b": 2}})

    on_disk = json.loads((folder / "config.json").read_text())
    assert on_disk["mine"] == {"a": 1, "b": 2}
    assert on_disk["frontend"] == {"port": 1, "host": "h"}
    assert "env_dir" not in on_disk
    assert config.get_config()["frontend"] == {"host": "h", "port": 1, "ssl": False}
    assert json.loads((folder / "config.json.bu").read_text())["frontend"] == {"port": 1}


def test_assigning_config_changed_reads_again(folder: Path) -> None:
    before = config.get_config()["frontend"]["port"]
    folder.mkdir()
    (folder / "config.json").write_text('{"frontend": {"port": 7}}')

    unchanged = config.get_config()["frontend"]["port"]
    config._CONFIG_CHANGED = True

    assert (before, unchanged) == (8000, 8000)
    assert config.get_config()["frontend"]["port"] == 7


def test_a_damaged_file_is_set_aside_and_the_backup_taken(folder: Path) -> None:
    folder.mkdir()
    (folder / "config.json").write_text('{"frontend": {"po')
    (folder / "config.json.bu").write_text('{"frontend": {"port": 5}}')

    with pytest.warns(RuntimeWarning, match="damaged"):
        found = config.get_config()

    assert found["frontend"]["port"] == 5
    aside = list(folder.glob("config.json.damaged-*"))
    assert [path.read_text() for path in aside] == ['{"frontend": {"po']


def test_load_config_wants_an_object(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text("[1]")

    with pytest.raises(DamagedFileError, match=r"list\.json"):
        config.load_config(path)


def test_the_delay_comes_from_file_or_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNCNODES_DEFAULT_PRETRIGGER_DELAY", "0.5")
    config._CONFIG_CHANGED = True
    from_environment = config.default_pretrigger_delay()
    config.update_config({"nodes": {"default_pretrigger_delay": 0.25}})

    assert from_environment == 0.5
    assert config.default_pretrigger_delay() == 0.25


def test_env_files_are_read_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FN_TEST_A", "old")
    monkeypatch.setenv("FN_TEST_B", "old")
    (tmp_path / ".env").write_text(
        "# comment\nFN_TEST_A='new value'\nexport FN_TEST_B=b\n#FN_TEST_A=no\njunk\n"
    )

    untouched = os.environ["FN_TEST_A"]
    found = config.load_env_file(tmp_path / ".env")

    assert untouched == "old"
    assert found == {"FN_TEST_A": "new value", "FN_TEST_B": "b"}
    assert os.environ["FN_TEST_A"] == "new value"
    assert config.load_env_file(tmp_path / "none") == {}


def test_render_options_of_the_file_come_into_force(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(config.FUNCNODES_RENDER_OPTIONS, "typemap", {"x.Y": "str"})

    config.update_config({"render_options": {"typemap": {"x.Y": "image"}}})

    assert config.FUNCNODES_RENDER_OPTIONS["typemap"] == {"x.Y": "image"}


@pytest.mark.parametrize("name", ["CONFIG", "CONFIG_DIR", "BASE_CONFIG_DIR"])
def test_old_names_work_and_warn(name: str) -> None:
    with pytest.warns(FuncNodesDeprecationWarning, match=name):
        found = getattr(config, name)

    assert found


def test_unknown_names_are_attribute_errors() -> None:
    assert isinstance(config_module, ModuleType)
    with pytest.raises(AttributeError, match="no attribute 'NOPE'"):
        _ = config.NOPE


def test_test_mode_moves_the_folder_and_back(folder: Path) -> None:
    config.set_in_test(config={"frontend": {"port": 3}})
    inside = config.get_config_dir()
    active = config.get_in_test()
    port = config.get_config()["frontend"]["port"]
    config.set_in_test(False)

    assert active is True
    assert inside != folder
    assert str(os.getpid()) in inside.name
    assert port == 3
    assert config.get_in_test() is False
    assert config.get_config_dir() == Path("~/.funcnodes").expanduser()


def test_test_mode_starts_empty_unless_told() -> None:
    config.set_in_test()
    marker = config.get_config_dir() / "marker"
    marker.touch()
    config.set_in_test(clear=False)
    kept = marker.exists()
    config.set_in_test()

    assert kept is True
    assert not marker.exists()


def test_assigning_in_node_test_is_test_mode_without_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        config.IN_NODE_TEST = True

        assert config.IN_NODE_TEST is True
        assert config.get_in_test() is True


def test_test_mode_can_turn_warnings_into_errors() -> None:
    class OwnWarning(UserWarning): ...

    with warnings.catch_warnings():
        config.set_in_test(fail_on_warnings=[OwnWarning])
        with pytest.raises(OwnWarning):
            warnings.warn("x", OwnWarning, stacklevel=1)


def test_importing_reads_and_writes_nothing(tmp_path: Path) -> None:
    code = "import funcnodes_core.config, funcnodes_core._logging as l; print(l.FUNCNODES_LOGGER.handlers)"
    env = {**os.environ, "FUNCNODES_CONFIG_DIR": str(tmp_path / "never")}

    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
    assert not (tmp_path / "never").exists()
