/** The graph as the worker holds it. Read freely; only `apply.ts` writes. */

import { Cell, Collection } from "@/store/collection";
import type { EdgeRecord, GroupRecord, NodeRecord, PortRecord } from "@/store/types";
import { portKey } from "@/store/types";

export const nodes = new Collection<NodeRecord>();
export const ports = new Collection<PortRecord>();
export const edges = new Collection<EdgeRecord>();
export const groups = new Collection<GroupRecord>();

/** False until the first full state of the chosen worker has arrived. */
export const loaded = new Cell<boolean>(false);

/** The port that an edge's end means: an output, or (for forwards) an input. */
export function sourcePort(node: string, io: string): PortRecord | undefined {
  return ports.get(portKey(node, io, false)) ?? ports.get(portKey(node, io, true));
}

export function targetPort(node: string, io: string): PortRecord | undefined {
  return ports.get(portKey(node, io, true));
}

/** The wires at a node. */
export function edgesOf(node: string): EdgeRecord[] {
  return [...edges.values()].filter((edge) => edge.src === node || edge.dst === node);
}

/** The wire into an input, if there is one. */
export function edgeInto(node: string, io: string): EdgeRecord | undefined {
  for (const edge of edges.values()) if (edge.dst === node && edge.dstIo === io) return edge;
  return undefined;
}

/** The innermost group that lists a node. */
export function groupOf(node: string): GroupRecord | undefined {
  for (const group of groups.values()) if (group.nodes.includes(node)) return group;
  return undefined;
}

/** All nodes of a group and of the groups inside it. */
export function membersOf(groupId: string): string[] {
  const group = groups.get(groupId);
  if (group === undefined) return [];
  return [...group.nodes, ...group.groups.flatMap(membersOf)];
}
