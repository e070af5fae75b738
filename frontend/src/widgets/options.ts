/** The three shapes in which a port may list its options, brought into one. */

import { describe, isPlainObject, sameValue } from "@/widgets/values";

export interface Option {
  label: string;
  value: unknown;
}

export interface OptionList {
  options: Option[];
  nullable: boolean;
}

/** Above this many options the chooser offers a search field. */
export const SEARCH_FROM = 9;

function labelled(values: unknown[], labels: unknown[]): Option[] {
  return values.map((value, index) => {
    const label = labels[index];
    return { label: typeof label === "string" ? label : describe(value, 60), value };
  });
}

function isEnum(raw: Record<string, unknown>): boolean {
  return raw.type === "enum" && Array.isArray(raw.values);
}

function enumList(raw: Record<string, unknown>): OptionList {
  const values = (raw.values as unknown[]).filter((value) => value !== null);
  const keys = Array.isArray(raw.keys) ? raw.keys : [];
  const kept = keys.filter((_, index) => (raw.values as unknown[])[index] !== null);
  return {
    options: labelled(values, kept),
    nullable: raw.nullable === true || values.length < (raw.values as unknown[]).length,
  };
}

/** A list, a `{label: value}` dict or an enum dict as options; null for anything else. */
export function optionList(raw: unknown): OptionList | null {
  if (Array.isArray(raw)) return { options: labelled(raw, []), nullable: false };
  if (!isPlainObject(raw)) return null;
  if (isEnum(raw)) return enumList(raw);
  const entries = Object.entries(raw);
  return { options: entries.map(([label, value]) => ({ label, value })), nullable: false };
}

export function findOption(list: Option[], value: unknown): Option | undefined {
  return list.find((option) => sameValue(option.value, value));
}

/** Options whose label holds every typed word, those that begin with the text first. */
export function filterOptions(list: Option[], query: string): Option[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return list;
  const hits = list.filter(({ label }) => {
    const text = label.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const first = words[0] ?? "";
  const starts = (option: Option) => (option.label.toLowerCase().startsWith(first) ? 0 : 1);
  return hits.sort((a, b) => starts(a) - starts(b));
}
