"""Cells of anything with the data frame interchange protocol (`__dataframe__`), read where they lie in memory.

The protocol describes columns as typed buffers. Nothing is imported for it and no column is copied: a window of a table
of a billion rows costs as much as one of ten.
"""

from __future__ import annotations

import ctypes
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any, Final

from funcnodes_core.exceptions import NotExactError

__all__ = ["InterchangeColumns"]

_INT, _UINT, _FLOAT, _BOOL, _STRING, _DATETIME, _CATEGORICAL = 0, 1, 2, 20, 21, 22, 23
_NULL_NAN, _NULL_SENTINEL, _NULL_BITMASK, _NULL_BYTEMASK = 1, 2, 3, 4
_SIGNED: Final = {8: "b", 16: "h", 32: "i", 64: "q"}
_FLOATS: Final = {16: "e", 32: "f", 64: "d"}
_PER_SECOND: Final = {"s": 1, "m": 1_000, "u": 1_000_000, "n": 1_000_000_000}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Read = Callable[[int], Any]
"""Gives the cell of a row; None for an empty one."""


class InterchangeColumns:
    """The columns of a data frame, cell by cell.

    Args:
        frame: what has `__dataframe__`.
    """

    def __init__(self, frame: Any) -> None:
        described = frame.__dataframe__(allow_copy=True)
        self.names = [str(name) for name in described.column_names()]
        self._chunks = list(described.get_chunks()) or [described]
        heights = [_height(chunk) for chunk in self._chunks]
        self._ends = list(accumulate(heights))
        self.height = self._ends[-1] if self._ends else 0
        self._readers: dict[tuple[int, int], Read] = {}

    def cells(self, column: int, rows: Iterable[int]) -> list[Any]:
        """The cells of a column in some rows; of a column that the frame itself cannot describe, what it says."""
        found = []
        for row in rows:
            at = bisect_right(self._ends, row)
            read = self._readers.get((at, column))
            if read is None:
                read = self._readers[at, column] = self._open(at, column)
            found.append(read(row - (self._ends[at - 1] if at else 0)))
        return found

    def _open(self, chunk: int, column: int) -> Read:
        try:
            return _reader(self._chunks[chunk].get_column(column))
        except Exception as error:  # noqa: BLE001 - frames are foreign code, and not all know all their own types
            text = f"<{error}>"
            return lambda row: text


def _height(chunk: Any) -> int:
    rows = chunk.num_rows()
    if rows is None:
        rows = chunk.get_column(0).size() if chunk.num_columns() else 0
    return int(rows)


def _reader(column: Any) -> Read:
    kind, bits, form, _ = column.dtype
    buffers = column.get_buffers()
    offset = int(column.offset)
    raw = _raw_reader(int(kind), int(bits), buffers, offset)
    if int(kind) == _CATEGORICAL:
        raw = _category_reader(raw, column)
    is_null = _null_reader(column, raw, buffers, offset)
    if int(kind) == _DATETIME:
        raw = _date_reader(raw, str(form))

    def read(row: int) -> Any:
        return None if is_null(row) else raw(row)

    return read


def _raw_reader(kind: int, bits: int, buffers: Any, offset: int) -> Read:
    if kind == _STRING:
        return _text_reader(buffers, offset)
    data, (data_kind, data_bits, _, _) = buffers["data"]
    if kind == _BOOL:
        return _bit_reader(data, offset) if bits == 1 else _number_reader(data, "?", offset)
    if kind in (_CATEGORICAL, _DATETIME):
        kind, bits = int(data_kind), int(data_bits)
        kind = _INT if kind in (_CATEGORICAL, _DATETIME) else kind
    if kind in (_INT, _UINT) and bits in _SIGNED:
        return _number_reader(data, _SIGNED[bits] if kind == _INT else _SIGNED[bits].upper(), offset)
    if kind == _FLOAT and bits in _FLOATS:
        return _number_reader(data, _FLOATS[bits], offset)
    raise NotExactError(f"columns of kind {kind} with {bits} bits cannot be read")


def _memory(buffer: Any) -> memoryview:
    size = int(buffer.bufsize)
    view = memoryview((ctypes.c_ubyte * size).from_address(int(buffer.ptr)) if size else b"")
    return view.cast("B")


def _number_reader(buffer: Any, form: str, offset: int) -> Read:
    memory, unpack = _memory(buffer), struct.Struct(f"={form}")

    def read(row: int, kept: Any = buffer) -> Any:  # the buffer owns the memory
        return unpack.unpack_from(memory, (offset + row) * unpack.size)[0]

    return read


def _bit_reader(buffer: Any, offset: int) -> Read:
    memory = _memory(buffer)

    def read(row: int, kept: Any = buffer) -> bool:
        at = offset + row
        return bool(memory[at >> 3] >> (at & 7) & 1)

    return read


def _text_reader(buffers: Any, offset: int) -> Read:
    data, _ = buffers["data"]
    if buffers["offsets"] is None:
        raise NotExactError("a column of text without offsets cannot be read")
    offsets, (_, bits, _, _) = buffers["offsets"]
    memory, at = _memory(data), _number_reader(offsets, _SIGNED[int(bits)], offset)

    def read(row: int, kept: Any = data) -> str:
        return bytes(memory[at(row) : at(row + 1)]).decode("utf-8", "replace")

    return read


def _category_reader(codes: Read, column: Any) -> Read:
    described = column.describe_categorical
    categories = described["categories"]
    read = _reader(categories)
    count = int(categories.size())

    def category(row: int) -> Any:
        code = codes(row)
        return read(code) if 0 <= code < count else None

    return category


def _date_reader(raw: Read, form: str) -> Read:
    """Days (`tdD`, `tdm`) and moments (`tss:`, `tsm:`, `tsu:`, `tsn:` with a zone or none), as Arrow writes them."""
    zone = form.partition(":")[2]

    def read(row: int) -> Any:
        value = raw(row)
        try:
            if form == "tdD":
                return date(1970, 1, 1) + timedelta(days=value)
            seconds, rest = divmod(value, _PER_SECOND[form[2]])
            moment = _EPOCH + timedelta(
                seconds=seconds, microseconds=rest * 1_000_000 // _PER_SECOND[form[2]]
            )
        except (OverflowError, KeyError):
            return value
        return moment if zone else moment.replace(tzinfo=None)

    return read


def _null_reader(column: Any, raw: Read, buffers: Any, offset: int) -> Callable[[int], bool]:
    kind, marker = column.describe_null
    kind = int(kind)
    if kind == _NULL_NAN:
        return lambda row: raw(row) != raw(row)
    if kind == _NULL_SENTINEL:
        return lambda row: bool(raw(row) == marker)
    if kind in (_NULL_BITMASK, _NULL_BYTEMASK) and buffers["validity"] is not None:
        validity, (_, bits, _, _) = buffers["validity"]
        packed = kind == _NULL_BITMASK or int(bits) == 1
        mask = _bit_reader(validity, offset) if packed else _number_reader(validity, "B", offset)
        return lambda row: bool(mask(row)) == bool(marker)
    return lambda row: False
