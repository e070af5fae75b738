"""File nodes stay inside the worker's files and write whole files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from funcnodes.nodes import files as _files  # noqa: F401 - registers the nodes
from funcnodes_core import Node, get_nodeclass

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["../secret.txt", "a/../../secret.txt", "/etc/hostname"])
async def test_a_path_out_of_the_folder_is_refused(path: str, files_dir: Path, run_node: Any) -> None:
    (files_dir.parent / "secret.txt").write_text("secret", encoding="utf-8")

    with pytest.raises(PermissionError, match="outside"):
        await run_node("read_text", path=path)
    with pytest.raises(PermissionError, match="outside"):
        await run_node("write_text", text="x", path=path)


async def test_a_symbolic_link_out_of_the_folder_is_refused(files_dir: Path, run_node: Any) -> None:
    (files_dir.parent / "secret.txt").write_text("secret", encoding="utf-8")
    os.symlink(files_dir.parent, files_dir / "out")

    with pytest.raises(PermissionError, match="outside"):
        await run_node("read_text", path="out/secret.txt")


async def test_an_empty_path_says_that_no_file_is_chosen(run_node: Any) -> None:
    with pytest.raises(ValueError, match="no file is chosen"):
        await run_node("read_csv", path="")


async def test_a_missing_file_is_named(run_node: Any) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.csv"):
        await run_node("read_csv", path="gone.csv")


async def test_a_byte_order_mark_is_no_part_of_the_text(files_dir: Path, run_node: Any) -> None:
    (files_dir / "bom.csv").write_bytes(b"\xef\xbb\xbfa,b\n1,2\n")

    assert (await run_node("read_csv", path="bom.csv"))["out"] == [{"a": 1, "b": 2}]


async def test_another_encoding_is_read_when_named(files_dir: Path, run_node: Any) -> None:
    (files_dir / "old.txt").write_bytes("Größe".encode("latin-1"))

    assert (await run_node("read_text", path="old.txt", encoding="latin-1"))["out"] == "Größe"
    with pytest.raises(UnicodeDecodeError):
        await run_node("read_text", path="old.txt")


async def test_what_cannot_be_json_leaves_the_old_file(files_dir: Path, run_node: Any) -> None:
    (files_dir / "v.json").write_text("[1]", encoding="utf-8")

    with pytest.raises(TypeError):
        await run_node("write_json", value=object(), path="v.json")

    assert (files_dir / "v.json").read_text(encoding="utf-8") == "[1]"
    assert [path.name for path in files_dir.iterdir()] == ["v.json"]


async def test_what_is_no_picture_is_refused(files_dir: Path, run_node: Any) -> None:
    (files_dir / "x.png").write_text("text", encoding="utf-8")

    with pytest.raises(ValueError, match="is no PNG"):
        await run_node("read_image", path="x.png")


async def test_listing_stays_inside(run_node: Any) -> None:
    with pytest.raises(ValueError, match="inside the folder"):
        await run_node("list_files", pattern="../*")


async def test_in_a_script_paths_are_those_of_the_script(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("here", encoding="utf-8")
    node: Node = get_nodeclass("funcnodes.read_text")()

    node.inputs["path"].set_value(str(tmp_path / "x.txt"))
    await node

    assert node.outputs["out"].value == "here"


def test_inputs_for_files_ask_for_a_file_chooser() -> None:
    for name in ("read_text", "read_csv", "read_json", "read_image", "read_bytes"):
        node: Node = get_nodeclass(f"funcnodes.{name}")()
        port = node.inputs["path"]
        assert port.render_options["type"] == "file"
        assert name == "read_bytes" or port.render_options["accept"].startswith(".")
        assert node.render_options["drop"]["input"] == "path"
