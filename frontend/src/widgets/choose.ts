/** Which widget edits a port: the author's render option first, then its options, then its type. */

import { baseName, members, nullable } from "@/widgets/typeSpec";
import { isPlainObject } from "@/widgets/values";
import { optionList } from "@/widgets/options";
import type { PortRecord } from "@/store/types";

export type WidgetKind =
  | "int"
  | "float"
  | "slider"
  | "bool"
  | "text"
  | "options"
  | "several"
  | "json"
  | "colour"
  | "date"
  | "time"
  | "datetime"
  | "file"
  | "bytes"
  | "secret"
  | "any"
  | "none";

/** What choosing needs to know about a port. */
export type ChoosablePort = Pick<PortRecord, "type"> & Partial<Pick<PortRecord, "renderOptions" | "valueOptions">>;

const RENDER_TYPES: ReadonlyMap<string, WidgetKind> = new Map<string, WidgetKind>([
  ["color", "colour"],
  ["colour", "colour"],
  ["file", "file"],
  ["date", "date"],
  ["time", "time"],
  ["datetime", "datetime"],
  ["datetime-local", "datetime"],
  ["password", "secret"],
  ["secret", "secret"],
  ["slider", "slider"],
  ["text", "text"],
  ["str", "text"],
  ["string", "text"],
  ["textarea", "text"],
  ["int", "int"],
  ["float", "float"],
  ["bool", "bool"],
  ["boolean", "bool"],
  ["json", "json"],
  ["list", "json"],
  ["dict", "json"],
  ["bytes", "bytes"],
  ["select", "options"],
  ["options", "options"],
  ["several", "several"],
]);

const TYPE_KINDS: ReadonlyMap<string, WidgetKind> = new Map<string, WidgetKind>([
  ["int", "int"],
  ["float", "float"],
  ["bool", "bool"],
  ["str", "text"],
  ["bytes", "bytes"],
  ["enum", "options"],
  ["list", "json"],
  ["dict", "json"],
  ["set", "json"],
  ["tuple", "json"],
  ["None", "none"],
  ["Any", "any"],
  ["datetime.date", "date"],
  ["datetime.time", "time"],
  ["datetime.datetime", "datetime"],
  ["funcnodes_core.types.Secret", "secret"],
  ["pydantic.types.SecretStr", "secret"],
]);

/** The type union's single kind: numbers together are a float, any other mixture is free-form. */
function kindOfType(spec: unknown): WidgetKind {
  const names = new Set(members(spec).map(baseName));
  if (names.size === 1) return TYPE_KINDS.get([...names][0] ?? "") ?? "none";
  const simple = [...names].filter((name) => TYPE_KINDS.has(name));
  if (simple.length === 0) return "none";
  if (simple.every((name) => name === "int" || name === "float")) return "float";
  if (simple.length < names.size && simple.length === 1) return TYPE_KINDS.get(simple[0] ?? "") ?? "any";
  return "any";
}

function bounded(port: ChoosablePort): boolean {
  const { min, max } = port.valueOptions ?? {};
  return typeof min === "number" && typeof max === "number" && max > min;
}

/** The options of a port, from its value options or from an enum in its type. */
export function portOptions(port: ChoosablePort): ReturnType<typeof optionList> {
  const raw = port.valueOptions?.options;
  const given = raw === undefined || raw === null ? null : optionList(raw);
  if (given) return { ...given, nullable: given.nullable || nullable(port.type) };
  const spec = members(port.type).find((member) => baseName(member) === "enum");
  if (!isPlainObject(spec)) return null;
  const list = optionList(spec);
  return list && { ...list, nullable: list.nullable || nullable(port.type) };
}

function renderType(port: ChoosablePort, typemap: Record<string, string>): WidgetKind | undefined {
  const asked = port.renderOptions?.type;
  const name = typeof asked === "string" ? asked : typemap[baseName(port.type)];
  return name === undefined ? undefined : RENDER_TYPES.get(name.toLowerCase());
}

/** Chooses a widget; `typemap` are the render options that modules registered for their types. */
export function chooseWidget(port: ChoosablePort, typemap: Record<string, string> = {}): WidgetKind {
  const asked = renderType(port, typemap);
  if (asked !== undefined && asked !== "options") return asked;
  if (portOptions(port)) return "options";
  const kind = kindOfType(port.type);
  return (kind === "int" || kind === "float") && bounded(port) ? "slider" : kind;
}

/** Whether a number widget takes whole numbers only. */
export function wholeNumbers(port: ChoosablePort): boolean {
  const asked = port.renderOptions?.type;
  if (asked === "int" || asked === "float") return asked === "int";
  return members(port.type).every((member) => baseName(member) === "int");
}
