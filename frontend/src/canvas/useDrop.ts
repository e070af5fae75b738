/** What may be dropped on the canvas: a node of the library, files, copied nodes as text. */

import { useMemo, type DragEvent } from "react";
import { useReactFlow } from "@xyflow/react";
import { pasteText } from "@/canvas/actions";
import { openFile } from "@/canvas/openFile";
import { addNode } from "@/store/intents";
import { selectNodes } from "@/canvas/flow";
import { NODE_DRAG } from "@/panels/drag";

const STAIRS_PX = 40;

export function useDrop() {
  const { screenToFlowPosition } = useReactFlow();
  return useMemo(() => {
    const accepts = (event: DragEvent): boolean => {
      const types = event.dataTransfer.types;
      return types.includes(NODE_DRAG) || types.includes("Files") || types.includes("text/plain");
    };
    const drop = async (data: DataTransfer, x: number, y: number): Promise<void> => {
      const nodeId = data.getData(NODE_DRAG);
      if (nodeId !== "") {
        const uuid = await addNode(nodeId, [x, y]);
        if (uuid !== undefined) selectNodes([uuid]);
        return;
      }
      const files = [...data.files];
      if (files.length === 0) pasteText(data.getData("text/plain"), [x, y]);
      for (const [at, file] of files.entries()) await openFile(file, [x + at * STAIRS_PX, y + at * STAIRS_PX]);
    };
    return {
      onDragOver: (event: DragEvent) => {
        if (!accepts(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
      },
      onDrop: (event: DragEvent) => {
        if (!accepts(event)) return;
        event.preventDefault();
        const at = screenToFlowPosition({ x: event.clientX, y: event.clientY });
        void drop(event.dataTransfer, at.x, at.y);
      },
    };
  }, [screenToFlowPosition]);
}
