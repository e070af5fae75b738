/**
 * Values as they travel on the wire.
 *
 * What JSON cannot say is a one-key object (`{"$fn:float": "nan"}`) and "no value" is a
 * literal string. Widgets and previews keep values in that wire form and only turn them
 * into text at the edge, so that nothing is lost between reading and sending back.
 */

import { NO_VALUE } from "@/store/types";

export { NO_VALUE };

export type FnTag = "float" | "int" | "bytes" | "str" | "dict" | "enum";

export interface TaggedValue {
  tag: FnTag;
  payload: unknown;
}

const TAGS: ReadonlySet<string> = new Set(["float", "int", "bytes", "str", "dict", "enum"]);

export function isNoValue(value: unknown): boolean {
  return value === undefined || value === NO_VALUE;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The tag and payload of a `$fn:` object, or null when the value is an ordinary one. */
export function tagged(value: unknown): TaggedValue | null {
  if (!isPlainObject(value)) return null;
  const keys = Object.keys(value);
  const key = keys[0];
  if (keys.length !== 1 || key === undefined || !key.startsWith("$fn:")) return null;
  const tag = key.slice(4);
  return TAGS.has(tag) ? { tag: tag as FnTag, payload: value[key] } : null;
}

/** Base64 to bytes; damaged text gives an empty array, because a preview must not throw. */
export function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** Bytes to the wire form. Chunked, because spreading a large array overflows the stack. */
export function bytesToWire(bytes: Uint8Array): { "$fn:bytes": string } {
  const chunk = 0x8000;
  let binary = "";
  for (let at = 0; at < bytes.length; at += chunk) {
    binary += String.fromCharCode(...bytes.subarray(at, at + chunk));
  }
  return { "$fn:bytes": btoa(binary) };
}

/** Text to the wire form: only the literal that means "no value" needs a wrapper. */
export function textToWire(text: string): unknown {
  return text === NO_VALUE ? { "$fn:str": text } : text;
}

/** The text of a string value, whether plain or wrapped; null for anything else. */
export function wireToText(value: unknown): string | null {
  if (typeof value === "string") return value === NO_VALUE ? null : value;
  const fn = tagged(value);
  return fn?.tag === "str" && typeof fn.payload === "string" ? fn.payload : null;
}

const UNITS = ["B", "KB", "MB", "GB", "TB"];

export function formatBytes(count: number): string {
  let amount = count;
  let unit = 0;
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 100 ? 0 : 1;
  return `${amount.toFixed(digits)} ${UNITS[unit] ?? "B"}`;
}

function describeTagged(fn: TaggedValue): string {
  switch (fn.tag) {
    case "float":
    case "int":
      return String(fn.payload);
    case "str":
      return JSON.stringify(fn.payload);
    case "bytes":
      return `bytes · ${formatBytes(bytesOf(String(fn.payload)).length)}`;
    case "enum":
      return Array.isArray(fn.payload) ? fn.payload.join(".") : String(fn.payload);
    case "dict":
      return describe(fn.payload);
  }
}

/** One line that says what a value is; `limit` bounds its length. */
export function describe(value: unknown, limit = 80): string {
  if (isNoValue(value)) return "no value";
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return shorten(value.replace(/\s+/g, " "), limit);
  if (typeof value === "number") return String(value);
  const fn = tagged(value);
  if (fn) return shorten(describeTagged(fn), limit);
  if (Array.isArray(value)) {
    return value.length === 0 ? "empty list" : shorten(describeList(value, limit), limit);
  }
  if (isPlainObject(value)) {
    return Object.keys(value).length === 0 ? "empty dict" : shorten(describeDict(value, limit), limit);
  }
  return shorten(String(value), limit);
}

/** Inside a summary a number needs no more digits than one can take in. */
function inner(value: unknown, limit: number): string {
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(5))) : describe(value, limit);
}

function describeList(items: unknown[], limit: number): string {
  const shown = items.slice(0, 8).map((item) => inner(item, limit));
  return `[${shown.join(", ")}${items.length > 8 ? `, … ${items.length} items` : ""}]`;
}

function describeDict(dict: Record<string, unknown>, limit: number): string {
  const entries = Object.entries(dict);
  const shown = entries.slice(0, 6).map(([key, item]) => `${key}: ${inner(item, limit)}`);
  return `{${shown.join(", ")}${entries.length > 6 ? `, … ${entries.length} keys` : ""}}`;
}

export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, Math.max(1, limit - 1))}…`;
}

/** Deep equality of wire values; keys may come in any order. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  if (isPlainObject(a) && isPlainObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => key in b && sameValue(a[key], b[key]))
    );
  }
  return false;
}
