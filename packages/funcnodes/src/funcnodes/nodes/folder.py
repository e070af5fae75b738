"""Where file nodes may read and write."""

from pathlib import Path

from funcnodes_core import Node

__all__ = ["allowed_path", "files_folder"]


def files_folder(node: Node) -> Path | None:
    """The folder of the worker that the node runs in; None in a script, where there is no such limit."""
    space = node.nodespace
    folder = space.get_property("files_dir") if space is not None else None
    return Path(str(folder)).resolve() if folder else None


def allowed_path(node: Node, path: str) -> Path:
    """The file that a path means: inside the worker's files folder, or relative to where a script runs.

    Raises:
        ValueError: If the path is empty.
        PermissionError: If it leads out of the files folder, also by `..` or a symbolic link.
    """
    if not path:
        raise ValueError("no file is chosen")
    folder = files_folder(node)
    if folder is None:
        return Path(path)
    target = (folder / path).resolve()
    if not target.is_relative_to(folder):
        raise PermissionError(f"{path!r} is outside of the files of this worker")
    return target
