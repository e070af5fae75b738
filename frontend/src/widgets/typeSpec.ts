/** Reading type specifications as they come on the wire (`"int"`, `{anyOf: [...]}`, ...). */

import { isPlainObject } from "@/widgets/values";

/** Names that one Python type goes by in saved graphs and modules. */
const ALIASES: ReadonlyMap<string, string> = new Map<string, string>([
  ["integer", "int"],
  ["number", "float"],
  ["string", "str"],
  ["boolean", "bool"],
  ["builtins.int", "int"],
  ["builtins.float", "float"],
  ["builtins.str", "str"],
  ["builtins.bool", "bool"],
  ["builtins.bytes", "bytes"],
  ["builtins.list", "list"],
  ["builtins.dict", "dict"],
  ["builtins.set", "set"],
  ["builtins.tuple", "tuple"],
  ["builtins.object", "Any"],
  ["typing.Any", "Any"],
  ["any", "Any"],
  ["object", "Any"],
  ["null", "None"],
  ["NoneType", "None"],
]);

/** The plain name of a specification that is one type; structured ones give their Python name. */
export function baseName(spec: unknown): string {
  if (typeof spec === "string") return ALIASES.get(spec) ?? spec;
  if (!isPlainObject(spec)) return "Any";
  if (Array.isArray(spec.anyOf)) return "Union";
  if (Array.isArray(spec.allOf)) return "tuple";
  switch (spec.type) {
    case "array":
      return spec.uniqueItems === true ? "set" : "list";
    case "object":
      return "dict";
    case "enum":
      return "enum";
    case "type":
      return "type";
    default:
      return typeof spec.type === "string" ? (ALIASES.get(spec.type) ?? spec.type) : "Any";
  }
}

/** The members of a union without None, nested unions opened; a plain type is its only member. */
export function members(spec: unknown): unknown[] {
  if (isPlainObject(spec) && Array.isArray(spec.anyOf)) {
    return spec.anyOf.flatMap(members).filter((member) => baseName(member) !== "None");
  }
  return [spec];
}

export function nullable(spec: unknown): boolean {
  if (!isPlainObject(spec)) return baseName(spec) === "None";
  if (Array.isArray(spec.anyOf)) return spec.anyOf.some(nullable);
  return spec.type === "enum" && spec.nullable === true;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** How a type reads: `list[int]`, `float | None`, `DataFrame`. */
export function typeLabel(spec: unknown): string {
  if (typeof spec === "string") return lastPart(baseName(spec));
  if (!isPlainObject(spec)) return "Any";
  if (Array.isArray(spec.anyOf)) return spec.anyOf.map(typeLabel).join(" | ");
  if (Array.isArray(spec.allOf)) return `tuple[${spec.allOf.map(typeLabel).join(", ")}]`;
  switch (spec.type) {
    case "array":
      return container(spec.uniqueItems === true ? "set" : "list", [spec.items]);
    case "object":
      return container("dict", [spec.keys, spec.values]);
    case "enum":
      return spec.nullable === true ? "choice | None" : "choice";
    case "type":
      return `type[${typeLabel(spec.value)}]`;
    default:
      return baseName(spec);
  }
}

function container(name: string, parts: unknown[]): string {
  const labels = parts.map((part) => (part === undefined ? "Any" : typeLabel(part)));
  // `dict[str, Any]` says no more than `dict`.
  const telling = labels.filter((label, at) => label !== "Any" && !(name === "dict" && at === 0 && label === "str"));
  return telling.length === 0 ? name : `${name}[${labels.join(", ")}]`;
}

/**
 * How well a value of `source` suits an input of `target`: 3 the same type, 2 a member or a
 * widening, 1 only because one side takes anything, 0 not at all. Only used for ranking and
 * filtering suggestions; the worker has the last word when a wire is made.
 */
export function fitScore(source: unknown, target: unknown): 0 | 1 | 2 | 3 {
  const wanted = members(target).map(baseName);
  const offered = members(source).map(baseName);
  if (wanted.includes("Any") || offered.includes("Any")) return 1;
  const best = Math.max(0, ...offered.flatMap((from) => wanted.map((to) => pairScore(from, to))));
  const exact = wanted.length === 1 && offered.length === 1;
  return best === 3 && !exact ? 2 : (best as 0 | 1 | 2 | 3);
}

const WIDENING: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["bool", ["int", "float"]],
  ["int", ["float"]],
  ["enum", ["str", "int"]],
  ["str", ["enum"]],
]);

/** Classes of ours that are texts: they fit what text fits. */
const TEXTS: ReadonlySet<string> = new Set(["funcnodes_core.utils.special_types.SVG"]);

function pairScore(from: string, to: string): number {
  if (from === to) return 3;
  if (TEXTS.has(from)) return Math.min(2, pairScore("str", to));
  if (TEXTS.has(to)) return Math.min(2, pairScore(from, "str"));
  if (WIDENING.get(from)?.includes(to)) return 2;
  // Classes that the editor does not know are let through, as the engine does with them.
  return isKnown(from) && isKnown(to) ? 0 : 1;
}

const KNOWN: ReadonlySet<string> = new Set([
  "int", "float", "str", "bool", "bytes", "None", "list", "dict", "set", "tuple", "enum",
]);

function isKnown(name: string): boolean {
  return KNOWN.has(name);
}
