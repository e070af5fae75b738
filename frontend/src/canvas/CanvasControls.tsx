/** Zoom and fit, at the lower left. */

import { memo } from "react";
import { Maximize, Minus, Plus } from "lucide-react";
import { Panel, useReactFlow, useStore } from "@xyflow/react";
import { CALM_FIT } from "@/canvas/fit";
import { IconButton } from "@/ui";
import css from "@/canvas/CanvasControls.module.css";

const CALM_MS = 180;

export const CanvasControls = memo(function CanvasControls() {
  const { zoomIn, zoomOut, zoomTo, fitView } = useReactFlow();
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  const calm = { duration: CALM_MS };
  return (
    <Panel position="bottom-left" className={css.controls}>
      <IconButton size="sm" label="Zoom out" keys="-" onClick={() => void zoomOut(calm)}>
        <Minus size={14} />
      </IconButton>
      <button type="button" className={css.percent} title="Back to 100 %" onClick={() => void zoomTo(1, calm)}>
        {percent}%
      </button>
      <IconButton size="sm" label="Zoom in" keys="+" onClick={() => void zoomIn(calm)}>
        <Plus size={14} />
      </IconButton>
      <IconButton size="sm" label="Show everything" keys="F" onClick={() => void fitView(CALM_FIT)}>
        <Maximize size={13} />
      </IconButton>
    </Panel>
  );
});
