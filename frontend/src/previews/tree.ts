/**
 * Wire values made ready for a tree view: tagged values become what they mean, long ones are cut.
 * Texts get their quotes here, so that what only looks like a text (a huge int, a count of bytes) has none.
 */

import { describe, isPlainObject, tagged } from "@/widgets/values";

/** Items of one list or dict that a tree shows; more would freeze the page. */
const MAX_ITEMS = 500;
const MAX_DEPTH = 24;

export interface Tree {
  value: unknown;
  cut: boolean;
}

export function toTree(value: unknown): Tree {
  const state = { cut: false };
  return { value: convert(value, 0, state), cut: state.cut };
}

function convert(value: unknown, depth: number, state: { cut: boolean }): unknown {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) {
    state.cut = true;
    return describe(value, 40);
  }
  const fn = tagged(value);
  if (fn) return convertTagged(fn.tag, fn.payload, depth, state);
  if (Array.isArray(value)) {
    state.cut ||= value.length > MAX_ITEMS;
    return value.slice(0, MAX_ITEMS).map((item) => convert(item, depth + 1, state));
  }
  return isPlainObject(value) ? convertDict(value, depth, state) : String(value);
}

function convertDict(value: Record<string, unknown>, depth: number, state: { cut: boolean }): unknown {
  const entries = Object.entries(value);
  state.cut ||= entries.length > MAX_ITEMS;
  return Object.fromEntries(
    entries.slice(0, MAX_ITEMS).map(([key, item]) => [key, convert(item, depth + 1, state)]),
  );
}

function convertTagged(tag: string, payload: unknown, depth: number, state: { cut: boolean }): unknown {
  if (tag === "int") return String(payload);
  if (tag === "float") return Number(String(payload).replace("inf", "Infinity"));
  if (tag === "str") return JSON.stringify(payload);
  if (tag === "dict" && isPlainObject(payload)) return convertDict(payload, depth, state);
  return describe({ [`$fn:${tag}`]: payload });
}
