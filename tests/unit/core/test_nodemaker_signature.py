"""How a function becomes the ports of a node."""
# ruff: noqa: UP006, UP007, UP045 - the older spellings are what published modules write

import enum
import functools
import logging
import math
import sys
import types
from collections.abc import Callable
from typing import Annotated, Any, List, Literal, NewType, Optional, Tuple, TypeVar, Union  # noqa: UP035

import pytest
from exposedfunctionality import controlled_wrapper, exposed_method
from exposedfunctionality.function_parser import function_method_parser

from funcnodes_core.nodemaker.signature import function_signature, signaturewrapper
from funcnodes_core.sentinels import NoValue


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def ids(specs: list[dict[str, Any]]) -> list[str]:
    return [spec["id"] for spec in specs]


def types_of(specs: list[dict[str, Any]]) -> list[Any]:
    return [spec["type"] for spec in specs]


# --------------------------------------------------------------------- inputs


def test_parameters_become_inputs_in_order_with_their_type_objects() -> None:
    def f(a: int, b: Optional[Colour], *, c: List[float]) -> None: ...

    signature = function_signature(f)

    assert ids(signature.inputs) == ["a", "b", "c"]
    assert types_of(signature.inputs) == [int, Optional[Colour], List[float]]
    assert all("required" not in spec for spec in signature.inputs)


def test_a_node_parameter_is_no_input() -> None:
    def f(x: int, node: Any = None) -> None: ...

    signature = function_signature(f)

    assert ids(signature.inputs) == ["x"]
    assert signature.wants_node
    assert [p["name"] for p in f.ef_funcmeta["input_params"]] == ["x", "node"]


def test_self_of_a_method_is_no_input() -> None:
    class Owner:
        def method(self, x: int) -> None: ...

    assert ids(function_signature(Owner.method).inputs) == ["x"]


def test_star_parameters_become_inputs_that_need_no_value() -> None:
    def f(*args: int, **kw: str) -> None: ...

    signature = function_signature(f)

    assert ids(signature.inputs) == ["*args", "**kw"]
    assert types_of(signature.inputs) == [int, str]
    assert [spec["required"] for spec in signature.inputs] == [False, False]


def test_an_unannotated_parameter_warns_and_is_any() -> None:
    def f(x): ...

    with pytest.warns(UserWarning, match="input x of .* has no type"):
        signature = function_signature(f)

    assert types_of(signature.inputs) == [Any]


def test_the_docstring_names_the_type_of_an_unannotated_parameter() -> None:
    def f(x):
        """Do.

        Args:
            x (int): A number
        """

    with pytest.warns(UserWarning, match="has no type"):
        signature = function_signature(f)

    assert types_of(signature.inputs) == [int]
    assert signature.inputs[0]["description"] == "A number."


def test_a_default_makes_an_input_optional() -> None:
    def f(a: int, b: int = 3, c: Optional[int] = None) -> None: ...

    signature = function_signature(f)

    assert [spec.get("required", True) for spec in signature.inputs] == [True, False, False]
    assert [spec.get("default", "-") for spec in signature.inputs] == ["-", 3, None]


def test_defaults_are_stored_json_able() -> None:
    def f(
        a: Colour = Colour.RED,
        b: Callable[..., Any] = len,
        c: Any = NoValue,
        d: Any = frozenset({1}),
        e: Tuple[int, int] = (1, 2),
        g: float = math.inf,
    ) -> None: ...

    defaults = [spec["default"] for spec in function_signature(f).inputs]

    assert defaults == ["Colour.RED", "len", "<NoValue>", "frozenset({1})", (1, 2), math.inf]


def test_inputs_of_the_decorator_are_labels_only() -> None:
    def f(a: int, b: int) -> None: ...

    signature = function_signature(f, inputs=[{"name": "First", "allow_multiple": True}])

    assert ids(signature.inputs) == ["a", "b"]
    assert signature.inputs[0]["name"] == "First"
    assert signature.inputs[0]["allow_multiple"] is True
    assert f.ef_funcmeta["input_params"][0]["_name"] == "a"


def test_annotated_metadata_of_an_input_has_the_last_word() -> None:
    meta = {
        "name": "Label",
        "description": "From Annotated",
        "hidden": True,
        "required": False,
        "does_trigger": False,
        "value_options": {"min": 0},
        "nonsense": 1,
    }

    def f(a: Annotated[int, meta], b: int) -> None:
        """Do.

        Args:
            a: From the docstring
        """

    signature = function_signature(f, inputs=[{"name": "Other", "description": "From the decorator"}])

    spec = signature.inputs[0]
    assert (spec["id"], spec["name"], spec["type"]) == ("a", "Label", int)
    assert spec["description"] == "From Annotated"
    assert spec["hidden"] is True
    assert spec["required"] is False
    assert spec["does_trigger"] is False
    assert spec["value_options"] == {"min": 0}
    assert "nonsense" not in spec
    assert meta["name"] == "Label"  # the user's dict is not written to


def test_annotated_may_give_type_and_default() -> None:
    def f(a: Annotated[Any, {"type": "float", "default": Colour.BLUE}]) -> None: ...

    spec = function_signature(f).inputs[0]

    assert spec["type"] is float
    assert spec["default"] == "Colour.BLUE"
    assert spec["required"] is False


def test_annotations_as_text_give_the_same_ports() -> None:
    module = types.ModuleType("annotations_as_text")
    sys.modules[module.__name__] = module
    source = """
from __future__ import annotations
from typing import *
import decimal
def f(a: Optional[int], b: Annotated[decimal.Decimal, {"name": "B"}] = 1) -> Tuple[int, Annotated[str, {"name": "text"}]]: ...
"""
    exec(compile(source, "annotations_as_text", "exec"), module.__dict__)
    import decimal

    signature = function_signature(module.f)

    assert types_of(signature.inputs) == [Optional[int], decimal.Decimal]
    assert [spec["name"] for spec in signature.inputs] == ["a", "B"]
    assert ids(signature.outputs) == ["out0", "text"]
    assert types_of(signature.outputs) == [int, str]


# -------------------------------------------------------------------- outputs


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (None, []),
        (int, ["out"]),
        (Tuple[int, str], ["out0", "out1"]),
        (tuple[int, str], ["out0", "out1"]),
        (Tuple[Any], ["out0"]),
        (Tuple[Annotated[int, {"name": "n"}], str], ["n", "out1"]),
        (Annotated[int, {"name": "n", "hidden": True}], ["n"]),
        (Annotated[Tuple[int, str], {"name": "ignored"}], ["out0", "out1"]),
        (Union[int, str], ["out"]),
        (list, ["out"]),
    ],
)
def test_outputs_come_from_the_return_annotation(annotation: Any, expected: list[str]) -> None:
    def f(): ...

    f.__annotations__["return"] = annotation

    assert ids(function_signature(f).outputs) == expected


def test_a_function_without_return_annotation_has_no_outputs() -> None:
    def f(x: int): ...

    assert function_signature(f).outputs == []


def test_the_docstring_names_outputs_where_the_annotation_does_not() -> None:
    def f(x: int):
        """Do.

        Args:
            x (int): in

        Returns:
            float: the result
        """

    signature = function_signature(f)

    assert ids(signature.outputs) == ["out"]
    assert types_of(signature.outputs) == [float]


def test_outputs_of_the_decorator_rename_retype_and_add() -> None:
    def f() -> Tuple[int, int, int]: ...

    class Thing:
        pass

    signature = function_signature(
        f,
        outputs=[{"name": "x", "type": Thing}, {"description": "second", "hidden": True}],
    )

    assert ids(signature.outputs) == ["x", "out1", "out2"]
    assert types_of(signature.outputs) == [Thing, int, int]
    assert signature.outputs[1]["description"] == "second"
    assert signature.outputs[1]["hidden"] is True


def test_outputs_of_the_decorator_may_be_the_only_ones() -> None:
    def f(): ...

    signature = function_signature(f, outputs=[{"name": "new figure", "type": "int"}, {"name": "b"}])

    assert ids(signature.outputs) == ["new figure", "b"]
    assert types_of(signature.outputs) == [int, Any]


def test_annotated_output_metadata_wins_over_the_decorator() -> None:
    def f() -> Tuple[Annotated[int, {"name": "mine"}], int]: ...

    signature = function_signature(f, outputs=[{"name": "a", "type": "str"}, {"name": "b"}])

    assert ids(signature.outputs) == ["mine", "b"]
    assert types_of(signature.outputs) == [str, int]


def test_a_port_id_that_is_taken_gets_an_underscore(caplog: pytest.LogCaptureFixture) -> None:
    def fix(x: int, out: Any = None) -> int: ...

    with caplog.at_level(logging.WARNING, "funcnodes"):
        signature = function_signature(fix)

    assert ids(signature.inputs) == ["x", "out"]
    assert ids(signature.outputs) == ["out_"]
    assert "'out'" in caplog.text


# ------------------------------------------------------------------- metadata


def test_the_metadata_is_the_parsers() -> None:
    def f(a: int, b: Optional[str] = "x") -> Tuple[int, str]:
        """Do a thing.

        Args:
            a: first
        """

    signature = function_signature(f)

    assert f.ef_funcmeta == function_method_parser(f)
    assert signature.func is f
    assert f._is_exposed_method


def test_a_second_decoration_keeps_the_first_metadata() -> None:
    def f(a: int) -> int: ...

    function_signature(f, name="First", outputs=[{"name": "x"}])
    second = function_signature(f, name="Second", outputs=[{"name": "y"}])

    assert second.name == "First"
    assert ids(second.outputs) == ["x"]


def test_functions_exposed_before_keep_their_metadata() -> None:
    @exposed_method(name="Shown", inputs=[{"name": "label"}], outputs=[{"name": "y", "type": float}])
    def f(a: int) -> int: ...

    signature = function_signature(f)

    assert signature.name == "Shown"
    assert (signature.inputs[0]["id"], signature.inputs[0]["name"]) == ("a", "label")
    assert (signature.outputs[0]["id"], signature.outputs[0]["type"]) == ("y", float)


def test_the_description_is_the_first_paragraph() -> None:
    def f() -> None:
        """One line.

        More text.
        """

    def g() -> None: ...

    assert function_signature(f).description == "One line."
    assert function_signature(g).description == ""


def test_two_enums_of_one_name_keep_their_members_apart() -> None:
    first = enum.Enum("Clash", {"A": 1}, module=__name__)
    second = enum.Enum("Clash", {"B": 2}, module=__name__)
    globals()["Clash"] = first

    def f(x: Optional[first]) -> None: ...  # type: ignore[valid-type]

    def g(x: Optional[second]) -> None: ...  # type: ignore[valid-type]

    assert types_of(function_signature(f).inputs) == [Optional[first]]
    assert types_of(function_signature(g).inputs) == [Optional[second]]


# ------------------------------------------------------------------ tolerance

Number = NewType("Number", int)
T = TypeVar("T")


def test_types_without_a_name_become_any_with_a_warning() -> None:
    class Local:
        pass

    def f(a: Local, b: Tuple[int, ...], c: T, d: Number, e: int) -> Tuple[Local, int]: ...  # type: ignore[type-var]

    with pytest.warns(UserWarning, match="becomes Any"):
        signature = function_signature(f)

    assert types_of(signature.inputs)[-1] is int
    assert types_of(signature.inputs)[0] is Any
    assert ids(signature.outputs) == ["out0", "out1"]
    assert types_of(signature.outputs) == [Any, int]


def test_a_forward_reference_that_cannot_be_found_becomes_any() -> None:
    def f(a: "Nowhere", b: int) -> "Nowhere": ...  # type: ignore[name-defined]  # noqa: F821

    with pytest.warns(UserWarning, match="becomes Any"):
        signature = function_signature(f)

    assert types_of(signature.inputs) == [Any, int]
    assert types_of(signature.outputs) == [Any]


def test_annotated_metadata_survives_a_type_without_a_name() -> None:
    class Local:
        pass

    def f(a: Annotated[Local, {"name": "Label"}]) -> None: ...

    with pytest.warns(UserWarning, match="becomes Any"):
        spec = function_signature(f).inputs[0]

    assert (spec["id"], spec["name"], spec["type"]) == ("a", "Label", Any)


def test_an_unknown_type_string_becomes_any_with_a_warning() -> None:
    def f() -> int: ...

    with pytest.warns(UserWarning, match="'no_such_type'"):
        signature = function_signature(f, outputs=[{"name": "x", "type": "no_such_type"}])

    assert types_of(signature.outputs) == [Any]


def test_what_is_no_function_is_refused_by_name() -> None:
    class Callable_:
        def __call__(self, x: int) -> int:
            return x

    with pytest.raises(TypeError, match="wrap it in a `def`"):
        function_signature(Callable_())


# ------------------------------------------------------------------- wrappers


def test_signaturewrapper_shows_the_parameters_of_the_other_function() -> None:
    def core(x: int, y: float = 2.0) -> str: ...

    @signaturewrapper(core)
    def wrapper(*args: Any, **kwargs: Any) -> Any: ...

    signature = function_signature(wrapper)

    assert ids(signature.inputs) == ["x", "y"]
    assert types_of(signature.inputs) == [int, float]
    assert types_of(signature.outputs) == [str]
    assert wrapper.__wrapped__ is core


def test_controlled_wrapper_keeps_the_wrappers_parameters() -> None:
    def library(a, b=1, c=2):
        """Compute.

        Args:
            a (int): A number
        """

    @controlled_wrapper(library, wrapper_attribute="__fnwrapped__")
    def wrapper(a: int, b: int = 5) -> int: ...

    signature = function_signature(wrapper)

    assert ids(signature.inputs) == ["a", "b"]
    assert signature.inputs[1]["default"] == 5
    assert signature.inputs[0]["description"] == "A number."


def test_a_plain_wraps_shows_what_the_wrapper_takes() -> None:
    def core(x: int) -> int: ...

    @functools.wraps(core)
    def wrapper(*args: Any, **kwargs: Any) -> Any: ...

    with pytest.warns(UserWarning, match="has no type"):
        signature = function_signature(wrapper)

    assert ids(signature.inputs) == ["*args", "**kwargs"]


def test_a_literal_keeps_its_object() -> None:
    def f(mode: Literal["a", "b"] = "a") -> None: ...

    assert types_of(function_signature(f).inputs) == [Literal["a", "b"]]
