/** The small map at the lower right; it is there only while a part of the graph lies outside of what is seen. */

import { memo } from "react";
import { MiniMap, useStore, type Node, type ReactFlowState } from "@xyflow/react";
import css from "@/canvas/Overview.module.css";

/** How much of a node may stick out before the map is worth its room. */
const SLACK_PX = 24;

function isPartHidden({ nodeLookup, transform: [x, y, zoom], width, height }: ReactFlowState): boolean {
  for (const node of nodeLookup.values()) {
    const left = node.internals.positionAbsolute.x * zoom + x;
    const top = node.internals.positionAbsolute.y * zoom + y;
    const right = left + (node.measured.width ?? 0) * zoom;
    const bottom = top + (node.measured.height ?? 0) * zoom;
    if (left < -SLACK_PX || top < -SLACK_PX || right > width + SLACK_PX || bottom > height + SLACK_PX) return true;
  }
  return false;
}

const colour = (node: Node): string => (node.type === "frame" ? "var(--surface-3)" : "var(--border-strong)");

export const Overview = memo(function Overview() {
  const isNeeded = useStore(isPartHidden);
  if (!isNeeded) return null;
  return (
    <MiniMap
      className={css.minimap}
      pannable
      zoomable
      nodeColor={colour}
      nodeStrokeWidth={0}
      nodeBorderRadius={16}
      maskColor="color-mix(in srgb, var(--canvas) 60%, transparent)"
      ariaLabel="Overview"
    />
  );
});
