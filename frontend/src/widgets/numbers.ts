/** Numbers as people type them, and as the wire wants them. */

import { isNoValue, tagged } from "@/widgets/values";

export type NumberKind = "int" | "float";

export type Parsed = { ok: true; value: unknown } | { ok: false; reason: string };

const INT = /^[+-]?\d+$/;
const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const RADIX = /^([+-]?)(0x[\da-f]+|0b[01]+|0o[0-7]+)$/i;
const SPECIAL: ReadonlyMap<string, string> = new Map<string, string>([
  ["nan", "nan"],
  ["inf", "inf"],
  ["+inf", "inf"],
  ["infinity", "inf"],
  ["∞", "inf"],
  ["-inf", "-inf"],
  ["-infinity", "-inf"],
  ["-∞", "-inf"],
]);

const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

/** Plain text without grouping; null where a comma could mean either (`1,234` as a float). */
function tidy(text: string, kind: NumberKind): string | null {
  const plain = text.trim().replace(/[\s_']/g, "").replace(/−/g, "-");
  if (GROUPED.test(plain)) {
    return kind === "int" || plain.includes(".") ? plain.replace(/,/g, "") : null;
  }
  return DECIMAL_COMMA.test(plain) ? plain.replace(",", ".") : plain;
}

function bigToWire(value: bigint): unknown {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : { "$fn:int": value.toString() };
}

function parseInteger(plain: string): Parsed {
  const radix = RADIX.exec(plain);
  if (radix) {
    const magnitude = BigInt(radix[2] ?? "0");
    return { ok: true, value: bigToWire(radix[1] === "-" ? -magnitude : magnitude) };
  }
  if (INT.test(plain)) return { ok: true, value: bigToWire(BigInt(plain.replace(/^\+/, ""))) };
  if (FLOAT.test(plain)) {
    const number = Number(plain);
    return Number.isSafeInteger(number)
      ? { ok: true, value: number === 0 ? 0 : number }
      : { ok: false, reason: "A whole number, please" };
  }
  return { ok: false, reason: "Not a whole number" };
}

function parseFloating(plain: string): Parsed {
  const special = SPECIAL.get(plain.toLowerCase());
  if (special) return { ok: true, value: { "$fn:float": special } };
  if (RADIX.test(plain)) return parseInteger(plain);
  if (!FLOAT.test(plain)) return { ok: false, reason: "Not a number" };
  const number = Number(plain);
  return Number.isFinite(number)
    ? { ok: true, value: number }
    : { ok: false, reason: "Too large for a number" };
}

/** Reads typed text; grouping blanks, underscores, a decimal comma, `0x1f`, `nan` and `inf` are fine. */
export function parseNumber(text: string, kind: NumberKind): Parsed {
  const plain = tidy(text, kind);
  if (plain === null) return { ok: false, reason: "Unclear comma: use a point for decimals" };
  if (plain === "") return { ok: false, reason: "Empty" };
  return kind === "int" ? parseInteger(plain) : parseFloating(plain);
}

/** A JavaScript number of a wire value, or null when it is none (or not a finite one). */
export function numberOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  const fn = tagged(value);
  if (fn?.tag === "int") return Number(fn.payload);
  return null;
}

/** The text an editable field shows: exact, so that committing it unchanged changes nothing. */
export function formatNumber(value: unknown): string {
  if (isNoValue(value) || value === null) return "";
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  const fn = tagged(value);
  return fn && (fn.tag === "int" || fn.tag === "float") ? String(fn.payload) : "";
}

/** A number for reading: at most `digits` significant ones, thin-grouped when it is long. */
export function readableNumber(value: number, digits = 10): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return group(String(value));
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-5 || size >= 1e15)) {
    return value.toExponential(digits - 1).replace(/\.?0+e/, "e");
  }
  // Digits before the point are never rounded away.
  const needed = Math.max(digits, Math.floor(Math.log10(Math.max(1, size))) + 1);
  const [whole = "0", fraction] = String(Number(value.toPrecision(needed))).split(".");
  return fraction ? `${group(whole)}.${fraction}` : group(whole);
}

function group(whole: string): string {
  const digits = whole.replace("-", "");
  if (digits.length <= 4) return whole;
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

export interface Range {
  min: number | null;
  max: number | null;
  step: number;
}

/** Bounds and step from a port's value options, with sensible steps where none is given. */
export function rangeOf(options: Record<string, unknown> | null | undefined, kind: NumberKind): Range {
  const min = typeof options?.min === "number" ? options.min : null;
  const max = typeof options?.max === "number" ? options.max : null;
  const given = typeof options?.step === "number" && options.step > 0 ? options.step : null;
  return { min, max, step: given ?? defaultStep(kind, min, max) };
}

function defaultStep(kind: NumberKind, min: number | null, max: number | null): number {
  if (kind === "int") return 1;
  if (min === null || max === null || max <= min) return 0.1;
  return 10 ** Math.floor(Math.log10((max - min) / 100));
}

/** Why a number may not be used, or null. Bounds are advice of the node's author: said, not silently clamped. */
export function outOfRange(value: number, range: Range): string | null {
  if (range.min !== null && value < range.min) return `At least ${range.min}`;
  if (range.max !== null && value > range.max) return `At most ${range.max}`;
  return null;
}

/** `value` moved by `steps`, kept on the step's grid of decimals and inside the bounds. */
export function stepBy(value: number, steps: number, range: Range): number {
  const decimals = Math.max(decimalsOf(range.step), decimalsOf(value));
  const moved = Number((value + steps * range.step).toFixed(Math.min(12, decimals)));
  const low = range.min === null ? moved : Math.max(range.min, moved);
  return range.max === null ? low : Math.min(range.max, low);
}

export function decimalsOf(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).toLowerCase().split("e");
  const digits = mantissa.split(".")[1]?.length ?? 0;
  return Math.max(0, digits - Number(exponent));
}
