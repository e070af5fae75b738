import type { SyntheticEvent } from "react";

const stop = (event: SyntheticEvent): void => event.stopPropagation();

/**
 * React hands events of a portal to the components around it as if it lay inside them: without
 * these, a double click in a dialog would reach the canvas that the dialog was opened from.
 */
export const keepInside = {
  onClick: stop,
  onDoubleClick: stop,
  onContextMenu: stop,
  onDragOver: stop,
  onDrop: stop,
  onWheel: stop,
};
