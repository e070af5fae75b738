"""Write what follows from the Python message types: TypeScript types and the reference page of the protocol.

`python tools/gen_protocol.py` writes both files, `--check` only says whether they are up to date.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct

from funcnodes_worker.commands import REGISTRY
from funcnodes_worker.protocol import messages
from funcnodes_worker.protocol.events import EVENTS
from funcnodes_worker.rpc.registry import Command

ROOT: Final = Path(__file__).resolve().parent.parent
TYPESCRIPT: Final = ROOT / "frontend/src/protocol/types.gen.ts"
REFERENCE: Final = ROOT / "docs/reference/protocol.md"
REF: Final = "#/$defs/"
SERVER_MESSAGES: Final[tuple[type[Struct], ...]] = (
    messages.Hello, messages.Pong, messages.Result, messages.Failure, messages.NodespaceEvent,
    messages.WorkerEvent, messages.ProgressMessage, messages.LargeMessage, messages.Resync,
)  # fmt: skip
CLIENT_MESSAGES: Final[tuple[type[Struct], ...]] = (messages.Ping, messages.Cmd)
SCALARS: Final = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def commands() -> list[Command]:
    """Every command, by name."""
    return sorted(REGISTRY, key=lambda one: one.name)


def all_types() -> list[Any]:
    """Every type that travels."""
    kwargs = [one.kwargs_type for one in commands() if one.kwargs_type.__struct_fields__]
    return [*CLIENT_MESSAGES, *SERVER_MESSAGES, *EVENTS, *kwargs, *(one.result_type for one in commands())]


def schemas() -> tuple[list[Any], dict[str, Any]]:
    """The JSON schema of each type of `all_types`, and of every record by name."""
    roots, components = msgspec.json.schema_components(all_types(), ref_template=REF + "{name}")
    return list(roots), dict(sorted(components.items()))


def structs(kinds: Iterable[Any]) -> dict[str, type[Struct]]:
    """Every struct that these types reach, by name."""
    found: dict[str, type[Struct]] = {}

    def visit(kind: Any) -> None:
        if isinstance(kind, type) and issubclass(kind, Struct):
            if kind.__name__ in found:
                return
            found[kind.__name__] = kind
            for field in msgspec.structs.fields(kind):
                visit(field.type)
        for argument in getattr(kind, "__args__", ()):
            visit(argument)

    for kind in kinds:
        visit(kind)
    return found


def always_there(struct: type[Struct] | None, schema: dict[str, Any]) -> set[str]:
    """Names of the fields that a record on the wire always has.

    Of what a client sends that is what it must give; of what the worker sends, everything that is not left out
    for being unset or the default.
    """
    required = set(schema.get("required", ()))
    if (
        struct is None
        or struct.__struct_config__.forbid_unknown_fields
        or struct.__struct_config__.omit_defaults
    ):
        return required
    fields = msgspec.structs.fields(struct)
    return required | {field.encode_name for field in fields if field.default is not UNSET}


def type_script(schema: dict[str, Any]) -> str:
    """A JSON schema as a TypeScript type."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(type_script(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(msgspec.json.encode(value).decode() for value in schema["enum"])
    if "const" in schema:
        return msgspec.json.encode(schema["const"]).decode()
    kind = schema.get("type")
    if kind == "array":
        return _array(schema)
    if kind == "object":
        return f"Record<string, {type_script(schema.get('additionalProperties') or {})}>"
    return SCALARS.get(str(kind), "unknown")


def _array(schema: dict[str, Any]) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(type_script(item) for item in schema['prefixItems'])}]"
    inner = type_script(schema.get("items") or {})
    return f"({inner})[]" if "|" in inner else f"{inner}[]"


def interface(name: str, schema: dict[str, Any], struct: type[Struct] | None) -> Iterator[str]:
    """A record as a TypeScript interface."""
    if text := schema.get("description"):
        yield f"/** {' '.join(str(text).split())} */"
    fixed = always_there(struct, schema)
    yield f"export interface {name} {{"
    for field, inner in schema.get("properties", {}).items():
        yield f"  {field}{'' if field in fixed else '?'}: {type_script(inner)};"
    yield "}"
    yield ""


def make_typescript() -> str:
    """The text of `types.gen.ts`."""
    roots, components = schemas()
    known = structs(all_types())
    lines = ["// Made by tools/gen_protocol.py from the Python message types; do not edit.", ""]
    for name, schema in components.items():
        lines += interface(name, schema, known.get(name))
    lines.append("/** The data of each event by its name. */")
    lines.append("export interface EventData {")
    lines += [f"  {event.event}: {event.__name__};" for event in EVENTS]
    lines += ["}", "", "/** Kwargs and result of each command by its name. */", "export interface Commands {"]
    results = roots[-len(commands()) :]
    for one, result in zip(commands(), results, strict=True):
        kwargs = one.kwargs_type.__name__ if one.kwargs_type.__struct_fields__ else "Record<string, never>"
        lines.append(f"  {one.name}: {{ kwargs: {kwargs}; result: {type_script(result)} }};")
    lines += ["}", ""]
    lines.append(f"export type ServerMessage = {' | '.join(kind.__name__ for kind in SERVER_MESSAGES)};")
    lines.append(f"export type ClientMessage = {' | '.join(kind.__name__ for kind in CLIENT_MESSAGES)};")
    return "\n".join(lines) + "\n"


def make_reference() -> str:
    """The text of the reference page."""
    roots, components = schemas()
    known = structs(all_types())
    results = dict(zip([one.name for one in commands()], roots[-len(commands()) :], strict=True))
    lines = [
        "# Protocol reference",
        "",
        "Made by `tools/gen_protocol.py` from the message types; how the protocol works is told in",
        "[the explanation](../explanation/protocol.md).",
        "",
        "## Commands",
        "",
        "| command | scope | changes the graph | kwargs | result |",
        "|---|---|---|---|---|",
    ]
    for one in commands():
        schema = components.get(one.kwargs_type.__name__, {})
        row = [
            f"`{one.name}`",
            one.scope,
            "yes" if one.mutates else "",
            _fields(schema),
            _code(results[one.name]),
        ]
        lines.append("| " + " | ".join(row) + " |")
    lines.append("")
    for one in commands():
        lines += [f"**{one.name}**: {_paragraph(one.doc)}", ""]
    lines += ["## Events", ""]
    for event in EVENTS:
        lines += _record(event.event, event, components[event.__name__])
    lines += ["## Frames from a client", ""]
    for kind in CLIENT_MESSAGES:
        lines += _record(kind.__name__, kind, components[kind.__name__])
    lines += ["## Frames from a worker", ""]
    for frame in SERVER_MESSAGES:
        lines += _record(frame.__name__, frame, components[frame.__name__])
    lines += ["## Records", ""]
    shown = {kind.__name__ for kind in (*EVENTS, *CLIENT_MESSAGES, *SERVER_MESSAGES)}
    shown |= {one.kwargs_type.__name__ for one in commands()}
    for name, schema in components.items():
        if name not in shown:
            lines += _record(name, known[name], schema)
    return "\n".join(lines)


def _record(title: str, struct: type[Struct], schema: dict[str, Any]) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield _paragraph(inspect.getdoc(struct) or "")
    yield ""
    fixed = always_there(struct, schema)
    properties = schema.get("properties", {})
    if properties:
        yield from ("| field | type |", "|---|---|")
        for field, inner in properties.items():
            yield f"| `{field}`{'' if field in fixed else ' (may be absent)'} | {_code(inner)} |"
        yield ""


def _fields(schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    return ", ".join(f"`{name}{'' if name in required else '?'}`" for name in schema.get("properties", {}))


def _code(schema: dict[str, Any]) -> str:
    return "`" + type_script(schema).replace("|", "\\|") + "`"


def _paragraph(text: str) -> str:
    return " ".join(text.split("\n\nArgs:")[0].split("\n\nRaises:")[0].split())


def main() -> int:
    """Write the files, or check them; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare, fail on a difference")
    check = parser.parse_args().check
    stale = 0
    for path, text in ((TYPESCRIPT, make_typescript()), (REFERENCE, make_reference())):
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if check:
            print(f"{path.relative_to(ROOT)} is out of date: run tools/gen_protocol.py", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
