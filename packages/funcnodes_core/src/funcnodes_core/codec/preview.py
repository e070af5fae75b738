"""Cutting a value to what a port shows: bounded in size, with a mime type."""

from __future__ import annotations

from typing import Any, NamedTuple

from funcnodes_core.codec._plain import PlainCutter, excuse
from funcnodes_core.codec._table import table_window
from funcnodes_core.codec.binary import ByteEncoder
from funcnodes_core.types import CONCEALED, SVG, Secret

__all__ = [
    "MIME_BYTES",
    "MIME_JPEG",
    "MIME_JSON",
    "MIME_PNG",
    "MIME_SVG",
    "MIME_TABLE",
    "Preview",
    "image_type",
    "plain_form",
    "preview",
]

MIME_JSON = "application/json"
MIME_PNG = "image/png"
MIME_JPEG = "image/jpeg"
MIME_SVG = "image/svg+xml"
MIME_TABLE = "application/vnd.funcnodes.table+json"
MIME_BYTES = "application/octet-stream"

DEFAULT_BUDGET_BYTES = 64 * 1024
HEAD_BYTES = 256
_MAGIC = ((b"\x89PNG\r\n\x1a\n", MIME_PNG), (b"\xff\xd8\xff", MIME_JPEG))


class Preview(NamedTuple):
    """What a port shows of a value.

    Attributes:
        mime: What `data` is.
        data: Bytes for images, something JSON can say for everything else. An image over the
            budget is empty bytes: a cut image is none.
        complete: Whether this is all there is.
    """

    mime: str
    data: Any
    complete: bool


def preview(value: Any, render_type: str | None = None, budget_bytes: int = DEFAULT_BUDGET_BYTES) -> Preview:
    """What a port shows of a value.

    Encoders of node modules are asked first. A failing one gives a line of text that says so:
    this never raises for a value.

    Args:
        value: Any value.
        render_type: How its node wants it shown: "svg", "table", "json" ... or None.
        budget_bytes: The most that `data` may take.
    """
    try:
        return _preview(value, render_type, budget_bytes)
    except (Exception, SystemExit) as exc:  # noqa: BLE001 - encoders and __str__ of values are foreign code
        return Preview(MIME_JSON, PlainCutter(budget_bytes).cut(excuse(value, exc)), False)


def plain_form(value: Any, budget_bytes: int) -> Any:
    """A value as JSON of bounded size, as a cell of a table shows it; never raises for a value."""
    try:
        return PlainCutter(budget_bytes).cut(value)
    except (Exception, SystemExit) as exc:  # noqa: BLE001 - encoders and __str__ of values are foreign code
        return PlainCutter(budget_bytes).cut(excuse(value, exc))


def image_type(raw: bytes | bytearray | memoryview) -> str | None:
    """The mime type of bytes that begin as a picture does, or None."""
    head = bytes(raw[:16])
    return next((mime for magic, mime in _MAGIC if head.startswith(magic)), None)


def _preview(value: Any, render_type: str | None, budget_bytes: int) -> Preview:
    if isinstance(value, Secret):
        return Preview(MIME_JSON, CONCEALED, True)
    if isinstance(value, SVG) or (render_type == "svg" and isinstance(value, str)):
        raw = str(value[: budget_bytes + 1]).encode("utf-8", "replace")
        return _image(MIME_SVG, raw, budget_bytes, len(raw))
    own = ByteEncoder.encode_custom(value, True)
    if own is not None:
        return _from_bytes(own.data, own.mime or MIME_BYTES, budget_bytes)
    if isinstance(value, bytes | bytearray | memoryview):
        return _from_bytes(value, image_type(value) or MIME_BYTES, budget_bytes)
    if render_type != "json":
        table = table_window(value, budget_bytes, force=render_type == "table")
        if table is not None:
            return Preview(MIME_TABLE, table.window, table.complete)
    cutter = PlainCutter(budget_bytes)
    data = cutter.cut(value)
    return Preview(MIME_JSON, data, cutter.complete)


def _image(mime: str, raw: bytes, budget_bytes: int, size: int) -> Preview:
    fits = size <= budget_bytes
    return Preview(mime, raw if fits else b"", fits)


def _from_bytes(raw: bytes | bytearray | memoryview, mime: str, budget_bytes: int) -> Preview:
    size = raw.nbytes if isinstance(raw, memoryview) else len(raw)
    if mime.startswith("image/"):
        return _image(mime, bytes(raw) if size <= budget_bytes else b"", budget_bytes, size)
    head = bytes(raw[: min(HEAD_BYTES, budget_bytes // 2)])
    return Preview(MIME_BYTES, {"size": size, "head": head.hex()}, len(head) == size)
