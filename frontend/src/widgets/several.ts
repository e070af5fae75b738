/** Names in one text, with commas between them: `name, "last, first", age`. */

/** Reads such a text; what is in quotes is one name, two quotes in it are one. */
export function readNames(text: string): string[] {
  const names: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))(?:,|$)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) return text.split(",").map((name) => name.trim()).filter(Boolean); // a quote that never ends
    const name = match[1]?.replaceAll('""', '"') ?? match[2]?.trim() ?? "";
    if (name !== "") names.push(name);
  }
  return names;
}

export function writeNames(names: readonly string[]): string {
  return names.map((name) => (/[",]|^\s|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(", ");
}

/** The same without a name, or with it at the end. */
export function toggleName(text: string, name: string): string {
  const names = readNames(text);
  return writeNames(names.includes(name) ? names.filter((one) => one !== name) : [...names, name]);
}
