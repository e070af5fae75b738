"""A table of ship passengers, all of it made up, the same at every call.

    python tests/data/make_passengers.py passengers.csv

It has what real tables have: missing numbers and texts, names with commas and quotes, whole numbers, broken
numbers, codes with leading zeros, and columns that hang together (fare and class, survival and class and age).
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path
from typing import Any

__all__ = ["COLUMNS", "ROWS", "passengers", "write_passengers"]

ROWS = 900
SEED = 19120415

COLUMNS = ("ticket", "name", "class", "sex", "age", "relatives", "fare", "cabin", "port", "survived")

_FIRST = {
    "female": "Ada Berta Clara Dora Emma Frieda Greta Hanna Ida Jonna Karin Lotte Maren Nora Olga Paula".split(),
    "male": "Anton Bruno Carl David Emil Fritz Georg Hugo Ivar Jonas Knut Lars Magnus Nils Oskar Peter".split(),
}
_LAST = "Ahlgren Brandt Carver Dahl Eriksen Falk Granger Holm Iversen Jensen Kruse Lund Moreau Novak Olsen Pike".split()
_PORTS = ("Harbourtown", "Saint Anne", "Queensquay")
_FARE = {1: 70.0, 2: 21.0, 3: 11.0}
_SURVIVAL = {1: 0.62, 2: 0.46, 3: 0.24}


def passengers(rows: int = ROWS, seed: int = SEED) -> list[dict[str, Any]]:
    """The passengers, one dict each; None where something is not known."""
    source = random.Random(seed)
    return [_passenger(source, number) for number in range(1, rows + 1)]


def _passenger(source: random.Random, number: int) -> dict[str, Any]:
    travel_class = source.choices((1, 2, 3), weights=(24, 21, 55))[0]
    sex = source.choices(("male", "female"), weights=(65, 35))[0]
    age = round(min(max(source.gauss(38 - 4.5 * travel_class, 13), 0.5), 80) * 2) / 2
    chance = _SURVIVAL[travel_class] + (0.28 if sex == "female" else -0.12) + (0.12 if age < 12 else 0)
    first, last = source.choice(_FIRST[sex]), source.choice(_LAST)
    nickname = f' "{source.choice(_FIRST[sex])}"' if source.random() < 0.05 else ""
    return {
        "ticket": f"{number * 37 % 10_000:05d}",
        "name": f"{last}, {first}{nickname}",
        "class": travel_class,
        "sex": sex,
        "age": None if source.random() < 0.2 else age,
        "relatives": source.choices((0, 1, 2, 3, 5), weights=(60, 22, 10, 5, 3))[0],
        "fare": round(_FARE[travel_class] * source.lognormvariate(0, 0.45), 4),
        "cabin": f"{source.choice('ABCDE')}{source.randint(1, 120)}"
        if source.random() < 0.65 / travel_class
        else None,
        "port": None if source.random() < 0.003 else source.choices(_PORTS, weights=(72, 19, 9))[0],
        "survived": int(source.random() < chance),
    }


def write_passengers(path: Path, rows: int = ROWS) -> Path:
    """Writes the table as CSV; empty cells for what is not known. Returns the path."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(passengers(rows))
    return path


if __name__ == "__main__":
    write_passengers(Path(sys.argv[1] if len(sys.argv) > 1 else "passengers.csv"))
