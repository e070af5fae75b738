/** Dragging a node class from the library onto the canvas. */

import type { DragEvent } from "react";

/** The kind of data that carries a node id. */
export const NODE_DRAG = "application/x-funcnodes-node";

/** No plain text goes along: dropped into a text field, an id would only be noise. */
export function startNodeDrag(event: DragEvent, nodeId: string): void {
  event.dataTransfer.setData(NODE_DRAG, nodeId);
  event.dataTransfer.effectAllowed = "copy";
}
