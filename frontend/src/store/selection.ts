/** What is selected on the canvas. */

import { Cell } from "@/store/collection";

export interface Selection {
  nodes: readonly string[];
  edges: readonly string[];
  groups: readonly string[];
}

export const EMPTY: Selection = { nodes: [], edges: [], groups: [] };

export const selection = new Cell<Selection>(EMPTY);
