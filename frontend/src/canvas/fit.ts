/** How a whole graph is shown: with a little air around it, never larger than life. */

import type { FitViewOptions } from "@xyflow/react";

const CALM_MS = 180;

export const FIT: FitViewOptions = { padding: "36px", maxZoom: 1, minZoom: 0.1 };
export const CALM_FIT: FitViewOptions = { ...FIT, duration: CALM_MS };
