"""How types are shown."""

from __future__ import annotations

import decimal
import fractions
from typing import Any

import pytest

from funcnodes_core.renderoptions import (
    FUNCNODES_RENDER_OPTIONS,
    prefer_render_options,
    update_render_options,
)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    for table in ("typemap", "inputconverter"):
        monkeypatch.setitem(FUNCNODES_RENDER_OPTIONS, table, {})


def test_types_become_type_strings_in_the_argument_itself() -> None:
    options: dict[str, Any] = {
        "typemap": {decimal.Decimal: "str", "x.Y": fractions.Fraction},
        "inputconverter": {decimal.Decimal: "str_to_json"},
    }

    update_render_options(options)

    assert options["typemap"] == {"decimal.Decimal": "str", "x.Y": "fractions.Fraction"}
    assert options == FUNCNODES_RENDER_OPTIONS


def test_in_typemap_the_first_wins_in_inputconverter_the_last() -> None:
    update_render_options({"typemap": {"a": "image"}, "inputconverter": {"a": "one"}})
    update_render_options({"typemap": {"a": "table"}, "inputconverter": {"a": "two"}})

    assert FUNCNODES_RENDER_OPTIONS == {"typemap": {"a": "image"}, "inputconverter": {"a": "two"}}


@pytest.mark.parametrize(
    "options", [None, [1], {"typemap": {"a": {1, 2}}}, {"typemap": {"a": "b"}, "x": {1}}]
)
def test_what_cannot_be_used_is_ignored(options: Any) -> None:
    update_render_options(options)

    assert FUNCNODES_RENDER_OPTIONS == {"typemap": {}, "inputconverter": {}}


def test_the_users_own_choice_wins_over_modules() -> None:
    update_render_options({"typemap": {"a": "image", "b": "str"}})

    prefer_render_options({"typemap": {"a": "table"}, "inputconverter": None})
    prefer_render_options("nonsense")

    assert FUNCNODES_RENDER_OPTIONS == {"typemap": {"a": "table", "b": "str"}, "inputconverter": {}}
