/** The graphs that an empty canvas offers. */

import type { Json } from "@/store/types";

export interface Example {
  title: string;
  text: string;
  /** A copied piece of graph, as `copy_nodes` gives it. */
  fragment: Json;
  sketch: { boxes: [number, number][]; wires: string[] };
}

export const EXAMPLES: Example[] = [];
