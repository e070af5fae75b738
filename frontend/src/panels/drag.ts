/** Dragging a node class from the library onto the canvas. */

import type { DragEvent } from "react";

export const NODE_DRAG = "application/x-funcnodes-node";

export function startNodeDrag(event: DragEvent, nodeId: string): void {
  event.dataTransfer.setData(NODE_DRAG, nodeId);
  event.dataTransfer.setData("text/plain", nodeId);
  event.dataTransfer.effectAllowed = "copy";
}

/** The node class that is dragged over or dropped; empty while dragging, when browsers hide the data. */
export function draggedNode(event: DragEvent): string | null {
  if (!event.dataTransfer.types.includes(NODE_DRAG)) return null;
  return event.dataTransfer.getData(NODE_DRAG);
}
