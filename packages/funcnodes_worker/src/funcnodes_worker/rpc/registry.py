"""`@command`: the name and parameters of a function become a command with a checked decoder.

A command is a function of a context and keyword parameters, all annotated::

    @command(scope="edit", mutates=True)
    def remove_node(ctx: GraphContext, uuid: str) -> Success:
        \"\"\"Remove a node and its edges.\"\"\"

Its name is the function's name, its kwargs are the parameters (decoded and checked by msgspec, unknown names
refused), its result is the return annotation. Where it runs: commands that mutate, and those declared with
`on="graph"`, on the graph's thread; all others on the serving loop.
"""

from __future__ import annotations

import functools
import inspect
import operator
import re
import types
import typing
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Raw, Struct

from funcnodes_core.codec.exact import is_nested_deeper
from funcnodes_worker.errors import BadArgumentsError, UnknownCommandError
from funcnodes_worker.scopes import Extra, Scope

__all__ = ["REGISTRY", "Command", "Place", "Registry", "Success", "command"]

Place = Literal["serve", "graph"]

MAX_NESTING = 150
"""Levels of lists and dicts in what a command is given: a value has 100 at most, a graph a few around it."""

_F = TypeVar("_F", bound=Callable[..., Any])
_WHERE = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")


class Success(Struct, kw_only=True):
    """The result of a command that has nothing else to say."""

    success: bool = True


class Command:
    """One command: its decoder, where it runs and what it needs."""

    def __init__(
        self,
        handler: Callable[..., Any],
        *,
        scope: Scope,
        mutates: bool,
        on: Place,
        late: Callable[[], Any] | None = None,
        meanwhile: Callable[..., Any] | None = None,
        repeatable: bool = False,
        extra: Extra | None = None,
    ) -> None:
        self.handler = handler
        self.extra = extra
        self.repeatable = repeatable
        self.late = late
        self.meanwhile = meanwhile
        self.name = handler.__name__
        self.scope = scope
        self.mutates = mutates
        self.on = on
        self.doc = inspect.getdoc(handler) or ""
        hints = typing.get_type_hints(handler, include_extras=True)
        self.result_type = _result_type(handler, hints)
        self.kwargs_type = _kwargs_type(handler, hints)
        self._decoder = msgspec.json.Decoder(self.kwargs_type)

    def decode(self, raw: Raw | bytes) -> dict[str, Any]:
        """The kwargs in a frame; parameters that are absent are left to their defaults.

        Raises:
            BadArgumentsError: naming the field, as in `kwargs.uuid: expected str, got int`.
        """
        try:
            record = self._decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise BadArgumentsError(explain(error, "kwargs"), cmd=self.name) from None
        fields = _fields(record)
        for name, value in fields.items():
            # what is stored must be written and read again, wherever in a call that happens
            if is_nested_deeper(value, MAX_NESTING):
                raise BadArgumentsError(f"kwargs.{name}: nested too deeply", cmd=self.name)
        return fields

    def convert(self, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The same for kwargs that are Python objects already."""
        try:
            record = msgspec.convert(kwargs, self.kwargs_type)
        except msgspec.ValidationError as error:
            raise BadArgumentsError(explain(error, "kwargs"), cmd=self.name) from None
        return _fields(record)


class Registry:
    """The commands by name."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def __contains__(self, name: object) -> bool:
        return name in self._commands

    def __len__(self) -> int:
        return len(self._commands)

    def get(self, name: str) -> Command:
        """The command of that name.

        Raises:
            UnknownCommandError: there is none.
        """
        try:
            return self._commands[name]
        except KeyError:
            raise UnknownCommandError(f"unknown command {name!r}", cmd=name) from None

    def add(self, new: Command) -> None:
        """Register a command.

        Raises:
            ValueError: the name is taken.
        """
        if new.name in self._commands:
            raise ValueError(f"command {new.name!r} is registered twice")
        self._commands[new.name] = new

    def replace(self, new: Command) -> None:
        """Register a command in the place of one of the same name, if there is one."""
        self._commands[new.name] = new

    def copy(self) -> Registry:
        """Another registry of the same commands."""
        other = Registry()
        other._commands.update(self._commands)
        return other

    def command(
        self,
        *,
        scope: Scope,
        mutates: bool = False,
        on: Place | None = None,
        late: Callable[[], Any] | None = None,
        meanwhile: Callable[..., Any] | None = None,
        repeatable: bool | None = None,
        extra: Extra | None = None,
    ) -> Callable[[_F], _F]:
        """Decorator that registers a function and leaves it as it is.

        Args:
            scope: what a caller must be allowed to do.
            mutates: it changes the graph: it runs on the graph's thread and its answer carries the revision.
            on: where it runs; "graph" for commands that mutate, else "serve".
            late: for a command with a `deadline_s`: gives its result when the graph's thread, blocked by a node,
                has not answered by then.
            meanwhile: for what only looks, but at nodes: gives the result from the projection (a `ReadContext` and
                the kwargs) while a node blocks the graph's thread.
            repeatable: doing it twice does no harm, so that its answers, which may be large, are not remembered;
                so it is by default with what only looks (scope "view").
            extra: what a link with a lower scope may list to reach the command all the same.
        """

        def register(handler: _F) -> _F:
            place = on or ("graph" if mutates else "serve")
            harmless = scope == "view" if repeatable is None else repeatable
            made = Command(
                handler,
                scope=scope,
                mutates=mutates,
                on=place,
                late=late,
                meanwhile=meanwhile,
                repeatable=harmless,
                extra=extra,
            )
            self.add(made)
            return handler

        return register


def explain(error: Exception, root: str) -> str:
    """A msgspec error as `<root>.<path>: expected str, got int`."""
    match = _WHERE.match(str(error))
    what, path = (match["what"], match["path"] or "") if match else (str(error), "")
    path = root + path
    if missing := _MISSING.search(what):
        return f"{path}.{missing['name']}: missing"
    if unknown := _UNKNOWN.search(what):
        return f"{path}.{unknown['name']}: unknown"
    text = what.replace("`", "")
    return f"{path}: {text if text.startswith('JSON') else text[:1].lower() + text[1:]}"


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


def _result_type(handler: Callable[..., Any], hints: dict[str, Any]) -> Any:
    if "return" not in hints:
        raise TypeError(f"command {handler.__name__!r} does not say what it returns")
    kind = hints["return"]
    kinds = typing.get_args(kind) if typing.get_origin(kind) is types.UnionType else (kind,)
    kinds = tuple(typing.get_args(k)[0] if typing.get_origin(k) is Awaitable else k for k in kinds)
    return functools.reduce(operator.or_, kinds)  # what is awaited is what the client gets


def _kwargs_type(handler: Callable[..., Any], hints: dict[str, Any]) -> type[Struct]:
    fields: list[Any] = []
    _, *parameters = inspect.signature(handler).parameters.values()
    for parameter in parameters:
        if parameter.name not in hints:
            raise TypeError(f"command {handler.__name__!r}: {parameter.name!r} has no type")
        kind = hints[parameter.name]
        if parameter.default is inspect.Parameter.empty:
            fields.append((parameter.name, kind))
        else:
            fields.append((parameter.name, kind, parameter.default))
    title = "".join(word.title() for word in handler.__name__.split("_")) + "Kwargs"
    return msgspec.defstruct(title, fields, kw_only=True, forbid_unknown_fields=True)


REGISTRY = Registry()
"""The commands of the worker."""

command = REGISTRY.command
