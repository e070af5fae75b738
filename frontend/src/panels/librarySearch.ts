/** Finding nodes in the library: one flat index, ranked by where and how a query matches. */

import type { LibraryNode, LibraryShelf } from "@/store/types";
import { fitScore } from "@/widgets/typeSpec";

/** The part of a library node that searching looks at. */
export type Entry = Pick<LibraryNode, "nodeId" | "name" | "description" | "inputs" | "outputs" | "path">;

/** A wire waiting for a node: `feeds` is the type it offers, or `wants` the type it needs. */
export interface Fitting {
  type: unknown;
  direction: "feeds" | "wants";
}

export interface Hit<T extends Entry = Entry> {
  entry: T;
  score: number;
  /** Positions in the name that the query matched, for highlighting. */
  marks: number[];
}

const FIELDS = { name: 100, id: 60, shelf: 30, description: 20 } as const;

function wordStarts(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text[at - 1] ?? "";
  const here = text[at] ?? "";
  return !/[a-z0-9]/i.test(before) || (/[a-z]/.test(before) && /[A-Z]/.test(here));
}

/** How well one word matches a text, 0 to 1: equal, start, start of a word, inside. */
function wordScore(text: string, word: string): number {
  const low = text.toLowerCase();
  if (low === word) return 1;
  if (low.startsWith(word)) return 0.9;
  let at = low.indexOf(word);
  let best = 0;
  while (at >= 0) {
    best = Math.max(best, wordStarts(text, at) ? 0.75 : word.length > 1 ? 0.45 : 0);
    at = low.indexOf(word, at + 1);
  }
  return best;
}

/** Initials (`ls` finds "Linear Space") and letters in order, for words that occur nowhere as such. */
function looseScore(name: string, word: string): number {
  const initials = [...name].filter((char, at) => /\S/.test(char) && wordStarts(name, at)).join("");
  if (word.length > 1 && initials.toLowerCase().startsWith(word)) return 0.6;
  if (word.length < 3) return 0;
  const low = name.toLowerCase();
  let at = -1;
  for (const char of word) {
    at = low.indexOf(char, at + 1);
    if (at < 0) return 0;
  }
  return 0.2;
}

function scoreWord(entry: Entry, word: string): number {
  const id = entry.nodeId.slice(entry.nodeId.lastIndexOf(".") + 1);
  const scores = [
    FIELDS.name * Math.max(wordScore(entry.name, word), looseScore(entry.name, word)),
    FIELDS.id * Math.max(wordScore(id, word), 0.8 * wordScore(entry.nodeId, word)),
    FIELDS.shelf * Math.max(0, ...entry.path.map((name) => wordScore(name, word))),
    FIELDS.description * wordScore(entry.description, word),
  ];
  return Math.max(...scores);
}

export function marksOf(name: string, words: string[]): number[] {
  const low = name.toLowerCase();
  const marks = new Set<number>();
  for (const word of words) {
    const at = low.indexOf(word);
    for (let i = 0; at >= 0 && i < word.length; i += 1) marks.add(at + i);
  }
  return [...marks].sort((a, b) => a - b);
}

/** How well a node takes (or gives) the wire's type; 0 when it cannot be connected at all. */
export function fitOf(entry: Entry, fitting: Fitting): number {
  const ports = fitting.direction === "feeds" ? entry.inputs : entry.outputs;
  const scores = ports
    .filter((port) => !port.id.startsWith("_trigger"))
    .map((port, index) => {
      const score =
        fitting.direction === "feeds"
          ? fitScore(fitting.type, port.type)
          : fitScore(port.type, fitting.type);
      return score === 0 ? 0 : score + (index === 0 ? 0.5 : 0);
    });
  return Math.max(0, ...scores);
}

export interface SearchOptions {
  fitting?: Fitting | null;
  recent?: readonly string[];
  favourites?: readonly string[];
  limit?: number;
}

function habit(entry: Entry, options: SearchOptions): number {
  const at = options.recent?.indexOf(entry.nodeId) ?? -1;
  const recent = at < 0 ? 0 : Math.max(1, 6 - at);
  return recent + (options.favourites?.includes(entry.nodeId) ? 6 : 0);
}

/**
 * The entries that match every word of `query`, best first. An empty query gives all of them
 * (still filtered by `fitting`), recently used and favourite ones first.
 */
export function searchLibrary<T extends Entry>(
  entries: readonly T[],
  query: string,
  options: SearchOptions = {},
): Hit<T>[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const hits: Hit<T>[] = [];
  for (const entry of entries) {
    const fit = options.fitting ? fitOf(entry, options.fitting) : 0;
    if (options.fitting && fit === 0) continue;
    const scores = words.map((word) => scoreWord(entry, word));
    if (scores.some((score) => score === 0)) continue;
    const text = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, words.length);
    // A fit outweighs habit, and a good text match outweighs a better fit.
    const score = text + fit * 12 + habit(entry, options);
    hits.push({ entry, score, marks: marksOf(entry.name, words) });
  }
  hits.sort((a, b) => b.score - a.score || a.entry.name.length - b.entry.name.length || compare(a, b));
  return options.limit === undefined ? hits : hits.slice(0, options.limit);
}

function compare(a: Hit, b: Hit): number {
  return a.entry.name.localeCompare(b.entry.name);
}

/** Every node of a tree of shelves once, in the order of the shelves. */
export function flatten(shelves: readonly LibraryShelf[]): LibraryNode[] {
  const found = new Map<string, LibraryNode>();
  const visit = (shelf: LibraryShelf) => {
    for (const node of shelf.nodes) if (!found.has(node.nodeId)) found.set(node.nodeId, node);
    shelf.subshelves.forEach(visit);
  };
  shelves.forEach(visit);
  return [...found.values()];
}
