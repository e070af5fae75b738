"""Frames as clients might send them: made from the registry's own types, bent in one place, or plain rubbish."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect as kinds

from funcnodes_worker.rpc.registry import Command

__all__ = ["JSON", "frames", "rubbish"]

NODE_IDS = ("fuzz.add", "fuzz.text", "fuzz.picky", "gone.away")
UUIDS = ("a", "b", "c")
PORTS = ("a", "b", "out", "_triggerinput", "nope")
POOLS: Mapping[str, tuple[str, ...]] = {
    "node_id": NODE_IDS,
    "uuid": UUIDS,
    "src_uuid": UUIDS,
    "dst_uuid": UUIDS,
    "uuids": UUIDS,
    "nodes": UUIDS,
    "src_io": PORTS,
    "dst_io": PORTS,
    "input_id": PORTS,
    "io_id": PORTS,
    "id": ("g", "h"),
    "parent": ("g", "h"),
    "group": ("g", "h"),
    "groups": ("g", "h"),
}
"""Values that mean something, by the names of kwargs: so that many commands succeed."""

TEXT = st.text(max_size=8) | st.sampled_from(
    ["", "<NoValue>", "\x00", "../../etc/passwd", "$fn:blob", "frontend:pos"]
)
NUMBERS = st.integers() | st.sampled_from([2**53 + 1, -(2**63), 2**64, 10**400]) | st.floats()
MARKERS = st.sampled_from(["float", "int", "bytes", "str", "dict", "blob", "x"]).flatmap(
    lambda word: st.builds(lambda inner: {f"$fn:{word}": inner}, st.none() | TEXT | st.integers())
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT | MARKERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


SIMPLE: Mapping[Any, st.SearchStrategy[Any]] = {
    kinds.StrType: TEXT,
    kinds.IntType: st.integers(-3, 5) | st.integers(),
    kinds.FloatType: st.floats(allow_nan=False, allow_infinity=False),
    kinds.BoolType: st.booleans(),
    kinds.NoneType: st.none(),
}


def of_type(kind: Any, name: str) -> st.SearchStrategy[Any]:
    """JSON that a type takes."""
    match kind:
        case kinds.LiteralType():
            return st.sampled_from(kind.values)
        case kinds.UnionType():
            return st.one_of(*(of_type(one, name) for one in kind.types))
        case kinds.TupleType():
            return st.tuples(*(of_type(one, name) for one in kind.item_types)).map(list)
        case kinds.ListType():
            return st.lists(of_type(kind.item_type, name), max_size=3)
        case kinds.DictType():
            return st.dictionaries(TEXT, of_type(kind.value_type, ""), max_size=3)
        case kinds.StructType():
            return of_fields(kind.fields)
    if name in POOLS:
        return st.sampled_from(POOLS[name]) | TEXT
    return SIMPLE.get(type(kind), JSON)


def of_fields(fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    needed = {one.encode_name: of_type(one.type, one.encode_name) for one in fields if one.required}
    others = {one.encode_name: of_type(one.type, one.encode_name) for one in fields if not one.required}
    return st.fixed_dictionaries(needed, optional=others)


@st.composite
def bent(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """The same with one entry that is missing, of another type, or one too many."""
    name = draw(st.sampled_from([*whole, "other"]))
    if draw(st.booleans()):
        return {key: value for key, value in whole.items() if key != name}
    return {**whole, name: draw(JSON)}


def frames(command: Command) -> st.SearchStrategy[str]:
    """Frames for one command; about half of them as they should be."""
    fields = kinds.type_info(command.kwargs_type).fields  # type: ignore[attr-defined]
    kwargs = of_fields(fields)
    envelope = st.fixed_dictionaries(
        {
            "type": st.just("cmd"),
            "cmd": st.just(command.name),
            "kwargs": kwargs | kwargs.flatmap(bent),
        },
        optional={"id": st.none() | st.integers(-5, 5) | TEXT, "gesture": st.none() | TEXT},
    )
    return (envelope | envelope.flatmap(bent)).map(json.dumps)


def deep(opening: str, levels: int) -> str:
    return '{"type": "cmd", "cmd": "add_node", "kwargs": ' + opening * levels


rubbish: st.SearchStrategy[bytes | str] = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60),
    JSON.map(json.dumps),
    st.sampled_from(['{"type": "cmd", "cmd": "name", "id": 1e999}', '{"type": "ping"', "[" * 200_000]),
    st.builds(deep, st.sampled_from(["[", '{"a":', '{"frontend": {"pos":[']), st.integers(100, 100_000)),
    # one byte of a good frame changed: broken UTF-8, broken escapes, other numbers
    st.builds(
        lambda at, byte: GOOD[: at % len(GOOD)] + bytes([byte]) + GOOD[at % len(GOOD) + 1 :],
        st.integers(0, 200),
        st.integers(0, 255),
    ),
)
"""Bytes and texts of which few are a frame."""

GOOD = msgspec.json.encode(
    {
        "type": "cmd",
        "id": 7,
        "cmd": "add_node",
        "kwargs": {"node_id": "fuzz.add", "uuid": "ä€", "frontend": {"pos": [1.5e10, -2]}},
    }
)
