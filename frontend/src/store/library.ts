/** The worker's node classes, and which of them the user likes or used last (kept in this browser). */

import { Cell } from "@/store/collection";
import type { Library } from "@/store/types";

export const library = new Cell<Library>({ shelves: [], byId: {} });

const RECENT = 12;

function stored(key: string): string[] {
  const text = localStorage.getItem(key);
  if (text === null) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  } catch {
    return []; // somebody else's text under our key
  }
}

export const favourites = new Cell<string[]>(stored("funcnodes.favourites"));
export const recent = new Cell<string[]>(stored("funcnodes.recent"));

export function toggleFavourite(nodeId: string): void {
  favourites.update((ids) => (ids.includes(nodeId) ? ids.filter((id) => id !== nodeId) : [...ids, nodeId]));
  localStorage.setItem("funcnodes.favourites", JSON.stringify(favourites.get()));
}

export function noteUsed(nodeId: string): void {
  recent.update((ids) => [nodeId, ...ids.filter((id) => id !== nodeId)].slice(0, RECENT));
  localStorage.setItem("funcnodes.recent", JSON.stringify(recent.get()));
}
