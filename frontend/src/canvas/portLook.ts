/** The colour and shape that a port has by its type: hue for what, shape for how many. */

import type { PreviewData, TypeSpec } from "@/store/types";
import { baseName, members } from "@/widgets/typeSpec";

export type PortShape = "round" | "square" | "diamond";

export interface PortLook {
  /** A CSS colour. */
  colour: string;
  shape: PortShape;
}

const HUES: { [name: string]: string } = {
  int: "int",
  float: "float",
  complex: "float",
  str: "str",
  bool: "bool",
  bytes: "bytes",
  enum: "enum",
  dict: "dict",
  Any: "any",
  None: "any",
  Union: "any",
};

const IMAGES = /image|svg|figure|plot/i;
const TABLES = /dataframe|table|rows/i;

function hue(spec: TypeSpec): string {
  const name = baseName(spec);
  const known = HUES[name];
  if (known !== undefined) return known;
  if (name === "list" || name === "set" || name === "tuple") return isRows(spec) ? "table" : itemHue(spec);
  if (IMAGES.test(name)) return "image";
  if (TABLES.test(name)) return "table";
  return "class";
}

/** A list of dicts is what our table nodes pass along. */
function isRows(spec: TypeSpec): boolean {
  return typeof spec === "object" && "items" in spec && baseName(spec.items) === "dict";
}

function itemHue(spec: TypeSpec): string {
  if (typeof spec !== "object" || !("items" in spec)) return "list";
  const inner = hue(spec.items);
  return inner === "any" ? "list" : inner;
}

function shape(spec: TypeSpec): PortShape {
  const name = baseName(spec);
  if (name === "list" || name === "set" || name === "tuple") return "square";
  return name === "dict" || TABLES.test(name) ? "diamond" : "round";
}

const looks = new Map<string, PortLook>();

export function portLook(spec: TypeSpec): PortLook {
  const key = typeof spec === "string" ? spec : JSON.stringify(spec);
  const known = looks.get(key);
  if (known !== undefined) return known;
  const options = members(spec) as TypeSpec[];
  const only = options.length === 1 ? (options[0] ?? "Any") : spec;
  const look: PortLook = { colour: `var(--port-${hue(only)})`, shape: shape(only) };
  looks.set(key, look);
  return look;
}

/** Mime types that deserve room in a node's body without being asked for. */
export function isPicture(preview: PreviewData | null): boolean {
  if (preview === null) return false;
  return preview.mime.startsWith("image/") || preview.mime.includes("table") || preview.mime.includes("plotly");
}
