"""Arrays and tables of libraries come back exactly as they were, or are not kept at all."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable
from typing import Any

import pytest

from funcnodes_core.exceptions import NotExactError
from funcnodes_worker.persistence import binary, store
from funcnodes_worker.persistence.blobs import MemoryBlobs
from funcnodes_worker.persistence.values import BLOB, load_kind, store_kind

numpy = pytest.importorskip("numpy", reason="`make sync` installs it")
pandas = pytest.importorskip("pandas", reason="`make sync` installs it")
pyarrow = pytest.importorskip("pyarrow", reason="`make sync` installs it")

Open = Callable[..., Any]

ARRAYS = [
    numpy.arange(6, dtype=">i2").reshape(2, 3),
    numpy.asfortranarray(numpy.eye(3)),
    numpy.array([1.5, numpy.nan, -0.0, numpy.inf]),
    numpy.array(3.0),
    numpy.zeros((0, 4), dtype=numpy.complex64),
    numpy.array(["a", "äö"]),
    numpy.array([b"a\x00b"]),
    numpy.array(["2020-01-02", "NaT"], dtype="datetime64[ns]"),
    numpy.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")]),
    numpy.array([True, False]),
    numpy.arange(20_000),
    numpy.arange(20)[::3],
]


def there_and_back(value: Any) -> Any:
    blobs = MemoryBlobs()
    kind, packed = store_kind(value, blobs)
    return load_kind(kind, packed, blobs)


@pytest.mark.parametrize("array", ARRAYS, ids=[f"{a.dtype}-{a.shape}" for a in ARRAYS])
def test_arrays_come_back(array: Any) -> None:
    back = there_and_back(array)

    assert type(back) is numpy.ndarray
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert back.tobytes() == array.tobytes()
    assert back.flags.writeable


@pytest.mark.parametrize(
    "scalar",
    [numpy.float64(1.5), numpy.int8(-3), numpy.bool_(True), numpy.str_("ä"), numpy.datetime64("2020-01-02")],
)
def test_scalars_come_back_as_what_they_are(scalar: Any) -> None:
    back = there_and_back(scalar)

    assert type(back) is type(scalar)
    assert back == scalar
    assert back.dtype == scalar.dtype


class Special(numpy.ndarray):  # type: ignore[misc]
    """An array with something of its own."""


@pytest.mark.parametrize(
    "value",
    [
        numpy.array([{}, 1], dtype=object),
        numpy.zeros(3).view(Special),
        numpy.ma.array([1, 2], mask=[True, False]),
        numpy.array([1], dtype=numpy.dtype("i4", metadata={"unit": "m"})),
        numpy.dtype("i4"),
    ],
    ids=["objects", "subclass", "masked", "metadata", "dtype"],
)
def test_what_would_lose_something_is_not_kept(value: Any) -> None:
    with pytest.raises(NotExactError):
        there_and_back(value)


TABLE = pyarrow.table(
    {
        "i": pyarrow.array([1, None, 3], pyarrow.int8()),
        "s": pyarrow.array(["a", None, "ä"]).dictionary_encode(),
        "n": pyarrow.array([[1], [], None]),
        "d": pyarrow.array([decimal.Decimal("1.50"), None, decimal.Decimal("2.25")]),
        "t": pyarrow.array([datetime.datetime(2020, 1, 2)] * 3, pyarrow.timestamp("ns", "Europe/Berlin")),
    }
).replace_schema_metadata({"origin": "here"})


@pytest.mark.parametrize(
    "table", [TABLE, TABLE.slice(1, 1), TABLE.slice(0, 0), pyarrow.concat_tables([TABLE, TABLE])]
)
def test_tables_of_arrow_come_back(table: Any) -> None:
    back = there_and_back(table)

    assert type(back) is pyarrow.Table
    assert back.equals(table, check_metadata=True)


@pytest.mark.parametrize(
    "value",
    [
        TABLE.to_batches()[0],
        TABLE.slice(0, 0).to_batches(),
        TABLE.column("s"),
        TABLE.column("n").chunk(0),
        pyarrow.array([], pyarrow.int64()),
        pyarrow.array([1, None]),
    ],
)
def test_parts_of_tables_come_back(value: Any) -> None:
    for part in value if isinstance(value, list) else [value]:
        back = there_and_back(part)

        assert type(back) is type(part)
        assert back.equals(part)


FRAMES = [
    pandas.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.5, float("nan")]}),
    pandas.DataFrame({"a": [1, 2]}, index=pandas.Index(["u", "v"], name="key")),
    pandas.DataFrame({"a": [1, 2]}, index=pandas.date_range("2020-01-01", periods=2, tz="UTC", name="when")),
    pandas.DataFrame(
        {"a": pandas.Categorical(["x", "y"], ordered=True), "b": pandas.array([1, None], dtype="Int8")}
    ),
    pandas.DataFrame({"a": [datetime.date(2020, 1, 2), None], "b": [decimal.Decimal("1.5")] * 2}),
    pandas.DataFrame({("a", "b"): [1], ("a", "c"): [2]}),
    pandas.DataFrame({"a": []}),
    pandas.DataFrame(numpy.zeros((2, 2))),
]


@pytest.mark.parametrize("frame", FRAMES, ids=range(len(FRAMES)))
def test_frames_come_back(frame: Any) -> None:
    back = there_and_back(frame)

    pandas.testing.assert_frame_equal(back, frame, check_exact=True)
    assert type(back.index) is type(frame.index)
    assert getattr(back.index, "freq", None) == getattr(frame.index, "freq", None)


@pytest.mark.parametrize("name", ["a", None])
def test_series_come_back(name: str | None) -> None:
    series = pandas.Series([1, 2], index=["u", "v"], name=name)

    back = there_and_back(series)

    pandas.testing.assert_series_equal(back, series)
    assert back.name == name


@pytest.mark.parametrize(
    "value",
    [
        pandas.DataFrame({"a": [1, "x"]}),
        pandas.DataFrame({"a": [{1}, {2}]}),
        pandas.DataFrame({"a": [(1, 2), (3, 4)]}),
        pandas.DataFrame({"a": [1, True]}, dtype=object),
        pandas.Series([1], name=7),
    ],
)
def test_frames_that_would_change_are_not_kept(value: Any) -> None:
    with pytest.raises(NotExactError):
        there_and_back(value)


def test_large_ones_are_files_and_the_largest_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = MemoryBlobs()

    small, large = (store_kind(numpy.zeros(n), blobs)[1] for n in (10, 100_000))
    monkeypatch.setattr(binary, "MAX_BINARY_BYTES", 1000)

    assert BLOB not in small
    assert len(blobs.blobs[large[BLOB]]) > 800_000
    for value in (
        numpy.zeros(1000),
        pyarrow.table({"a": list(range(1000))}),
        pandas.DataFrame({"a": range(1000)}, index=range(5, 1005)),
    ):
        with pytest.raises(NotExactError, match="more than what is kept"):
            store_kind(value, blobs)


@pytest.mark.parametrize("kind", ["npy", "npy-scalar", "arrow-table", "arrow-array", "pandas-frame"])
@pytest.mark.parametrize("data", [b"", b"nonsense", b"\x93NUMPY\x01\x00\xff\xff{"])
def test_broken_bytes_are_named(kind: str, data: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        binary.from_binary(kind, data)


def test_no_code_comes_along() -> None:
    import io

    file = io.BytesIO()
    numpy.save(file, numpy.array([{}], dtype=object), allow_pickle=True)

    with pytest.raises(ValueError, match="cannot be read"):
        binary.from_binary("npy", file.getvalue())


def test_a_library_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, data = binary.to_binary(numpy.zeros(3)) or ("", b"")
    monkeypatch.setitem(binary.sys.modules, "numpy", None)

    with pytest.raises(ValueError, match="not installed"):
        binary.from_binary(kind, data)


def test_values_that_nobody_needs_any_more_are_deleted(bench: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "BLOB_GROWTH_BYTES", 1_000_000)
    made = bench()
    made.do("add_node", node_id="doc.add", uuid="x")
    port = made.space.get_node_by_id("x").outputs["out"]
    settler = made.document._settler

    for number in range(20):
        port.set_value(numpy.full(20_000, number))  # 160 kB each
        settler.close()
        made.document._after_settling()

    assert 1 <= len(made.document.store.blobs.names()) <= 10
    again = made.document.store.settled["x", "out"]
    assert load_kind(again.kind, again.value, made.document.store.blobs)[0] == 19


def test_the_value_of_an_edit_that_can_be_undone_is_kept(bench: Open) -> None:
    made = bench()
    made.do("add_node", node_id="doc.add", uuid="x")
    first = list(range(40_000))
    made.do("update_node_input", uuid="x", input_id="a", value=first)
    made.do("update_node_input", uuid="x", input_id="a", value=1)
    made.document.store._unsaved = True
    made.document.store.save_snapshot()

    made.do("undo")

    assert made.value("x", "a") == first
