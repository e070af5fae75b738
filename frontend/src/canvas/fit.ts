/** How a whole graph is shown: with a little air around it, never larger than life, and with less detail from afar. */

import type { FitViewOptions } from "@xyflow/react";

/** Below this zoom nobody can read a port: only outlines and titles are drawn. */
export const LOW_DETAIL = 0.35;

const CALM_MS = 180;

export const FIT: FitViewOptions = { padding: "36px", maxZoom: 1, minZoom: 0.1 };
export const CALM_FIT: FitViewOptions = { ...FIT, duration: CALM_MS };
