/** The graphs that an empty canvas offers; made by tools/gen_examples.py. */

import graphs from "@/examples/graphs.gen.json";
import type { Json } from "@/store/types";

export interface Example {
  title: string;
  text: string;
  /** A copied piece of graph, as `copy_nodes` gives it. */
  fragment: Json;
  sketch: { boxes: [number, number][]; wires: string[] };
}

export const EXAMPLES = graphs as unknown as Example[];
