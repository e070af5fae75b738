/** The library as the flat list of rows that a tree shows, so that the keyboard can walk it. */

import type { Library, LibraryNode, LibraryShelf } from "@/store/types";
import { flatten, searchLibrary } from "@/panels/librarySearch";

export type LibraryRow =
  | { kind: "caption"; key: string; label: string }
  | { kind: "shelf"; key: string; label: string; depth: number; open: boolean; count: number; description: string }
  | { kind: "node"; key: string; node: LibraryNode; depth: number; marks: number[]; path: string };

export interface RowOptions {
  query: string;
  open: ReadonlySet<string>;
  favourites: readonly string[];
  recent: readonly string[];
}

const RECENT_SHOWN = 5;

export function countNodes(shelf: LibraryShelf): number {
  return shelf.nodes.length + shelf.subshelves.reduce((sum, sub) => sum + countNodes(sub), 0);
}

function found(library: Library, options: RowOptions): LibraryRow[] {
  const hits = searchLibrary(flatten(library.shelves), options.query, options);
  return hits.map(({ entry, marks }) => ({
    kind: "node",
    key: `hit/${entry.nodeId}`,
    node: entry,
    depth: 0,
    marks,
    path: entry.path.join(" › "),
  }));
}

function listed(library: Library, ids: readonly string[], label: string): LibraryRow[] {
  const known = ids.flatMap((id) => library.byId[id] ?? []);
  if (known.length === 0) return [];
  const rows: LibraryRow[] = known.map((node) => ({
    kind: "node",
    key: `${label}/${node.nodeId}`,
    node,
    depth: 0,
    marks: [],
    path: "",
  }));
  return [{ kind: "caption", key: label, label }, ...rows];
}

function shelfRows(shelf: LibraryShelf, parent: string, depth: number, open: ReadonlySet<string>): LibraryRow[] {
  const key = `${parent}/${shelf.name}`;
  const isOpen = open.has(key);
  const row: LibraryRow = {
    kind: "shelf",
    key,
    label: shelf.name,
    depth,
    open: isOpen,
    count: countNodes(shelf),
    description: shelf.description,
  };
  if (!isOpen) return [row];
  const inner = shelf.subshelves.flatMap((sub) => shelfRows(sub, key, depth + 1, open));
  const nodes = shelf.nodes.map<LibraryRow>((node) => ({
    kind: "node",
    key: `${key}#${node.nodeId}`,
    node,
    depth: depth + 1,
    marks: [],
    path: "",
  }));
  return [row, ...inner, ...nodes];
}

/** What the library shows: hits while searching, else favourites, recent ones and the tree. */
export function libraryRows(library: Library, options: RowOptions): LibraryRow[] {
  if (options.query.trim() !== "") return found(library, options);
  const own = listed(library, options.favourites, "Favourites");
  const recent = options.recent.filter((id) => !options.favourites.includes(id)).slice(0, RECENT_SHOWN);
  const used = listed(library, recent, "Recent");
  const tree = library.shelves.flatMap((shelf) => shelfRows(shelf, "", 0, options.open));
  const caption: LibraryRow[] =
    own.length + used.length > 0 && tree.length > 0 ? [{ kind: "caption", key: "all", label: "All nodes" }] : [];
  return [...own, ...used, ...caption, ...tree];
}
