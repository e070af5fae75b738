/** Colours as text: what the picker gives and what people type. */

const HEX = /^#?([\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})$/i;

/** `#rrggbb` (or with alpha) of typed hex text; null for anything else. */
export function readHex(text: string): string | null {
  const digits = HEX.exec(text.trim())?.[1]?.toLowerCase();
  if (digits === undefined) return null;
  return digits.length <= 4 ? `#${[...digits].map((digit) => digit + digit).join("")}` : `#${digits}`;
}

/** The `#rrggbb` of a value that a swatch can show; lists are red, green, blue from 0 to 255. */
export function swatchOf(value: unknown): string | null {
  if (typeof value === "string") return readHex(value)?.slice(0, 7) ?? null;
  if (!Array.isArray(value) || value.length < 3) return null;
  const parts = value.slice(0, 3).map(Number);
  if (parts.some((part) => !(part >= 0 && part <= 255))) return null;
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

/** Twelve colours that tell apart on light and dark grounds, for a quick choice. */
export const PALETTE = [
  "#1b1d22", "#6f737d", "#c9c9c1", "#ffffff", "#bf3329", "#e0762d",
  "#d9a514", "#4a8a35", "#0d8f86", "#2477c9", "#5b4fc4", "#b0458f",
];
