"""Values of array libraries as bytes and back, without loss: npy and Arrow.

The libraries are those of node modules. A value can only be theirs when they are loaded, so nothing is imported to store
one; to bring one back its library is.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable
from typing import Any, Final

from funcnodes_core.exceptions import NotExactError

__all__ = ["MAX_BINARY_BYTES", "from_binary", "is_binary_kind", "to_binary"]

MAX_BINARY_BYTES: Final = 256 * 1024 * 1024
"""Values beyond this are not kept over a restart; the port shows its last preview and is stale."""

_SAFE_ARROW: Final = 15  # earlier ones run code that a file brings along
_COLUMN: Final = "value"
_FREQUENCY: Final = b"funcnodes.frequency"  # of an index of moments, which Arrow does not know
_WITH_FREQUENCY: Final = frozenset({"DatetimeIndex", "TimedeltaIndex"})


def to_binary(value: Any) -> tuple[str, bytes] | None:
    """The bytes of a value and a word for their kind; None where no library knows a lossless form.

    Raises:
        NotExactError: there is one, but the value is too large, or would not come back as it is.
    """
    module = type(value).__module__.partition(".")[0]
    encode = _ENCODERS.get(module)
    if encode is None or module not in sys.modules:
        return None
    try:
        return encode(value)
    except NotExactError:
        raise
    except Exception as error:
        raise NotExactError(f"{type(error).__name__}: {error}") from error


def is_binary_kind(kind: str) -> bool:
    """Whether bytes of that kind can be turned into a value."""
    return kind in _DECODERS


def from_binary(kind: str, data: bytes) -> Any:
    """The value that `to_binary` made the bytes of.

    Raises:
        ValueError: the library is not installed, or the bytes are none of that kind.
    """
    try:
        return _DECODERS[kind](data)
    except ImportError as error:
        raise ValueError(f"its library is not installed: {error}") from error
    except Exception as error:
        raise ValueError(
            f"what was stored as {kind!r} cannot be read: {type(error).__name__}: {error}"
        ) from error


def _check_size(n_bytes: int) -> None:
    if n_bytes > MAX_BINARY_BYTES:
        raise NotExactError(f"{n_bytes} bytes are more than what is kept")


# -- numpy


def _encode_numpy(value: Any) -> tuple[str, bytes] | None:
    numpy = sys.modules["numpy"]
    scalar = isinstance(value, numpy.generic)
    if not scalar and type(value) is not numpy.ndarray:
        return None  # of a subclass the rest would be lost
    dtype = value.dtype
    if dtype.hasobject or dtype.metadata is not None:
        raise NotExactError(f"an array of {dtype!r} has no form without pickle")
    _check_size(value.nbytes)
    if numpy.lib.format.descr_to_dtype(numpy.lib.format.dtype_to_descr(dtype)) != dtype:
        raise NotExactError(f"{dtype!r} would not come back as it is")
    file = io.BytesIO()
    # to a file of Python's numpy writes in pieces, so that other threads have their turn
    numpy.save(file, numpy.asarray(value), allow_pickle=False)
    return "npy-scalar" if scalar else "npy", file.getvalue()


def _decode_npy(data: bytes) -> Any:
    return importlib.import_module("numpy").load(io.BytesIO(data), allow_pickle=False)


def _decode_npy_scalar(data: bytes) -> Any:
    return _decode_npy(data)[()]


# -- Arrow


def _arrow() -> Any:
    pyarrow = importlib.import_module("pyarrow")
    if int(pyarrow.__version__.partition(".")[0]) < _SAFE_ARROW:
        raise ImportError(f"pyarrow {pyarrow.__version__} is too old")
    return pyarrow


def _encode_arrow(value: Any) -> tuple[str, bytes] | None:
    pyarrow = _arrow()
    if type(value) is pyarrow.Table:
        kind, table = "arrow-table", value
    elif type(value) is pyarrow.RecordBatch:
        kind, table = "arrow-batch", pyarrow.Table.from_batches([value])
    elif isinstance(value, pyarrow.ChunkedArray):
        kind, table = "arrow-chunks", pyarrow.table({_COLUMN: value})
    elif isinstance(value, pyarrow.Array):
        kind, table = "arrow-array", pyarrow.table({_COLUMN: value})
    else:
        return None
    data = _arrow_bytes(pyarrow, table)
    if not _decode_table(data).equals(table, check_metadata=True):
        raise NotExactError("the table would not come back as it is")
    return kind, data


def _arrow_bytes(pyarrow: Any, table: Any) -> bytes:
    _check_size(table.nbytes)
    file = io.BytesIO()
    with importlib.import_module("pyarrow.ipc").new_stream(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=65_536)
    return file.getvalue()


def _decode_table(data: bytes) -> Any:
    _arrow()
    table = importlib.import_module("pyarrow.ipc").open_stream(data).read_all()
    table.validate()
    return table


def _decode_batch(data: bytes) -> Any:
    table = _decode_table(data)
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else _arrow().RecordBatch.from_pylist([], schema=table.schema)


def _decode_array(data: bytes) -> Any:
    column = _decode_table(data).column(0)
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _decode_chunks(data: bytes) -> Any:
    return _decode_table(data).column(0)


# -- pandas, by way of Arrow: what comes back is looked at before it is relied on


def _encode_pandas(value: Any) -> tuple[str, bytes] | None:
    pandas = sys.modules["pandas"]
    if type(value) not in (pandas.DataFrame, pandas.Series) or "pyarrow" not in sys.modules:
        return None
    kind, frame = "pandas-frame", value
    if type(value) is pandas.Series:
        if value.name is not None and not isinstance(value.name, str):
            return None
        kind = "pandas-series-unnamed" if value.name is None else "pandas-series"
        frame = value.to_frame(name=_COLUMN if value.name is None else value.name)
    _check_size(int(frame.memory_usage(index=True).sum()))
    pyarrow = _arrow()
    table = pyarrow.Table.from_pandas(frame)
    if type(frame.index).__name__ in _WITH_FREQUENCY and frame.index.freqstr is not None:
        table = table.replace_schema_metadata({**table.schema.metadata, _FREQUENCY: frame.index.freqstr})
    data = _arrow_bytes(pyarrow, table)
    _check_same(pandas, frame, _decode_frame(data))
    return kind, data


def _check_same(pandas: Any, frame: Any, back: Any) -> None:
    try:
        pandas.testing.assert_frame_equal(back, frame, check_exact=True)
    except AssertionError as error:
        raise NotExactError(f"the frame would not come back as it is: {error}") from error
    if back.attrs != frame.attrs:
        raise NotExactError("the frame's attrs would not come back as they are")
    for at, dtype in enumerate(frame.dtypes):
        if dtype.kind == "O":
            pairs = zip(frame.iloc[:, at], back.iloc[:, at], strict=True)
            if any(type(before) is not type(after) for before, after in pairs):
                raise NotExactError(f"cells of {frame.columns[at]!r} would come back as others")


def _decode_frame(data: bytes) -> Any:
    importlib.import_module("pandas")
    table = _decode_table(data)
    frame = table.to_pandas()
    frequency = (table.schema.metadata or {}).get(_FREQUENCY)
    if frequency is not None:
        frame.index.freq = frequency.decode()
    return frame


def _decode_series(data: bytes) -> Any:
    return _decode_frame(data).iloc[:, 0]


def _decode_unnamed_series(data: bytes) -> Any:
    return _decode_series(data).rename(None)


_ENCODERS: dict[str, Callable[[Any], tuple[str, bytes] | None]] = {
    "numpy": _encode_numpy,
    "pyarrow": _encode_arrow,
    "pandas": _encode_pandas,
}

_DECODERS: dict[str, Callable[[bytes], Any]] = {
    "npy": _decode_npy,
    "npy-scalar": _decode_npy_scalar,
    "arrow-table": _decode_table,
    "arrow-batch": _decode_batch,
    "arrow-array": _decode_array,
    "arrow-chunks": _decode_chunks,
    "pandas-frame": _decode_frame,
    "pandas-series": _decode_series,
    "pandas-series-unnamed": _decode_unnamed_series,
}
