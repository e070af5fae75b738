/** What a drawing lies on: the theme's ground where its inks suit any, else a light sheet. */

const ROOT = /<svg\b[^>]*>/i;
const INK = /\bfill\s*[=:]\s*["']?\s*([^"';>]+)/i;
const DARK_INK = /^(none|black|currentcolor|inherit|#0{3,8}|rgb\(\s*0[\s,]+0[\s,]+0\s*\))$/i;

/**
 * An SVG that names no ink draws in black, which nobody sees on a dark ground. One whose root names a colour, or
 * that asks for the colour scheme, was made for both.
 */
export function suitsAnyGround(svg: string): boolean {
  if (svg.includes("prefers-color-scheme")) return true;
  const ink = INK.exec(ROOT.exec(svg)?.[0] ?? "")?.[1]?.trim();
  return ink !== undefined && !DARK_INK.test(ink);
}
