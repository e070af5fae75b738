/** Writing pieces of graph in code: the form that `paste_nodes` takes. */

import type { Json } from "@/store/types";

export interface ExampleNode {
  id: string;
  nodeId: string;
  name: string;
  pos: [number, number];
  width?: number;
  values?: { [input: string]: Json };
  options?: { [input: string]: { [key: string]: Json } };
}

/** Wires as "node.port > node.port". */
export function fragment(nodes: readonly ExampleNode[], wires: readonly string[]): Json {
  return {
    kind: "funcnodes fragment",
    format: 3,
    nodes: nodes.map(readNode),
    edges: wires.map((wire) => wire.split(" > ").flatMap((end) => end.split("."))),
    groups: {},
  };
}

function readNode(node: ExampleNode): Json {
  const io: { [input: string]: { [key: string]: Json } } = {};
  for (const [input, value] of Object.entries(node.values ?? {})) io[input] = { is_input: true, value };
  for (const [input, options] of Object.entries(node.options ?? {})) {
    io[input] = { is_input: true, ...io[input], value_options: options };
  }
  const properties: { [key: string]: Json } = { "frontend:pos": node.pos };
  if (node.width !== undefined) properties["frontend:size"] = [node.width, 100];
  return { uuid: node.id, node_id: node.nodeId, name: node.name, properties, io };
}
