"""The folder of a worker's files: safe names, whole files, room."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from funcnodes_worker.errors import FileNameError, NotFoundError, QuotaError
from funcnodes_worker.filestore import FileStore


def make(root: Path, one: int = 1000, together: int = 3000) -> FileStore:
    return FileStore(root, max_file_bytes=one, max_total_bytes=together)


def put(files: FileStore, name: str, data: bytes = b"x") -> str:
    incoming = files.receive(name)
    try:
        incoming.write(data)
        return incoming.commit().relative_to(files.root.resolve()).as_posix()
    finally:
        incoming.abort()


@pytest.mark.parametrize(
    "name",
    [
        "", "/", ".", "..", "../x", "a/../../x", "/etc/passwd", "a//b", "a/", "C:\\x", "a\\b", "a\x00b", "a\nb", "\x7f",
        "nul", "NUL.txt", "sub/con", "com1.csv", "COM¹", "aux .txt", "trailing.", "trailing ", "a/. /b", "...",
        "\udc80", "gpj\u202eexe", "x" * 300, "é" * 150, "/".join("a" * 600), ".upload-0123456789abcdef",
    ],
)  # fmt: skip
def test_a_hostile_name_is_refused_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    files = make(tmp_path / "files")

    with pytest.raises(FileNameError):
        files.receive(name)

    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    "name", ["a.csv", "sub/deep/a.csv", ".hidden", "Füße 你好 👩‍🚀.txt", "a b (1).tar.gz", "console"]
)
def test_an_honest_name_is_kept(tmp_path: Path, name: str) -> None:
    files = make(tmp_path / "files")

    assert put(files, name) == name
    assert [info.path for info in files.all_files()] == [name]
    assert files.find(name).read_bytes() == b"x"


def test_one_spelling_of_a_name_is_one_file(tmp_path: Path) -> None:
    files = make(tmp_path / "files")

    assert put(files, "cafe\u0301") == "caf\u00e9"


def test_links_lead_nowhere_else(tmp_path: Path) -> None:
    files = make(tmp_path / "files")
    put(files, "a")
    (tmp_path / "secret").write_text("secret")
    (files.root / "out").symlink_to(tmp_path)
    (files.root / "link").symlink_to(tmp_path / "secret")
    (files.root / "new").symlink_to(tmp_path / "made-by-an-upload")

    for name in ("out/secret", "link", "new", "out/new"):
        with pytest.raises(FileNameError):
            files.receive(name)
        with pytest.raises(FileNameError):
            files.find(name)
    assert [info.path for info in files.all_files()] == ["a"]
    assert not (tmp_path / "made-by-an-upload").exists()


def test_a_taken_name_gets_a_number_and_nothing_is_overwritten(tmp_path: Path) -> None:
    files = make(tmp_path / "files")

    assert [put(files, "a.csv", data) for data in (b"1", b"2", b"3")] == ["a.csv", "a-1.csv", "a-2.csv"]
    assert files.find("a.csv").read_bytes() == b"1"


def test_uploads_of_one_name_at_once_all_survive(tmp_path: Path) -> None:
    files = make(tmp_path / "files")
    together = threading.Barrier(8)
    stored: list[str] = []

    def upload(number: int) -> None:
        incoming = files.receive("a.csv")
        incoming.write(b"%d" % number)
        together.wait()
        stored.append(incoming.commit().name)

    threads = [threading.Thread(target=upload, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(stored)) == 8
    assert sorted(files.find(name).read_bytes() for name in stored) == [b"%d" % n for n in range(8)]


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    files = make(tmp_path / "files")
    put(files, "a")

    with pytest.raises(FileNameError, match="is a file"):
        put(files, "a/b")

    assert [path.name for path in files.root.iterdir()] == ["a"]


def test_there_is_room_for_so_much(tmp_path: Path) -> None:
    files = make(tmp_path / "files", one=1000, together=1500)
    put(files, "a", b"x" * 1000)

    with pytest.raises(QuotaError):  # as it comes
        put(files, "b", b"x" * 501)
    with pytest.raises(QuotaError):  # before it comes
        files.receive("b", 501)
    with pytest.raises(QuotaError):  # one alone
        put(make(tmp_path / "other"), "b", b"x" * 1001)
    put(files, "b", b"x" * 500)

    assert [info.size for info in files.all_files()] == [1000, 500]
    assert len(list(files.root.iterdir())) == 2


def test_uploads_at_once_share_the_room(tmp_path: Path) -> None:
    files = make(tmp_path / "files", one=1000, together=1000)
    first, second = files.receive("a"), files.receive("b")
    first.write(b"x" * 600)

    with pytest.raises(QuotaError):
        second.write(b"x" * 600)

    second.abort()
    assert first.commit().stat().st_size == 600


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    files = make(tmp_path / "files")
    put(files, "a")
    files.receive("b")._file.close()  # as a process leaves it that is killed here

    assert [info.path for info in files.all_files()] == ["a"]
    files.remove_broken()

    assert [path.name for path in files.root.iterdir()] == ["a"]


def test_deleting_takes_plain_files_only(tmp_path: Path) -> None:
    files = make(tmp_path / "files")
    put(files, "sub/a")
    os.mkfifo(files.root / "pipe")

    for name in ("sub", "pipe", "nothing"):
        with pytest.raises(NotFoundError):
            files.delete(name)
    files.delete("sub/a")

    assert files.all_files() == []
