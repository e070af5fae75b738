/** The colours that groups are offered; a group keeps the value, so that it reads well in both themes. */

export const GROUP_COLOURS = [
  { name: "Grey", value: "" },
  { name: "Blue", value: "#2477c9" },
  { name: "Teal", value: "#0d8f86" },
  { name: "Green", value: "#4a8a35" },
  { name: "Amber", value: "#c98a12" },
  { name: "Rose", value: "#c4477f" },
  { name: "Violet", value: "#7a56c9" },
] as const;

/** Groups of others may carry any CSS colour; nothing else than a colour gets into the style. */
export function groupColour(value: string): string {
  return /^(#[0-9a-f]{3,8}|[a-z]+|rgba?\([\d\s,.%/]+\))$/i.test(value) ? value : "var(--text-3)";
}
