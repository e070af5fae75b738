"""Nodes that read and write files; in a worker they stay inside its files folder."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from funcnodes.nodes import csvtext
from funcnodes.nodes.folder import allowed_path, files_folder
from funcnodes.nodes.tables import show_table
from funcnodes_core import InputMeta, Node, NodeDecorator, Shelf
from funcnodes_core.files import write_atomic

__all__ = ["SHELF"]

Encoding = Literal["utf-8", "latin-1", "utf-16"]


def _file(accept: str) -> InputMeta:
    """Options of an input that the editor shows as a file chooser."""
    return InputMeta(render_options={"type": "file", "accept": accept})


def _reads(*suffixes: str, **render: Any) -> dict[str, Any]:
    """Render options of a node that a file with such a name makes when it is dropped on the canvas."""
    return {**render, "drop": {"suffixes": list(suffixes), "input": "path"}}


def _read(node: Node, path: str, encoding: str) -> str:
    # a byte order mark at the start is no part of the text
    data = allowed_path(node, path).read_bytes()
    return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)


def _write(node: Node, path: str, text: str, encoding: str = "utf-8") -> str:
    target = allowed_path(node, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(target, text.encode(encoding))
    return path


@NodeDecorator(
    "funcnodes.read_text",
    name="Read text file",
    default_render_options=_reads(
        ".txt", ".md", ".log", ".py", ".html", ".xml", ".yaml", ".yml", ".toml", ".ini", ".svg"
    ),
)
def read_text(path: Annotated[str, _file(".txt,.md,.log")], node: Node, encoding: Encoding = "utf-8") -> str:
    """Reads a text file.

    Args:
        path: The file, relative to the worker's files.
        encoding: How its characters are written.

    Returns:
        out: The text.

    Raises:
        FileNotFoundError: If there is no such file.
        UnicodeDecodeError: If the encoding is another one.
    """
    return _read(node, path, encoding)


@NodeDecorator("funcnodes.write_text", name="Write text file")
def write_text(text: str, path: str, node: Node) -> str:
    """Writes a text file, whole or not at all; a file of that name is replaced.

    Args:
        text: What to write, in UTF-8.
        path: The file, relative to the worker's files; folders are made.

    Returns:
        out: The path.
    """
    return _write(node, path, text)


@NodeDecorator(
    "funcnodes.read_csv",
    name="Read CSV",
    default_render_options=_reads(".csv", ".tsv", **show_table()),
)
def read_csv(
    path: Annotated[str, _file(".csv,.tsv,.txt")],
    node: Node,
    delimiter: csvtext.Delimiter = "auto",
    header: bool = True,
    numbers: bool = True,
    encoding: Encoding = "utf-8",
) -> list[dict[str, Any]]:
    """Reads a table from a CSV file.

    Args:
        path: The file, relative to the worker's files.
        delimiter: What stands between two cells; `auto` looks at the first lines.
        header: Whether the first line holds the names of the columns.
        numbers: Whether columns of nothing but numbers become numbers.
        encoding: How its characters are written.

    Returns:
        out: One dict for each line; empty cells are None.

    Raises:
        FileNotFoundError: If there is no such file.
        UnicodeDecodeError: If the encoding is another one.
    """
    return csvtext.parse(_read(node, path, encoding), delimiter, header, numbers)


@NodeDecorator("funcnodes.write_csv", name="Write CSV")
def write_csv(
    rows: list[dict[str, Any]], path: str, node: Node, delimiter: Literal[",", ";", "tab", "|"] = ","
) -> str:
    """Writes a table to a CSV file, whole or not at all; a file of that name is replaced.

    Args:
        rows: The table.
        path: The file, relative to the worker's files; folders are made.
        delimiter: What stands between two cells.

    Returns:
        out: The path.
    """
    return _write(node, path, csvtext.write(rows, delimiter))


@NodeDecorator(
    "funcnodes.parse_csv",
    name="Table from CSV text",
    default_render_options=show_table(),
)
def parse_csv(
    text: str, delimiter: csvtext.Delimiter = "auto", header: bool = True, numbers: bool = True
) -> list[dict[str, Any]]:
    """Reads a table from a text in CSV form.

    Args:
        text: The text.
        delimiter: What stands between two cells; `auto` looks at the first lines.
        header: Whether the first line holds the names of the columns.
        numbers: Whether columns of nothing but numbers become numbers.

    Returns:
        out: One dict for each line; empty cells are None.
    """
    return csvtext.parse(text, delimiter, header, numbers)


@NodeDecorator(
    "funcnodes.read_json", name="Read JSON", default_render_options=_reads(".json", data={"src": "out"})
)
def read_json(path: Annotated[str, _file(".json")], node: Node) -> Any:
    """Reads the value in a JSON file.

    Args:
        path: The file, relative to the worker's files.

    Returns:
        out: The value.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it holds no JSON; the message says where.
    """
    return json.loads(_read(node, path, "utf-8"))


@NodeDecorator("funcnodes.write_json", name="Write JSON")
def write_json(value: Any, path: str, node: Node, indent: int = 2) -> str:
    """Writes a value to a JSON file, whole or not at all; a file of that name is replaced.

    Args:
        value: Numbers, texts, lists and dicts, however nested.
        path: The file, relative to the worker's files; folders are made.
        indent: Spaces of one level; 0 puts everything on one line.

    Returns:
        out: The path.

    Raises:
        TypeError: If the value holds something that JSON cannot say.
    """
    return _write(node, path, json.dumps(value, indent=indent or None, ensure_ascii=False) + "\n")


@NodeDecorator(
    "funcnodes.read_bytes", name="Read file", default_render_options=_reads("", data={"src": "out"})
)
def read_bytes(path: Annotated[str, _file("")], node: Node) -> bytes:
    """Reads any file as it is.

    Args:
        path: The file, relative to the worker's files.

    Returns:
        out: Its bytes.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    return allowed_path(node, path).read_bytes()


@NodeDecorator(
    "funcnodes.read_image",
    name="Read image",
    default_render_options=_reads(
        ".png", ".jpg", ".jpeg", ".gif", ".webp", data={"src": "out", "type": "image"}
    ),
)
def read_image(path: Annotated[str, _file(".png,.jpg,.jpeg,.gif,.webp")], node: Node) -> bytes:
    """Reads a picture.

    Args:
        path: The file, relative to the worker's files: PNG, JPEG, GIF or WebP.

    Returns:
        out: Its bytes, shown as a picture.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such picture.
    """
    data = allowed_path(node, path).read_bytes()
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    if not (data.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8")) or is_webp):
        raise ValueError(f"{path!r} is no PNG, JPEG, GIF or WebP")
    return data


@NodeDecorator("funcnodes.list_files", name="List files")
def list_files(node: Node, pattern: str = "**/*") -> list[str]:
    """Lists files.

    Args:
        pattern: Which ones: `*` stands for any name, `**` for any folders.

    Returns:
        out: Their paths, relative to the worker's files, sorted.

    Raises:
        ValueError: If the pattern leads out of the folder.
    """
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise ValueError(f"not a pattern inside the folder: {pattern!r}")
    folder = files_folder(node) or Path.cwd()
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob(pattern) if path.is_file())


SHELF = Shelf(
    name="Files",
    description="Reading and writing text, CSV and JSON.",
    nodes=[
        read_csv, write_csv, parse_csv, read_json, write_json, read_text, write_text, read_image, read_bytes, list_files,
    ],
    subshelves=[],
)  # fmt: skip
