/** The graphs that an empty canvas offers; made by tools/gen_examples.py. */

import graphs from "@/examples/graphs.gen.json";
import type { Fragment } from "@/protocol/types.gen";

export interface Example {
  title: string;
  text: string;
  /** A copied piece of graph, as `copy_nodes` gives it. */
  fragment: Fragment;
  sketch: { boxes: [number, number][]; wires: string[] };
}

export const EXAMPLES = graphs as unknown as Example[];
