/** Adding a node without a pointer: in the middle of what is seen, beside what was added before. */

import { useCallback, useRef } from "react";
import { useReactFlow } from "@xyflow/react";
import { NODE_WIDTH } from "@/canvas/estimate";
import { selectNodes } from "@/canvas/flow";
import { addNode } from "@/store/intents";

const STAIRS = 28;
const STEPS = 8;

export function useAddAtCentre(): (nodeId: string) => void {
  const { screenToFlowPosition } = useReactFlow();
  const count = useRef(0);
  return useCallback(
    (nodeId: string) => {
      const stage = document.querySelector(".react-flow")?.getBoundingClientRect();
      const middle = screenToFlowPosition({
        x: stage === undefined ? innerWidth / 2 : stage.x + stage.width / 2,
        y: stage === undefined ? innerHeight / 2 : stage.y + stage.height / 3,
      });
      const step = (count.current % STEPS) * STAIRS;
      count.current += 1;
      void addNode(nodeId, [middle.x - NODE_WIDTH / 2 + step, middle.y + step]).then((uuid) => {
        if (uuid !== undefined) selectNodes([uuid]);
      });
    },
    [screenToFlowPosition],
  );
}
