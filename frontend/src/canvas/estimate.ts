/**
 * How large a node will be and where its ports will lie, before it has been drawn. With it only what is seen is
 * drawn: without, React Flow would first draw every node of a large graph to measure it.
 */

import { Position, type Node, type NodeHandle } from "@xyflow/react";
import { handleId } from "@/canvas/connecting";
import { ports } from "@/store/graph";
import type { NodeRecord } from "@/store/types";
import { portKey } from "@/store/types";

export const NODE_WIDTH = 256;
const HEAD = 30;
const PAD = 4;
const ROW = 26;
const HANDLE = 11;

const isTrigger = (io: string): boolean => io.startsWith("_trigger");

function isShown(node: string, io: string, isInput: boolean): boolean {
  const port = ports.get(portKey(node, io, isInput));
  return port !== undefined && (!port.hidden || port.connected);
}

/** In whole pixels, as React Flow measures it. */
export const widthOf = (record: NodeRecord): number => Math.round(record.size?.[0] ?? NODE_WIDTH);

export function estimate(record: NodeRecord): Pick<Node, "measured" | "handles"> {
  const width = widthOf(record);
  const handles: NodeHandle[] = [];
  let rows = 0;
  const place = (io: string, isInput: boolean) => {
    const inHead = record.collapsed || isTrigger(io);
    if (!inHead && !isShown(record.id, io, isInput)) return;
    const middle = inHead ? HEAD / 2 : HEAD + PAD + ROW * (rows + 0.5);
    if (!inHead) rows += 1;
    handles.push({
      id: handleId(io, isInput),
      type: "source",
      position: isInput ? Position.Left : Position.Right,
      x: (isInput ? 0 : width) - HANDLE / 2,
      y: middle - HANDLE / 2,
      width: HANDLE,
      height: HANDLE,
    });
  };
  for (const io of record.inputs) place(io, true);
  for (const io of record.outputs) place(io, false);
  const height = record.collapsed ? HEAD : HEAD + 2 * PAD + ROW * rows;
  return { measured: { width, height }, handles };
}
