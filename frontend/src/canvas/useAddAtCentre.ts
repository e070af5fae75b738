/** Adding a node without a pointer: in the middle of what is seen, beside what is there already. */

import { useCallback } from "react";
import { useReactFlow } from "@xyflow/react";
import { NODE_WIDTH } from "@/canvas/estimate";
import { flowNodes, selectNodes } from "@/canvas/flow";
import { freePlace } from "@/canvas/freePlace";
import { addNode } from "@/store/intents";

/** What a node of a few ports takes; its body may grow once it has run. */
const NEW_HEIGHT = 180;

function taken() {
  return flowNodes
    .get()
    .filter((node) => node.type !== "group")
    .map((node) => ({
      ...node.position,
      width: node.measured?.width ?? NODE_WIDTH,
      height: node.measured?.height ?? NEW_HEIGHT,
    }));
}

export function useAddAtCentre(): (nodeId: string) => void {
  const { screenToFlowPosition } = useReactFlow();
  return useCallback(
    (nodeId: string) => {
      const stage = document.querySelector(".react-flow")?.getBoundingClientRect();
      const middle = screenToFlowPosition({
        x: stage === undefined ? innerWidth / 2 : stage.x + stage.width / 2,
        y: stage === undefined ? innerHeight / 2 : stage.y + stage.height / 3,
      });
      const wanted = { x: middle.x - NODE_WIDTH / 2, y: middle.y, width: NODE_WIDTH, height: NEW_HEIGHT };
      const place = freePlace(wanted, taken());
      void addNode(nodeId, [place.x, place.y]).then((uuid) => {
        if (uuid !== undefined) selectNodes([uuid]);
      });
    },
    [screenToFlowPosition],
  );
}
