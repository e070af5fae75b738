/** Whether a wire value has the shape that a type asks for: help while typing, not the worker's check. */

import { baseName, members, nullable, typeLabel } from "@/widgets/typeSpec";
import { isPlainObject, tagged, wireToText } from "@/widgets/values";

type Check = (value: unknown) => boolean;

const isInt: Check = (value) => (typeof value === "number" ? Number.isInteger(value) : tagged(value)?.tag === "int");
const isList: Check = (value) => Array.isArray(value);
const isDict: Check = (value) => isPlainObject(value) && (tagged(value) === null || tagged(value)?.tag === "dict");

const CHECKS: Record<string, Check> = {
  int: isInt,
  float: (value) => typeof value === "number" || ["int", "float"].includes(tagged(value)?.tag ?? ""),
  str: (value) => wireToText(value) !== null,
  bool: (value) => typeof value === "boolean",
  bytes: (value) => tagged(value)?.tag === "bytes",
  list: isList,
  set: isList,
  tuple: isList,
  dict: isDict,
};

/** What is wrong with `value` for `spec`, in a few words and with the place; null when nothing is. */
export function checkType(value: unknown, spec: unknown, path = ""): string | null {
  if (value === null && nullable(spec)) return null;
  const kinds = members(spec);
  const problems = kinds.map((kind) => checkOne(value, kind, path));
  if (problems.some((problem) => problem === null)) return null;
  return kinds.length === 1 ? (problems[0] ?? null) : says(path, `expected ${typeLabel(spec)}`);
}

function says(path: string, text: string): string {
  return path === "" ? text.charAt(0).toUpperCase() + text.slice(1) : `${path}: ${text}`;
}

function checkOne(value: unknown, spec: unknown, path: string): string | null {
  const name = baseName(spec);
  const check = CHECKS[name];
  if (check && !check(value)) return says(path, `expected ${article(name)}`);
  if (!isPlainObject(spec)) return null;
  if (Array.isArray(value)) return checkItems(value, spec, path);
  if (isPlainObject(value) && spec.type === "object" && spec.values !== undefined) {
    const entries = Object.entries(value);
    return first(entries.map(([key, item]) => () => checkType(item, spec.values, `${path}[${JSON.stringify(key)}]`)));
  }
  return null;
}

function checkItems(items: unknown[], spec: Record<string, unknown>, path: string): string | null {
  if (Array.isArray(spec.allOf)) {
    const parts = spec.allOf;
    if (items.length !== parts.length) return says(path, `expected ${parts.length} items`);
    return first(items.map((item, index) => () => checkType(item, parts[index], `${path}[${index}]`)));
  }
  if (spec.items === undefined) return null;
  return first(items.map((item, index) => () => checkType(item, spec.items, `${path}[${index}]`)));
}

function first(checks: (() => string | null)[]): string | null {
  for (const check of checks) {
    const problem = check();
    if (problem !== null) return problem;
  }
  return null;
}

function article(name: string): string {
  const words: Record<string, string> = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    bool: "True or False",
    set: "a list",
    tuple: "a list",
  };
  return words[name] ?? `a ${name}`;
}
