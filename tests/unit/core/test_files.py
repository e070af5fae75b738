"""Files written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from funcnodes_core.exceptions import DamagedFileError
from funcnodes_core.files import read_json, write_atomic, write_json


def test_text_and_bytes_replace_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"

    write_atomic(path, "grün")
    write_atomic(path, b"\x00\x01")

    assert path.read_bytes() == b"\x00\x01"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_files_are_private_unless_said_otherwise(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", "x")
    write_atomic(tmp_path / "b", "x", mode=0o644)

    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o644


def test_a_failed_write_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    write_atomic(path, "old")

    def fail(src: str, dst: str) -> None:
        raise OSError("disk on fire")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk on fire"):
        write_atomic(path, "new")

    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomic(tmp_path / "no" / "a", "x")


def test_json_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.json"

    write_json(path, {"ü": [1, None]})

    assert read_json(path) == {"ü": [1, None]}


def test_what_is_no_json_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "a.json"

    with pytest.raises(TypeError):
        write_json(path, {"a": object()})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, float("nan"))

    assert not path.exists()


@pytest.mark.parametrize("content", [b'{"a": [1, 2', b"", b"\xff\xfe{}", b"[" * 100_000])
def test_damaged_json_names_the_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)

    with pytest.raises(DamagedFileError, match=r"broken\.json"):
        read_json(path)
