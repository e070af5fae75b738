"""What a port shows of a value."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from funcnodes_core.codec.binary import ByteEncoder, BytesEncdata
from funcnodes_core.codec.json import EncoderRegistry
from funcnodes_core.codec.preview import MIME_BYTES, MIME_JSON, MIME_PNG, MIME_SVG, MIME_TABLE, preview
from funcnodes_core.sentinels import NoValue
from funcnodes_core.types import SVG

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("no text")


class Grid:
    """Behaves like a data frame."""

    def __init__(self, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
        self.columns = columns
        self.rows = rows
        self.index = [f"r{i}" for i in range(len(rows))]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def iloc(self) -> Grid:
        return self

    def __getitem__(self, window: tuple[slice, slice]) -> Grid:
        rows, columns = window
        cut = Grid(self.columns[columns], [row[columns] for row in self.rows[rows]])
        cut.index = self.index[rows]
        return cut

    def itertuples(self, index: bool, name: str | None) -> Any:
        return iter(self.rows)


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (1, 1),
        (True, True),
        (None, None),
        ("text", "text"),
        (1.5, 1.5),
        (math.nan, {"$fn:float": "nan"}),
        (2**60, {"$fn:int": str(2**60)}),
        (NoValue, "<NoValue>"),
        ("<NoValue>", {"$fn:str": "<NoValue>"}),
        ([1, (2, 3)], [1, [2, 3]]),
        ({"a": {1: b"x"}}, {"a": {"1": {"$fn:bytes": "eA=="}}}),
        ({"$fn:int": 1}, {"$fn:dict": {"$fn:int": 1}}),
        ([], []),
        ([[1, 2]], [[1, 2]]),
        ([{}, {}], [{}, {}]),
    ],
)
def test_small_values_are_shown_whole(value: Any, data: Any) -> None:
    assert preview(value) == (MIME_JSON, data, True)


@pytest.mark.parametrize(
    "value",
    [
        "ü" * 200_000,
        list(range(200_000)),
        {str(i): [i] * 3 for i in range(20_000)},
        [{"name": "n" * 100, "i": i} for i in range(10_000)],
        [["q" * 900] * 300 for _ in range(300)],
        [[["x" * 1000] * 10] * 10] * 10,
        b"x" * 1_000_000,
        [b"x" * 1_000_000],
    ],
)
def test_large_values_stay_within_the_budget(value: Any) -> None:
    shown = preview(value, budget_bytes=20_000)

    assert shown.complete is False
    assert len(json.dumps(shown.data, ensure_ascii=False).encode()) <= 20_000


def test_records_are_a_table() -> None:
    shown = preview([{"a": 1, "b": "x"}, {"a": None, "c": 2.5}])

    assert shown.mime == MIME_TABLE
    assert shown.data == {
        "columns": ["a", "b", "c"],
        "index": [0, 1],
        "rows": [[1, "x", None], [None, None, 2.5]],
        "total": 2,
    }
    assert shown.complete is True


def test_long_tables_show_their_head_and_their_length() -> None:
    shown = preview([[i, i * i] for i in range(5000)])

    assert shown.mime == MIME_TABLE
    assert shown.data["columns"] == ["0", "1"]
    assert shown.data["total"] == 5000
    assert shown.data["rows"][:2] == [[0, 0], [1, 1]]
    assert len(shown.data["rows"]) == 200
    assert shown.complete is False


def test_lists_of_unequal_or_nested_rows_are_no_tables() -> None:
    assert preview([[1, 2], [3]]).mime == MIME_JSON
    assert preview([[[1], 2], [[3], 4]]).mime == MIME_JSON
    assert preview([{"a": 1}, 2]).mime == MIME_JSON


def test_a_render_type_forces_a_table_or_json() -> None:
    columns = preview({"a": [1, 2], "b": [3]}, "table")

    assert columns.data["rows"] == [[1, 3], [2, None]]
    assert preview([1, 2], "table").data["rows"] == [[1], [2]]
    assert preview([{"a": 1}], "json") == (MIME_JSON, [{"a": 1}], True)


def test_data_frames_are_tables() -> None:
    frame = Grid(["a", "b"], [(1, "x"), (2, "y")])

    shown = preview(frame)

    assert shown.mime == MIME_TABLE
    assert shown.data == {
        "columns": ["a", "b"],
        "index": ["r0", "r1"],
        "rows": [[1, "x"], [2, "y"]],
        "total": 2,
    }


def test_images_are_sent_as_they_are_or_not_at_all() -> None:
    assert preview(PNG) == (MIME_PNG, PNG, True)
    assert preview(b"\xff\xd8\xffrest").mime == "image/jpeg"
    assert preview(SVG("<svg/>")) == (MIME_SVG, b"<svg/>", True)
    assert preview("<svg/>", "svg") == (MIME_SVG, b"<svg/>", True)
    assert preview(PNG, budget_bytes=50) == (MIME_PNG, b"", False)


def test_other_bytes_show_size_and_head() -> None:
    assert preview(b"abc") == (MIME_BYTES, {"size": 3, "head": "616263"}, True)
    assert preview(bytearray(1000)).data == {"size": 1000, "head": "00" * 256}


def test_byte_encoders_of_modules_make_the_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ByteEncoder, "encoder_registry", EncoderRegistry())
    seen: list[bool] = []

    def enc(obj: Any, preview: bool) -> BytesEncdata:
        seen.append(preview)
        return BytesEncdata(PNG, handeled=True, mime="image/png")

    ByteEncoder.add_encoder(enc, [Unprintable])

    assert preview(Unprintable()) == (MIME_PNG, PNG, True)
    assert seen == [True]


def test_a_value_that_cannot_be_shown_says_why() -> None:
    shown = preview(Unprintable())

    assert shown == (MIME_JSON, "<Unprintable: no preview, RuntimeError: no text>", False)


def test_values_inside_themselves_end() -> None:
    knot: list[Any] = [1]
    knot.append(knot)

    assert preview(knot) == (MIME_JSON, [1, "..."], False)
