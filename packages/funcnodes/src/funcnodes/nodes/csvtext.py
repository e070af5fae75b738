"""Tables as CSV text, read and written with Python's csv module."""

import csv
import io
from typing import Any, Literal

from funcnodes.nodes.rows import Rows, column_names, convert_column

__all__ = ["Delimiter", "parse", "write"]

Delimiter = Literal["auto", ",", ";", "tab", "|"]

_CHARACTERS = {",": ",", ";": ";", "tab": "\t", "|": "|"}
_LINES_LOOKED_AT = 20


def parse(text: str, delimiter: str = "auto", header: bool = True, numbers: bool = True) -> Rows:
    """The rows of a CSV text; lines with nothing in them are left out.

    Cells that a line has too few become None; for those that it has too many there are columns of their own.
    """
    character = _guess(text) if delimiter == "auto" else _CHARACTERS[delimiter]
    records = [record for record in csv.reader(io.StringIO(text, newline=""), delimiter=character) if record]
    width = max(map(len, records), default=0)
    names = _names(records.pop(0) if header and records else [], width)
    columns: list[list[Any]] = []
    for place in range(width):
        texts = [record[place] if place < len(record) else None for record in records]
        columns.append(convert_column(texts) if numbers else [cell or None for cell in texts])
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _guess(text: str) -> str:
    """The delimiter that cuts the first lines into the same number of cells, the more the better."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:_LINES_LOOKED_AT]

    def evenness(character: str) -> tuple[int, int]:
        widths = [len(record) for record in csv.reader(lines, delimiter=character)]
        first = widths[0] if widths else 1
        return (sum(width == first for width in widths) if first > 1 else 0, first)

    return max(_CHARACTERS.values(), key=evenness)


def _names(first: list[str], width: int) -> list[str]:
    """A name for each column: no two the same, none empty."""
    names: list[str] = []
    for place in range(width):
        name = first[place].strip() if place < len(first) else ""
        wanted = name = name or f"column {place + 1}"
        number = 2
        while name in names:
            name = f"{wanted} {number}"
            number += 1
        names.append(name)
    return names


def write(rows: Rows, delimiter: str = ",") -> str:
    """The rows as CSV text (RFC 4180) with a line of column names; None becomes an empty cell."""
    text = io.StringIO(newline="")
    names = column_names(rows)
    writer = csv.writer(text, delimiter=_CHARACTERS[delimiter])
    writer.writerow(names)
    writer.writerows([row.get(name) for name in names] for row in rows)
    return text.getvalue()
