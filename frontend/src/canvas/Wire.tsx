/** A wire. One that runs back to the left (a loop) goes around the nodes that it joins, not through them. */

import { memo } from "react";
import { BaseEdge, getBezierPath, getSmoothStepPath, Position, useStore, type EdgeProps, type InternalNode } from "@xyflow/react";

/** Wires that end further left than this, seen from where they begin, run back. */
const BACK_PX = -20;
const CLEAR_PX = 26;

function extent(node: InternalNode | undefined): { top: number; bottom: number } {
  const top = node?.internals.positionAbsolute.y ?? 0;
  return { top, bottom: top + (node?.measured.height ?? 0) };
}

/** The height at which a wire runs back: above or below both nodes, whichever is nearer. */
export function detour(one: InternalNode | undefined, other: InternalNode | undefined, from: number, to: number): number {
  const [a, b] = [extent(one), extent(other)];
  const above = Math.min(a.top, b.top) - CLEAR_PX;
  const below = Math.max(a.bottom, b.bottom) + CLEAR_PX;
  return from - above + (to - above) <= below - from + (below - to) ? above : below;
}

export const Wire = memo(function Wire(props: EdgeProps) {
  const { id, sourceY, targetX, targetY, source, target, style, interactionWidth } = props;
  // From an input (a forward) it leaves on the other side of the node, as from an output.
  const forward = props.sourcePosition === Position.Left;
  const width = useStore((state) => (forward ? (state.nodeLookup.get(source)?.measured.width ?? 0) : 0));
  const sourceX = props.sourceX + width;
  const ends = { ...props, sourceX, sourcePosition: Position.Right };
  const back = targetX - sourceX < BACK_PX;
  const centerY = useStore((state) =>
    back ? detour(state.nodeLookup.get(source), state.nodeLookup.get(target), sourceY, targetY) : 0,
  );
  const [path] = back
    ? getSmoothStepPath({ ...ends, centerY, borderRadius: 14, offset: CLEAR_PX })
    : getBezierPath(ends);
  return <BaseEdge id={id} path={path} style={style} interactionWidth={interactionWidth} />;
});
