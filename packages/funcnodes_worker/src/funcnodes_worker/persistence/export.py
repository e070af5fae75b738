"""Graph files: `.json` and `.fnw`, read in every form that exists and written in ours.

A `.fnw` is a ZIP file with the members `manifest.json`, `config` (the worker's JSON without what belongs to one
machine), `state` (our snapshot), `lock` (the installed versions of what the graph needs), `values/<sha256>` (large
values), optionally `pyproject.toml` and `files/**`.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from funcnodes_core.codec.exact import is_nested_deeper
from funcnodes_core.files import fsync_folder, write_atomic
from funcnodes_worker.errors import DocumentFormatError
from funcnodes_worker.persistence.archive import MAX_TOTAL_BYTES, checked_members, open_archive, read_member
from funcnodes_worker.persistence.blobs import BlobSource, BlobStore, MemoryBlobs, blob_names
from funcnodes_worker.persistence.legacy import is_legacy, parse_legacy
from funcnodes_worker.persistence.snapshot import FORMAT, Snapshot, dump_snapshot, parse_snapshot

__all__ = [
    "LoadedGraph",
    "extract_files",
    "files_below",
    "load_graph_file",
    "parse_graph",
    "portable_config",
    "save_graph_file",
    "write_fnw",
]

_MACHINE_KEYS = frozenset(
    (
        "pid uuid host port ssl certfile keyfile data_path env_path python_path autostart update_on_startup required_heartbeat "
        "local_scripts workertype type state"
    ).split()
)
_OURS = frozenset(("funcnodes", "funcnodes-core", "funcnodes-worker"))
_FILES = "files/"
_MAX_NESTING = 200


class LoadedGraph(Struct, kw_only=True):
    """A graph file that was read, parsed and checked; nothing of it has been built yet.

    Attributes:
        snapshot: the graph.
        blobs: its large values.
        config: what a `.fnw` says about its worker, without what belongs to one machine.
        files: names of the files that a `.fnw` brings along, relative to `files/`.
        warnings: a sentence about everything that could not be taken over.
        legacy: the file was written by an earlier release.
    """

    path: Path
    snapshot: Snapshot
    blobs: BlobSource
    config: dict[str, Any] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    legacy: bool = False


def parse_graph(data: bytes, name: str) -> tuple[Snapshot, list[str], bool]:
    """The graph in the bytes of a JSON file: ours or an earlier release's (then the last item is true).

    Raises:
        DocumentFormatError: it is neither; the message names `name`.
    """
    try:
        parsed = json.loads(data)
        legacy = is_legacy(parsed)
        _check_plain(parsed, odd_numbers=legacy)
        if legacy:
            snapshot, warnings = parse_legacy(parsed)
            return snapshot, warnings, True
        if not isinstance(parsed, dict):
            raise DocumentFormatError("this is no FuncNodes graph")
        return parse_snapshot(parsed), [], False
    except (ValueError, RecursionError) as exc:
        raise DocumentFormatError(f"{name!r} cannot be read: {exc}") from exc


def _check_plain(parsed: Any, *, odd_numbers: bool) -> None:
    """Refuses what Python's parser takes and JSON cannot say: it could not be written again.

    Raises:
        ValueError: numbers that are not finite, half surrogate pairs, or endless nesting.
    """
    if is_nested_deeper(parsed, _MAX_NESTING):
        raise ValueError("it is nested too deeply")
    json.dumps(parsed, ensure_ascii=False, allow_nan=odd_numbers).encode()


def load_graph_file(path: str | os.PathLike[str]) -> LoadedGraph:
    """Reads a `nodespace.json`, a `.fnw` or any JSON graph; large values of a JSON file lie in `values/` beside it.

    Raises:
        FileNotFoundError: there is no such file.
        DocumentFormatError: it holds no graph, or does not hold together; the message names the file.
    """
    file = Path(path)
    if zipfile.is_zipfile(file):
        return _load_fnw(file)
    snapshot, warnings, legacy = parse_graph(file.read_bytes(), file.name)
    return LoadedGraph(
        path=file,
        snapshot=snapshot,
        blobs=BlobStore(file.parent / "values"),
        warnings=warnings,
        legacy=legacy,
    )


def _load_fnw(path: Path) -> LoadedGraph:
    with open_archive(path) as archive:
        state = read_member(archive, "state")
        if state is None:
            raise DocumentFormatError(f"{path.name!r} has no member 'state'")
        snapshot, warnings, legacy = parse_graph(state, f"{path.name}/state")
        blobs = {}
        for name in blob_names(state):
            if (blob := read_member(archive, f"values/{name}")) is not None:
                blobs[name] = blob
        config = _config(read_member(archive, "config"), warnings)
        files = [i.filename[len(_FILES) :] for i in checked_members(archive) if i.filename.startswith(_FILES)]
    return LoadedGraph(
        path=path,
        snapshot=snapshot,
        blobs=MemoryBlobs(blobs),
        config=config,
        files=files,
        warnings=warnings,
        legacy=legacy,
    )


def _config(raw: bytes | None, warnings: list[str]) -> dict[str, Any]:
    try:
        parsed = json.loads(raw) if raw is not None else {}
    except ValueError as exc:
        parsed = None
        warnings.append(f"the member 'config' cannot be read and was left out: {exc}")
    return portable_config(parsed) if isinstance(parsed, dict) else {}


def portable_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """A worker's configuration without what belongs to one machine and without our own three packages."""
    kept = {key: value for key, value in config.items() if key not in _MACHINE_KEYS}
    packages = kept.get("package_dependencies")
    if isinstance(packages, dict):
        kept["package_dependencies"] = {key: value for key, value in packages.items() if key not in _OURS}
    return kept


def extract_files(loaded: LoadedGraph, folder: Path) -> list[str]:
    """Unpacks the files that a `.fnw` brings along; existing ones are replaced. Returns their names.

    Raises:
        DocumentFormatError: the archive is damaged, or a name leaves the folder.
        OSError: the disk refused.
    """
    if not loaded.files:
        return []
    root = folder.resolve()
    with open_archive(loaded.path) as archive:
        for name in loaded.files:
            target = (root / name).resolve()
            if not target.is_relative_to(root) or target == root:
                raise DocumentFormatError(f"the archive holds a file whose name leaves the folder: {name!r}")
            target.parent.mkdir(parents=True, exist_ok=True)
            _extract(archive, _FILES + name, target)
    return loaded.files


def _extract(archive: zipfile.ZipFile, member: str, target: Path) -> None:
    fd, temp = tempfile.mkstemp(dir=target.parent, prefix=".import-")
    try:
        with os.fdopen(fd, "wb") as out, archive.open(member) as source:
            shutil.copyfileobj(source, out)
        os.replace(temp, target)
    except zipfile.BadZipFile as exc:
        raise DocumentFormatError(f"{member!r} in the archive cannot be read: {exc}") from exc
    finally:
        Path(temp).unlink(missing_ok=True)


def write_fnw(
    path: Path,
    snapshot: Snapshot,
    blobs: BlobSource,
    *,
    config: Mapping[str, Any],
    versions: Mapping[str, str],
    files_dir: Path | None = None,
) -> None:
    """Writes a graph with everything that belongs to it into one file, whole or not at all.

    Args:
        versions: installed versions of the packages that the graph needs, for the member `lock`.
        files_dir: its files go along when given.

    Raises:
        OSError: the disk refused; a file that was there is untouched.
    """
    state = dump_snapshot(snapshot)
    fd, temp = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(fd, "wb") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr(
                    "manifest.json",
                    _json({"kind": "funcnodes export", "format": FORMAT, "rev": snapshot.rev}),
                )
                archive.writestr("config", _json(portable_config(config)))
                archive.writestr("state", state)
                archive.writestr("lock", _json(dict(sorted(versions.items()))))
                for name in sorted(blob_names(state)):
                    archive.writestr(f"values/{name}", blobs.get(name))
                for file in files_below(files_dir):
                    archive.write(file, _FILES + file.relative_to(files_dir or file).as_posix())
            out.flush()
            os.fsync(out.fileno())
        os.replace(temp, path)
        fsync_folder(path.parent)
    finally:
        Path(temp).unlink(missing_ok=True)


def files_below(folder: Path | None) -> list[Path]:
    """The files that an export takes along, links left out; none without a folder.

    Raises:
        DocumentFormatError: they are more than an archive may hold.
    """
    if folder is None or not folder.is_dir():
        return []
    found = sorted(file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    total = sum(file.stat().st_size for file in found)
    if total > MAX_TOTAL_BYTES:
        raise DocumentFormatError(f"the files are {total} bytes; an export holds at most {MAX_TOTAL_BYTES}")
    return found


def save_graph_file(loaded: LoadedGraph, path: Path) -> None:
    """Writes a graph that was read to another place, in our form: `.fnw` as an archive, anything else as JSON."""
    if path.suffix == ".fnw":
        with tempfile.TemporaryDirectory() as folder:
            extract_files(loaded, Path(folder))
            write_fnw(
                path, loaded.snapshot, loaded.blobs, config=loaded.config, versions={}, files_dir=Path(folder)
            )
        return
    text = dump_snapshot(loaded.snapshot)
    store = BlobStore(path.parent / "values")
    for name in blob_names(text):
        store.put(loaded.blobs.get(name))
    write_atomic(path, text)


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)
