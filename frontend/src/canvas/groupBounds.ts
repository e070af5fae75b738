/** Where the frame of a group lies: around its members. */

import type { Node } from "@xyflow/react";
import { NODE_WIDTH } from "@/canvas/estimate";
import type { Collection } from "@/store/collection";
import type { GroupRecord } from "@/store/types";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const PAD = 16;
const HEAD = 30;
/** Size of a node that has not been measured yet. */
const GUESS = { width: NODE_WIDTH, height: 100 };

const boxOf = (node: Node): Box => ({
  ...node.position,
  width: node.measured?.width ?? node.width ?? GUESS.width,
  height: node.measured?.height ?? node.height ?? GUESS.height,
});

export function around(boxes: readonly Box[]): Box | null {
  if (boxes.length === 0) return null;
  const left = Math.min(...boxes.map((box) => box.x));
  const top = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A box for every group that has a node in it, outer groups first (they are drawn below). */
export function groupBounds(nodes: readonly Node[], groups: Collection<GroupRecord>): Map<string, Box> {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const found = new Map<string, Box>();
  const visit = (id: string, above: ReadonlySet<string>): Box | null => {
    const done = found.get(id);
    const group = groups.get(id);
    if (done !== undefined || group === undefined || above.has(id)) return done ?? null;
    const inner = group.groups.map((child) => visit(child, new Set([...above, id])));
    const own = group.nodes.map((node) => known.get(node)).filter((node) => node !== undefined);
    const box = around([...own.map(boxOf), ...inner.filter((child) => child !== null)]);
    if (box === null) return null;
    const padded = { x: box.x - PAD, y: box.y - HEAD, width: box.width + 2 * PAD, height: box.height + HEAD + PAD };
    found.set(id, padded);
    return padded;
  };
  for (const id of groups.keys()) visit(id, new Set());
  return new Map([...found].reverse());
}
